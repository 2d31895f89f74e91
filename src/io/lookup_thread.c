/* lookup_thread.c -- both sides of a look-up on a thread. */
#include "io/lookup_thread.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/worker.h"

struct lookup_thread {
    struct loop *loop;
    struct lookup_config config;
    struct worker *worker;
    struct timer deadline;
};

struct job {
    struct question question;
    void (*run)(struct question *);
    char *name;
};

/* ---- on the thread ------------------------------------------------------ */

bool eo_question_wants(const struct question *q, int family)
{
    return q->family == 0 || (q->family == 6) == (family == AF_INET6);
}

void eo_question_add(struct question *q, const struct addr *a, unsigned arrival)
{
    if (q->n == CANDIDATES_MAX || !eo_question_wants(q, a->sa.ss_family))
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
        if (q->found[i].addr.sa.ss_family == AF_INET)
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

/* ---- on the loop -------------------------------------------------------- */

static void on_done(void *ctx, void *p)
{
    struct lookup_thread *l = ctx;
    const struct question *q = &((const struct job *)p)->question;
    struct espota_error err;

    eo_timer_stop(l->loop, &l->deadline);
    for (size_t i = 0; i < q->n; i++)
        l->config.found(l->config.ctx, &q->found[i].addr, q->found[i].arrival);
    if (q->why[0] != '\0')
        eo_fail_hint(&err, ESPOTA_E_RESOLVE, q->hint, "%s", q->why);
    else
        eo_fail(&err, ESPOTA_E_RESOLVE, "has no%s address",
                q->family == 4   ? " IPv4"
                : q->family == 6 ? " IPv6"
                                 : "");
    l->config.ended(l->config.ctx, &err);
}

static void on_deadline(void *ctx)
{
    struct lookup_thread *l = ctx;
    struct espota_error err;

    eo_worker_free(l->worker);
    l->worker = NULL;
    eo_fail(&err, ESPOTA_E_RESOLVE, "no reply within %g s, ignored",
            l->config.timeout_ms / 1000.0);
    l->config.ended(l->config.ctx, &err);
}

void eo_lookup_thread_free(void *p)
{
    struct lookup_thread *l = p;

    if (l == NULL)
        return;
    eo_timer_stop(l->loop, &l->deadline);
    eo_worker_free(l->worker);
    eo_free(l);
}

void *eo_lookup_thread_start(struct loop *loop, const struct lookup_config *c,
                             void (*look_up)(struct question *))
{
    struct lookup_thread *l = eo_calloc(1, sizeof *l);
    struct job *job = eo_calloc(1, sizeof *job);

    if (l == NULL || job == NULL || (job->name = eo_strdup(c->name)) == NULL) {
        eo_free(job);
        eo_free(l);
        return NULL;
    }
    job->run = look_up;
    job->question.name = job->name;
    job->question.family = c->family;
    job->question.timeout_ms = c->timeout_ms;
    l->loop = loop;
    l->config = *c;
    l->worker = eo_worker_start(loop, run, job, job_free, on_done, l);
    if (l->worker == NULL) {
        eo_lookup_thread_free(l);
        return NULL;
    }
    eo_timer_start(loop, &l->deadline, c->timeout_ms, on_deadline, l);
    return l;
}
