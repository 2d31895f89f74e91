/* job_end.c -- how a job ends, and how it stops everything it waits for. */
#include <stdio.h>
#include <string.h>

#include "fleet/job_inside.h"

void eo_job_stop_all(struct job *j)
{
    eo_timer_stop(j->c.loop, &j->timer);
    eo_timer_stop(j->c.loop, &j->first);
    eo_race_free(j->knock);
    j->knock = NULL;
    eo_resolve_free(j->resolve);
    eo_identity_free(j->look);
    eo_verify_free(j->verify);
    eo_race_free(j->peek);
    j->peek = NULL;
    j->resolve = NULL;
    j->look = NULL;
    j->verify = NULL;
    eo_detect_free(j->detect);
    j->detect = NULL;
    if (j->session != NULL)
        j->result.bytes_wire += eo_session_bytes_out(j->session);
    eo_session_free(j->session);
    j->session = NULL;
}

void eo_job_expects_nothing(struct job *j)
{
    j->patient = false;
    eo_timer_stop(j->c.loop, &j->lend);
    eo_timer_stop(j->c.loop, &j->patience);
}

void eo_job_end(struct job *j, enum espota_outcome outcome)
{
    eo_job_stop_all(j);
    eo_timer_stop(j->c.loop, &j->limit);
    eo_job_expects_nothing(j);
    eo_shortage_leave(j->c.shortage, &j->short_of);
    if (j->started && !j->looks)
        eo_shortage_ended(j->c.shortage);
    eo_report_end(&j->report);
    j->ended = true;
    j->result.outcome = outcome;
    j->result.state = j->known;
    j->result.error = &j->error;
    j->result.phase = j->report.phase;
    j->result.attempts = j->report.attempt;
    j->result.bytes_image = espota_image_info(j->c.image)->bytes;
    j->result.ms_total = (uint32_t)(eo_loop_now(j->c.loop) - j->report.began);
    eo_target_wipe(&j->target);
    memcpy(j->result.ms, j->report.ms, sizeof j->result.ms);
    eo_report_emit(&j->report, &(struct espota_event){.kind = ESPOTA_EVENT_END,
                                                      .result = &j->result,
                                                      .error = &j->error});
    j->c.on_end(j->c.on_end_ctx);
}

void eo_job_end_well(struct job *j, enum espota_outcome outcome)
{
    j->error = (struct espota_error){.category = ESPOTA_E_OK};
    eo_job_end(j, outcome);
}

bool eo_job_is_absent(enum espota_category c)
{
    return c == ESPOTA_E_RESOLVE || c == ESPOTA_E_CONNECT ||
           c == ESPOTA_E_NO_ANSWER;
}

/* A failure of this run says nothing about what an earlier run may have done,
 * or about what the device took before the failure. */
static enum espota_outcome outcome_of(const struct job *j)
{
    const enum espota_category c = j->error.category;

    if (!j->open && !j->heard && j->target.pub.skip_absent &&
        eo_job_is_absent(c))
        return ESPOTA_SKIPPED;
    if (j->open || espota_state_next(j->known) == ESPOTA_NEXT_ASK ||
        (j->took && j->known == ESPOTA_STATE_HAS))
        return ESPOTA_UNKNOWN;
    return espota_category_outcome(c);
}

void eo_job_end_failed(struct job *j)
{
    const size_t len = strlen(j->error.message);
    const enum espota_outcome outcome = outcome_of(j);

    /* NO_ANSWER is left out: the protocol has a better hint for that. */
    if (outcome != ESPOTA_UNKNOWN && j->heard &&
        (j->error.category == ESPOTA_E_RESOLVE ||
         j->error.category == ESPOTA_E_CONNECT))
        eo_advise(&j->error, ESPOTA_ADVICE_NONE,
                  "it answered before: it may be restarting, or have lost "
                  "power or Wi-Fi");
    if (j->report.attempt > 1)
        snprintf(j->error.message + len, sizeof j->error.message - len,
                 ", attempt %u", j->report.attempt);
    eo_job_end(j, outcome);
}

void eo_job_end_memory(struct job *j)
{
    eo_fail_memory(&j->error);
    eo_job_end_failed(j);
}

/* The device has already accepted the image, and nothing more is wanted; only
 * the goodbye is missing. */
bool eo_job_end_accepted(struct job *j)
{
    if (j->session == NULL)
        return false;
    if (eo_session_accepted(j->session))
        eo_job_took(j);
    if (!j->took || j->target.pub.verify != ESPOTA_VERIFY_NONE)
        return false;
    eo_job_end_well(j, ESPOTA_UPDATED);
    return true;
}

/* Nothing happened to the device, so this is neither a success nor a
 * failure. */
static void cancel_unbegun(struct job *j, const struct espota_error *why)
{
    struct espota_error err;

    if (why == NULL)
        eo_fail(&err, ESPOTA_E_INTERRUPTED, "not begun: interrupted");
    else
        eo_fail(&err, ESPOTA_E_FLEET_STOPPED, "not begun: %s", why->message);
    eo_job_skip(j, &err);
}

void eo_job_cancel(struct job *j, const struct espota_error *why)
{
    if (j->ended)
        return;
    if (!j->started || j->looks) {
        cancel_unbegun(j, why);
        return;
    }
    if (eo_job_end_accepted(j))
        return;
    if (why != NULL)
        j->error = *why;
    else if (j->took)
        eo_fail_hint(&j->error, ESPOTA_E_INTERRUPTED, EO_CHECK_FIRST,
                     "interrupted: it took the image, and was not back yet");
    else if (j->open)
        eo_fail_hint(&j->error, ESPOTA_E_INTERRUPTED, EO_CHECK_FIRST,
                     "interrupted after %s",
                     eo_proto_reached(j->session != NULL &&
                                      eo_session_confirmed(j->session)));
    else
        eo_fail(&j->error, ESPOTA_E_INTERRUPTED, "interrupted while %s",
                j->report.doing);
    eo_job_end_failed(j);
}

void eo_job_skip(struct job *j, const struct espota_error *why)
{
    if (j->ended)
        return;
    eo_report_begin(&j->report);
    j->error = *why;
    eo_job_end(j, ESPOTA_SKIPPED);
}
