/* shortage.h -- jobs that wait for descriptors: this machine has no more of
 * them, and other jobs of the run will give theirs back.
 *
 * A job that could not get a descriptor queues.  One job is woken to try again
 * whenever another one ended or got what it wanted, and now and then by the
 * clock.  A job does not wait long if no other job is at work that could give
 * any back.
 */
#ifndef EO_SHORTAGE_H
#define EO_SHORTAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

/* In its owner's memory, zeroed at first. */
struct short_of {
    struct short_of *next;
    void (*wake)(void *ctx); /* from the loop */
    void *ctx;
    bool queued, woken; /* woken: it has not yet said what came of it */
    struct timer timer;
};

/* Set the first three fields and zero the rest. */
struct shortage {
    struct espota_loop *loop;
    void (*on_over)(void *ctx); /* the queue is empty; called from anywhere */
    void *ctx;
    size_t at_work; /* jobs begun and not ended */

    struct short_of *first;
    size_t queued, woken;
    uint64_t alone_ms; /* no other job at work since then; 0: there is one */
    struct timer timer;
};

/* Is any job queued?  Then there is no use in beginning more. */
bool eo_shortage_is(const struct shortage *);

/* Queues a job, which must be one of those at work.  False: there is no hope
 * left.  It is woken at most once; then the job must either wait again or call
 * eo_shortage_over(). */
bool eo_shortage_wait(struct shortage *, struct short_of *,
                      void (*wake)(void *ctx), void *ctx);

/* The job got what it wanted, or no longer wants it.  No-op if it was not
 * woken. */
void eo_shortage_over(struct shortage *, struct short_of *);

/* The job no longer waits, and does not say what came of it. */
void eo_shortage_leave(struct shortage *, struct short_of *);

/* A job began; a job ended, and its descriptors are free by now. */
void eo_shortage_begun(struct shortage *);
void eo_shortage_ended(struct shortage *);

void eo_shortage_stop(struct shortage *);

#endif
