/* job_known.c -- what a job knows of its device and the image, by the table in
 * state.c.  The listener to its events may veto what would change that.
 */
#include "fleet/job_inside.h"

bool eo_job_happened(struct job *j, enum espota_happening h)
{
    const enum espota_state next = espota_state_after(j->known, h);
    const bool commits = h == ESPOTA_HAPPENED_COMMIT;

    j->asks = commits || h == ESPOTA_HAPPENED_BEGIN;
    if (j->asks || next != j->known)
        eo_report_emit(&j->report, &(struct espota_event){
                                       .kind = commits ? ESPOTA_EVENT_COMMIT
                                                       : ESPOTA_EVENT_STATE,
                                       .happening = h,
                                       .state = next});
    j->asks = false;
    if (j->vetoed)
        return false;
    j->known = next;
    j->open = commits; /* all else is an answer, or comes before the commit */
    return true;
}

void eo_job_veto(struct job *j, const struct espota_error *why)
{
    if (!j->asks)
        return;
    j->vetoed = true;
    j->veto = *why;
}

void eo_job_took(struct job *j)
{
    if (!j->took)
        eo_job_happened(j, ESPOTA_HAPPENED_TOOK);
    j->took = true;
}

bool eo_job_must_ask(const struct job *j)
{
    return espota_state_next(j->known) == ESPOTA_NEXT_ASK &&
           !j->target.pub.force;
}
