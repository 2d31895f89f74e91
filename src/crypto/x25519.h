/* x25519.h -- Diffie-Hellman on Curve25519 (RFC 7748). */
#ifndef EO_X25519_H
#define EO_X25519_H

#include <stdint.h>

#include "base/err.h"

enum { X25519_KEY = 32 };

/* The public half of a private key, which may be any 32 random bytes.  -1 if
 * the crypto library refuses. */
int eo_x25519_public(const uint8_t private_key[X25519_KEY],
                     uint8_t public_key[X25519_KEY]) EO_MUST_CHECK;

/* The secret shared with the owner of peer.  -1 also for a peer of small
 * order, whose "secret" is all zero and known to everyone. */
int eo_x25519(const uint8_t private_key[X25519_KEY],
              const uint8_t peer[X25519_KEY],
              uint8_t shared[X25519_KEY]) EO_MUST_CHECK;

#endif
