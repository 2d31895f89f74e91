/* hkdf.h -- several keys out of one secret: HKDF-SHA-256 (RFC 5869). */
#ifndef EO_HKDF_H
#define EO_HKDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { HKDF_KEY = 32, HKDF_KEYS_MAX = 3 };

/* Fills n keys (1 to 3) with what follows from salt and secret, without an
 * info string: what Noise calls HKDF(chaining key, input, n).  The secret may
 * be empty.  -1 if the crypto library refuses. */
int eo_hkdf(const uint8_t salt[HKDF_KEY], const uint8_t *secret, size_t len,
            uint8_t out[][HKDF_KEY], size_t n) EO_MUST_CHECK;

#endif
