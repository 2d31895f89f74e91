/* clock_windows.c -- clocks of Windows. */
#include "os/windows.h"

#include "os/clock.h"

/* From 1601, in units of 100 ns, to 1970. */
#define EPOCH_MS UINT64_C(11644473600000)

/* The counter of ticks would do, but for its grain of 16 ms. */
uint64_t eo_monotonic_ms(void)
{
    LARGE_INTEGER now, a_second;
    uint64_t ticks, rate;

    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&a_second);
    ticks = (uint64_t)now.QuadPart;
    rate = (uint64_t)a_second.QuadPart;
    return ticks / rate * 1000 + ticks % rate * 1000 / rate;
}

uint64_t eo_wall_ms(void)
{
    FILETIME t;

    GetSystemTimePreciseAsFileTime(&t);
    return ((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime) / 10000 -
           EPOCH_MS;
}

void eo_sleep_ms(unsigned ms)
{
    Sleep(ms);
}
