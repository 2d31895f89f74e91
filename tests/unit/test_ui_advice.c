/* test_ui_advice.c -- what the library advises, in the program's words. */
#include "support/test.h"

#include "base/err.h"
#include "ui/advice.h"

/* Whatever is added to the list: both have words for it, and what the library
 * says is not lost. */
static void test_each_advice_has_words(void **state)
{
    char space[ADVICE_TEXT];

    (void)state;
    for (int i = 1; i < ESPOTA_ADVICE_COUNT; i++) {
        const enum espota_advice advice = (enum espota_advice)i;
        const char *words = espota_advice_words(advice);
        const char *said = eo_advised(advice, "\1", space);

        assert_true(words[0] != '\0');
        assert_null(strstr(words, "--"));
        assert_non_null(said);
        assert_string_not_equal(said, "\1"); /* no row */
        assert_null(strstr(said, "%"));
        assert_int_equal(strstr(said, "\1") != NULL, said == space);
        assert_non_null(strchr(said, '-'));
    }
}

static void test_a_hint_is_said_by_the_program(void **state)
{
    static const struct {
        enum espota_advice advice;
        const char *hint, *said;
    } CASES[] = {
        {ESPOTA_ADVICE_NONE, "press its button", "press its button"},
        {ESPOTA_ADVICE_GIVE_KEY, NULL,
         "give its encryption key with --key or --key-file"},
        {ESPOTA_ADVICE_SHOW_BYTES, "is this port ArduinoOTA's?",
         "is this port ArduinoOTA's? -vvv shows every byte"},
        {ESPOTA_ADVICE_GIVE_PASSWORD, NULL,
         "give it with -a, --auth-file or ESPOTA_PASSWORD"},
        {ESPOTA_ADVICE_COUNT, "as it is", "as it is"},
    };
    char space[ADVICE_TEXT];
    struct espota_error err;

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        eo_fail_advice(&err, ESPOTA_E_USAGE, CASES[i].advice, CASES[i].hint,
                       "x");
        assert_string_equal(eo_hint(&err, space), CASES[i].said);
    }
    eo_fail(&err, ESPOTA_E_USAGE, "x");
    assert_null(eo_hint(&err, space));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_advice_has_words),
        cmocka_unit_test(test_a_hint_is_said_by_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
