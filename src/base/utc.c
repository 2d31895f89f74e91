/* utc.c -- a point in time as machines and people read it. */
#include "base/utc.h"

#include <stdio.h>

enum {
    DAYS_OF_4 = 4 * 365 + 1,
    DAYS_OF_100 = 25 * DAYS_OF_4 - 1,
    DAYS_OF_400 = 4 * DAYS_OF_100 + 1,
    TO_1970 = 719468 /* days from the first of March of the year 0 */
};

struct date {
    unsigned year, month, day;
};

/* Years begin in March here, so that a leap day is the last of its year. */
static struct date date_of(uint64_t days)
{
    const uint64_t since = days + TO_1970, era = since / DAYS_OF_400;
    const unsigned in_era = (unsigned)(since % DAYS_OF_400);
    const unsigned year = (in_era - in_era / (DAYS_OF_4 - 1) +
                           in_era / DAYS_OF_100 - in_era / (DAYS_OF_400 - 1)) /
                          365;
    const unsigned in_year =
        in_era - (365 * year + year / 4 - year / 100);
    const unsigned march = (5 * in_year + 2) / 153; /* 0: March */

    return (struct date){
        .year = (unsigned)(400 * era) + year + (march >= 10),
        .month = march < 10 ? march + 3 : march - 9,
        .day = in_year - (153 * march + 2) / 5 + 1,
    };
}

void eo_utc_text(char out[UTC_TEXT], uint64_t wall_ms, bool with_ms)
{
    const uint64_t seconds = wall_ms / 1000;
    const struct date d = date_of(seconds / 86400);
    const unsigned in_day = (unsigned)(seconds % 86400);
    const int n = snprintf(out, UTC_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u",
                           d.year, d.month, d.day, in_day / 3600,
                           in_day / 60 % 60, in_day % 60);
    const size_t left = n > 0 && n < UTC_TEXT ? UTC_TEXT - (size_t)n : 0;

    if (left > 0 && with_ms)
        snprintf(out + n, left, ".%03uZ", (unsigned)(wall_ms % 1000));
    else if (left > 0)
        snprintf(out + n, left, "Z");
}
