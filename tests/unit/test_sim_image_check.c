/* test_sim_image_check.c -- what a back end finds wrong with an image. */
#include "support/test.h"

#include "base/buf.h"
#include "sim/image_check.h"

/* The verdict on bytes that come in pieces; that of the end if none is at
 * once. */
static enum image_verdict verdict(enum image_checks kind, const uint8_t *bytes,
                                  size_t len, size_t piece)
{
    uint8_t *copy = exact(bytes, len);
    enum image_verdict v = IMAGE_FINE;
    struct image_check c;

    eo_sim_image_check_init(&c, kind, len);
    for (size_t at = 0; at < len && v == IMAGE_FINE; at += piece)
        v = eo_sim_image_check_add(&c, copy + at,
                                   len - at < piece ? len - at : piece);
    free(copy);
    return v != IMAGE_FINE ? v : eo_sim_image_check_end(&c);
}

static void test_first_bytes(void **state)
{
    static const struct row {
        enum image_checks kind;
        uint8_t bytes[3];
        enum image_verdict verdict;
    } ROWS[] = {
        {CHECK_NOTHING, {0, 0, 0}, IMAGE_FINE},
        {CHECK_E9, {0xe9, 1, 2}, IMAGE_FINE},
        {CHECK_E9, {0xff, 0xe9, 0}, IMAGE_NOT_AN_APP},
        {CHECK_E9, {0x1f, 0x8b, 8}, IMAGE_NOT_AN_APP},
        {CHECK_E9_OR_GZIP, {0xe9, 0, 0}, IMAGE_FINE},
        {CHECK_E9_OR_GZIP, {0x1f, 0x8b, 8}, IMAGE_FINE},
        {CHECK_E9_OR_GZIP, {0x1f, 0x8c, 8}, IMAGE_NOT_FIRMWARE},
        {CHECK_E9_OR_GZIP, {0, 0, 0}, IMAGE_NOT_FIRMWARE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        for (size_t piece = 1; piece <= 3; piece++)
            assert_int_equal(verdict(ROWS[i].kind, ROWS[i].bytes, 3, piece),
                             ROWS[i].verdict);
}

static void put_block(uint8_t *b, uint32_t number, uint32_t count)
{
    memset(b, 0, 512);
    eo_put_le32(b, 0x0a324655);
    eo_put_le32(b + 4, 0x9e5d5157);
    eo_put_le32(b + 20, number);
    eo_put_le32(b + 24, count);
    eo_put_le32(b + 508, 0x0ab16f30);
}

static void test_uf2_is_looked_at_block_by_block(void **state)
{
    static const size_t PIECES[] = {1, 100, 512, 1024, 4096};
    uint8_t bytes[3 * 512];

    (void)state;
    for (size_t p = 0; p < sizeof PIECES / sizeof *PIECES; p++) {
        for (uint32_t i = 0; i < 3; i++)
            put_block(bytes + 512 * i, i, 3);
        assert_int_equal(verdict(CHECK_UF2, bytes, sizeof bytes, PIECES[p]),
                         IMAGE_FINE);
        bytes[1024 + 20] = 1; /* a block twice */
        assert_int_equal(verdict(CHECK_UF2, bytes, sizeof bytes, PIECES[p]),
                         IMAGE_BAD_BLOCK);
        put_block(bytes + 1024, 2, 4); /* another file's length */
        assert_int_equal(verdict(CHECK_UF2, bytes, sizeof bytes, PIECES[p]),
                         IMAGE_BAD_BLOCK);
        put_block(bytes + 1024, 2, 3);
        assert_int_equal(verdict(CHECK_UF2, bytes, sizeof bytes - 1, PIECES[p]),
                         IMAGE_BAD_BLOCK);
        bytes[508] ^= 1;
        assert_int_equal(verdict(CHECK_UF2, bytes, sizeof bytes, PIECES[p]),
                         IMAGE_BAD_BLOCK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_bytes),
        cmocka_unit_test(test_uf2_is_looked_at_block_by_block),
    };

    return cmocka_run_group_tests_name("sim/image_check", tests, NULL, NULL);
}
