/* thread_posix.c -- a detached pthread. */
#include "os/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "base/mem.h"

enum { STACK_BYTES = 512 << 10 };

struct start {
    void (*run)(void *arg);
    void *arg;
};

static void *thread(void *p)
{
    const struct start start = *(struct start *)p;

    eo_free(p);
    start.run(start.arg);
    return NULL;
}

int eo_thread_start(void (*run)(void *arg), void *arg)
{
    struct start *start = eo_calloc(1, sizeof *start);
    pthread_attr_t attr;
    sigset_t all, before;
    pthread_t id;
    int rc;

    if (start == NULL)
        return ENOMEM;
    *start = (struct start){run, arg};
    /* Signals are for the main thread only. */
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&id, &attr, thread, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (rc != 0)
        eo_free(start);
    return rc;
}
