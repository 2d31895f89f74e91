/* test_crypto_pbkdf2.c -- known answers, however the rounds are sliced. */
#include "support/test.h"

#include "base/hex.h"
#include "crypto/pbkdf2.h"

#define X8(s) s s s s s s s s
#define X32(s) X8(s) X8(s) X8(s) X8(s)
#define X64(s) X32(s) X32(s)

/* From RFC 7914 section 11 and from docs/PROTOCOLS.md for ArduinoOTA, where
 * the password (a digest) and the salt are text; the others by Python's
 * hashlib. */
static const struct known {
    const char *name, *password, *salt;
    uint32_t rounds;
    const char *key;
} KNOWN[] = {
    {"one round (RFC 7914)", "passwd", "salt", 1,
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"},
    {"80000 rounds (RFC 7914)", "Password", "NaCl", 80000,
     "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"},
    {"two rounds", "password", "salt", 2,
     "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"},
    {"4096 rounds", "password", "salt", 4096,
     "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"},
    {"vector C: admin",
     "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918",
     "018c45ae8b50b10b486128cc1fa0fef6be0c3a351476d2ebf6584bd0f1f96667:"
     "27fcfd35638fcf323b137f6f07573961c75e91175dbe74acdccafc0602b5791f",
     10000, "e135f57dc525bf6886a614826a9a50beba48682eaaeb25ec98c013ca43d36898"},
    {"vector C, stored as MD5", "21232f297a57a5a743894a0e4a801fc3",
     "018c45ae8b50b10b486128cc1fa0fef6be0c3a351476d2ebf6584bd0f1f96667:"
     "27fcfd35638fcf323b137f6f07573961c75e91175dbe74acdccafc0602b5791f",
     10000, "5bcd9f911cb59e3301ea77da99445facb7774d92b7030d1d3671c59eae4d4387"},
    {"vector D",
     "94f6ec0c8a41a83cb763b976f39ba6de9c1d97a7c23407c523f190e1548d6d78",
     "0000000000000000000000000000000000000000000000000000000000000001:" X32(
         "ff"),
     10000, "fbbdbff6025784e8f76d830ea4f997eea24e63cc82579b81a8dee661e38d7e8e"},
    {"vector E",
     "980061b57e53c2de71a544b88d868652220a5f638b654459743bc497df202f9e",
     X32("ab") ":" X32("cd"), 10000,
     "b7a2bf1029f505602abfc2362e593d50150a2407c9095f96f5c6efe9789e21d6"},
    {"a password of one block", X64("x"), "salt", 3,
     "0582d52c2133ec90a168409527adb1a18782d00151ca2939679a72dedca074b5"},
    {"a longer one is hashed first", X64("x") "x", "salt", 3,
     "55f8286dda24a93939636b5584acff9694c9d2551e7f63ed334c389a68e5dd4f"},
    {"an empty one", "", "salt", 2,
     "62384466264daadc4144018c6bd864648272b34da8980d31521ffcce92ae003b"},
};

static void derive(const struct known *k, uint32_t slice, char hex[65])
{
    struct pbkdf2 p;

    assert_int_equal(eo_pbkdf2_start(&p, k->password, strlen(k->password),
                                     k->salt, strlen(k->salt), k->rounds),
                     0);
    while (p.left > 0) {
        const uint32_t before = p.left;

        assert_int_equal(eo_pbkdf2_step(&p, slice), 0);
        assert_int_equal(before - p.left, before < slice ? before : slice);
    }
    assert_int_equal(eo_pbkdf2_step(&p, slice), 0); /* asking again is idle */
    eo_hex(hex, p.sum, sizeof p.sum);
}

static void test_known_answer(void **state)
{
    static const uint32_t SLICES[] = {1, 500, 9999, UINT32_MAX};
    const struct known *k = *state;

    for (size_t i = 0; i < sizeof SLICES / sizeof *SLICES; i++) {
        char hex[65];

        if (SLICES[i] == 1 && k->rounds > 4096)
            continue; /* the same again, only slowly */
        derive(k, SLICES[i], hex);
        assert_string_equal(hex, k->key);
    }
}

int main(void)
{
    enum { N = sizeof KNOWN / sizeof *KNOWN };
    struct CMUnitTest tests[N];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = KNOWN[i].name,
            .test_func = test_known_answer,
            .initial_state = (void *)(uintptr_t)&KNOWN[i],
        };
    return cmocka_run_group_tests_name("crypto/pbkdf2", tests, NULL, NULL);
}
