/* test_image_signature.c -- is there a signature at the end? */
#include "support/test.h"

#include "image/signature.h"

enum { PAYLOAD = 1000, MAX = PAYLOAD + 600 };

/* A payload of one byte, n bytes of noise or of code, and the length word. */
static size_t build(uint8_t *out, size_t n, uint32_t word, int noise)
{
    uint32_t x = 7;

    memset(out, 0x11, PAYLOAD);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        out[PAYLOAD + i] = noise ? (uint8_t)(x >> 24) : (uint8_t)(i % 9);
    }
    for (int i = 0; i < 4; i++)
        out[PAYLOAD + n + (size_t)i] = (uint8_t)(word >> 8 * i);
    return PAYLOAD + n + 4;
}

static const struct {
    size_t n;
    uint32_t word;
    int noise;
    const char *name; /* NULL: there is none */
} ROWS[] = {
    {256, 256, 1, "RSA-2048"},    {384, 384, 1, "RSA-3072"},
    {512, 512, 1, "RSA-4096"},
    {64, 64, 1, "ECDSA P-256"},   {71, 71, 1, "ECDSA P-256"},
    {96, 96, 1, "ECDSA P-384"},   {256, 256, 0, NULL},
    {64, 64, 0, NULL},            {256, 255, 1, NULL},
    {100, 100, 1, NULL},          {256, 0xffffffff, 1, NULL},
    {256, 0, 1, NULL},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        uint8_t space[MAX], *bytes;
        const size_t len = build(space, ROWS[i].n, ROWS[i].word,
                                 ROWS[i].noise);
        struct signature s;

        bytes = exact(space, len);
        assert_int_equal(eo_signature_find(&s, bytes, len),
                         ROWS[i].name != NULL);
        if (ROWS[i].name != NULL) {
            assert_string_equal(eo_signature_name(&s), ROWS[i].name);
            assert_int_equal(s.at, PAYLOAD);
            assert_int_equal(s.len, ROWS[i].n);
        }
        assert_int_equal(eo_signature_payload(bytes, len),
                         ROWS[i].name != NULL ? PAYLOAD : len);
        free(bytes);
    }
}

/* A signature needs something it signs. */
static void test_nothing_before_it(void **state)
{
    uint8_t space[MAX];
    struct signature s;
    const size_t len = build(space, 256, 256, 1);

    (void)state;
    for (size_t n = 0; n <= 260; n++) {
        uint8_t *bytes = exact(space + len - n, n);

        assert_false(eo_signature_find(&s, bytes, n));
        free(bytes);
    }
    assert_true(eo_signature_find(&s, space + len - 261, 261));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nothing_before_it),
    };

    return cmocka_run_group_tests_name("image/signature", tests, NULL, NULL);
}
