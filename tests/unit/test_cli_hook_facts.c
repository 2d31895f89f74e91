/* test_cli_hook_facts.c -- what a hook is told, whatever it is about. */
#include "support/test.h"

#include "cli/hook_facts.h"

static void test_facts(void **state)
{
    struct hook_facts f = {.n = 0};

    (void)state;
    eo_hook_fact(&f, "DEVICE", "a\"b\\c caf\xc3\xa9\n$(x)");
    eo_hook_fact(&f, "ADDRESS", NULL); /* is none */
    eo_hook_fact(&f, "MESSAGE", "");
    eo_hook_number(&f, "STATUS", 14);
    assert_int_equal(f.n, 3);
    assert_string_equal(f.env[0], "ESPOTA_DEVICE=a\"b\\c caf\xc3\xa9\n$(x)");
    assert_string_equal(f.env[1], "ESPOTA_MESSAGE=");
    assert_string_equal(f.env[2], "ESPOTA_STATUS=14");
    assert_null(f.env[3]);
}

static void test_too_long_and_too_many(void **state)
{
    static char value[2 * HOOK_FACT_MAX];
    struct hook_facts f = {.n = 0};

    (void)state;
    memset(value, 'x', sizeof value - 1);
    for (int i = 0; i < HOOK_FACTS_MAX + 1; i++)
        eo_hook_fact(&f, "X", value);
    assert_int_equal(f.n, HOOK_FACTS_MAX);
    assert_int_equal(strlen(f.env[0]), HOOK_FACT_MAX - 1);
    assert_null(f.env[HOOK_FACTS_MAX]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_too_long_and_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
