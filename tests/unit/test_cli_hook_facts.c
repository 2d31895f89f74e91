/* test_cli_hook_facts.c -- what a hook is told, whatever it is about. */
#include "support/test.h"

#include "cli/hook_facts.h"

static const struct row {
    const char *value, *env, *json;
} ROWS[] = {
    {"kitchen", "ESPOTA_DEVICE=kitchen", "{\"device\":\"kitchen\"}\n"},
    {"", "ESPOTA_DEVICE=", "{\"device\":\"\"}\n"},
    {"a\"b\\c", "ESPOTA_DEVICE=a\"b\\c", "{\"device\":\"a\\\"b\\\\c\"}\n"},
    {"caf\xc3\xa9", "ESPOTA_DEVICE=caf\xc3\xa9",
     "{\"device\":\"caf\xc3\xa9\"}\n"},
    {"a\nb\x7f", "ESPOTA_DEVICE=a\nb\x7f",
     "{\"device\":\"a\\\\x0ab\\\\x7f\"}\n"},
    /* Latin-1: JSON is UTF-8. */
    {"caf\xe9", "ESPOTA_DEVICE=caf\xe9", "{\"device\":\"caf\\\\xe9\"}\n"},
};

static void test_rows(void **state)
{
    static char json[HOOK_JSON_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct hook_facts f = {.n = 0};

        eo_hook_fact(&f, "DEVICE", ROWS[i].value);
        eo_hook_fact(&f, "ADDRESS", NULL);
        assert_int_equal(f.n, 1);
        assert_string_equal(f.env[0], ROWS[i].env);
        assert_null(f.env[1]);
        eo_hook_json(&f, json);
        assert_string_equal(json, ROWS[i].json);
    }
}

/* Nothing is cut, however much there is. */
static void test_the_longest_object_is_whole(void **state)
{
    static char json[HOOK_JSON_MAX], value[2 * HOOK_FACT_MAX];
    struct hook_facts f = {.n = 0};

    (void)state;
    memset(value, 1, sizeof value - 1);
    for (int i = 0; i < HOOK_FACTS_MAX + 1; i++)
        eo_hook_fact(&f, "X", value);
    assert_int_equal(f.n, HOOK_FACTS_MAX);
    assert_int_equal(strlen(f.env[0]), HOOK_FACT_MAX - 1);
    eo_hook_json(&f, json);
    assert_string_equal(json + strlen(json) - 5, "01\"}\n");
}

static void test_no_facts(void **state)
{
    static char json[HOOK_JSON_MAX];
    const struct hook_facts f = {.n = 0};

    (void)state;
    eo_hook_json(&f, json);
    assert_string_equal(json, "{}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_the_longest_object_is_whole),
        cmocka_unit_test(test_no_facts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
