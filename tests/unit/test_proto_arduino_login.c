/* test_proto_arduino_login.c -- the vectors of docs/PROTOCOLS.md, and the order
 * in which forms of a password are tried. */
#include "support/test.h"

#include "proto/arduino_login.h"

#define X8(s) s s s s s s s s
#define X32(s) X8(s) X8(s) X8(s) X8(s)
#define ODD_PASSWORD "p\xc3\xa4ss w\xc3\xb6rd\"$&"
#define NONCE_A "e10adc3949ba59abbe56e057f20f883e"
#define CNONCE_A "57c79476281cac232fefc73f48e3352b"
#define NONCE_B "d41d8cd98f00b204e9800998ecf8427e"
#define CNONCE_B "93eabe02fa2b0fca8289887bc47b4b1a"
#define NONCE_C \
    "018c45ae8b50b10b486128cc1fa0fef6be0c3a351476d2ebf6584bd0f1f96667"
#define CNONCE_C \
    "27fcfd35638fcf323b137f6f07573961c75e91175dbe74acdccafc0602b5791f"
#define NONCE_D \
    "0000000000000000000000000000000000000000000000000000000000000001"

static const struct vector {
    const char *name, *password;
    bool md5_stored;
    const char *nonce, *cnonce, *response;
} VECTORS[] = {
    {"A: admin", "admin", false, NONCE_A, CNONCE_A,
     "2e7cb118eadf7321e23933b1fe44bcd2"},
    {"A: -m makes no difference to MD5", "admin", true, NONCE_A, CNONCE_A,
     "2e7cb118eadf7321e23933b1fe44bcd2"},
    {"B: UTF-8 and hostile to shells", ODD_PASSWORD, false, NONCE_B, CNONCE_B,
     "a5063a3445048ad68005e7c2f8a045d7"},
    {"B: empty", "", false, NONCE_B, CNONCE_B,
     "e3057efddb619a01e3e08c588e077286"},
    {"C: admin", "admin", false, NONCE_C, CNONCE_C,
     "1f29a42d19102eeacffc4aae6257680e4b60569515c3dd54fc0a1c393e799a4b"},
    {"C: stored as MD5", "admin", true, NONCE_C, CNONCE_C,
     "7d1bd90552a9159d20c920f120853d2290b71dcd3feb6c6be8da4da65706d05c"},
    {"D: UTF-8", ODD_PASSWORD, false, NONCE_D, X32("ff"),
     "5d00ceb50262d94ae630a108f0979bab3046a8f97588be59dedfdc323f0740f2"},
    {"E: of a third party", "a-real-password", false, X32("ab"), X32("cd"),
     "4d63ba8b1efa8949a0c5caefe7e8bc77db582e5531bdf2667c663394b4551b93"},
};

static void test_vector(void **state)
{
    const struct vector *v = *state;
    struct arduino_login l = {0};
    unsigned slices = 0;

    assert_int_equal(eo_arduino_login_with(&l, v->nonce, v->password,
                                           v->md5_stored, v->cnonce),
                     0);
    for (; l.response[0] == '\0'; slices++)
        assert_int_equal(eo_arduino_login_work(&l), 0);
    assert_string_equal(l.response, v->response);
    assert_string_equal(l.cnonce, v->cnonce);
    /* The long one is cut up, so that others get their turn. */
    assert_true(l.pbkdf2 ? slices >= 10 : slices == 0);
    assert_int_equal(l.work.key_len, 0); /* wiped */
}

static const struct order {
    const char *nonce;
    bool md5_stored;
    const char *forms[5];
} ORDERS[] = {
    {NONCE_A, false,
     {"an MD5 of the password", "an upper-case MD5 of the password"}},
    {NONCE_C, false,
     {"a SHA-256 of the password", "an MD5 of the password",
      "an upper-case SHA-256 of the password",
      "an upper-case MD5 of the password"}},
    {NONCE_C, true,
     {"an MD5 of the password", "an upper-case MD5 of the password"}},
};

static void test_forms_are_tried_in_order(void **state)
{
    static const uint8_t SECRET[32] = {1};

    (void)state;
    for (size_t i = 0; i < sizeof ORDERS / sizeof *ORDERS; i++) {
        const struct order *o = &ORDERS[i];
        struct arduino_login l = {0};
        char before[sizeof l.cnonce] = "";
        size_t n = 0;

        do {
            assert_int_equal(eo_arduino_login_start(&l, o->nonce, "admin",
                                                    o->md5_stored, SECRET,
                                                    sizeof SECRET),
                             0);
            assert_non_null(o->forms[n]);
            assert_string_equal(eo_arduino_login_words(&l), o->forms[n]);
            assert_string_not_equal(l.cnonce, before); /* never used twice */
            assert_int_equal(strlen(l.cnonce), strlen(o->nonce));
            memcpy(before, l.cnonce, sizeof before);
            n++;
        } while (eo_arduino_login_next(&l, o->md5_stored));
        assert_null(o->forms[n]);
    }
}

/* MD5hex("admin") in upper case, by Python's hashlib. */
static void test_an_upper_case_hash_is_another_secret(void **state)
{
    struct arduino_login l = {0};

    (void)state;
    assert_int_equal(
        eo_arduino_login_with(&l, NONCE_A, "admin", false, CNONCE_A), 0);
    assert_true(eo_arduino_login_next(&l, false));
    assert_int_equal(
        eo_arduino_login_with(&l, NONCE_A, "admin", false, CNONCE_A), 0);
    assert_string_equal(l.response, "360101f3861ac99cb8ccc486b4ec7a1b");
}

int main(void)
{
    enum { N = sizeof VECTORS / sizeof *VECTORS };
    struct CMUnitTest tests[N + 2];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = VECTORS[i].name,
            .test_func = test_vector,
            .initial_state = (void *)(uintptr_t)&VECTORS[i],
        };
    tests[N] =
        (struct CMUnitTest)cmocka_unit_test(test_forms_are_tried_in_order);
    tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(
        test_an_upper_case_hash_is_another_secret);
    return cmocka_run_group_tests_name("proto/arduino_login", tests, NULL,
                                       NULL);
}
