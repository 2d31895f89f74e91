/* console_windows.c -- the console of Windows. */
#include "os/windows.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/console.h"
#include "os/signals.h"
#include "os/signals_windows.h"

/* ---- what it is ---------------------------------------------------------------- */

static HANDLE handle_of(FILE *stream)
{
    return (HANDLE)_get_osfhandle(_fileno(stream));
}

/* The terminal of an MSYS2 or Cygwin shell is a pipe with a name.  A person sits
 * at it, but nothing of a console is known of it. */
static bool is_terminal_of_msys(HANDLE file)
{
    union {
        FILE_NAME_INFO info;
        wchar_t room[sizeof(FILE_NAME_INFO) / sizeof(wchar_t) + MAX_PATH];
    } u = {0};
    const wchar_t *name = u.info.FileName;

    if (GetFileType(file) != FILE_TYPE_PIPE ||
        !GetFileInformationByHandleEx(file, FileNameInfo, &u,
                                      sizeof u - sizeof *u.room))
        return false;
    return (wcsncmp(name, L"\\msys-", 6) == 0 ||
            wcsncmp(name, L"\\cygwin-", 8) == 0) &&
           wcsstr(name, L"-pty") != NULL;
}

static bool is_console(HANDLE file)
{
    DWORD mode;

    return GetConsoleMode(file, &mode) != 0;
}

bool eo_console_is(FILE *stream)
{
    return is_console(handle_of(stream)) ||
           is_terminal_of_msys(handle_of(stream));
}

/* ---- drawing -------------------------------------------------------------------- */

static HANDLE drawn;
static DWORD drawn_mode;

static void restore_mode(void)
{
    SetConsoleMode(drawn, drawn_mode);
}

/* A console that is asked to obey escape sequences may be too old to. */
static bool obeys(HANDLE console)
{
    const DWORD more =
        ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    DWORD mode;

    if (!GetConsoleMode(console, &mode))
        return false;
    if ((mode & more) == more)
        return true;
    if (!SetConsoleMode(console, mode | more))
        return false;
    if (drawn == NULL) {
        drawn = console;
        drawn_mode = mode;
        atexit(restore_mode);
    }
    return true;
}

bool eo_console_draws(FILE *stream)
{
    const char *term = getenv("TERM");

    if (term != NULL && strcmp(term, "dumb") == 0)
        return false;
    return obeys(handle_of(stream)) || is_terminal_of_msys(handle_of(stream));
}

bool eo_console_size(FILE *stream, unsigned *width, unsigned *height)
{
    CONSOLE_SCREEN_BUFFER_INFO info;

    if (!GetConsoleScreenBufferInfo(handle_of(stream), &info) ||
        info.srWindow.Right < info.srWindow.Left)
        return false;
    *width = (unsigned)(info.srWindow.Right - info.srWindow.Left + 1);
    *height = (unsigned)(info.srWindow.Bottom - info.srWindow.Top + 1);
    return true;
}

/* A process has one console at most. */
bool eo_console_shared(FILE *screen, FILE *out, const char *path)
{
    if (!eo_console_is(screen))
        return false;
    if (path != NULL)
        return _stricmp(path, "CON") == 0 || _stricmp(path, "CONOUT$") == 0;
    return eo_console_is(out);
}

FILE *eo_console_frames(FILE *stream)
{
    const int fd = _dup(_fileno(stream));
    FILE *f = fd >= 0 ? _fdopen(fd, "wb") : NULL;

    if (f != NULL)
        setvbuf(f, NULL, _IOFBF, 65536);
    else if (fd >= 0)
        _close(fd);
    return f;
}

/* ---- asking ----------------------------------------------------------------- */

struct typed {
    wchar_t *text;
    size_t len, cap;
    bool ended; /* by Enter */
};

static void take_back(struct typed *t)
{
    if (t->len > 0)
        t->text[--t->len] = L'\0';
    if (t->len > 0 && IS_HIGH_SURROGATE(t->text[t->len - 1]))
        t->text[--t->len] = L'\0';
}

/* false: there is no room for it. */
static bool put(struct typed *t, wchar_t c)
{
    enum { BACKSPACE = 8, CTRL_U = 21, CTRL_Z = 26 };

    if (c == L'\r' || c == L'\n') {
        t->ended = true;
    } else if (c == BACKSPACE) {
        take_back(t);
    } else if (c == CTRL_U) {
        while (t->len > 0)
            take_back(t);
    } else if (c >= L' ' || c == L'\t' || c == CTRL_Z) {
        if (t->len == t->cap)
            return false;
        t->text[t->len++] = c;
    }
    return true;
}

/* A key that goes down, or what was typed as a number while Alt was held. */
static bool take(struct typed *t, const INPUT_RECORD *record)
{
    const KEY_EVENT_RECORD *key = &record->Event.KeyEvent;
    const wchar_t c = key->uChar.UnicodeChar;

    if (record->EventType != KEY_EVENT || c == L'\0' ||
        (!key->bKeyDown && key->wVirtualKeyCode != VK_MENU))
        return true;
    for (WORD i = 0; i < key->wRepeatCount && !t->ended; i++)
        if (!put(t, c))
            return false;
    return true;
}

/* Key by key: a read of a whole line could not be ended. */
static int await_keys(HANDLE in, struct typed *t)
{
    const HANDLE both[] = {eo_windows_signal(), in};
    INPUT_RECORD record;
    DWORD n;

    while (!t->ended) {
        if (eo_signals_caught() != 0 ||
            WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_OBJECT_0) {
            errno = EINTR;
            return -1;
        }
        if (!ReadConsoleInputW(in, &record, 1, &n))
            return eo_windows_fail();
        if (n == 1 && !take(t, &record)) {
            errno = EMSGSIZE;
            return -1;
        }
    }
    return 0;
}

static int to_line(const struct typed *t, char *line, size_t cap, bool *eof)
{
    int n = 0;

    *eof = t->len > 0 && t->text[0] == L'\x1a';
    line[0] = '\0';
    if (t->len == 0 || *eof)
        return 0;
    n = WideCharToMultiByte(CP_UTF8, 0, t->text, (int)t->len, line,
                            (int)cap - 1, NULL, NULL);
    if (n <= 0) {
        eo_wipe(line, cap);
        errno = EMSGSIZE;
        return -1;
    }
    line[n] = '\0';
    return 0;
}

static void show(HANDLE out, const wchar_t *text)
{
    DWORD n;

    WriteConsoleW(out, text, (DWORD)wcslen(text), &n, NULL);
}

static int ask(HANDLE in, HANDLE out, const wchar_t *prompt, char *line,
               size_t cap, bool *eof)
{
    struct typed t = {.text = eo_calloc(cap, sizeof *t.text), .cap = cap - 1};
    DWORD was;
    int status = -1, sys;

    if (t.text == NULL) {
        errno = ENOMEM;
        return -1;
    }
    GetConsoleMode(in, &was);
    SetConsoleMode(in, ENABLE_PROCESSED_INPUT); /* Ctrl-C is no key */
    FlushConsoleInputBuffer(in);
    show(out, prompt);
    status = await_keys(in, &t);
    if (status == 0)
        status = to_line(&t, line, cap, eof);
    sys = errno;
    if (status != 0)
        FlushConsoleInputBuffer(in);
    SetConsoleMode(in, was);
    show(out, L"\r\n");
    eo_wipe(t.text, cap * sizeof *t.text);
    eo_free(t.text);
    errno = sys;
    return status;
}

static HANDLE open_console(const wchar_t *name)
{
    return CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
}

/* A shell of MSYS2 has a console that nobody sees. */
static bool is_hidden(void)
{
    return is_terminal_of_msys(GetStdHandle(STD_INPUT_HANDLE)) ||
           is_terminal_of_msys(GetStdHandle(STD_ERROR_HANDLE));
}

int eo_console_ask(const char *prompt, char *line, size_t cap, bool *eof)
{
    const HANDLE in = open_console(L"CONIN$"), out = open_console(L"CONOUT$");
    wchar_t *wide = eo_windows_wide(prompt);
    int status = -1;

    *eof = false;
    if (!is_console(in) || !is_console(out) || is_hidden()) {
        errno = ENOTTY;
    } else if (wide != NULL && eo_signals_catch()) {
        errno = EINTR;
        if (eo_signals_caught() == 0)
            status = ask(in, out, wide, line, cap, eof);
    }
    if (in != INVALID_HANDLE_VALUE)
        CloseHandle(in);
    if (out != INVALID_HANDLE_VALUE)
        CloseHandle(out);
    eo_free(wide);
    return status;
}
