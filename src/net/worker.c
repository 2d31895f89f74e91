/* worker.c -- a detached thread, a pipe that tells when it is through, and a
 * job that belongs to whoever of the two lives longer. */
#include "net/worker.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/mem.h"

enum { STACK_BYTES = 512 << 10 };

/* What both sides hold. */
struct shared {
    pthread_mutex_t lock;
    unsigned holders;
    int done_fd; /* written to by the thread */
    void (*run)(void *job);
    void (*free_job)(void *job);
    void *job;
};

struct worker {
    struct shared *shared;
    struct watch *watch;
    int fd;
    void (*done)(void *ctx, void *job);
    void *ctx;
};

static void let_go(struct shared *s)
{
    unsigned left;

    pthread_mutex_lock(&s->lock);
    left = --s->holders;
    pthread_mutex_unlock(&s->lock);
    if (left > 0)
        return;
    s->free_job(s->job);
    pthread_mutex_destroy(&s->lock);
    eo_free(s);
}

static void *thread(void *arg)
{
    struct shared *s = arg;
    const int fd = s->done_fd;

    s->run(s->job);
    /* Closing is what tells: it needs no reader, and cannot fail. */
    let_go(s);
    close(fd);
    return NULL;
}

/* Signals are the main thread's business. */
static int spawn(struct shared *s)
{
    pthread_attr_t attr;
    sigset_t all, before;
    pthread_t id;
    int rc;

    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&id, &attr, thread, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return rc;
}

static void on_done(void *ctx, int ready)
{
    struct worker *w = ctx;

    (void)ready;
    eo_watch_want(w->watch, 0);
    /* The thread let go of the lock before it closed the pipe: taking it makes
     * what the thread wrote visible here. */
    pthread_mutex_lock(&w->shared->lock);
    pthread_mutex_unlock(&w->shared->lock);
    w->done(w->ctx, w->shared->job);
}

static int open_pipe(int fds[2])
{
    if (pipe(fds) != 0)
        return -1;
    for (int i = 0; i < 2; i++)
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    return 0;
}

struct worker *eo_worker_start(struct espota_loop *loop, void (*run)(void *job),
                               void *job, void (*free_job)(void *job),
                               void (*done)(void *ctx, void *job), void *ctx)
{
    struct worker *w = eo_calloc(1, sizeof *w);
    struct shared *s = eo_calloc(1, sizeof *s);
    int fds[2] = {-1, -1};

    if (w == NULL || s == NULL || open_pipe(fds) != 0)
        goto fail;
    *w = (struct worker){s, NULL, fds[0], done, ctx};
    *s = (struct shared){
        .holders = 2,
        .done_fd = fds[1],
        .run = run,
        .free_job = free_job,
        .job = job,
    };
    pthread_mutex_init(&s->lock, NULL);
    w->watch = eo_watch_new(loop, w->fd, ESPOTA_READ, on_done, w);
    if (w->watch == NULL || spawn(s) != 0)
        goto fail;
    return w;
fail:
    if (w != NULL)
        eo_watch_free(w->watch);
    if (fds[0] >= 0) {
        close(fds[0]);
        close(fds[1]);
    }
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
    close(w->fd);
    let_go(w->shared);
    eo_free(w);
}
