/* digest.h -- MD5 and SHA-256, whole or in pieces, as bytes or as hex. */
#ifndef EO_DIGEST_H
#define EO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum digest { DIGEST_MD5, DIGEST_SHA256 };

enum {
    DIGEST_MAX = 32,                    /* bytes of the longest */
    DIGEST_HEX_MAX = 2 * DIGEST_MAX + 1 /* its text, terminated */
};

/* 16 or 32. */
size_t eo_digest_size(enum digest);

struct piece {
    const void *bytes;
    size_t len;
};

/* The digest of the pieces in a row.  -1 if the crypto library refuses (no
 * memory, or MD5 forbidden by a system policy); out is then untouched. */
int eo_digest(enum digest, const struct piece *, size_t n,
              uint8_t out[DIGEST_MAX]) EO_MUST_CHECK;

/* The same as lower-case hex. */
int eo_digest_hex(enum digest, const struct piece *, size_t n,
                  char out[DIGEST_HEX_MAX]) EO_MUST_CHECK;

/* In pieces over time: for a simulator or server that receives a stream. */
struct hasher; /* on the heap */

struct hasher *eo_hasher_new(enum digest); /* NULL: refused */
void eo_hasher_add(struct hasher *, const void *, size_t len);
/* The digest so far as hex; the hasher can go on.  0 or -1. */
int eo_hasher_hex(const struct hasher *, char out[DIGEST_HEX_MAX]);
void eo_hasher_free(struct hasher *);

#endif
