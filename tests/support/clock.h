/* clock.h -- time that only passes when the test says so.
 *
 * Included by one file of a program, it takes the place of the system's clock:
 * minutes of a loop take no time, and no test is late on a busy machine.
 */
#ifndef TEST_SUPPORT_CLOCK_H
#define TEST_SUPPORT_CLOCK_H

#include <stdbool.h>
#include <time.h>

#include "net/loop.h"

static uint64_t clock_ms = 1000000;

int clock_gettime(clockid_t id, struct timespec *t)
{
    (void)id;
    t->tv_sec = (time_t)(clock_ms / 1000);
    t->tv_nsec = (long)(clock_ms % 1000) * 1000000;
    return 0;
}

/* Turns the loop for so long; whether the condition held, at the latest then.
 * NULL: none, all of the time passes. */
static inline bool clock_pass(struct espota_loop *loop, uint64_t ms,
                              bool (*held)(void *ctx), void *ctx)
{
    const uint64_t end = clock_ms + ms;

    for (;;) {
        eo_loop_turn(loop, 0);
        if (held != NULL && held(ctx))
            return true;
        if (clock_ms >= end)
            return held == NULL;
        clock_ms += 5;
    }
}

#endif
