/* job_short.c -- a job for which this machine has no descriptor waits: that is
 * no attempt, and no fault of the device's.
 */
#include "fleet/job_inside.h"

static void approach(void *ctx)
{
    eo_job_approach(ctx);
}

static void resolve(void *ctx)
{
    eo_job_attempt(ctx);
}

static void look(void *ctx)
{
    eo_job_look(ctx);
}

/* Where it stopped: what was found out before that is kept. */
static void (*next_step(const struct job *j))(void *)
{
    if (j->resolve != NULL || j->n_addr == 0)
        return resolve;
    return j->look != NULL ? look : approach;
}

bool eo_job_waits(struct job *j, const struct espota_error *err)
{
    const bool began = j->open || j->took || j->vetoed ||
                       (j->session != NULL && eo_session_committed(j->session));
    void (*const next)(void *) = next_step(j);

    if (!eo_is_want_of_fds(err->sys_errno) || began ||
        !eo_shortage_wait(j->c.shortage, &j->short_of, next, j))
        return false;
    j->report.attempt -= next == resolve;
    eo_job_stop_all(j);
    eo_job_expects_nothing(j);
    eo_report_phase(&j->report, ESPOTA_PHASE_QUEUED,
                    "waiting for a free file descriptor");
    return true;
}

void eo_job_got_fds(struct job *j)
{
    eo_shortage_over(j->c.shortage, &j->short_of);
}
