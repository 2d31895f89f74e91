/* clock_posix.c -- clocks by POSIX. */
#include "os/clock.h"

#include <time.h>

static uint64_t ms_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t eo_monotonic_ms(void)
{
    return ms_of(CLOCK_MONOTONIC);
}

uint64_t eo_wall_ms(void)
{
    return ms_of(CLOCK_REALTIME);
}

void eo_sleep_ms(unsigned ms)
{
    nanosleep(&(struct timespec){.tv_sec = (time_t)(ms / 1000),
                                 .tv_nsec = (long)(ms % 1000) * 1000000},
              NULL);
}
