/* pull_range.c -- which part of an image a request wants. */
#include "serve/pull_range.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"

/* Reads a number; one too large for any image counts as the largest.  False:
 * there is none. */
static bool number(const char **at, size_t *n)
{
    const char *p = *at;

    for (*n = 0; *p >= '0' && *p <= '9'; p++)
        *n = *n > (SIZE_MAX - 9) / 10 ? SIZE_MAX : *n * 10 + (size_t)(*p - '0');
    if (p == *at)
        return false;
    *at = p;
    return true;
}

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

/* Reads what follows "bytes=".  False: not exactly one range. */
static bool one_range(const char *p, size_t total, size_t *first, size_t *end)
{
    size_t last;

    p = skip_blanks(p);
    *end = total;
    if (number(&p, first)) {
        if (*p++ != '-')
            return false;
        if (number(&p, &last)) {
            if (last < *first)
                return false;
            *end = last < total ? last + 1 : total;
        }
    } else {
        if (*p++ != '-' || !number(&p, &last))
            return false;
        *first = last < total ? total - last : 0;
    }
    return *skip_blanks(p) == '\0';
}

enum range eo_pull_range(const char *value, size_t total, size_t *first,
                         size_t *len)
{
    static const char UNIT[] = "bytes=";
    char unit[sizeof UNIT] = "";
    size_t from, end;

    *first = 0;
    *len = total;
    for (size_t i = 0; i + 1 < sizeof unit && value[i] != '\0'; i++)
        unit[i] = value[i];
    if (!eo_same_nocase(unit, UNIT) ||
        !one_range(value + strlen(UNIT), total, &from, &end))
        return RANGE_ALL;
    if (from >= total)
        return RANGE_NONE;
    *first = from;
    *len = end - from;
    return RANGE_PART;
}

static bool is_tag(const char *p, size_t len, const char *md5)
{
    const size_t n = strlen(md5);

    return len == n + 2 && p[0] == '"' && p[n + 1] == '"' &&
           memcmp(p + 1, md5, n) == 0;
}

/* A weak tag is not enough here, and a date cannot match: we never send one. */
bool eo_pull_if_range(const char *value, const char *md5)
{
    return value[0] == '\0' || is_tag(value, strlen(value), md5);
}

bool eo_pull_matches(const char *value, const char *md5)
{
    const char *p = skip_blanks(value);

    if (strcmp(p, "*") == 0)
        return true;
    while (*p != '\0') {
        size_t len = strcspn(p, ",");
        const char *next = p + len + (p[len] == ',');

        while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
            len--;
        if (len > 2 && p[0] == 'W' && p[1] == '/') {
            p += 2;
            len -= 2;
        }
        if (is_tag(p, len, md5))
            return true;
        p = skip_blanks(next);
    }
    return false;
}
