/* worker.c -- a detached thread, a pipe that tells when it has finished, and a
 * job that belongs to whichever side lives longer. */
#include "net/worker.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "os/sock.h"
#include "os/thread.h"
#include "os/wake.h"

/* What both sides share. */
struct shared {
    atomic_uint holders;
    os_socket done_fd; /* closed by the thread */
    void (*run)(void *job);
    void (*free_job)(void *job);
    void *job;
};

struct worker {
    struct shared *shared;
    struct watch *watch;
    os_socket fd;
    void (*done)(void *ctx, void *job);
    void *ctx;
};

static void let_go(struct shared *s)
{
    if (atomic_fetch_sub(&s->holders, 1) > 1)
        return;
    s->free_job(s->job);
    eo_free(s);
}

static void thread(void *arg)
{
    struct shared *s = arg;
    const os_socket fd = s->done_fd;

    s->run(s->job);
    /* Closing it is the signal: that needs no reader, and cannot fail. */
    let_go(s);
    eo_sock_close(fd);
}

static void on_done(void *ctx, int ready)
{
    struct worker *w = ctx;

    (void)ready;
    eo_watch_want(w->watch, 0);
    /* The thread released its share before it closed its end: reading that
     * count makes what the thread wrote visible here. */
    (void)atomic_load(&w->shared->holders);
    w->done(w->ctx, w->shared->job);
}

struct worker *eo_worker_start(struct espota_loop *loop, void (*run)(void *job),
                               void *job, void (*free_job)(void *job),
                               void (*done)(void *ctx, void *job), void *ctx)
{
    struct worker *w = eo_calloc(1, sizeof *w);
    struct shared *s = eo_calloc(1, sizeof *s);
    struct wake wake = WAKE_NONE;

    if (w == NULL || s == NULL || eo_wake_open(&wake) != 0)
        goto fail;
    *w = (struct worker){s, NULL, wake.read_fd, done, ctx};
    *s = (struct shared){
        .holders = 2,
        .done_fd = wake.write_fd,
        .run = run,
        .free_job = free_job,
        .job = job,
    };
    w->watch = eo_watch_new(loop, w->fd, ESPOTA_READ, on_done, w);
    if (w->watch == NULL || eo_thread_start(thread, s) != 0)
        goto fail;
    return w;
fail:
    if (w != NULL)
        eo_watch_free(w->watch);
    eo_wake_close(&wake);
    eo_free(w);
    eo_free(s);
    free_job(job);
    return NULL;
}

void eo_worker_free(struct worker *w)
{
    if (w == NULL)
        return;
    eo_watch_free(w->watch);
    eo_sock_close(w->fd);
    let_go(w->shared);
    eo_free(w);
}
