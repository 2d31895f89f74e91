/* gzip.h -- gzip and deflate, whole buffers at a time, by libdeflate.
 *
 * A build may omit it (WITH_GZIP=0); then eo_gzip_have() is false and the
 * others fail.
 */
#ifndef EO_GZIP_H
#define EO_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

bool eo_gzip_have(void);

/* "libdeflate 1.14", or NULL. */
const char *eo_gzip_library(void);

/* Makes one bare member (10-byte header, no name, no trailing byte: ESP8266's
 * eboot reads the length from the last four bytes).  The caller owns *out. */
int eo_gzip(const uint8_t *bytes, size_t len, uint8_t **out, size_t *out_len,
            struct espota_error *err) EO_MUST_CHECK;

/* Inflates one member that must fill the input and may not grow beyond max;
 * anything else fails with ESPOTA_E_IMAGE. */
int eo_gunzip(const uint8_t *bytes, size_t len, size_t max, uint8_t **out,
              size_t *out_len, struct espota_error *err) EO_MUST_CHECK;

/* Inflates bare deflate data, as in ZIP: all of the input, which must give
 * exactly size bytes; anything else fails with ESPOTA_E_IMAGE. */
int eo_inflate(const uint8_t *bytes, size_t len, uint8_t *out, size_t size,
               struct espota_error *err) EO_MUST_CHECK;

/* Whether the bytes begin as gzip does: 1F 8B 08. */
static inline bool eo_is_gzip(const uint8_t *bytes, size_t len)
{
    return len >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

#endif
