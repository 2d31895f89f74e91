/* test_base_mem.c -- allocation that can be made to fail, and wiping. */
#include "support/test.h"

#include "base/mem.h"

static void test_space_is_zeroed(void **state)
{
    unsigned char *p = eo_calloc(3, 100);

    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(p[i], 0);
    eo_free(p);
    eo_free(NULL);
}

static void test_products_that_overflow_are_refused(void **state)
{
    char *p = eo_calloc(4, 1), *q;

    (void)state;
    assert_non_null(p);
    memcpy(p, "abc", 4);
    assert_null(eo_resize(p, SIZE_MAX / 2, 4));
    assert_string_equal(p, "abc"); /* left alone */
    q = eo_resize(p, 1000, 2);
    assert_non_null(q);
    assert_string_equal(q, "abc");
    q = eo_resize(q, 0, 4); /* NULL would mean that there is no memory */
    assert_non_null(q);
    eo_free(q);
}

static void test_grows_by_doubling(void **state)
{
    size_t cap = 0;
    uint32_t *at = NULL;

    (void)state;
    for (uint32_t n = 0; n < 33; n++) {
        uint32_t *more = eo_grow(at, n, &cap, sizeof *at);

        assert_non_null(more);
        assert_true(n % 16 == 0 || more == at);
        at = more;
        at[n] = n;
        assert_int_equal(cap, n < 16 ? 16 : n < 32 ? 32 : 64);
    }
    for (uint32_t n = 0; n < 33; n++)
        assert_int_equal(at[n], n);
    eo_alloc_fail_at(1, 1);
    assert_ptr_equal(eo_grow(at, 63, &cap, sizeof *at), at);
    assert_null(eo_grow(at, 64, &cap, sizeof *at));
    eo_alloc_fail_at(0, 0);
    assert_int_equal(cap, 64);
    assert_int_equal(at[32], 32); /* left alone */
    eo_free(at);
}

static void test_strdup(void **state)
{
    char *copy = eo_strdup("word");

    (void)state;
    assert_string_equal(copy, "word");
    eo_free_secret(copy);
    eo_free_secret(NULL);
    assert_null(eo_strdup(NULL));
}

static void test_wipe(void **state)
{
    char secret[] = "hunter2";

    (void)state;
    eo_wipe(secret, 6);
    assert_memory_equal(secret, "\0\0\0\0\0\0" "2", 8);
    eo_wipe(secret, 0);
    assert_int_equal(secret[6], '2');
}

static void test_the_nth_fails(void **state)
{
    void *p;

    (void)state;
    eo_alloc_fail_at(2, 0);
    p = eo_calloc(1, 1);
    assert_non_null(p);
    assert_null(eo_strdup("x"));
    assert_int_equal(eo_alloc_count(), 2);
    p = eo_resize(p, 2, 1); /* only the second */
    assert_non_null(p);
    eo_alloc_fail_at(1, 1);
    assert_null(eo_resize(p, 3, 1));
    assert_null(eo_calloc(1, 1));
    assert_int_equal(eo_alloc_count(), 2);
    eo_alloc_fail_at(0, 0);
    assert_int_equal(eo_alloc_count(), 0);
    eo_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_space_is_zeroed),
        cmocka_unit_test(test_products_that_overflow_are_refused),
        cmocka_unit_test(test_grows_by_doubling),
        cmocka_unit_test(test_strdup),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_the_nth_fails),
    };

    return cmocka_run_group_tests_name("base/mem", tests, NULL, NULL);
}
