/* test_conf_settings.c -- whose value wins. */
#include "support/test.h"

#include <stdio.h>

#include "conf/opts.h"

struct given {
    const char *name, *value;
    unsigned level;
};

static void fill(struct opts *o, struct settings *s, const struct given *g)
{
    struct espota_error err = {0};

    assert_int_equal(eo_opts_init(o, &err), 0);
    for (; g->name != NULL; g++) {
        char where[16];

        snprintf(where, sizeof where, "source %u", g->level);
        assert_int_equal(eo_settings_add(s, eo_opt_find(CMD_ALL, g->name),
                                         g->value, g->level, where, &err),
                         0);
    }
    assert_int_equal(eo_opts_apply(o, s, &err), 0);
}

static void test_the_strongest_source_wins_and_in_it_the_last(void **state)
{
    static const struct given GIVEN[] = {
        {"port", "1", 1},     {"port", "2", 1},  {"port", "3", 2},
        {"retry", "7", 3},    {"retry", "8", 4}, {"quiet", NULL, 1},
        {"verbose", NULL, 1}, {"verbose", NULL, 1},
        {"ip", "a", 1},       {"ip", "b", 1},    {"ip", "c", 2},
        {0},
    };
    struct settings s = {0};
    struct opts o;

    (void)state;
    fill(&o, &s, GIVEN);
    assert_int_equal(o.port, 2);
    assert_int_equal(o.retry, 7);
    assert_true(o.quiet);
    assert_int_equal(o.verbose, 2);
    assert_int_equal(o.ip.n, 2);
    assert_string_equal(o.ip.at[1], "b");
    assert_true(eo_opts_given(&o, &o.port));
    assert_false(eo_opts_given(&o, &o.how.window));
    eo_opts_free(&o);
    eo_settings_free(&s);
}

static void test_any_password_hides_those_of_weaker_sources(void **state)
{
    static const struct given GIVEN[] = {
        {"auth-file", "first", 1}, {"auth-file", "second", 1},
        {"auth", "environment", 2}, {"auth-file", "config", 3}, {0},
    };
    struct settings s = {0};
    struct opts o;

    (void)state;
    fill(&o, &s, GIVEN);
    assert_null(o.auth);
    assert_int_equal(o.auth_file.n, 2);
    assert_string_equal(o.auth_file.at[1], "second");
    eo_opts_free(&o);
    eo_settings_free(&s);
}

static void test_an_empty_password_is_one(void **state)
{
    static const struct given GIVEN[] = {
        {"auth", "", 1}, {"auth", "environment", 2}, {0}};
    struct settings s = {0};
    struct opts o;

    (void)state;
    fill(&o, &s, GIVEN);
    assert_string_equal(o.auth, "");
    eo_opts_free(&o);
    eo_settings_free(&s);
}

static const struct {
    const char *name, *value, *text;
} DESCRIBED[] = {
    {"port", "8266", "port = 8266 (source 1)"},
    {"auth", "hunter2", "auth = (not shown) (source 1)"},
    {"retry-delay", "0.25", "retry-delay = 0.250 (source 1)"},
    {"stall-timeout", "90", "stall-timeout = 90 (source 1)"},
    {"window", "lockstep", "window = lockstep (source 1)"},
    {"window", "8192", "window = 8192 (source 1)"},
    {"protocol", "esphome", "protocol = esphome (source 1)"},
    {"host_port", "10-20", "host_port = 10-20 (source 1)"},
    {"quiet", "no", "quiet = no (source 1)"},
    {"file", "\x1b[2J", "file = \\x1b[2J (source 1)"},
};

static void test_descriptions_show_no_secret(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DESCRIBED / sizeof *DESCRIBED; i++) {
        const struct given given[] = {
            {DESCRIBED[i].name, DESCRIBED[i].value, 1}, {0}};
        struct settings s = {0};
        struct opts o;
        char text[100];

        fill(&o, &s, given);
        eo_opts_describe(&o, eo_opt_find(CMD_ALL, DESCRIBED[i].name), text,
                         sizeof text);
        assert_string_equal(text, DESCRIBED[i].text);
        eo_opts_free(&o);
        eo_settings_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_strongest_source_wins_and_in_it_the_last),
        cmocka_unit_test(test_any_password_hides_those_of_weaker_sources),
        cmocka_unit_test(test_an_empty_password_is_one),
        cmocka_unit_test(test_descriptions_show_no_secret),
    };

    return cmocka_run_group_tests_name("conf/settings", tests, NULL, NULL);
}
