/* test_crypto_hkdf.c -- HKDF-SHA-256. */
#include "support/bytes.h"

#include "crypto/hkdf.h"

/* RFC 5869 A.3: no salt (which is the same as 32 zeros) and no info. */
static void test_rfc_5869(void **state)
{
    static const uint8_t SALT[HKDF_KEY];
    uint8_t secret[22], out[2][HKDF_KEY];

    (void)state;
    memset(secret, 0x0b, sizeof secret);
    assert_int_equal(eo_hkdf(SALT, secret, sizeof secret, out, 2), 0);
    assert_hex_equal(out[0], 32,
                     "8da4e775a563c18f715f802a063c5a31"
                     "b8a11f5c5ee1879ec3454e5f3c738d2d");
    assert_hex_equal(out[1], 10, "9d201395faa4b61a96c8");
}

/* One key is the beginning of three, and an empty secret is one too. */
static void test_lengths(void **state)
{
    static const uint8_t SALT[HKDF_KEY] = {7};
    uint8_t one[1][HKDF_KEY], three[3][HKDF_KEY];

    (void)state;
    assert_int_equal(eo_hkdf(SALT, NULL, 0, one, 1), 0);
    assert_int_equal(eo_hkdf(SALT, NULL, 0, three, 3), 0);
    assert_memory_equal(one[0], three[0], HKDF_KEY);
    assert_memory_not_equal(three[1], three[2], HKDF_KEY);
    assert_int_equal(eo_hkdf(SALT, NULL, 0, three, 0), -1);
    assert_int_equal(eo_hkdf(SALT, NULL, 0, three, 4), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_5869),
        cmocka_unit_test(test_lengths),
    };

    return cmocka_run_group_tests_name("crypto/hkdf", tests, NULL, NULL);
}
