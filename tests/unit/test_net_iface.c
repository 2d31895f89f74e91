/* test_net_iface.c -- what may be given as a local address. */
#include "support/test.h"

#include "support/few_descriptors.h"

#include "net/iface.h"

static void test_local_addresses(void **state)
{
    static const struct {
        const char *text;
        bool taken;
    } ROWS[] = {
        {"127.0.0.1", true},
        {"0.0.0.0", true},
        {"lo", true},
        {"no-such-if", false},
        {"192.0.2.9", false},
        {"2001:db8::7", false},
        {"fe80::1%no-such-if", false},
        {"127.0.0.1:80", false},
        {"", false},
    };
    struct espota_error err;

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        err.category = ESPOTA_E_OK;
        if ((eo_addr_check_local(ROWS[i].text, &err) == 0) != ROWS[i].taken)
            fail_msg("\"%s\" is %s", ROWS[i].text,
                     ROWS[i].taken ? "not taken" : "taken");
        if (ROWS[i].taken)
            continue;
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_non_null(strstr(err.message, ROWS[i].text));
    }
}

/* It cannot be found out: whoever needs it waits for a descriptor. */
static void test_without_descriptors(void **state)
{
    struct rlimit before;
    struct espota_error err;

    (void)state;
    needs_few_descriptors();
    few_descriptors(next_descriptor(), &before);
    assert_int_equal(eo_addr_check_local("192.0.2.9", &err), 0);
    many_descriptors(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_addresses),
        cmocka_unit_test(test_without_descriptors),
    };

    return cmocka_run_group_tests_name("net/iface", tests, NULL, NULL);
}
