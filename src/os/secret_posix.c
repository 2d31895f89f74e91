/* secret_posix.c -- secrets of a process by POSIX and Linux. */
#include "os/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/mem.h"

/* The limit does not help if cores are piped to a program: then the process
 * itself must be marked as not dumpable.  (A sanitizer looks for leaks as a
 * debugger would.) */
void eo_secret_no_core(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* Lists of processes show what main() was given. */
void eo_secret_wipe_argument(char *arg)
{
    eo_wipe(arg, strlen(arg));
}

void eo_secret_wipe_variable(const char *name)
{
    char *value = getenv(name);

    if (value != NULL)
        eo_wipe(value, strlen(value));
    unsetenv(name);
}
