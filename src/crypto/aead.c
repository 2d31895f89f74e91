/* aead.c -- ChaCha20-Poly1305 by libcrypto. */
#include "crypto/aead.h"

#include <limits.h>
#include <stdbool.h>

#include <openssl/evp.h>

#include "base/mem.h"

/* The context begins with the key and the nonce, and has seen ad. */
static EVP_CIPHER_CTX *begin(bool seal, const uint8_t *key,
                             const uint8_t *nonce, struct aead_ad ad)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;

    if (ctx == NULL)
        return NULL;
    if (ad.len > INT_MAX ||
        EVP_CipherInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, nonce,
                          seal) != 1 ||
        (ad.len > 0 &&
         EVP_CipherUpdate(ctx, NULL, &n, ad.bytes, (int)ad.len) != 1)) {
        EVP_CIPHER_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

/* An update of no bytes would be taken for the end by some versions. */
static bool update(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in,
                   size_t len)
{
    int n;

    return len == 0 || (EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1 &&
                        (size_t)n == len);
}

int eo_aead_seal(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
                 struct aead_ad ad, const uint8_t *plain, size_t len,
                 uint8_t *out)
{
    EVP_CIPHER_CTX *ctx;
    int n, rc = -1;

    if (len > INT_MAX - AEAD_TAG)
        return -1;
    ctx = begin(true, key, nonce, ad);
    if (ctx != NULL && update(ctx, out, plain, len) &&
        EVP_CipherFinal_ex(ctx, out + len, &n) == 1 && n == 0 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, out + len) ==
            1)
        rc = 0;
    EVP_CIPHER_CTX_free(ctx);
    return rc;
}

int eo_aead_open(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
                 struct aead_ad ad, const uint8_t *sealed, size_t len,
                 uint8_t *out)
{
    EVP_CIPHER_CTX *ctx;
    uint8_t tag[AEAD_TAG], none[1] = {0};
    int n, rc = -1;

    if (len < AEAD_TAG || len > INT_MAX)
        return -1;
    len -= AEAD_TAG;
    for (size_t i = 0; i < AEAD_TAG; i++)
        tag[i] = sealed[len + i];
    ctx = begin(false, key, nonce, ad);
    if (ctx != NULL &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, tag) == 1 &&
        update(ctx, out, sealed, len) &&
        EVP_CipherFinal_ex(ctx, len > 0 ? out + len - 1 : none, &n) == 1 &&
        n == 0)
        rc = 0;
    else
        eo_wipe(out, len);
    EVP_CIPHER_CTX_free(ctx);
    return rc;
}
