/* pull_range.h -- which part of an image a request wants, and whether the
 * client has it already (RFC 9110, 13 and 14).
 */
#ifndef EO_PULL_RANGE_H
#define EO_PULL_RANGE_H

#include <stdbool.h>
#include <stddef.h>

enum range {
    RANGE_ALL,  /* 200: no range, several, or one that makes no sense */
    RANGE_PART, /* 206 */
    RANGE_NONE  /* 416: beyond the end */
};

/* value: of the Range header; total: how many bytes there are. */
enum range eo_pull_range(const char *value, size_t total, size_t *first,
                         size_t *len);

/* Whether If-Range lets the Range count: only if it is the ETag of these very
 * bytes, which is their MD5 in quotes. */
bool eo_pull_if_range(const char *value, const char *md5);

/* Whether If-None-Match names these bytes. */
bool eo_pull_matches(const char *value, const char *md5);

#endif
