/* pbkdf2.h -- PBKDF2-HMAC-SHA256 (RFC 8018) in slices, 32 bytes of key.
 *
 * Ten thousand rounds would hold up everything else on the thread, so the
 * caller says how many to do now and comes back for the rest. The struct owns
 * nothing: it may be dropped at any moment, after a wipe.
 */
#ifndef EO_PBKDF2_H
#define EO_PBKDF2_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { PBKDF2_SIZE = 32, PBKDF2_KEY_MAX = 64 };

struct pbkdf2 {
    uint8_t key[PBKDF2_KEY_MAX]; /* the password, hashed where it is longer */
    size_t key_len;
    uint8_t last[PBKDF2_SIZE]; /* what the latest round gave */
    uint8_t sum[PBKDF2_SIZE];  /* all rounds so far: the key once left is 0 */
    uint32_t left;             /* rounds to go */
};

/* Does the first of rounds (at least 1).  0, or -1 if the crypto library
 * refuses. */
int eo_pbkdf2_start(struct pbkdf2 *, const void *password, size_t password_len,
                    const void *salt, size_t salt_len,
                    uint32_t rounds) EO_MUST_CHECK;

/* Does up to so many more.  0, or -1 as above; finished when left is 0. */
int eo_pbkdf2_step(struct pbkdf2 *, uint32_t rounds) EO_MUST_CHECK;

#endif
