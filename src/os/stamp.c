/* stamp.c -- whether a file is still what was read of it, and whole. */
#include "os/stamp.h"

#include "os/clock.h"

bool eo_stamp_same_file(const struct stamp *a, const struct stamp *b)
{
    return a->volume == b->volume && a->id == b->id;
}

bool eo_stamp_same(const struct stamp *a, const struct stamp *b)
{
    return eo_stamp_same_file(a, b) && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

int64_t eo_stamp_age_ms(const struct stamp *stamp)
{
    return (int64_t)eo_wall_ms() - stamp->ctime_ns / 1000000;
}

bool eo_stamp_reliable(int64_t age_ms)
{
    return age_ms > STAMP_GRAIN_MS;
}

bool eo_stamp_settled(enum writers writers, int64_t age_ms, uint64_t seen_ms)
{
    if (writers == WRITERS_SOME)
        return false;
    return age_ms >= STAMP_SETTLE_MS || seen_ms >= STAMP_SETTLE_MS ||
           (age_ms < 0 && writers == WRITERS_NONE);
}
