/* pull_range.h -- which part of an image a request wants, and whether it has it
 * already (RFC 9110, 13 and 14).
 */
#ifndef EO_PULL_RANGE_H
#define EO_PULL_RANGE_H

#include <stdbool.h>
#include <stddef.h>

enum range {
    RANGE_ALL,  /* 200: none asked for, several, or none that makes sense */
    RANGE_PART, /* 206 */
    RANGE_NONE  /* 416: behind the end */
};

/* value: that of a header Range; total: bytes there are. */
enum range eo_pull_range(const char *value, size_t total, size_t *first,
                         size_t *len);

/* Whether an If-Range lets the Range count: only if it names these very bytes,
 * by their ETag, which is their MD5 in quotes. */
bool eo_pull_if_range(const char *value, const char *md5);

/* Whether an If-None-Match names them. */
bool eo_pull_matches(const char *value, const char *md5);

#endif
