/* report.h -- what a job reports: its events, its phases and their times. */
#ifndef EO_REPORT_H
#define EO_REPORT_H

#include <espota/fleet.h>

#include "base/err.h"
#include "names/resolve.h"
#include "net/loop.h"

/* The job fills in on_event and what every event carries. */
struct report {
    const struct espota_loop *loop;
    espota_event_fn *on_event; /* NULL: nobody listens */
    void *on_event_ctx;
    enum espota_log_level log_level;
    int job;
    const char *device; /* borrowed, as is the tag */
    void *tag;
    unsigned attempt, attempts;

    enum espota_phase phase;
    const char *doing;
    uint64_t began, phase_since;
    uint32_t ms[ESPOTA_PHASE_COUNT]; /* spent in each phase that is over */
    uint64_t progress_at;            /* 0: none in this attempt */
    bool said_total;
};

void eo_report_begin(struct report *);

/* Fills in the common fields. */
void eo_report_emit(const struct report *, struct espota_event *);
void eo_report_log(const struct report *, enum espota_log_level,
                   const char *fmt, ...) EO_PRINTF(3, 4);

/* Emits PHASE if the phase has changed.  The pointer doing is kept. */
void eo_report_phase(struct report *, enum espota_phase, const char *doing);

/* Describes the same phase in other words, with an event, because it takes
 * long.  The pointer is kept. */
void eo_report_words(struct report *, const char *doing);

/* Ends the current phase and counts its time. */
void eo_report_end(struct report *);

/* Emits PROGRESS, but not too often; the first and the last always. */
void eo_report_progress(struct report *, size_t done, size_t total);
void eo_report_new_attempt(struct report *);

void eo_report_resolved(const struct report *, const struct resolved *);

/* The bytes that were sent or received, for -vvv. */
void eo_report_bytes(const struct report *, bool out, const uint8_t *,
                     size_t len);

#endif
