/* process_windows.c -- processes by Windows. */
#include "os/windows.h"

#include <errno.h>
#include <io.h>
#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "os/process.h"
#include "os/process_windows.h"

enum {
    ENDED_BY_US = 128 + 9,          /* as a kill shows elsewhere */
    ENDED_BY_CRASH = 128 + SIGABRT, /* whatever kind of crash */
    ENDED_BY_ASKING = 128 + SIGTERM
};

/* ---- its standard streams ------------------------------------------------- */

/* A handle of the stream's file that is handed down. */
static HANDLE hand_down(FILE *stream)
{
    const HANDLE ours = (HANDLE)_get_osfhandle(_fileno(stream)),
                 me = GetCurrentProcess();
    HANDLE theirs;

    if (ours == INVALID_HANDLE_VALUE ||
        !DuplicateHandle(me, ours, me, &theirs, 0, TRUE, DUPLICATE_SAME_ACCESS))
        return INVALID_HANDLE_VALUE;
    return theirs;
}

/* These two and no others, whatever else could be. */
static LPPROC_THREAD_ATTRIBUTE_LIST list_of(HANDLE handles[2])
{
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    list = eo_calloc(1, size);
    if (list == NULL)
        return NULL;
    if (!InitializeProcThreadAttributeList(list, 1, 0, &size)) {
        eo_free(list);
        return NULL;
    }
    if (UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                  handles, 2 * sizeof *handles, NULL, NULL))
        return list;
    DeleteProcThreadAttributeList(list);
    eo_free(list);
    return NULL;
}

/* ---- that it ends as one ---------------------------------------------------- */

/* All that it starts is in it, too; if we end, so do they. */
static HANDLE new_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    const HANDLE job = CreateJobObjectW(NULL, NULL);

    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job != NULL &&
        !SetInformationJobObject(job, JobObjectExtendedLimitInformation,
                                 &limits, sizeof limits)) {
        eo_windows_fail();
        CloseHandle(job);
        return NULL;
    }
    return job;
}

/* What it left behind goes on, as elsewhere. */
static void leave_job(HANDLE job)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION none = {0};

    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &none,
                            sizeof none);
    CloseHandle(job);
}

/* ---- starting ---------------------------------------------------------------- */

static int create(struct process *p, const struct command *c, HANDLE job,
                  LPPROC_THREAD_ATTRIBUTE_LIST list, HANDLE streams[2])
{
    STARTUPINFOEXW how = {.StartupInfo = {.cb = sizeof how,
                                          .dwFlags = STARTF_USESTDHANDLES,
                                          .hStdInput = streams[0],
                                          .hStdOutput = streams[1],
                                          .hStdError = streams[1]},
                          .lpAttributeList = list};
    PROCESS_INFORMATION made;
    /* Where we have no window, it gets none. */
    const DWORD window = GetConsoleCP() == 0 ? CREATE_NO_WINDOW : 0;
    int sys;

    if (!CreateProcessW(c->program, c->line, NULL, NULL, TRUE,
                        CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP |
                            CREATE_UNICODE_ENVIRONMENT |
                            EXTENDED_STARTUPINFO_PRESENT | window,
                        c->env, NULL, &how.StartupInfo, &made)) {
        eo_windows_fail();
        return errno;
    }
    if (!AssignProcessToJobObject(job, made.hProcess)) {
        eo_windows_fail();
        sys = errno;
        TerminateProcess(made.hProcess, ENDED_BY_US);
        CloseHandle(made.hProcess);
        CloseHandle(made.hThread);
        return sys;
    }
    ResumeThread(made.hThread);
    CloseHandle(made.hThread);
    *p = (struct process){.id = (intptr_t)made.hProcess,
                          .group = (intptr_t)job};
    return 0;
}

int eo_process_start(struct process *p, const struct process_start *s)
{
    HANDLE streams[2] = {hand_down(s->in), hand_down(s->out)};
    LPPROC_THREAD_ATTRIBUTE_LIST list = list_of(streams);
    const HANDLE job = new_job();
    struct command c;
    int rc = eo_windows_command(&c, s);

    if (rc == 0 && (streams[0] == INVALID_HANDLE_VALUE ||
                    streams[1] == INVALID_HANDLE_VALUE))
        rc = EBADF;
    if (rc == 0 && (list == NULL || job == NULL))
        rc = ENOMEM;
    if (rc == 0)
        rc = create(p, &c, job, list, streams);
    if (rc != 0 && job != NULL)
        CloseHandle(job);
    if (list != NULL)
        DeleteProcThreadAttributeList(list);
    eo_free(list);
    for (int i = 0; i < 2; i++)
        if (streams[i] != INVALID_HANDLE_VALUE)
            CloseHandle(streams[i]);
    eo_windows_command_free(&c);
    return rc;
}

/* ---- ending ------------------------------------------------------------------- */

static int status_of(DWORD code)
{
    if (code == (DWORD)STATUS_CONTROL_C_EXIT)
        return ENDED_BY_ASKING;
    return code >= 0xc0000000 ? ENDED_BY_CRASH : (int)(code & 0x7fffffff);
}

bool eo_process_ended(struct process *p, int *status)
{
    DWORD code = 0;

    if (WaitForSingleObject((HANDLE)p->id, 0) != WAIT_OBJECT_0)
        return false;
    GetExitCodeProcess((HANDLE)p->id, &code);
    *status = status_of(code);
    CloseHandle((HANDLE)p->id);
    leave_job((HANDLE)p->group);
    return true;
}

/* Who has no console of ours does not hear it, and is killed when its time is
 * over. */
void eo_process_ask_to_end(struct process *p)
{
    GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, GetProcessId((HANDLE)p->id));
}

void eo_process_kill(struct process *p)
{
    TerminateJobObject((HANDLE)p->group, ENDED_BY_US);
}

void eo_process_wait(struct process *p)
{
    WaitForSingleObject((HANDLE)p->id, INFINITE);
    CloseHandle((HANDLE)p->id);
    leave_job((HANDLE)p->group);
}

/* ---- our own ------------------------------------------------------------------- */

static char **environment;

static void free_environment(void)
{
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        eo_wipe(environment[i], strlen(environment[i]));
        eo_free(environment[i]);
    }
    eo_free(environment);
    environment = NULL;
}

/* Those that begin with '=' are where cmd.exe was on each drive. */
const char *const *eo_process_env(void)
{
    static const char *const NONE[] = {NULL};
    wchar_t *all = GetEnvironmentStringsW();
    size_t n = 0;

    free_environment();
    for (const wchar_t *at = all; at != NULL && *at != L'\0';
         at += wcslen(at) + 1)
        n++;
    environment = eo_calloc(n + 1, sizeof *environment);
    n = 0;
    for (const wchar_t *at = all;
         environment != NULL && at != NULL && *at != L'\0';
         at += wcslen(at) + 1)
        if (*at != L'=' && (environment[n] = eo_windows_utf8(at)) != NULL)
            n++;
    if (all != NULL)
        FreeEnvironmentStringsW(all);
    return environment != NULL ? (const char *const *)environment : NONE;
}

uint64_t eo_process_id(void)
{
    return GetCurrentProcessId();
}

bool eo_process_is_admin(void)
{
    TOKEN_ELEVATION elevation = {0};
    HANDLE token;
    DWORD n;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation,
                        &n);
    CloseHandle(token);
    return elevation.TokenIsElevated != 0;
}

int eo_process_become(const char *user, const char **why)
{
    (void)user;
    *why = "Windows has no such thing; start it as that user";
    return -1;
}
