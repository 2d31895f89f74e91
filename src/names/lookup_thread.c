/* lookup_thread.c -- both sides of a look-up on a thread.
 *
 * Hundreds of names do not get hundreds of threads: look-ups of a kind take
 * turns.  One that is slow, or was abandoned, does not hold up the others for
 * long: another thread takes its place, up to a limit.
 */
#include "names/lookup_thread.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/worker.h"
#include "os/clock.h"

enum {
    QUICK = 4,    /* threads that are expected to answer soon */
    THREADS = 32, /* slow and abandoned ones included */
    SLOW_MS = 500,
    AGAIN_MS = 100 /* there was no thread, no descriptor, no memory */
};

struct lookup_thread {
    struct espota_loop *loop;
    struct lookup_config config;
    char *name;
    struct turns *turns;
    struct turn *turn;          /* NULL: it waits for one, or is over */
    struct lookup_thread *next; /* in the queue */
    struct timer timer;
    bool queued;
};

/* A thread at work; its look-up may have ended and abandoned it. */
struct turn {
    struct turns *turns;
    struct worker *worker;
    struct lookup_thread *lookup; /* NULL: left behind */
    bool slow;
    struct turn *next;
};

/* Of one kind of look-up, which its function tells. */
struct turns {
    struct espota_loop *loop;
    void (*run)(struct question *);
    struct lookup_thread *queue;
    struct turn *first;
    struct timer timer;
    struct turns *next;
};

struct job {
    struct question question;
    void (*run)(struct question *);
    char *name;
};

/* ---- on the thread ------------------------------------------------------ */

bool eo_question_wants(const struct question *q, int family)
{
    return q->family == 0 || q->family == family;
}

void eo_question_add(struct question *q, const struct addr *a, unsigned arrival)
{
    if (q->n == CANDIDATES_MAX || !eo_question_wants(q, a->family))
        return;
    q->found[q->n].addr = *a;
    q->found[q->n].arrival = arrival;
    q->n++;
}

void eo_question_fail(struct question *q, const char *what, const char *detail)
{
    struct text t;

    eo_text_init(&t, q->why, sizeof q->why);
    eo_text_add(&t, "%s (%s)", what, detail);
}

int eo_question_patience(const struct question *q, uint64_t began_ms,
                         uint64_t first_ms)
{
    const uint64_t now = eo_monotonic_ms();
    uint64_t until = began_ms + q->timeout_ms;

    for (size_t i = 0; i < q->n; i++)
        if (q->found[i].addr.family == 4)
            return 0;
    if (q->n > 0 && until > first_ms + CANDIDATES_WAIT_MS)
        until = first_ms + CANDIDATES_WAIT_MS;
    return now < until ? (int)(until - now) : 0;
}

static void run(void *p)
{
    struct job *job = p;

    job->run(&job->question);
}

static void job_free(void *p)
{
    struct job *job = p;

    eo_free(job->name);
    eo_free(job);
}

/* ---- on the loop: turns ------------------------------------------------- */

static void turn_free(struct turn *t)
{
    struct turn **at = &t->turns->first;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    eo_worker_free(t->worker);
    eo_free(t);
}

static void turns_free(void *p)
{
    struct turns *next;

    for (struct turns *s = p; s != NULL; s = next) {
        next = s->next;
        eo_timer_stop(s->loop, &s->timer);
        while (s->first != NULL)
            turn_free(s->first);
        eo_free(s);
    }
}

static struct turns *turns_of(struct espota_loop *loop,
                              void (*look_up)(struct question *))
{
    struct loop_shared *shared = eo_loop_shared(loop, LOOP_TURNS);
    struct turns *s;

    for (s = shared->it; s != NULL; s = s->next)
        if (s->run == look_up)
            return s;
    s = eo_calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    *s = (struct turns){.loop = loop, .run = look_up, .next = shared->it};
    *shared = (struct loop_shared){s, turns_free};
    return s;
}

static bool has_place(const struct turns *s)
{
    unsigned all = 0, quick = 0;

    for (const struct turn *t = s->first; t != NULL; t = t->next) {
        all++;
        quick += t->lookup != NULL && !t->slow;
    }
    return quick < QUICK && all < THREADS;
}

static void end(struct lookup_thread *l, const struct espota_error *why)
{
    eo_timer_stop(l->loop, &l->timer);
    if (l->turn != NULL)
        l->turn->lookup = NULL;
    l->turn = NULL;
    l->config.ended(l->config.ctx, why);
}

static void give(struct lookup_thread *l, const struct question *q)
{
    struct espota_error err;

    for (size_t i = 0; i < q->n; i++)
        l->config.found(l->config.ctx, &q->found[i].addr, q->found[i].arrival,
                        0);
    if (q->why[0] != '\0')
        eo_fail_advice(&err, ESPOTA_E_RESOLVE, q->advice, q->hint, "%s",
                       q->why);
    else
        eo_fail(&err, ESPOTA_E_RESOLVE, "has no%s address",
                q->family == 4   ? " IPv4"
                : q->family == 6 ? " IPv6"
                                 : "");
    end(l, &err);
}

static void serve_next(void *turns);

static void on_done(void *ctx, void *job)
{
    struct turn *t = ctx;

    if (t->lookup != NULL)
        give(t->lookup, &((const struct job *)job)->question);
    eo_timer_start(t->turns->loop, &t->turns->timer, 0, serve_next, t->turns);
    turn_free(t);
}

static void on_deadline(void *ctx)
{
    struct lookup_thread *l = ctx;
    struct espota_error err;

    eo_fail(&err, ESPOTA_E_RESOLVE, "no reply within %g s, ignored",
            l->config.timeout_ms / 1000.0);
    end(l, &err);
}

static void on_slow(void *ctx)
{
    struct lookup_thread *l = ctx;

    l->turn->slow = true;
    eo_timer_start(l->loop, &l->timer, l->config.timeout_ms - SLOW_MS,
                   on_deadline, l);
    serve_next(l->turns);
}

static struct job *job_of(const struct lookup_thread *l)
{
    struct job *job = eo_calloc(1, sizeof *job);

    if (job == NULL || (job->name = eo_strdup(l->name)) == NULL) {
        eo_free(job);
        return NULL;
    }
    job->run = l->turns->run;
    job->question.name = job->name;
    job->question.family = l->config.family;
    job->question.timeout_ms = l->config.timeout_ms;
    return job;
}

/* Its time limit starts now.  0, or -1: this machine has no thread for it. */
static int begin(struct lookup_thread *l)
{
    struct turn *t = eo_calloc(1, sizeof *t);
    struct job *job = t != NULL ? job_of(l) : NULL;

    if (job != NULL)
        t->worker = eo_worker_start(l->loop, run, job, job_free, on_done, t);
    if (job == NULL || t->worker == NULL) {
        eo_free(t);
        return -1;
    }
    t->turns = l->turns;
    t->lookup = l;
    t->next = l->turns->first;
    l->turns->first = t;
    l->turn = t;
    if (l->config.timeout_ms > SLOW_MS)
        eo_timer_start(l->loop, &l->timer, SLOW_MS, on_slow, l);
    else
        eo_timer_start(l->loop, &l->timer, l->config.timeout_ms, on_deadline,
                       l);
    return 0;
}

static void serve_next(void *ctx)
{
    struct turns *s = ctx;

    while (s->queue != NULL && has_place(s)) {
        struct lookup_thread *l = s->queue;

        if (begin(l) != 0) {
            eo_timer_start(s->loop, &s->timer, AGAIN_MS, serve_next, s);
            return;
        }
        s->queue = l->next;
        l->queued = false;
    }
}

/* ---- on the loop: a look-up --------------------------------------------- */

static void enqueue(struct lookup_thread *l)
{
    struct lookup_thread **at = &l->turns->queue;

    while (*at != NULL)
        at = &(*at)->next;
    *at = l;
    l->queued = true;
}

static void dequeue(struct lookup_thread *l)
{
    struct lookup_thread **at = &l->turns->queue;

    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    l->queued = false;
}

/* Its turn did not come. */
static void on_no_turn(void *ctx)
{
    struct lookup_thread *l = ctx;
    struct espota_error err;

    dequeue(l);
    if (has_place(l->turns))
        eo_fail(&err, ESPOTA_E_INTERNAL,
                "out of memory, threads or descriptors");
    else
        eo_fail(&err, ESPOTA_E_RESOLVE,
                "the name service has not answered others for %g s",
                l->config.timeout_ms / 1000.0);
    end(l, &err);
}

void eo_lookup_thread_free(void *p)
{
    struct lookup_thread *l = p;

    if (l == NULL)
        return;
    eo_timer_stop(l->loop, &l->timer);
    if (l->queued)
        dequeue(l);
    if (l->turn != NULL) {
        l->turn->lookup = NULL;
        eo_timer_start(l->loop, &l->turns->timer, 0, serve_next, l->turns);
    }
    eo_free(l->name);
    eo_free(l);
}

void *eo_lookup_thread_start(struct espota_loop *loop,
                             const struct lookup_config *c,
                             void (*look_up)(struct question *))
{
    struct lookup_thread *l = eo_calloc(1, sizeof *l);
    struct turns *turns = turns_of(loop, look_up);

    if (l == NULL || turns == NULL || (l->name = eo_strdup(c->name)) == NULL) {
        eo_free(l);
        return NULL;
    }
    l->loop = loop;
    l->config = *c;
    l->config.name = l->config.only = NULL;
    l->turns = turns;
    enqueue(l);
    eo_timer_start(loop, &l->timer, c->timeout_ms, on_no_turn, l);
    serve_next(turns);
    return l;
}
