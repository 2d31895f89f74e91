/* test_base_hex.c -- hexadecimal and base64. */
#include "support/test.h"

#include "base/hex.h"

static void test_hex_is_lower_case(void **state)
{
    char out[9];

    (void)state;
    eo_hex(out, (const uint8_t[]){0x00, 0x7f, 0xab, 0xff}, 4);
    assert_string_equal(out, "007fabff");
}

static void test_unhex_takes_both_cases_and_nothing_else(void **state)
{
    uint8_t out[2];

    (void)state;
    assert_int_equal(eo_unhex(out, 2, "aBcD", 4), 0);
    assert_int_equal(out[0], 0xab);
    assert_int_equal(out[1], 0xcd);
    assert_int_equal(eo_unhex(out, 2, "abc", 3), -1);
    assert_int_equal(eo_unhex(out, 2, "abcg", 4), -1);
    assert_int_equal(eo_unhex(out, 2, "ab d", 4), -1);
}

static const struct base64 {
    const char *text;
    int len; /* -1: refused */
    const char *bytes;
} BASE64[] = {
    {"", 0, ""},          {"Zg==", 1, "f"},     {"Zm8=", 2, "fo"},
    {"Zm9v", 3, "foo"},   {"Zm9vYg==", 4, "foob"}, {"Zm9", -1, ""},
    {"Zh==", -1, ""},     {"Zm9=", -1, ""},     {"=m9v", -1, ""},
    {"Zg==Zg==", -1, ""}, {"Zm 9", -1, ""},     {"Zm9vYmFyYQ==", -1, ""},
};

static void test_base64_is_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BASE64 / sizeof *BASE64; i++) {
        uint8_t out[6];
        const int n = eo_unbase64(out, sizeof out, BASE64[i].text);

        assert_int_equal(n, BASE64[i].len);
        if (n > 0)
            assert_memory_equal(out, BASE64[i].bytes, (size_t)n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex_is_lower_case),
        cmocka_unit_test(test_unhex_takes_both_cases_and_nothing_else),
        cmocka_unit_test(test_base64_is_strict),
    };

    return cmocka_run_group_tests_name("base/hex", tests, NULL, NULL);
}
