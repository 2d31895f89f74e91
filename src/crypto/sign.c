/* sign.c -- RSA and ECDSA signatures by OpenSSL. */
#include "crypto/sign.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/mem.h"

/* More than any of this takes. */
enum { PLENTY = 64 << 10 };

/* Why one attempt failed. */
struct refusal {
    struct espota_error why;
    bool sure; /* it cannot be a lack of memory in disguise: see no() */
};

/* OpenSSL would ask on the terminal.  The type is OpenSSL's. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
    (void)buf, (void)size, (void)rwflag;
    *(int *)ctx = 1;
    return -1;
}

static EVP_PKEY *read_key(const struct piece *pem, int public_part,
                          struct refusal *refusal)
{
    BIO *bio = pem->len <= INT_MAX
                   ? BIO_new_mem_buf(pem->bytes, (int)pem->len) : NULL;
    EVP_PKEY *key = NULL;
    int encrypted = 0;

    if (bio != NULL && public_part)
        key = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, &encrypted);
    else if (bio != NULL)
        key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &encrypted);
    BIO_free(bio);
    ERR_clear_error(); /* the thread's queue is not ours to fill */
    refusal->sure = key != NULL || encrypted;
    if (key == NULL && encrypted)
        eo_fail_hint(&refusal->why, ESPOTA_E_SECRET,
                     "write it out with: openssl pkey -in KEY -out PLAIN",
                     "the key is locked with a passphrase");
    else if (key == NULL)
        eo_fail(&refusal->why, ESPOTA_E_SECRET, "this is not a %s key in PEM",
                public_part ? "public" : "private");
    else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ||
             EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
        return key;
    else
        eo_fail(&refusal->why, ESPOTA_E_SECRET,
                "the key is neither RSA nor EC: no updater verifies it");
    EVP_PKEY_free(key);
    return NULL;
}

/* ---- EC: r and s side by side, and back --------------------------------- */

static int field_bytes(const EVP_PKEY *key)
{
    return (EVP_PKEY_get_bits(key) + 7) / 8;
}

static int der_to_raw(uint8_t *sig, size_t *len, int n)
{
    const unsigned char *p = sig;
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)*len);
    int ok = s != NULL && 2 * n <= SIGNATURE_MAX &&
             BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, n) == n &&
             BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + n, n) == n;

    ECDSA_SIG_free(s);
    *len = 2 * (size_t)n;
    return ok ? 0 : -1;
}

static size_t raw_to_der(uint8_t *der, const struct piece *raw)
{
    const uint8_t *bytes = raw->bytes;
    const int n = (int)(raw->len / 2);
    BIGNUM *r = BN_bin2bn(bytes, n, NULL), *s = BN_bin2bn(bytes + n, n, NULL);
    ECDSA_SIG *sig = ECDSA_SIG_new();
    int len = 0;

    if (r != NULL && s != NULL && sig != NULL && ECDSA_SIG_set0(sig, r, s)) {
        r = s = NULL; /* sig owns them */
        if (i2d_ECDSA_SIG(sig, NULL) <= SIGNATURE_MAX)
            len = i2d_ECDSA_SIG(sig, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return len > 0 ? (size_t)len : 0;
}

/* ---- signing ------------------------------------------------------------ */

static int sign(uint8_t out[SIGNATURE_MAX], size_t *out_len,
                const struct piece *pem, const struct piece *what,
                struct refusal *refusal)
{
    EVP_PKEY *key = read_key(pem, 0, refusal);
    EVP_MD_CTX *ctx = NULL;
    size_t len = SIGNATURE_MAX;
    int rc = -1;

    if (key == NULL)
        return -1;
    refusal->sure = false;
    ctx = EVP_MD_CTX_new();
    if (ctx == NULL ||
        EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(ctx, out, &len, what->bytes, what->len) != 1 ||
        (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         der_to_raw(out, &len, field_bytes(key)) != 0)) {
        eo_fail(&refusal->why, ESPOTA_E_INTERNAL,
                "the crypto library refuses to sign");
        goto out;
    }
    *out_len = len;
    rc = 0;
out:
    ERR_clear_error();
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return rc;
}

/* ---- checking ----------------------------------------------------------- */

static int matches(EVP_PKEY *key, const struct piece *what, const uint8_t *sig,
                   size_t len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = ctx != NULL && len > 0 &&
             EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
             EVP_DigestVerify(ctx, sig, len, what->bytes, what->len) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

static int matches_legacy(EVP_PKEY *key, const struct piece *what,
                          const struct piece *sig)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    uint8_t digest[DIGEST_MAX], inner[SIGNATURE_MAX];
    size_t len = sizeof inner;
    int ok = ctx != NULL && eo_digest(DIGEST_SHA256, what, 1, digest) == 0 &&
             EVP_PKEY_verify_recover_init(ctx) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
             EVP_PKEY_get_size(key) <= SIGNATURE_MAX &&
             EVP_PKEY_verify_recover(ctx, inner, &len, sig->bytes,
                                     sig->len) == 1 &&
             len == eo_digest_size(DIGEST_SHA256) &&
             memcmp(inner, digest, len) == 0;

    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static int verify(enum signature_form *form, const struct piece *pem,
                  const struct piece *what, const struct piece *sig,
                  struct refusal *refusal)
{
    EVP_PKEY *key = read_key(pem, 1, refusal);
    uint8_t der[SIGNATURE_MAX];
    int rc = 0;

    if (key == NULL)
        return -1;
    refusal->sure = false;
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        if (matches(key, what, sig->bytes, sig->len))
            *form = SIGNATURE_PLAIN;
        else if (matches_legacy(key, what, sig))
            *form = SIGNATURE_LEGACY;
        else
            rc = -1;
    } else if (sig->len == 2 * (size_t)field_bytes(key) &&
               matches(key, what, der, raw_to_der(der, sig))) {
        *form = SIGNATURE_PLAIN;
    } else if (matches(key, what, sig->bytes, sig->len)) {
        *form = SIGNATURE_DER;
    } else {
        rc = -1;
    }
    if (rc != 0)
        eo_fail(&refusal->why, ESPOTA_E_POLICY,
                "the signature was not made with this key for these bytes");
    ERR_clear_error();
    EVP_PKEY_free(key);
    return rc;
}

/* ---- without memory ----------------------------------------------------- */

/* OpenSSL says "no key" and "not this key" when it runs out of memory too, and
 * seldom says so.  So what it refuses is tried twice, and its "no" is believed
 * if it stays the same and there is memory.  A cause that is sure needs
 * neither, and is kept even without memory. */
static int no(const struct refusal *first, const struct refusal *second,
              struct espota_error *err)
{
    const struct refusal *last = first->sure ? first : second;

    if (!last->sure) {
        void *plenty = eo_calloc(1, PLENTY);

        eo_free(plenty);
        if (plenty == NULL || first->why.category != second->why.category)
            return eo_fail_memory(err);
    }
    if (err != NULL)
        *err = last->why;
    return -1;
}

int eo_sign(uint8_t out[SIGNATURE_MAX], size_t *out_len,
            const struct piece *pem, const struct piece *what,
            struct espota_error *err)
{
    struct refusal first, second;

    if (sign(out, out_len, pem, what, &first) == 0 ||
        (!first.sure && sign(out, out_len, pem, what, &second) == 0))
        return 0;
    return no(&first, &second, err);
}

int eo_verify(enum signature_form *form, const struct piece *pem,
              const struct piece *what, const struct piece *sig,
              struct espota_error *err)
{
    struct refusal first, second;

    if (verify(form, pem, what, sig, &first) == 0 ||
        (!first.sure && verify(form, pem, what, sig, &second) == 0))
        return 0;
    return no(&first, &second, err);
}
