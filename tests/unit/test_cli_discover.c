/* test_cli_discover.c -- devices that call themselves what they like, as lines
 * of a targets file. */
#include "support/test.h"

#include "cli/discover.h"
#include "conf/inventory.h"

static const char *const ADDRESSES[] = {"192.0.2.7"};

static const struct row {
    const char *host, *profile;
    uint16_t port;
    const char *expect; /* "": not told */
} ROWS[] = {
    {"kitchen.local", NULL, 0, "kitchen.local protocol=web"},
    {"kitchen.local", "sketch", 65280,
     "kitchen.local protocol=web port=65280 profile=sketch"},
    {NULL, NULL, 80, "192.0.2.7 protocol=web port=80"},
    {"two words.local", NULL, 0, "192.0.2.7 protocol=web"},
    {"a\\.b.local", NULL, 0, "192.0.2.7 protocol=web"},
    {"a=b.local", NULL, 0, "192.0.2.7 protocol=web"},
    {"#a.local", NULL, 0, "192.0.2.7 protocol=web"},
    {"\"a.local", NULL, 0, "192.0.2.7 protocol=web"},
    {"@hall", NULL, 0, "192.0.2.7 protocol=web"},     /* a group */
    {"{a.local", NULL, 0, "192.0.2.7 protocol=web"},  /* JSON */
    {"a,b.local", NULL, 0, "192.0.2.7 protocol=web"}, /* CSV */
    {"caf\xc3\xa9.local", NULL, 0, "caf\xc3\xa9.local protocol=web"},
};

static void test_a_line_is_read_as_that_device(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct espota_device d = {
            .host = ROWS[i].host,
            .addresses = ADDRESSES,
            .n_addresses = 1,
            .protocol = "web",
            .profile = ROWS[i].profile,
            .port = ROWS[i].port,
        };
        const struct config none = {0};
        struct target_list list = {0};
        struct espota_error err;
        char line[300];
        struct text t;

        eo_text_init(&t, line, sizeof line);
        eo_discover_target(&t, &d);
        assert_string_equal(line, ROWS[i].expect);
        assert_int_equal(
            eo_targets_parse(&list, line, t.len, "T", &none, &err), 0);
        assert_int_equal(list.n, 1);
        assert_int_equal(strncmp(list.at[0].name, ROWS[i].expect,
                                 strlen(list.at[0].name)), 0);
        eo_targets_free(&list);
    }
}

static void test_who_cannot_be_flashed_is_no_target(void **state)
{
    const struct espota_device nowhere = {.protocol = "web"};
    const struct espota_device nothing = {.host = "a.local"};
    char line[300];
    struct text t;

    (void)state;
    eo_text_init(&t, line, sizeof line);
    eo_discover_target(&t, &nowhere);
    eo_discover_target(&t, &nothing);
    assert_string_equal(line, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_read_as_that_device),
        cmocka_unit_test(test_who_cannot_be_flashed_is_no_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
