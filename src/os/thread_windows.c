/* thread_windows.c -- a thread that nobody waits for. */
#include "os/windows.h"

#include <errno.h>
#include <process.h>

#include "base/mem.h"
#include "os/thread.h"

enum { STACK_BYTES = 512 << 10 };

struct start {
    void (*run)(void *arg);
    void *arg;
};

static unsigned __stdcall thread(void *p)
{
    const struct start start = *(struct start *)p;

    eo_free(p);
    start.run(start.arg);
    return 0;
}

/* The C library must know of it, which CreateThread() does not tell. */
int eo_thread_start(void (*run)(void *arg), void *arg)
{
    struct start *start = eo_calloc(1, sizeof *start);
    uintptr_t handle;

    if (start == NULL)
        return ENOMEM;
    *start = (struct start){run, arg};
    handle = _beginthreadex(NULL, STACK_BYTES, thread, start,
                            STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (handle == 0) {
        const int sys = errno;

        eo_free(start);
        return sys;
    }
    CloseHandle((HANDLE)handle);
    return 0;
}
