/* test_crypto_sign.c -- signatures by keys made on the spot. */
#include "support/test.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "support/no_memory.h"

#include "crypto/sign.h"

static const char TEXT[] = "a firmware of some bytes";
static const struct piece WHAT = {TEXT, sizeof TEXT};

static EVP_PKEY *rsa, *ec, *ed;

static int make_keys(void **state)
{
    (void)state;
    rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    return rsa != NULL && ec != NULL && ed != NULL ? 0 : -1;
}

static int free_keys(void **state)
{
    (void)state;
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ec);
    EVP_PKEY_free(ed);
    return 0;
}

struct pem {
    char text[4096];
    struct piece piece;
};

static const struct piece *finish(struct pem *pem, BIO *bio)
{
    const int n = BIO_read(bio, pem->text, sizeof pem->text);

    assert_true(n > 0);
    BIO_free(bio);
    pem->piece = (struct piece){pem->text, (size_t)n};
    return &pem->piece;
}

static const struct piece *private_pem(struct pem *pem, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(
        PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    return finish(pem, bio);
}

static const struct piece *locked_pem(struct pem *pem, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(),
                                              NULL, 0, NULL, "secret"), 1);
    return finish(pem, bio);
}

static const struct piece *public_pem(struct pem *pem, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
    return finish(pem, bio);
}

static size_t sign(uint8_t *sig, EVP_PKEY *key)
{
    struct pem pem;
    struct espota_error err;
    size_t len = 0;

    if (eo_sign(sig, &len, private_pem(&pem, key), &WHAT, &err) != 0)
        fail_msg("%s", err.message);
    return len;
}

static int verify(enum signature_form *form, EVP_PKEY *key, const void *what,
                  const uint8_t *sig, size_t len, struct espota_error *err)
{
    struct pem pem;

    return eo_verify(form, public_pem(&pem, key),
                     &(struct piece){what, sizeof TEXT},
                     &(struct piece){sig, len}, err);
}

/* What BearSSL checks: PKCS #1 v1.5 with the name of SHA-256. */
static void test_rsa_is_what_others_verify(void **state)
{
    uint8_t sig[SIGNATURE_MAX];
    const size_t len = sign(sig, rsa);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    (void)state;
    assert_int_equal(len, 256);
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, rsa),
                     1);
    assert_int_equal(EVP_DigestVerify(ctx, sig, len, (const uint8_t *)TEXT,
                                      sizeof TEXT), 1);
    EVP_MD_CTX_free(ctx);
}

static void test_there_and_back(void **state)
{
    EVP_PKEY *const keys[] = {rsa, ec};
    const size_t lengths[] = {256, 64};

    (void)state;
    for (int i = 0; i < 2; i++) {
        uint8_t sig[SIGNATURE_MAX];
        const size_t len = sign(sig, keys[i]);
        char other[sizeof TEXT];
        enum signature_form form;
        struct espota_error err = {0};

        assert_int_equal(len, lengths[i]);
        assert_int_equal(verify(&form, keys[i], TEXT, sig, len, &err), 0);
        assert_int_equal(form, SIGNATURE_PLAIN);

        memcpy(other, TEXT, sizeof TEXT);
        other[3] ^= 1;
        assert_int_equal(verify(&form, keys[i], other, sig, len, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_POLICY);
        assert_int_equal(verify(&form, keys[!i], TEXT, sig, len, &err), -1);
        assert_int_equal(verify(&form, keys[i], TEXT, sig, len - 1, &err), -1);
        assert_int_equal(verify(&form, keys[i], TEXT, sig, 0, &err), -1);
        sig[len / 2] ^= 1;
        assert_int_equal(verify(&form, keys[i], TEXT, sig, len, &err), -1);
    }
}

static void test_der_is_known(void **state)
{
    uint8_t sig[SIGNATURE_MAX];
    size_t len = sizeof sig;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    enum signature_form form;
    struct espota_error err;

    (void)state;
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, ec), 1);
    assert_int_equal(EVP_DigestSign(ctx, sig, &len, (const uint8_t *)TEXT,
                                    sizeof TEXT), 1);
    EVP_MD_CTX_free(ctx);
    assert_int_equal(verify(&form, ec, TEXT, sig, len, &err), 0);
    assert_int_equal(form, SIGNATURE_DER);
}

/* Core 2.5: the digest is padded bare, without saying that it is SHA-256. */
static void test_legacy_is_known(void **state)
{
    uint8_t sig[SIGNATURE_MAX], digest[DIGEST_MAX];
    size_t len = sizeof sig;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(rsa, NULL);
    enum signature_form form;
    struct espota_error err;

    (void)state;
    assert_int_equal(eo_digest(DIGEST_SHA256, &WHAT, 1, digest), 0);
    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, digest, 32), 1);
    EVP_PKEY_CTX_free(ctx);
    assert_int_equal(verify(&form, rsa, TEXT, sig, len, &err), 0);
    assert_int_equal(form, SIGNATURE_LEGACY);
}

static void test_keys_that_are_none(void **state)
{
    static const struct piece GARBAGE = {"no key", 6}, EMPTY = {"", 0};
    struct pem locked, pub, wrong;
    const struct {
        const struct piece *key;
        const char *message;
    } ROWS[] = {
        {&GARBAGE, "not a private key in PEM"},
        {&EMPTY, "not a private key in PEM"},
        {locked_pem(&locked, rsa), "locked with a passphrase"},
        {public_pem(&pub, rsa), "not a private key in PEM"},
        {private_pem(&wrong, ed), "neither RSA nor EC"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        uint8_t sig[SIGNATURE_MAX];
        size_t len = 99;
        struct espota_error err = {0};

        assert_int_equal(eo_sign(sig, &len, ROWS[i].key, &WHAT, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_SECRET);
        if (strstr(err.message, ROWS[i].message) == NULL)
            fail_msg("got \"%s\"", err.message);
        assert_int_equal(len, 99); /* outputs are untouched on failure */
    }
}

/* ---- without memory ----------------------------------------------------- */

/* A lack of memory that begins behind the cause does not take its place. */
static void test_what_is_sure_needs_no_memory(void **state)
{
    struct pem locked, wrong;
    const struct piece *const KEYS[] = {locked_pem(&locked, rsa),
                                        private_pem(&wrong, ed)};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t sig[SIGNATURE_MAX];
        size_t len;
        struct espota_error err = {0};
        unsigned long n;

        eo_alloc_fail_at(ULONG_MAX, 0);
        assert_int_equal(eo_sign(sig, &len, KEYS[i], &WHAT, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_SECRET);
        n = eo_alloc_count();
        eo_alloc_fail_at(n, 1);
        assert_int_equal(eo_sign(sig, &len, KEYS[i], &WHAT, &err), -1);
        assert_true(eo_alloc_count() >= n);
        eo_alloc_fail_at(0, 0);
        assert_int_equal(err.category, ESPOTA_E_SECRET);
    }
}

struct try {
    const struct piece *key, *sig;
    size_t len; /* of what is signed; what differs at its end is not ours */
};

static void expect_no_memory(const struct espota_error *err)
{
    if (err->category != ESPOTA_E_INTERNAL)
        fail_msg("%s", err->message);
}

static void try_sign(void *ctx)
{
    const struct try *t = ctx;
    uint8_t sig[SIGNATURE_MAX];
    size_t len;
    struct espota_error err = {0};

    if (eo_sign(sig, &len, t->key, &WHAT, &err) != 0) {
        assert_true(ran_out());
        expect_no_memory(&err);
    }
}

/* "Not made with this key" is only said of what was looked at. */
static void try_verify(void *ctx)
{
    const struct try *t = ctx;
    const bool ours = t->len == sizeof TEXT;
    enum signature_form form;
    struct espota_error err = {0};

    if (eo_verify(&form, t->key, &(struct piece){TEXT, t->len}, t->sig,
                  &err) == 0)
        assert_true(ours);
    else if (ran_out() && (ours || err.category != ESPOTA_E_POLICY))
        expect_no_memory(&err);
    else
        assert_int_equal(err.category, ESPOTA_E_POLICY);
}

static void test_no_memory(void **state)
{
    uint8_t bytes[SIGNATURE_MAX];
    const struct piece sig = {bytes, sign(bytes, rsa)};
    struct pem secret, pub;
    struct try t = {.key = private_pem(&secret, ec)};

    (void)state;
    no_memory(try_sign, &t, 10);
    t = (struct try){public_pem(&pub, rsa), &sig, sizeof TEXT};
    no_memory(try_verify, &t, 10);
    t.len--; /* which nobody signed */
    no_memory(try_verify, &t, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rsa_is_what_others_verify),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_der_is_known),
        cmocka_unit_test(test_legacy_is_known),
        cmocka_unit_test(test_keys_that_are_none),
        cmocka_unit_test(test_what_is_sure_needs_no_memory),
        cmocka_unit_test(test_no_memory),
    };

    no_memory_for_libraries();
    return cmocka_run_group_tests_name("crypto/sign", tests, make_keys,
                                       free_keys);
}
