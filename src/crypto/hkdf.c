/* hkdf.c -- HKDF-SHA-256 on libcrypto's HMAC. */
#include "crypto/hkdf.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/mem.h"

static int hmac(const uint8_t key[HKDF_KEY], const uint8_t *bytes, size_t len,
                uint8_t out[HKDF_KEY])
{
    unsigned n = 0;

    return HMAC(EVP_sha256(), key, HKDF_KEY, bytes, len, out, &n) != NULL &&
                   n == HKDF_KEY
               ? 0
               : -1;
}

int eo_hkdf(const uint8_t salt[HKDF_KEY], const uint8_t *secret, size_t len,
            uint8_t out[][HKDF_KEY], size_t n)
{
    static const uint8_t NOTHING[1];
    uint8_t extracted[HKDF_KEY], block[HKDF_KEY + 1];
    size_t used = 0;
    int rc = n >= 1 && n <= HKDF_KEYS_MAX ? 0 : -1;

    if (rc == 0)
        rc = hmac(salt, len > 0 ? secret : NOTHING, len, extracted);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        block[used] = (uint8_t)(i + 1);
        rc = hmac(extracted, block, used + 1, out[i]);
        memcpy(block, out[i], HKDF_KEY);
        used = HKDF_KEY;
    }
    eo_wipe(extracted, sizeof extracted);
    eo_wipe(block, sizeof block);
    return rc;
}
