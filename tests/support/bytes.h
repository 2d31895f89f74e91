/* bytes.h -- bytes written as hex in a table. */
#ifndef TEST_SUPPORT_BYTES_H
#define TEST_SUPPORT_BYTES_H

#include "support/test.h"

#include "base/hex.h"

/* The bytes of hex into out; gives their number. */
static inline size_t from_hex(uint8_t *out, size_t cap, const char *hex)
{
    const size_t len = strlen(hex) / 2;

    assert_true(len <= cap);
    assert_int_equal(eo_unhex(out, len, hex, strlen(hex)), 0);
    return len;
}

static inline void assert_hex_equal(const uint8_t *bytes, size_t len,
                                    const char *hex)
{
    char *text = malloc(2 * len + 1);

    assert_non_null(text);
    eo_hex(text, bytes, len);
    assert_string_equal(text, hex);
    free(text);
}

#endif
