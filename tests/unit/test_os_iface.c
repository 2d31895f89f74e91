/* test_os_iface.c -- the interfaces of this machine, of which loopback is one. */
#include "support/test.h"

#include <string.h>

#include "support/loopback.h"

#include "net/iface.h"

struct seen {
    unsigned n, loopback4;
};

static void look(void *ctx, const struct iface_addr *a)
{
    struct seen *s = ctx;
    char text[ADDR_TEXT];

    s->n++;
    assert_true(strlen(a->name) < IFACE_NAME_MAX);
    assert_int_not_equal(eo_iface_index(a->name), 0);
    assert_int_equal(a->addr.port, 0);
    assert_true(a->addr.family == 4 || a->addr.family == 6);
    assert_in_range(a->prefix, 0, a->addr.family == 4 ? 32 : 128);
#if defined(__linux__)
    assert_int_equal(a->loopback, strcmp(a->name, "lo") == 0);
#endif
    eo_addr_text(&a->addr, false, text);
    if (strcmp(text, "127.0.0.1") != 0)
        return;
    s->loopback4++;
    assert_true(a->up && a->loopback);
    assert_false(a->point_to_point);
    assert_int_equal(a->prefix, 8);
}

static void test_loopback_is_listed(void **state)
{
    struct seen s = {0};

    (void)state;
    assert_int_equal(eo_iface_addrs(look, &s), 0);
    assert_int_equal(s.loopback4, 1);
    assert_int_equal(eo_iface_index("no-such-if"), 0);
}

static void test_a_chosen_one_is_found_by_name_and_by_address(void **state)
{
    const char *const choices[] = {loopback_name(), "127.0.0.1"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct ifaces ifs;
        struct addr a;

        assert_int_equal(eo_ifaces(&ifs, choices[i]), 0);
        assert_int_equal(ifs.n, 1);
        assert_int_equal(ifs.at[0].index, loopback_index());
        assert_int_equal(eo_iface_addr(&a, &ifs.at[0], 4), 0);
        assert_true(eo_addr_is_loopback(&a));
        assert_int_equal(eo_addr_parse(&a, "127.9.9.9"), 0);
        assert_true(eo_iface_has(&ifs.at[0], &a));
        assert_int_equal(eo_addr_parse(&a, "128.0.0.1"), 0);
        assert_false(eo_iface_has(&ifs.at[0], &a));
    }
}

static void test_local_addresses_of_an_interface(void **state)
{
    struct addr a;
    char shown[ADDR_TEXT];

    (void)state;
    assert_int_equal(eo_addr_local(&a, loopback_name(), 4), 0);
    eo_addr_text(&a, false, shown);
    assert_string_equal(shown, "127.0.0.1");
    assert_int_equal(eo_addr_local(&a, "127.0.0.9", 4), 0);
    assert_int_equal(eo_addr_local(&a, "no-such-if", 4), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loopback_is_listed),
        cmocka_unit_test(test_a_chosen_one_is_found_by_name_and_by_address),
        cmocka_unit_test(test_local_addresses_of_an_interface),
    };

    return cmocka_run_group_tests_name("os/iface", tests, NULL, NULL);
}
