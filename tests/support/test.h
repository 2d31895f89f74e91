/* test.h -- cmocka with what it needs before it. */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* tests/run.sh shows such lines. */
#define skip_because(why) (print_message("skip: %s\n", why), skip())

/* An exact-size heap copy, so that a sanitizer sees one byte too many read.
 * The caller frees it. */
static inline uint8_t *exact(const void *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);

    assert_non_null(copy);
    if (len > 0)
        memcpy(copy, bytes, len);
    return len > 0 ? copy : (free(copy), malloc(0));
}

#endif
