/* clock.h -- the system's clocks, in milliseconds. */
#ifndef EO_CLOCK_H
#define EO_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t eo_clock_ms(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Never set back: for what takes time.  Where it began is nobody's business. */
static inline uint64_t eo_monotonic_ms(void)
{
    return eo_clock_ms(CLOCK_MONOTONIC);
}

/* Since 1970: for what people read. */
static inline uint64_t eo_wall_ms(void)
{
    return eo_clock_ms(CLOCK_REALTIME);
}

#endif
