/* test_base_buf.c -- bounded reading, and integers in both orders. */
#include "support/test.h"

#include "base/buf.h"

static const uint8_t BYTES[] = {0x80, 0x01, 0x02, 0xff, 0x10};

static void test_both_orders(void **state)
{
    uint8_t out[4];

    (void)state;
    assert_int_equal(eo_le16(BYTES), 0x0180);
    assert_int_equal(eo_be16(BYTES), 0x8001);
    assert_int_equal(eo_le32(BYTES), 0xff020180);
    assert_int_equal(eo_be32(BYTES), 0x800102ff);
    eo_put_be16(out, 0xfe01);
    assert_memory_equal(out, "\xfe\x01", 2);
    eo_put_be32(out, 0xfe010203);
    assert_memory_equal(out, "\xfe\x01\x02\x03", 4);
    eo_put_le32(out, 0xfe010203);
    assert_memory_equal(out, "\x03\x02\x01\xfe", 4);
}

static void test_a_reader_takes_in_turn(void **state)
{
    uint8_t *copy = exact(BYTES, sizeof BYTES);
    struct reader r = eo_reader(copy, sizeof BYTES);

    (void)state;
    assert_int_equal(eo_take_u8(&r), 0x80);
    assert_int_equal(eo_take_be16(&r), 0x0102);
    assert_int_equal(eo_left(&r), 2);
    assert_int_equal(*eo_take(&r, 2), 0xff);
    assert_int_equal(eo_left(&r), 0);
    assert_non_null(eo_take(&r, 0));
    assert_false(r.bad);
    free(copy);
}

/* One byte short of each kind: zero, bad, and no step further. */
static void test_a_reader_never_runs_past_its_end(void **state)
{
    uint8_t *copy = exact(BYTES, 3);
    struct reader r;

    (void)state;
    r = eo_reader(copy, 3);
    assert_int_equal(eo_take_be32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(eo_left(&r), 3);
    assert_int_equal(eo_take_u8(&r), 0); /* bad stays bad */
    r = eo_reader(copy, 3);
    assert_int_equal(eo_take_le32(&r), 0);
    assert_true(r.bad);
    r = eo_reader(copy, 1);
    assert_int_equal(eo_take_be16(&r), 0);
    assert_true(r.bad);
    r = eo_reader(copy, 0);
    assert_int_equal(eo_take_u8(&r), 0);
    assert_true(r.bad);
    r = eo_reader(copy, 3);
    assert_null(eo_take(&r, SIZE_MAX));
    assert_true(r.bad);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_orders),
        cmocka_unit_test(test_a_reader_takes_in_turn),
        cmocka_unit_test(test_a_reader_never_runs_past_its_end),
    };

    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
