/* job.c -- one image on its way into one device: the order of its steps, which
 * next_step() shows, and when it tries again.
 */
#include "fleet/job.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/job_inside.h"
#include "fleet/job_preflight.h"
#include "fleet/retry.h"

enum {
    ASLEEP_AGAIN_MS = 500, /* until a sleeping device is tried again */
    NEXT_PASSWORD_MS = 1000
}; /* a device shows a refusal for a moment */

/* ---- attempts ------------------------------------------------------------ */

static void attempt(void *ctx);

static void again(struct job *j, uint32_t delay_ms)
{
    eo_job_stop_all(j);
    eo_report_phase(&j->report, ESPOTA_PHASE_QUEUED, "waiting to try again");
    eo_timer_start(j->c.loop, &j->timer, delay_ms, attempt, j);
}

/* The device was not seen yet, and the user wants to wait for it.  A look-up
 * listens all the time it runs, so the next one may begin at once. */
static bool may_be_asleep(const struct job *j)
{
    return !j->said_hello && !j->open && eo_job_is_absent(j->error.category) &&
           eo_loop_now(j->c.loop) - j->report.began <
               j->target.pub.wait_online_ms;
}

/* Tells the user why the job begins again, and that a password is stale. */
static void warn_of_password(const struct job *j)
{
    char text[80];

    snprintf(text, sizeof text, "password %zu of %zu was refused",
             j->password, j->target.pub.n_passwords);
    eo_report_emit(&j->report,
                   &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                          .code = "password",
                                          .text = text});
}

/* More often a web server than a device with bad Wi-Fi. */
static bool is_stranger(const struct job *j, const struct espota_error *err)
{
    return j->by_port && j->target.pub.port != 0 && !j->said_hello &&
           err->category == ESPOTA_E_BROKEN && err->sys_errno == 0;
}

static enum retry retry(const struct job *j, bool committed)
{
    return eo_retry(&(struct retry_facts){
        .category = j->error.category,
        .open = j->open,
        .committed = committed,
        .faults = j->faults,
        .retries = j->target.pub.look_up_once &&
                           j->error.category == ESPOTA_E_RESOLVE
                       ? 0
                       : j->target.pub.retries,
        .more_passwords = eo_job_sent_password(j) &&
                          j->password + 1 < j->target.pub.n_passwords,
        .stranger = is_stranger(j, &j->error),
    });
}

/* An attempt failed with *err. */
static void failed(struct job *j, const struct espota_error *err)
{
    const struct espota_target *t = &j->target.pub;
    const bool committed =
        j->session != NULL && eo_session_committed(j->session);
    enum espota_happening told;

    j->error = j->vetoed ? j->veto : *err;
    err = &j->error;
    if (espota_error_tells(err->category, &told))
        eo_job_happened(j, told);
    if (err->category == ESPOTA_E_NO_ANSWER && eo_job_next_address(j))
        return;
    /* It answered in neither protocol, so report the failed connection. */
    if (j->guessing && err->category == ESPOTA_E_NO_ANSWER && !j->said_hello)
        eo_fail_as(&j->error, &j->no_tcp,
                   "%s; nor does it answer ArduinoOTA's invitations",
                   j->no_tcp.message);
    if ((err->category == ESPOTA_E_UNKNOWN || j->open) &&
        t->verify != ESPOTA_VERIFY_NONE) {
        eo_job_verify(j, true);
        return;
    }
    if (may_be_asleep(j)) {
        eo_job_doze(j, true);
        j->report.attempts++; /* not a retry: allow one attempt more */
        again(j, err->category == ESPOTA_E_RESOLVE ? 0 : ASLEEP_AGAIN_MS);
        return;
    }
    if (t->skip_absent && !j->heard && eo_job_is_absent(j->error.category)) {
        eo_job_end_failed(j);
        return;
    }
    j->faults += espota_category_retryable(err->category);
    switch (retry(j, committed)) {
    case RETRY_NO:
        eo_job_end_failed(j);
        return;
    case RETRY_SAME:
        eo_report_emit(&j->report,
                       &(struct espota_event){.kind = ESPOTA_EVENT_RETRY,
                                              .error = &j->error,
                                              .delay_ms = t->retry_delay_ms});
        again(j, t->retry_delay_ms);
        return;
    case RETRY_NEXT_PASSWORD:
        j->password++;
        j->report.attempts++; /* not a retry: allow one attempt more */
        warn_of_password(j);
        again(j, NEXT_PASSWORD_MS);
        return;
    }
}

static void step_failed(struct job *j, const struct espota_error *err)
{
    if (eo_job_waits(j, err))
        return;
    eo_job_got_fds(j);
    failed(j, err);
}

static void next_step(struct job *j, enum job_step next)
{
    switch (next) {
    case JOB_ATTEMPT:
        attempt(j);
        return;
    case JOB_LOOK:
        eo_job_look(j);
        return;
    case JOB_APPROACH:
        eo_job_approach(j);
        return;
    case JOB_SPEAK:
        if (eo_job_can_be_seen(j))
            eo_job_speak(j);
        return;
    case JOB_VERIFY:
        if (j->target.pub.verify != ESPOTA_VERIFY_NONE)
            eo_job_verify(j, false);
        else
            eo_job_end_well(j, ESPOTA_UPDATED);
        return;
    }
}

static const struct job_steps STEPS = {next_step, step_failed};

static void on_resolved(void *ctx, const struct resolved *got,
                        const struct espota_error *err)
{
    struct job *j = ctx;

    if (got == NULL) {
        step_failed(j, err);
        return;
    }
    eo_report_resolved(&j->report, got);
    if (got->doubt != NULL)
        eo_report_emit(&j->report,
                       &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                              .code = "name",
                                              .text = got->doubt});
    eo_job_set_addresses(j, got);
    eo_resolve_free(j->resolve);
    j->resolve = NULL;
    if (!j->guessing)
        eo_report_log(&j->report, ESPOTA_LOG_INFO, "speaking %s to port %u",
                      j->speaks->name, eo_job_port(j));
    next_step(j, eo_job_wants_to_look(j) ? JOB_LOOK : JOB_APPROACH);
}

static void attempt(void *ctx)
{
    struct job *j = ctx;

    eo_report_new_attempt(&j->report);
    eo_job_expects_answer(j);
    eo_report_phase(&j->report, ESPOTA_PHASE_RESOLVE,
                    eo_name_is_address(j->target.name)
                        ? "checking the address"
                        : "looking up the name");
    j->resolve = eo_job_resolve(j, on_resolved);
    if (j->resolve == NULL)
        eo_job_end_memory(j);
}

/* The time is over.  What that means depends on how far the job got. */
static void on_limit(void *ctx)
{
    static const enum espota_category CATEGORY[ESPOTA_PHASE_COUNT] = {
        [ESPOTA_PHASE_QUEUED] = ESPOTA_E_BROKEN,
        [ESPOTA_PHASE_RESOLVE] = ESPOTA_E_RESOLVE,
        [ESPOTA_PHASE_CONNECT] = ESPOTA_E_CONNECT,
        [ESPOTA_PHASE_INVITE] = ESPOTA_E_NO_ANSWER,
        [ESPOTA_PHASE_HELLO] = ESPOTA_E_NO_ANSWER,
        [ESPOTA_PHASE_AUTH] = ESPOTA_E_BROKEN,
        [ESPOTA_PHASE_PREPARE] = ESPOTA_E_BROKEN,
        [ESPOTA_PHASE_DATA] = ESPOTA_E_BROKEN,
        [ESPOTA_PHASE_COMMIT] = ESPOTA_E_UNKNOWN,
        [ESPOTA_PHASE_REBOOT] = ESPOTA_E_UNKNOWN,
        [ESPOTA_PHASE_VERIFY] = ESPOTA_E_NOT_BACK,
    };
    struct job *j = ctx;
    const struct espota_error last = j->error;
    const bool tried = last.category != ESPOTA_E_OK;
    enum espota_category category =
        tried && j->report.phase <= ESPOTA_PHASE_CONNECT ? last.category
                                                  : CATEGORY[j->report.phase];

    if (eo_job_end_accepted(j))
        return;
    if (j->open || (j->session != NULL && eo_session_committed(j->session)))
        category = ESPOTA_E_UNKNOWN;
    if (j->short_of.queued)
        category = ESPOTA_E_INTERNAL;
    eo_fail_advice(&j->error, category,
                 category == ESPOTA_E_UNKNOWN ? ESPOTA_ADVICE_NONE
                                              : ESPOTA_ADVICE_MORE_TIME_IN_ALL,
                 category == ESPOTA_E_UNKNOWN ? EO_CHECK_FIRST : NULL,
                 "no more time after %u s, %s%s%s",
                 (unsigned)(j->target.pub.max_ms / 1000), j->report.doing,
                 tried ? "; before that: " : "", tried ? last.message : "");
    eo_job_end_failed(j);
}

/* ---- outside ------------------------------------------------------------- */

int eo_job_new(struct job **out, const struct job_config *c,
               struct espota_error *err)
{
    struct job *j = eo_calloc(1, sizeof *j);

    if (j == NULL)
        return eo_fail_memory(err);
    j->c = *c;
    j->steps = &STEPS;
    if (eo_target_copy(&j->target, c->target, err) != 0) {
        eo_free(j);
        return -1;
    }
    j->speaks = eo_protocol_of(&j->target.pub);
    j->guessing = eo_protocol_is_guessed(&j->target.pub);
    j->known = j->target.pub.known;
    j->report = (struct report){
        .loop = c->loop,
        .on_event = c->on_event,
        .on_event_ctx = c->on_event_ctx,
        .log_level = c->log_level,
        .job = c->number,
        .device = j->target.pub.host,
        .tag = j->target.pub.tag,
        .attempts = j->target.pub.retries + 1,
    };
    if (eo_job_check_verify(j, err) != 0) {
        eo_job_free(j);
        return -1;
    }
    *out = j;
    return 0;
}

static void on_turn(void *ctx)
{
    struct job *j = ctx;

    if (eo_fit(&j->report, j->c.image, &j->target.pub, NULL, &j->error) != 0) {
        eo_job_end_failed(j);
    } else if (!j->target.pub.dry_run &&
               !eo_job_happened(j, ESPOTA_HAPPENED_BEGIN)) {
        j->error = j->veto;
        eo_job_end_failed(j);
    } else if (!j->target.pub.hold) {
        attempt(j);
    } else {
        eo_job_expects_nothing(j);
        j->held = true;
        eo_report_emit(&j->report,
                       &(struct espota_event){.kind = ESPOTA_EVENT_HELD});
    }
}

void eo_job_release(struct job *j, const struct espota_error *err)
{
    if (!j->held || j->ended)
        return;
    j->held = false;
    if (err != NULL) {
        j->error = *err;
        eo_job_end_failed(j);
    } else {
        eo_timer_start(j->c.loop, &j->timer, 0, attempt, j);
    }
}

void eo_job_start(struct job *j)
{
    j->started = true;
    j->looks = false;
    eo_shortage_begun(j->c.shortage);
    if (!j->unsure) /* otherwise the limit it began with goes on */
        eo_job_expects_nothing(j);
    eo_report_begin(&j->report);
    eo_timer_start(j->c.loop, &j->timer, 0, on_turn, j);
    if (j->target.pub.max_ms != 0)
        eo_timer_start(j->c.loop, &j->limit, j->target.pub.max_ms, on_limit,
                       j);
}

const char *eo_job_host(const struct job *j)
{
    return j->target.pub.host;
}

bool eo_job_ended(const struct job *j)
{
    return j->ended;
}

const struct espota_result *eo_job_result(const struct job *j)
{
    return &j->result;
}

int eo_job_number(const struct job *j)
{
    return j->c.number;
}

void eo_job_free(struct job *j)
{
    if (j == NULL)
        return;
    eo_job_stop_all(j);
    eo_timer_stop(j->c.loop, &j->limit);
    eo_job_expects_nothing(j);
    eo_shortage_leave(j->c.shortage, &j->short_of);
    eo_target_free(&j->target);
    eo_free(j);
}
