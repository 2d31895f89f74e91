/* pbkdf2.c -- PBKDF2 in slices, on libcrypto's HMAC: its own PBKDF2 cannot be
 * interrupted. */
#include "crypto/pbkdf2.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/digest.h"

/* An HMAC that knows its key, or NULL. */
static EVP_MAC_CTX *keyed(const struct pbkdf2 *p)
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

    EVP_MAC_free(mac);
    if (ctx != NULL && EVP_MAC_init(ctx, p->key, p->key_len, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

static int finish(EVP_MAC_CTX *ctx, uint8_t out[PBKDF2_SIZE])
{
    size_t n;

    return EVP_MAC_final(ctx, out, &n, PBKDF2_SIZE) == 1 ? 0 : -1;
}

int eo_pbkdf2_start(struct pbkdf2 *p, const void *password,
                    size_t password_len, const void *salt, size_t salt_len,
                    uint32_t rounds)
{
    static const uint8_t FIRST_BLOCK[] = {0, 0, 0, 1};
    const struct piece whole = {password, password_len};
    EVP_MAC_CTX *ctx;
    int rc = -1;

    memset(p, 0, sizeof *p);
    if (password_len > sizeof p->key) { /* RFC 2104: a long key is hashed */
        if (eo_digest(DIGEST_SHA256, &whole, 1, p->key) != 0)
            return -1;
        p->key_len = DIGEST_MAX;
    } else {
        memcpy(p->key, password, password_len);
        p->key_len = password_len;
    }
    ctx = keyed(p);
    if (ctx != NULL && EVP_MAC_update(ctx, salt, salt_len) == 1 &&
        EVP_MAC_update(ctx, FIRST_BLOCK, sizeof FIRST_BLOCK) == 1)
        rc = finish(ctx, p->last);
    EVP_MAC_CTX_free(ctx);
    memcpy(p->sum, p->last, sizeof p->sum);
    p->left = rounds - 1;
    return rc;
}

int eo_pbkdf2_step(struct pbkdf2 *p, uint32_t rounds)
{
    EVP_MAC_CTX *ctx;
    int rc = -1;

    if (p->left == 0)
        return 0;
    ctx = keyed(p);
    if (ctx == NULL)
        return -1;
    for (; rounds > 0 && p->left > 0; rounds--, p->left--) {
        if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1 ||
            EVP_MAC_update(ctx, p->last, sizeof p->last) != 1 ||
            finish(ctx, p->last) != 0)
            goto out;
        for (size_t i = 0; i < sizeof p->sum; i++)
            p->sum[i] ^= p->last[i];
    }
    rc = 0;
out:
    EVP_MAC_CTX_free(ctx);
    return rc;
}
