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
    void (*on_end)(void *ctx); /* after the END event, from inside the job: it
                                  is to be freed later */
    /* It waits for a device that is asleep, or no longer does: meanwhile
     * others may have its turn. */
    void (*on_doze)(void *ctx, bool dozes);
    /* Somebody is there, after eo_job_look_for(): to be started when there is a
     * place for it; at once, and dozing, if that is not sure. */
    void (*on_seen)(void *ctx, bool sure);
    void *on_end_ctx; /* of all */
};

/* Checks that the target makes sense; nothing is sent yet. */
int eo_job_new(struct job **out, const struct job_config *,
               struct espota_error *err) EO_MUST_CHECK;

/* Goes to work.  Events come from the loop, never from within this call. */
void eo_job_start(struct job *);

/* Before that, and only if it may be: finds out whether anybody is there.  It
 * ends if nobody is. */
bool eo_job_may_look_for(const struct job *);
void eo_job_look_for(struct job *);

/* Lets one that holds go on, or ends it with err.  No-op for others. */
void eo_job_release(struct job *, const struct espota_error *err);

/* Within the event of BEGIN or COMMIT: it shall not be.  No-op otherwise. */
void eo_job_veto(struct job *, const struct espota_error *why);

/* Ends it with an END event, also if it was never started; all from within
 * this call.  why is what happened on our side; NULL: the user wished so. */
void eo_job_cancel(struct job *, const struct espota_error *why);

/* Ends one that was never started, as SKIPPED with that error; the same way. */
void eo_job_skip(struct job *, const struct espota_error *why);

const char *eo_job_host(const struct job *);
int eo_job_number(const struct job *);
bool eo_job_ended(const struct job *);
/* Only once it ended; as long as it lives. */
const struct espota_result *eo_job_result(const struct job *);

void eo_job_free(struct job *);

#endif
