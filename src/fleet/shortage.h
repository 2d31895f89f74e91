/* shortage.h -- jobs that wait for descriptors: this machine has no more of
 * them, and others of the run will give theirs back.
 *
 * Whoever could not have one queues.  One is woken whenever a job ended or got
 * what it wanted, and now and then by the clock, and tries anew.  Nobody waits
 * for long where no other job is at work that could give any back.
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
    bool queued, woken; /* woken: and it is not known what came of that */
    struct timer timer;
};

/* Zero it but for the first three. */
struct shortage {
    struct espota_loop *loop;
    void (*on_over)(void *ctx); /* nobody queues any more; from anywhere */
    void *ctx;
    size_t at_work; /* jobs begun and not ended */

    struct short_of *first;
    size_t queued, woken;
    uint64_t alone_ms; /* since then nobody holds anything; 0: somebody does */
    struct timer timer;
};

/* Somebody queues: it is no use to begin more. */
bool eo_shortage_is(const struct shortage *);

/* One is one of those at work.  False: there is no hope any more.  It is woken
 * at most once, and then has to say what came of it: this again, or _over(). */
bool eo_shortage_wait(struct shortage *, struct short_of *,
                      void (*wake)(void *ctx), void *ctx);

/* It got what it wanted, or wants it no longer; no-op where it did not wait. */
void eo_shortage_over(struct shortage *, struct short_of *);

/* It does not wait any more, and told nothing. */
void eo_shortage_leave(struct shortage *, struct short_of *);

/* A job began; and ended, whose descriptors are free by now. */
void eo_shortage_begun(struct shortage *);
void eo_shortage_ended(struct shortage *);

void eo_shortage_stop(struct shortage *);

#endif
