/* test_conf_opts.c -- the option table checks itself. */
#include "support/test.h"

#include <stdio.h>

#include "conf/opts.h"

static void test_every_row_is_complete(void **state)
{
    const struct opt *o;
    char help[OPT_HELP];
    size_t i;

    (void)state;
    for (i = 0; (o = eo_opt_at(i)) != NULL; i++) {
        assert_non_null(o->name);
        assert_true(o->commands != 0);
        assert_true(strlen(o->help) > 0);
        /* On a line of 80 columns behind the left one of --help. */
        assert_true(strlen(eo_opt_help(o, help)) <= 49);
        assert_int_equal(o->arg == NULL,
                         o->kind == OPT_FLAG || o->kind == OPT_COUNT);
        if (o->kind == OPT_WORD)
            assert_non_null(o->words);
        /* A secret in a flag, a number or a word would be shown in errors. */
        if (o->flags & OPT_SECRET)
            assert_true(o->kind == OPT_TEXT || o->kind == OPT_TEXTS);
        assert_ptr_equal(eo_opt_at(eo_opt_index(o)), o);
    }
    assert_true(i > 20);
}

static void test_names_letters_and_fields_are_unique(void **state)
{
    const struct opt *a, *b;

    (void)state;
    for (size_t i = 0; (a = eo_opt_at(i)) != NULL; i++)
        for (size_t k = 0; k < i; k++) {
            b = eo_opt_at(k);
            if ((a->commands & b->commands) == 0)
                continue;
            assert_string_not_equal(a->name, b->name);
            assert_true(a->brief == 0 || a->brief != b->brief);
            assert_true(a->at != b->at);
            assert_true(a->env == NULL || b->env == NULL ||
                        strcmp(a->env, b->env) != 0);
        }
}

static void test_defaults_are_what_the_help_says(void **state)
{
    struct opts o;
    struct espota_error err;

    (void)state;
    assert_int_equal(eo_opts_init(&o, &err), 0);
    assert_int_equal(o.retry, 2);
    assert_int_equal(o.retry_delay_ms, 5000);
    assert_int_equal(o.connect_ms, 20000);
    assert_int_equal(o.stall_ms, 160000);
    assert_int_equal(o.how.invite_ms, 0); /* each protocol has its own */
    assert_int_equal(o.how.window, ESPOTA_WINDOW_AUTO);
    assert_false(eo_opts_given(&o, &o.retry));
    eo_opts_free(&o);
}

/* What an option takes is what its help says; the default goes without. */
static void test_the_help_names_the_words(void **state)
{
    const char *words[OPT_WORDS_MAX + 1];
    char help[OPT_HELP];
    const struct opt *o;

    (void)state;
    for (size_t i = 0; (o = eo_opt_at(i)) != NULL; i++) {
        eo_opt_words(o, words);
        assert_true(o->words == NULL || words[1] != NULL);
        for (size_t k = 0; words[k] != NULL; k++)
            if (strstr(eo_opt_help(o, help), words[k]) == NULL &&
                (o->def == NULL || strcmp(o->def, words[k]) != 0))
                fail_msg("--%s: its help lacks \"%s\"", o->name, words[k]);
        assert_null(strstr(eo_opt_help(o, help), "{}"));
    }
}

/* The library's words are its values, whatever order they stand in. */
static void test_words_agree_with_the_library(void **state)
{
    static const char *const GIVEN[][2] = {
        {"type", "bootloader"},  {"compress", "never"},
        {"min-auth", "sha256"},  {"verify", "version"},
        {"window", "lockstep"},  {"protocol", "web"},
        {"resolver", "system"},
    };
    struct settings s = {0};
    struct espota_error err;
    struct opts o;

    (void)state;
    for (size_t i = 0; i < sizeof GIVEN / sizeof *GIVEN; i++)
        assert_int_equal(eo_settings_add(&s, eo_opt_find(CMD_UPLOAD, GIVEN[i][0]),
                                         GIVEN[i][1], LEVEL_ARGV, "here", &err),
                         0);
    assert_int_equal(eo_opts_init(&o, &err), 0);
    assert_int_equal(eo_opts_apply(&o, &s, &err), 0);
    assert_int_equal(o.how.type, ESPOTA_TYPE_BOOTLOADER);
    assert_int_equal(o.how.compress, ESPOTA_COMPRESS_NEVER);
    assert_int_equal(o.how.min_auth, ESPOTA_AUTH_SHA256);
    assert_int_equal(o.verify, ESPOTA_VERIFY_VERSION);
    assert_int_equal(o.how.window, ESPOTA_WINDOW_LOCKSTEP);
    assert_string_equal(espota_protocol_word_at((size_t)o.protocol), "web");
    assert_string_equal(espota_resolver_at((size_t)o.resolver), "system");
    eo_opts_free(&o);
    eo_settings_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_complete),
        cmocka_unit_test(test_names_letters_and_fields_are_unique),
        cmocka_unit_test(test_defaults_are_what_the_help_says),
        cmocka_unit_test(test_the_help_names_the_words),
        cmocka_unit_test(test_words_agree_with_the_library),
    };

    return cmocka_run_group_tests_name("conf/opts", tests, NULL, NULL);
}
