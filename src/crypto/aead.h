/* aead.h -- ChaCha20-Poly1305 (RFC 8439), one message at a time. */
#ifndef EO_AEAD_H
#define EO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { AEAD_KEY = 32, AEAD_NONCE = 12, AEAD_TAG = 16 };

/* Bytes that are authenticated but not hidden; {NULL, 0}: none. */
struct aead_ad {
    const uint8_t *bytes;
    size_t len;
};

/* Encrypts len bytes; out takes len + AEAD_TAG and may begin where plain does.
 * -1 if the crypto library refuses; out is then worthless. */
int eo_aead_seal(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
                 struct aead_ad, const uint8_t *plain, size_t len,
                 uint8_t *out) EO_MUST_CHECK;

/* Decrypts len bytes, tag included; out takes len - AEAD_TAG and may begin
 * where sealed does.  -1 if it was not sealed with this key, nonce and ad;
 * nothing of the text is then left in out. */
int eo_aead_open(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
                 struct aead_ad, const uint8_t *sealed, size_t len,
                 uint8_t *out) EO_MUST_CHECK;

#endif
