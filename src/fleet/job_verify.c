/* job_verify.c -- a job asks which firmware the device runs, before and after
 * the update. */
#include "fleet/job_inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    VERIFY_MS = 90000,
    LOOK_MS = 1000,       /* the answer is only nice to know ... */
    CHECK_FIRST_MS = 4000 /* ... or decides what to do */
};

static struct verify_expect expectation(const struct job *j)
{
    const struct espota_target *t = &j->target.pub;

    return (struct verify_expect){
        .version = t->expect_version != NULL
                       ? t->expect_version
                       : espota_image_info(j->c.image)->version,
        .hash = t->expect_hash,
    };
}

int eo_job_check_verify(const struct job *j, struct espota_error *err)
{
    const struct verify_expect want = expectation(j);

    if (j->target.pub.verify != ESPOTA_VERIFY_VERSION ||
        want.version != NULL || want.hash != NULL)
        return 0;
    return eo_fail_advice(err, ESPOTA_E_USAGE, ESPOTA_ADVICE_VERIFY_BACK, NULL,
                          "the image does not tell its version, so there is "
                          "nothing to verify");
}

/* ---- after --------------------------------------------------------------- */

static void warn(struct job *j, const char *code, const char *text,
                 enum espota_advice advice)
{
    eo_report_emit(&j->report,
                   &(struct espota_event){.kind = ESPOTA_EVENT_WARNING,
                                          .code = code,
                                          .text = text,
                                          .advice = advice});
}

/* NULL if the device does not announce one. */
static const char *known_version(char to[ANNOUNCE_VALUE],
                                 const struct identity_facts *facts)
{
    memcpy(to, eo_verify_version(facts), ANNOUNCE_VALUE);
    return to[0] != '\0' ? to : NULL;
}

static void on_verified(void *ctx, const struct verify_result *r)
{
    struct job *j = ctx;
    enum espota_happening told;

    if (r->facts != NULL)
        j->result.new_version = known_version(j->new_version, r->facts);
    j->result.verified = r->verified;
    if (r->category == ESPOTA_E_OK && r->stayed && !r->verified)
        warn(j, "stayed",
             "it was not seen to go away since it took the image: has it "
             "restarted?",
             ESPOTA_ADVICE_NONE);
    if (r->category == ESPOTA_E_OK) {
        eo_job_took(j);
        eo_job_end_well(j, ESPOTA_UPDATED);
        return;
    }
    if (espota_error_tells(r->category, &told))
        eo_job_happened(j, told);
    /* If it is away, or back but silent about its version, that settles
     * nothing: it is still not known whether it took the image. */
    if (espota_state_next(j->known) != ESPOTA_NEXT_ASK)
        j->error = r->error;
    eo_job_end_failed(j);
}

static void on_watch(void *ctx)
{
    struct job *j = ctx;

    eo_report_words(&j->report, "watching that it is not rolled back");
}

/* 0: it does not listen by TCP. */
static uint16_t listens_on(const struct job *j)
{
    return j->speaks->listens ? eo_job_port(j) : 0;
}

/* open: it never said whether it took the image. */
void eo_job_verify(struct job *j, bool open)
{
    const struct espota_target *t = &j->target.pub;
    const struct addr *peer = eo_session_peer(j->session);
    const struct addr addr = peer != NULL ? *peer : j->addr[0];

    eo_job_stop_all(j);
    eo_report_phase(&j->report, ESPOTA_PHASE_VERIFY,
                    "waiting for it to come back");
    j->verify = eo_verify_start(
        j->c.loop, &(struct verify_config){
                       .host = j->target.name,
                       .addr = &addr,
                       .port = listens_on(j),
                       .udp_port = j->speaks->listens ? 0 : eo_job_port(j),
                       .bind = t->bind,
                       .family = t->family,
                       .mode = t->verify,
                       .expect = expectation(j),
                       .announces = j->announces,
                       .provable = j->provable,
                       .outcome_is_open = open,
                       .timeout_ms =
                           t->verify_ms != 0 ? t->verify_ms : VERIFY_MS,
                       .on_watch = on_watch,
                       .on_end = on_verified,
                       .ctx = j,
                   });
    if (j->verify == NULL)
        eo_job_end_memory(j);
}

/* ---- before -------------------------------------------------------------- */

/* A device that says afterwards that it runs what is expected proves something
 * only if it did not say so before.  If it said nothing before, its version may
 * have been the same already; a hash belongs to one build only. */
static bool is_provable(const struct verify_expect *want,
                        const struct identity_facts *facts,
                        enum verify_match match)
{
    return facts != NULL ? match != VERIFY_SAME : want->hash != NULL;
}

static void warn_of_no_proof(struct job *j, bool announces)
{
    char text[4 * ANNOUNCE_VALUE];

    if (j->provable || j->result.unverifiable ||
        j->target.pub.verify != ESPOTA_VERIFY_VERSION)
        return;
    j->result.unverifiable = true;
    if (announces)
        snprintf(text, sizeof text,
                 "it runs %s already, as the image is: that it says so "
                 "afterwards will prove nothing",
                 j->old_version);
    else
        snprintf(text, sizeof text,
                 "it does not say what it runs now: what it says afterwards "
                 "will prove nothing");
    warn(j, "verify", text,
         announces ? ESPOTA_ADVICE_EXPECT_HASH : ESPOTA_ADVICE_EXPECT_A_HASH);
}

/* We now know what the device runs, or it did not answer. */
static void on_looked(void *ctx, const struct identity_facts *facts)
{
    struct job *j = ctx;
    const struct espota_target *t = &j->target.pub;
    const struct verify_expect want = expectation(j);
    const enum verify_match match =
        facts != NULL ? eo_verify_match(&want, facts) : VERIFY_CANNOT_TELL;
    const bool must = eo_job_must_ask(j);

    if (facts != NULL) {
        j->result.old_version = known_version(j->old_version, facts);
        eo_report_log(&j->report, ESPOTA_LOG_INFO, "it runs %s%s%s",
                      j->old_version, facts->config_hash[0] ? ", " : "",
                      facts->config_hash);
    }
    j->announces = facts != NULL;
    j->visible |= j->announces;
    j->provable = is_provable(&want, facts, match);
    eo_identity_free(j->look);
    j->look = NULL;
    if (match == VERIFY_OTHER)
        eo_job_happened(j, ESPOTA_HAPPENED_OTHER);
    if (match == VERIFY_SAME && (t->if_changed || must)) {
        eo_job_happened(j, ESPOTA_HAPPENED_TOOK);
        eo_job_end_well(j, ESPOTA_UNCHANGED);
    } else if (match == VERIFY_CANNOT_TELL && must) {
        eo_fail_advice(&j->error, ESPOTA_E_UNKNOWN, ESPOTA_ADVICE_FORCE_AGAIN,
                       "check which firmware it runs",
                       "it may have this image from a run that was cut off, "
                       "and does not say what it runs");
        eo_job_end_failed(j);
    } else {
        warn_of_no_proof(j, facts != NULL);
        j->steps->next(j, JOB_APPROACH);
    }
}

bool eo_job_wants_to_look(const struct job *j)
{
    const struct espota_target *t = &j->target.pub;

    return eo_job_must_ask(j) ||
           (j->report.attempt == 1 &&
            (t->verify != ESPOTA_VERIFY_NONE || t->if_changed));
}

void eo_job_look(struct job *j)
{
    const struct espota_target *t = &j->target.pub;
    const bool decides =
        eo_job_must_ask(j) || t->verify == ESPOTA_VERIFY_VERSION;

    eo_job_expects_nothing(j); /* asking has a time limit of its own */
    eo_report_phase(&j->report, ESPOTA_PHASE_RESOLVE, "asking what it runs");
    j->look = eo_identity_start(
        j->c.loop, &(struct identity_config){
                       .host = j->target.name,
                       .addr = &j->addr[0],
                       .bind = t->bind,
                       .family = t->family,
                       .timeout_ms = decides ? CHECK_FIRST_MS : LOOK_MS,
                       .on_end = on_looked,
                       .ctx = j,
                   });
    if (j->look == NULL)
        eo_job_end_memory(j);
}

/* ---- can it be seen? ----------------------------------------------------- */

enum { PEEK_MS = 1500, NOBODYS_PORT = 9 };

static void not_to_be_seen(struct job *j)
{
    eo_fail_advice(&j->error, ESPOTA_E_USAGE, ESPOTA_ADVICE_OMIT_VERIFY, NULL,
                   "whether it goes and comes back cannot be seen: it neither "
                   "announces itself nor answers by TCP");
    eo_job_end_failed(j);
}

static void on_peeked(void *ctx, os_socket fd, const struct addr *winner,
                      const struct espota_error *err)
{
    struct job *j = ctx;

    (void)winner;
    if (fd < 0 && eo_is_want_of_fds(err->sys_errno)) {
        j->steps->failed(j, err);
        return;
    }
    j->visible = fd >= 0 || err->sys_errno == ECONNREFUSED ||
                 err->sys_errno == ECONNRESET;
    if (fd >= 0)
        eo_sock_close(fd);
    eo_race_free(j->peek);
    j->peek = NULL;
    if (j->visible)
        j->steps->next(j, JOB_SPEAK);
    else
        not_to_be_seen(j);
}

/* A device that listens will be seen by its port.  One that calls us has only
 * the port for invitations, which tells us something on this machine only. */
bool eo_job_can_be_seen(struct job *j)
{
    struct addr addr = j->addr[0];

    if (j->target.pub.verify != ESPOTA_VERIFY_BACK || j->visible ||
        j->speaks->listens)
        return true;
    if (eo_addr_is_loopback(&addr))
        return true;
    eo_addr_set_port(&addr, NOBODYS_PORT);
    j->peek = eo_race_start(j->c.loop, &addr, 1, j->target.pub.bind, PEEK_MS,
                            on_peeked, j);
    if (j->peek == NULL)
        eo_job_end_memory(j);
    return false;
}
