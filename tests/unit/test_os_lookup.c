/* test_os_lookup.c -- the system's look-up of a name, without the network. */
#include "support/test.h"

#include "os/lookup.h"

struct seen {
    unsigned n, loopback;
};

static void found(void *ctx, const struct addr *a)
{
    struct seen *s = ctx;

    s->n++;
    s->loopback += eo_addr_is_loopback(a);
    assert_int_equal(a->port, 0);
}

static void test_what_is_found_and_what_is_not(void **state)
{
    struct seen s = {0};

    (void)state;
    assert_null(eo_system_lookup("localhost", found, &s));
    assert_true(s.n > 0);
    assert_int_equal(s.loopback, s.n);
    s.n = 0;
    assert_null(eo_system_lookup("127.0.0.9", found, &s));
    assert_int_equal(s.n, 1);
    assert_non_null(eo_system_lookup("not..a.name", found, &s));
    assert_int_equal(s.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_found_and_what_is_not),
    };

    return cmocka_run_group_tests_name("os/lookup", tests, NULL, NULL);
}
