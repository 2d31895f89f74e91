/* test_cli_hook_facts.c -- what a hook is told, whatever it is about. */
#include "support/test.h"

#include "base/mem.h"
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
    eo_hook_facts_free(&f);
    assert_int_equal(f.n, 0);
    assert_null(f.env[0]);
}

/* A path may have 4096 bytes. */
static void test_nothing_is_cut(void **state)
{
    static char value[5000];
    struct hook_facts f = {.n = 0};

    (void)state;
    memset(value, 'x', sizeof value - 1);
    for (int i = 0; i < HOOK_FACTS_MAX + 1; i++)
        eo_hook_fact(&f, "X", value);
    assert_int_equal(f.n, HOOK_FACTS_MAX);
    assert_string_equal(f.env[0] + strlen("ESPOTA_X="), value);
    assert_null(f.env[HOOK_FACTS_MAX]);
    eo_hook_facts_free(&f);
}

static void test_one_that_is_lost_is_noted(void **state)
{
    struct hook_facts f = {.n = 0};

    (void)state;
    eo_alloc_fail_at(2, 0);
    eo_hook_fact(&f, "DEVICE", "kitchen");
    assert_false(f.lost);
    eo_hook_number(&f, "MS", 7);
    eo_alloc_fail_at(0, 0);
    assert_true(f.lost);
    assert_int_equal(f.n, 1);
    eo_hook_facts_free(&f);
    assert_false(f.lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_nothing_is_cut),
        cmocka_unit_test(test_one_that_is_lost_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
