/* job.h -- one image on its way into one device: attempts and their events.
 *
 * The fleet decides when a job starts; a job does the rest and says when it
 * ended.
 */
#ifndef EO_JOB_H
#define EO_JOB_H

#include <espota/fleet.h>

#include "base/err.h"
#include "fleet/shortage.h"
#include "net/loop.h"

struct job;

struct job_config {
    struct espota_loop *loop;
    struct listeners *listeners; /* of the loop */
    struct shortage *shortage;   /* likewise */
    const struct espota_image *image;   /* borrowed until the job ended */
    const struct espota_target *target; /* copied */
    int number;
    enum espota_log_level log_level;
    espota_event_fn *on_event; /* NULL: nobody listens */
    void *on_event_ctx;
    void (*on_end)(void *ctx); /* after the END event; called from inside the
                                  job, so free it later */
    /* The job starts or stops waiting for a device that is asleep.  While it
     * waits, other jobs may take its turn. */
    void (*on_doze)(void *ctx, bool dozes);
    /* eo_job_look_for() found the device: start the job when there is a place
     * for it.  If that is not sure, start it at once; it dozes and needs no
     * place. */
    void (*on_seen)(void *ctx, bool sure);
    void *on_end_ctx; /* for all three */
};

/* Checks that the target makes sense; nothing is sent yet. */
int eo_job_new(struct job **out, const struct job_config *,
               struct espota_error *err) EO_MUST_CHECK;

/* Starts the job.  Events come from the loop, never from within this call. */
void eo_job_start(struct job *);

/* Finds out whether the device is there, before the job is started; only if
 * eo_job_may_look_for() allows it.  The job ends if the device is absent. */
bool eo_job_may_look_for(const struct job *);
void eo_job_look_for(struct job *);

/* Lets a job that is on hold go on, or ends it with err.  No-op for others. */
void eo_job_release(struct job *, const struct espota_error *err);

/* Forbids what a BEGIN or COMMIT event announces; call it from within that
 * event.  No-op otherwise. */
void eo_job_veto(struct job *, const struct espota_error *why);

/* Ends the job with an END event from within this call, even if it was never
 * started.  why is what went wrong on our side; NULL: the user cancelled. */
void eo_job_cancel(struct job *, const struct espota_error *why);

/* Ends a job that was never started, in the same way: as SKIPPED, with that
 * error. */
void eo_job_skip(struct job *, const struct espota_error *why);

const char *eo_job_host(const struct job *);
int eo_job_number(const struct job *);
bool eo_job_ended(const struct job *);
/* Only after the end; valid until the job is freed. */
const struct espota_result *eo_job_result(const struct job *);

void eo_job_free(struct job *);

#endif
