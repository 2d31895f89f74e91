/* x25519.c -- Diffie-Hellman on Curve25519 by libcrypto. */
#include "crypto/x25519.h"

#include <stddef.h>

#include <openssl/evp.h>

#include "base/mem.h"

int eo_x25519_public(const uint8_t private_key[X25519_KEY],
                     uint8_t public_key[X25519_KEY])
{
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
                                                 private_key, X25519_KEY);
    size_t len = X25519_KEY;
    int rc = -1;

    if (own != NULL &&
        EVP_PKEY_get_raw_public_key(own, public_key, &len) == 1 &&
        len == X25519_KEY)
        rc = 0;
    EVP_PKEY_free(own);
    return rc;
}

/* The versions of libcrypto that we know refuse small-order peers themselves;
 * but we promise it, so we check. */
static int all_zero(const uint8_t *bytes)
{
    unsigned any = 0;

    for (size_t i = 0; i < X25519_KEY; i++)
        any |= bytes[i];
    return any == 0;
}

int eo_x25519(const uint8_t private_key[X25519_KEY],
              const uint8_t peer[X25519_KEY], uint8_t shared[X25519_KEY])
{
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
                                                 private_key, X25519_KEY);
    EVP_PKEY *other =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, X25519_KEY);
    EVP_PKEY_CTX *ctx = own != NULL ? EVP_PKEY_CTX_new(own, NULL) : NULL;
    size_t len = X25519_KEY;
    int rc = -1;

    if (ctx != NULL && other != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
        EVP_PKEY_derive_set_peer(ctx, other) == 1 &&
        EVP_PKEY_derive(ctx, shared, &len) == 1 && len == X25519_KEY &&
        !all_zero(shared))
        rc = 0;
    else
        eo_wipe(shared, X25519_KEY);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(other);
    EVP_PKEY_free(own);
    return rc;
}
