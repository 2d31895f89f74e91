/* test_image_crc.c -- the check values of both CRCs, short and long. */
#include "support/test.h"

#include "image/crc.h"

static const uint8_t CHECK[] = "123456789";

static void test_check_values(void **state)
{
    (void)state;
    assert_int_equal(eo_crc32_mpeg(EO_CRC_START, CHECK, 9), 0x0376e6e7);
    assert_int_equal(eo_crc32(CHECK, 9), 0xcbf43926);
    assert_int_equal(eo_crc32_mpeg(EO_CRC_START, CHECK, 0), EO_CRC_START);
    assert_int_equal(eo_crc32(CHECK, 0), 0);
}

static uint32_t bit_by_bit(uint32_t crc, const uint8_t *p, size_t len)
{
    for (; len > 0; p++, len--) {
        crc ^= (uint32_t)*p << 24;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x80000000u ? crc << 1 ^ 0x04c11db7u : crc << 1;
    }
    return crc;
}

/* Long input goes eight bytes a step; all ends of it must be the same. */
static void test_long_input(void **state)
{
    enum { LEN = 5000 };
    uint8_t *bytes = malloc(LEN);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    for (size_t len = 4090; len < 4110; len++)
        assert_int_equal(eo_crc32_mpeg(EO_CRC_START, bytes, len),
                         bit_by_bit(EO_CRC_START, bytes, len));
    assert_int_equal(
        eo_crc32_mpeg(eo_crc32_mpeg(EO_CRC_START, bytes, 4500), bytes + 4500,
                      LEN - 4500),
        bit_by_bit(EO_CRC_START, bytes, LEN));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_values),
        cmocka_unit_test(test_long_input),
    };

    return cmocka_run_group_tests_name("image/crc", tests, NULL, NULL);
}
