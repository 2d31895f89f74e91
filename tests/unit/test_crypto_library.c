/* test_crypto_library.c -- a crypto library that runs out of memory. */
#include "support/test.h"

#include <stdbool.h>

#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "crypto/library.h"
#include "crypto/pbkdf2.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "crypto/x25519.h"

/* libcrypto's own allocations: the nth from now and, unless once, all behind it
 * fail. */
static unsigned long countdown;
static bool once;

static bool failing(void)
{
    if (countdown == 0)
        return false;
    if (countdown == 1) {
        countdown = once ? 0 : 1;
        return true;
    }
    countdown--;
    return false;
}

static void *give(size_t len, const char *file, int line)
{
    (void)file, (void)line;
    return failing() ? NULL : malloc(len);
}

static void *resize(void *old, size_t len, const char *file, int line)
{
    (void)file, (void)line;
    return failing() ? NULL : realloc(old, len);
}

static void take(void *block, const char *file, int line)
{
    (void)file, (void)line;
    free(block);
}

/* ---- what is done meanwhile --------------------------------------------- */

static const uint8_t KEY[32] = {1, 2, 3}, NONCE[AEAD_NONCE] = {4};
static const char TEXT[] = "sixteen letters";
static const struct piece WHAT = {TEXT, sizeof TEXT};
static char rsa[4096], rsa_public[4096], ec[4096], ec_public[4096];
static struct espota_error err;

static int digest(void)
{
    uint8_t out[DIGEST_MAX];

    return eo_digest(DIGEST_SHA256, &WHAT, 1, out);
}

static int digest_hex(void)
{
    char out[DIGEST_HEX_MAX];

    return eo_digest_hex(DIGEST_MD5, &WHAT, 1, out);
}

static int hasher(void)
{
    struct hasher *h = eo_hasher_new(DIGEST_SHA256);
    char out[DIGEST_HEX_MAX];
    int rc;

    if (h == NULL)
        return -1;
    eo_hasher_add(h, TEXT, sizeof TEXT);
    rc = eo_hasher_hex(h, out);
    eo_hasher_free(h);
    return rc;
}

static int hkdf(void)
{
    uint8_t out[2][HKDF_KEY];

    return eo_hkdf(KEY, KEY, sizeof KEY, out, 2);
}

static int pbkdf2(void)
{
    struct pbkdf2 p;

    return eo_pbkdf2_start(&p, TEXT, sizeof TEXT, KEY, sizeof KEY, 3) != 0 ||
                   eo_pbkdf2_step(&p, 9) != 0
               ? -1 : 0;
}

static int long_password(void)
{
    struct pbkdf2 p;
    char password[200] = "";

    return eo_pbkdf2_start(&p, password, sizeof password, KEY, sizeof KEY, 1);
}

static int seal(void)
{
    uint8_t out[sizeof TEXT + AEAD_TAG];

    return eo_aead_seal(KEY, NONCE, (struct aead_ad){KEY, sizeof KEY},
                        (const uint8_t *)TEXT, sizeof TEXT, out);
}

/* What cannot be verified is not handed out. */
static int open_sealed(void)
{
    static const uint8_t ZERO[sizeof TEXT];
    static uint8_t sealed[sizeof TEXT + AEAD_TAG];
    static bool have_sealed;
    uint8_t out[sizeof TEXT];

    if (!have_sealed) {
        const unsigned long was = countdown;

        countdown = 0;
        assert_int_equal(eo_aead_seal(KEY, NONCE, (struct aead_ad){0},
                                      (const uint8_t *)TEXT, sizeof TEXT,
                                      sealed), 0);
        countdown = was;
        have_sealed = true;
    }
    memset(out, 0xff, sizeof out);
    if (eo_aead_open(KEY, NONCE, (struct aead_ad){0}, sealed, sizeof sealed,
                     out) == 0) {
        assert_memory_equal(out, TEXT, sizeof out);
        return 0;
    }
    assert_memory_equal(out, ZERO, sizeof out);
    return -1;
}

static int public_key(void)
{
    uint8_t out[X25519_KEY];

    return eo_x25519_public(KEY, out);
}

static int shared_secret(void)
{
    static const uint8_t ZERO[X25519_KEY];
    uint8_t out[X25519_KEY], peer[X25519_KEY] = {9};

    memset(out, 0xff, sizeof out);
    if (eo_x25519(KEY, peer, out) == 0)
        return 0;
    assert_memory_equal(out, ZERO, sizeof out);
    return -1;
}

static int sign_with(const char *pem)
{
    uint8_t out[SIGNATURE_MAX];
    size_t len = 0;

    return eo_sign(out, &len, &(struct piece){pem, strlen(pem)}, &WHAT, &err);
}

static int sign_rsa(void)
{
    return sign_with(rsa);
}

static int sign_ec(void)
{
    return sign_with(ec);
}

static int verify_with(const char *private, const char *public)
{
    static uint8_t sig[SIGNATURE_MAX];
    static const char *signed_by;
    static size_t len;
    enum signature_form form;

    if (signed_by != private) {
        const unsigned long was = countdown;

        countdown = 0;
        assert_int_equal(eo_sign(sig, &len,
                                 &(struct piece){private, strlen(private)},
                                 &WHAT, &err), 0);
        countdown = was;
        signed_by = private;
    }
    return eo_verify(&form, &(struct piece){public, strlen(public)}, &WHAT,
                     &(struct piece){sig, len}, &err);
}

static int verify_rsa(void)
{
    return verify_with(rsa, rsa_public);
}

static int verify_ec(void)
{
    return verify_with(ec, ec_public);
}

static const struct {
    const char *name;
    int (*run)(void);
    bool says_why;
} ROWS[] = {
    {"digest", digest, false},
    {"digest in hex", digest_hex, false},
    {"hasher", hasher, false},
    {"HKDF", hkdf, false},
    {"PBKDF2", pbkdf2, false},
    {"PBKDF2 of a long password", long_password, false},
    {"seal", seal, false},
    {"open", open_sealed, false},
    {"public key", public_key, false},
    {"shared secret", shared_secret, false},
    {"sign with RSA", sign_rsa, true},
    {"sign with EC", sign_ec, true},
    {"verify with RSA", verify_rsa, true},
    {"verify with EC", verify_ec, true},
};

/* Whatever allocation fails, the caller hears of it, or the result is right:
 * never a digest, a key or a signature that is none. */
static void test_failure_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        unsigned long n, failures = 0;

        assert_int_equal(ROWS[i].run(), 0); /* what is cached once, is */
        for (n = 1; n < 5000; n++) {
            bool reached;
            int rc;

            err = (struct espota_error){0};
            countdown = n;
            rc = ROWS[i].run();
            reached = countdown == 1;
            countdown = 0;
            if (!reached)
                break;
            failures += rc != 0;
            if (rc != 0 && ROWS[i].says_why)
                assert_true(err.category == ESPOTA_E_SECRET ||
                            err.category == ESPOTA_E_POLICY ||
                            err.category == ESPOTA_E_INTERNAL);
        }
        if (n == 5000 || failures == 0)
            fail_msg("%s: %lu failures in %lu rounds", ROWS[i].name, failures,
                     n);
        assert_int_equal(ROWS[i].run(), 0); /* and is not marked by it */
    }
}

/* How the first of the processes ended that could not do without memory, or
 * in which nothing was left to fail. */
static int first_status;

/* What is fetched for the first time, in a process of its own each time: in
 * this one it would be cached, by the keys that are made at the latest. */
static void fetch_first(void)
{
    int status = 0;

    digest(); /* libcrypto has started */
    for (unsigned long n = 1; n < 5000 && status == 0; n++) {
        const pid_t pid = fork();

        if (pid == 0) {
            once = true;
            countdown = n;
            pbkdf2();
            _exit(countdown == 0 ? 0 : 1); /* 1: all was given */
        }
        waitpid(pid, &status, 0);
    }
    first_status = status;
}

static void test_the_first_time(void **state)
{
    (void)state;
    assert_true(WIFEXITED(first_status));
    assert_int_equal(WEXITSTATUS(first_status), 1);
}

static void test_random_bytes(void **state)
{
    uint8_t a[32] = {0}, b[32] = {0};

    (void)state;
    assert_int_equal(eo_random(a, sizeof a), 0);
    assert_int_equal(eo_random(b, sizeof b), 0);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(eo_random(a, SIZE_MAX), -1);
}

static void test_the_library_has_a_name(void **state)
{
    (void)state;
    assert_non_null(strstr(eo_crypto_library(), "SSL"));
}

static void put(EVP_PKEY *key, char private[4096], char public[4096])
{
    BIO *a = BIO_new(BIO_s_mem()), *b = BIO_new(BIO_s_mem());

    assert_int_equal(
        PEM_write_bio_PrivateKey(a, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(PEM_write_bio_PUBKEY(b, key), 1);
    assert_true(BIO_read(a, private, 4095) > 0);
    assert_true(BIO_read(b, public, 4095) > 0);
    BIO_free(a);
    BIO_free(b);
    EVP_PKEY_free(key);
}

static int make_keys(void **state)
{
    (void)state;
    fetch_first();
    put(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), rsa, rsa_public);
    put(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), ec, ec_public);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_time),
        cmocka_unit_test(test_failure_is_told),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_the_library_has_a_name),
    };

    if (CRYPTO_set_mem_functions(give, resize, take) != 1)
        return 1;
    return cmocka_run_group_tests_name("crypto/library", tests, make_keys,
                                       NULL);
}
