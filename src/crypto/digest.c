/* digest.c -- digests by libcrypto. */
#include "crypto/digest.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/hex.h"
#include "base/mem.h"

struct hasher {
    EVP_MD_CTX *ctx;
    enum digest kind;
    bool bad;
};

static const EVP_MD *method(enum digest kind)
{
    switch (kind) {
    case DIGEST_MD5:
        return EVP_md5();
    case DIGEST_SHA256:
        return EVP_sha256();
    }
    return NULL;
}

size_t eo_digest_size(enum digest kind)
{
    return kind == DIGEST_MD5 ? 16 : 32;
}

int eo_digest(enum digest kind, const struct piece *piece, size_t n,
              uint8_t out[DIGEST_MAX])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int rc = -1;

    if (ctx == NULL || EVP_DigestInit_ex(ctx, method(kind), NULL) != 1)
        goto out;
    for (size_t i = 0; i < n; i++)
        if (EVP_DigestUpdate(ctx, piece[i].bytes, piece[i].len) != 1)
            goto out;
    if (EVP_DigestFinal_ex(ctx, out, NULL) == 1)
        rc = 0;
out:
    EVP_MD_CTX_free(ctx);
    return rc;
}

int eo_digest_hex(enum digest kind, const struct piece *piece, size_t n,
                  char out[DIGEST_HEX_MAX])
{
    uint8_t bytes[DIGEST_MAX];

    if (eo_digest(kind, piece, n, bytes) != 0)
        return -1;
    eo_hex(out, bytes, eo_digest_size(kind));
    eo_wipe(bytes, sizeof bytes);
    return 0;
}

struct hasher *eo_hasher_new(enum digest kind)
{
    struct hasher *h = eo_calloc(1, sizeof *h);

    if (h == NULL)
        return NULL;
    h->kind = kind;
    h->ctx = EVP_MD_CTX_new();
    if (h->ctx == NULL || EVP_DigestInit_ex(h->ctx, method(kind), NULL) != 1) {
        eo_hasher_free(h);
        return NULL;
    }
    return h;
}

void eo_hasher_add(struct hasher *h, const void *bytes, size_t len)
{
    if (EVP_DigestUpdate(h->ctx, bytes, len) != 1)
        h->bad = true;
}

int eo_hasher_hex(const struct hasher *h, char out[DIGEST_HEX_MAX])
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    uint8_t bytes[DIGEST_MAX];
    int rc = -1;

    if (!h->bad && copy != NULL && EVP_MD_CTX_copy_ex(copy, h->ctx) == 1 &&
        EVP_DigestFinal_ex(copy, bytes, NULL) == 1) {
        eo_hex(out, bytes, eo_digest_size(h->kind));
        rc = 0;
    }
    EVP_MD_CTX_free(copy);
    return rc;
}

void eo_hasher_free(struct hasher *h)
{
    if (h == NULL)
        return;
    EVP_MD_CTX_free(h->ctx);
    eo_free(h);
}
