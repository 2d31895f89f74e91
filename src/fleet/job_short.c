/* job_short.c -- a job waits when this machine has no descriptor for it.  That
 * does not count as an attempt, and is not the device's fault.
 */
#include "fleet/job_inside.h"

static void go_on(void *ctx)
{
    struct job *j = ctx;

    j->steps->next(j, j->stopped_in);
}

/* The step it stopped in: what was found out before that is kept. */
static enum job_step step_of(const struct job *j)
{
    if (j->resolve != NULL || j->n_addr == 0)
        return JOB_ATTEMPT;
    return j->look != NULL ? JOB_LOOK : JOB_APPROACH;
}

bool eo_job_waits(struct job *j, const struct espota_error *err)
{
    const bool began = j->open || j->took || j->vetoed ||
                       (j->session != NULL && eo_session_committed(j->session));

    if (!eo_is_want_of_fds(err->sys_errno) || began ||
        !eo_shortage_wait(j->c.shortage, &j->short_of, go_on, j))
        return false;
    j->stopped_in = step_of(j);
    j->report.attempt -= j->stopped_in == JOB_ATTEMPT;
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
