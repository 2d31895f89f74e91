/* signals_windows.c -- what a console says to its programs, as something that a
 * wait can end with. */
#include "os/windows.h"

#include <errno.h>
#include <signal.h>

#include "os/signals.h"
#include "os/signals_inside.h"
#include "os/signals_windows.h"

enum {
    LOOK_MS = 25,  /* a pipe cannot be waited for */
    MOMENT_MS = 500,
    HANGUP = 1 /* as others number it: this system has no such signal */
};

/* A process has one console.  What it says comes on a thread of its own, which
 * has the lock while it calls: nobody is called who has just said no. */
static SRWLOCK lock = SRWLOCK_INIT;
static volatile LONG caught;
static HANDLE said; /* is set for good once we are asked to end */
static bool only_calls;
static void (*call)(void *ctx);
static void *call_ctx;

static LONG number_of(DWORD kind)
{
    switch (kind) {
    case CTRL_C_EVENT:
        return SIGINT;
    case CTRL_BREAK_EVENT:
        return SIGTERM;
    default: /* the window is closed, the user logs off, the system ends */
        return HANGUP;
    }
}

static BOOL WINAPI on_event(DWORD kind)
{
    AcquireSRWLockExclusive(&lock);
    if (!only_calls && caught == 0)
        caught = number_of(kind);
    if (said != NULL)
        SetEvent(said);
    if (call != NULL)
        call(call_ctx);
    ReleaseSRWLockExclusive(&lock);
    /* Back from here the process would be over at once: what is left of its
     * five seconds is for whoever ends in order. */
    if (kind != CTRL_C_EVENT && kind != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

bool eo_signals_catch(void)
{
    if (said == NULL) {
        said = CreateEventW(NULL, TRUE, FALSE, NULL);
        SetConsoleCtrlHandler(NULL, FALSE); /* heard, whoever started us */
        SetConsoleCtrlHandler(on_event, TRUE);
    }
    return said != NULL;
}

void eo_signals_call(void (*fn)(void *ctx), void *ctx)
{
    AcquireSRWLockExclusive(&lock);
    call = fn;
    call_ctx = ctx;
    ReleaseSRWLockExclusive(&lock);
}

/* Here it is an error of a write, and always was. */
void eo_signals_end_by_pipe(void)
{
}

void eo_signals_end(void (*fn)(void *ctx), void *ctx)
{
    eo_signals_call(fn, ctx);
    only_calls = true;
    SetConsoleCtrlHandler(on_event, TRUE);
}

/* Whether there is something to read, or the end. */
static bool is_readable(HANDLE file)
{
    DWORD n = 0;

    return GetFileType(file) != FILE_TYPE_PIPE ||
           !PeekNamedPipe(file, NULL, 0, NULL, &n, NULL) || n > 0;
}

int eo_signals_await(os_file file)
{
    const HANDLE both[] = {(HANDLE)file, said};
    DWORD mode;

    if (GetFileType((HANDLE)file) == FILE_TYPE_UNKNOWN)
        return eo_windows_fail();
    if (caught == 0 && GetConsoleMode((HANDLE)file, &mode))
        WaitForMultipleObjects(said != NULL ? 2 : 1, both, FALSE, INFINITE);
    while (caught == 0 && !is_readable((HANDLE)file)) {
        if (said != NULL)
            WaitForSingleObject(said, LOOK_MS);
        else
            Sleep(LOOK_MS);
    }
    if (caught != 0) {
        errno = EINTR;
        return -1;
    }
    return 0;
}

int eo_signals_caught(void)
{
    return (int)caught;
}

HANDLE eo_windows_signal(void)
{
    return said;
}

bool eo_windows_was_cut(void)
{
    if (said != NULL)
        WaitForSingleObject(said, MOMENT_MS);
    return caught != 0;
}
