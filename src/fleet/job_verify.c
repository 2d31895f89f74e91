/* job_verify.c -- a job asks what the device runs, before and after. */
#include "fleet/job_inside.h"

#include <string.h>

enum {
    VERIFY_MS = 90000,
    LOOK_MS = 1000,       /* for what it runs now: nice to know ... */
    CHECK_FIRST_MS = 4000 /* ... or what decides */
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
    return eo_fail_hint(err, ESPOTA_E_USAGE,
                        "say it with --expect-version or --expect-hash, or "
                        "use --verify back",
                        "the image does not tell its version, so there is "
                        "nothing to verify");
}

/* ---- after --------------------------------------------------------------- */

static void on_verified(void *ctx, const struct verify_result *r)
{
    struct job *j = ctx;
    enum espota_happening told;

    if (r->facts != NULL) {
        memcpy(j->new_version, eo_verify_version(r->facts),
               sizeof j->new_version);
        j->result.new_version = j->new_version;
    }
    if (r->category == ESPOTA_E_OK) {
        eo_job_took(j);
        eo_job_end_well(j, ESPOTA_UPDATED);
        return;
    }
    if (espota_error_tells(r->category, &told))
        eo_job_happened(j, told);
    /* Being back without a word about its version, or being away, settles
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
                       .has_tcp = j->ops->listens,
                       .bind = t->bind,
                       .family = t->family,
                       .mode = t->verify,
                       .expect = expectation(j),
                       .outcome_is_open = open,
                       .timeout_ms =
                           t->verify_ms != 0 ? t->verify_ms : VERIFY_MS,
                       .on_watch = on_watch,
                       .on_end = on_verified,
                       .ctx = j,
                   });
    if (j->verify == NULL)
        eo_job_end_internal(j, "out of memory");
}

/* ---- before -------------------------------------------------------------- */

/* What it runs now is known, or will not be. */
static void on_looked(void *ctx, const struct look_facts *facts)
{
    struct job *j = ctx;
    const struct espota_target *t = &j->target.pub;
    const struct verify_expect want = expectation(j);
    const enum verify_match match =
        facts != NULL ? eo_verify_match(&want, facts) : VERIFY_CANNOT_TELL;
    const bool must = eo_job_must_ask(j);

    if (facts != NULL) {
        memcpy(j->old_version, eo_verify_version(facts),
               sizeof j->old_version);
        j->result.old_version = j->old_version;
        eo_report_log(&j->report, ESPOTA_LOG_INFO, "it runs %s%s%s",
                      j->old_version, facts->config_hash[0] ? ", " : "",
                      facts->config_hash);
    }
    eo_look_free(j->look);
    j->look = NULL;
    if (match == VERIFY_OTHER)
        eo_job_happened(j, ESPOTA_HAPPENED_OTHER);
    if (match == VERIFY_SAME && (t->if_changed || must)) {
        eo_job_happened(j, ESPOTA_HAPPENED_TOOK);
        eo_job_end_well(j, ESPOTA_UNCHANGED);
    } else if (match == VERIFY_CANNOT_TELL && must) {
        eo_fail_hint(&j->error, ESPOTA_E_UNKNOWN,
                     "check which firmware it runs; --force sends the image "
                     "again",
                     "it may have this image from a run that was cut off, and "
                     "does not say what it runs");
        eo_job_end_failed(j);
    } else {
        eo_job_approach(j);
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

    eo_report_phase(&j->report, ESPOTA_PHASE_RESOLVE, "asking what it runs");
    j->look = eo_look_start(
        j->c.loop,
        &(struct look_config){
            .host = j->target.name,
            .addr = &j->addr[0],
            .bind = t->bind,
            .family = t->family,
            .timeout_ms = eo_job_must_ask(j) ? CHECK_FIRST_MS : LOOK_MS,
            .on_end = on_looked,
            .ctx = j,
        });
    if (j->look == NULL)
        eo_job_end_internal(j, "out of memory");
}
