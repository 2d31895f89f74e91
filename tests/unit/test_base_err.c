/* test_base_err.c -- filling a struct espota_error, and what a category says. */
#include "support/test.h"

#include <errno.h>

#include "base/err.h"

static struct espota_error stale(void)
{
    struct espota_error e = {ESPOTA_E_AUTH, 5, "a hint", ESPOTA_ADVICE_FORCE, "0x82", "old"};

    return e;
}

static void test_each_filler_leaves_nothing_of_before(void **state)
{
    struct espota_error e = stale();

    (void)state;
    assert_int_equal(eo_fail(&e, ESPOTA_E_IMAGE, "%s is empty", "x.bin"), -1);
    assert_int_equal(e.category, ESPOTA_E_IMAGE);
    assert_string_equal(e.message, "x.bin is empty");
    assert_int_equal(e.sys_errno, 0);
    assert_null(e.hint);
    assert_int_equal(e.advice, ESPOTA_ADVICE_NONE);
    assert_string_equal(e.device, "");

    e = stale();
    assert_int_equal(
        eo_fail_sys(&e, ESPOTA_E_CONNECT, ECONNREFUSED, "refused"), -1);
    assert_int_equal(e.sys_errno, ECONNREFUSED);
    assert_null(e.hint);
    assert_string_equal(e.device, "");

    e = stale();
    assert_int_equal(eo_fail_memory(&e), -1);
    assert_int_equal(e.category, ESPOTA_E_INTERNAL);
    assert_string_equal(e.message, "out of memory");
    assert_int_equal(e.sys_errno, 0);
    assert_null(e.hint);
    assert_string_equal(e.device, "");

    e = stale();
    assert_int_equal(eo_fail_hint(&e, ESPOTA_E_SECRET, "give it", "none"), -1);
    assert_string_equal(e.hint, "give it");
    assert_int_equal(e.sys_errno, 0);
    assert_string_equal(e.device, "");

    e = stale();
    assert_int_equal(
        eo_fail_device(&e, ESPOTA_E_REFUSED, "0x89", NULL, "too big"), -1);
    assert_string_equal(e.device, "0x89");
    assert_null(e.hint);
    assert_int_equal(e.sys_errno, 0);
}

static void test_advice_has_words_of_its_own(void **state)
{
    struct espota_error e = stale(), why = stale();

    (void)state;
    assert_int_equal(eo_fail_advice(&e, ESPOTA_E_SECRET,
                                    ESPOTA_ADVICE_GIVE_KEY, NULL, "%d", 7),
                     -1);
    assert_string_equal(e.message, "7");
    assert_int_equal(e.advice, ESPOTA_ADVICE_GIVE_KEY);
    assert_string_equal(e.hint, espota_advice_words(ESPOTA_ADVICE_GIVE_KEY));
    assert_string_equal(e.device, "");
    eo_advise(&e, ESPOTA_ADVICE_FORCE, "or else");
    assert_int_equal(e.advice, ESPOTA_ADVICE_FORCE);
    assert_string_equal(e.hint, "or else");
    eo_advise(&e, ESPOTA_ADVICE_NONE, NULL);
    assert_null(e.hint);

    assert_int_equal(eo_fail_as(&why, &why, "line 3: %s", "it"), -1);
    assert_int_equal(why.category, ESPOTA_E_AUTH);
    assert_int_equal(why.advice, ESPOTA_ADVICE_FORCE);
    assert_string_equal(why.hint, "a hint");
    assert_string_equal(why.message, "line 3: it");
    assert_string_equal(why.device, "");

    assert_string_equal(espota_advice_words(ESPOTA_ADVICE_NONE), "");
    assert_string_equal(espota_advice_words(ESPOTA_ADVICE_COUNT), "");
}

static void test_nobody_has_to_listen(void **state)
{
    (void)state;
    assert_int_equal(eo_fail(NULL, ESPOTA_E_IMAGE, "x"), -1);
    assert_int_equal(eo_fail_hint(NULL, ESPOTA_E_IMAGE, "h", "x"), -1);
    assert_int_equal(eo_advise(NULL, ESPOTA_ADVICE_FORCE, NULL), -1);
    assert_int_equal(eo_fail_advice(NULL, ESPOTA_E_IMAGE, ESPOTA_ADVICE_FORCE,
                                    NULL, "x"), -1);
    assert_int_equal(eo_fail_sys(NULL, ESPOTA_E_IMAGE, 1, "x"), -1);
    assert_int_equal(eo_fail_device(NULL, ESPOTA_E_IMAGE, "d", "h", "x"), -1);
}

static void test_what_is_too_long_is_cut(void **state)
{
    struct espota_error *e = malloc(sizeof *e);
    char *words = malloc(2000);

    (void)state;
    assert_non_null(e);
    assert_non_null(words);
    memset(words, 'w', 1999);
    words[1999] = '\0';
    eo_fail_device(e, ESPOTA_E_REFUSED, words, NULL, "%s", words);
    assert_int_equal(strlen(e->message), sizeof e->message - 1);
    assert_int_equal(strlen(e->device), sizeof e->device - 1);
    free(words);
    free(e);
}

/* The message goes into JSON: it stays UTF-8 wherever it is cut. */
static void test_no_character_is_cut_in_half(void **state)
{
    struct espota_error e;
    char words[sizeof e.message + 8];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(words, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof words; i += 4)
            memcpy(words + i, "\xf0\x9f\x98\x80", 5);
        eo_fail(&e, ESPOTA_E_IMAGE, "%s", words);
        assert_int_equal((strlen(e.message) - shift) % 4, 0);
        assert_true(strlen(e.message) > sizeof e.message - 5);
        eo_fail_device(&e, ESPOTA_E_IMAGE, words, NULL, "x");
        assert_int_equal((strlen(e.device) - shift) % 4, 0);
        assert_true(strlen(e.device) > sizeof e.device - 5);
    }
}

static void test_a_value_that_is_no_category(void **state)
{
    const enum espota_category none = (enum espota_category)1000;

    (void)state;
    assert_string_equal(espota_category_name(none), "?");
    assert_string_equal(espota_category_summary(none), "?");
    assert_int_equal(espota_category_status(none), 1);
    assert_false(espota_category_retryable(none));
    assert_int_equal(espota_category_outcome(none), ESPOTA_FAILED);
    assert_string_equal(espota_outcome_name((enum espota_outcome)99), "?");
}

/* Whoever is asked to blame: what this machine lacks is its own fault. */
static void test_a_want_of_ours_is_ours(void **state)
{
    static const enum espota_category BLAMED[] = {
        ESPOTA_E_IMAGE, ESPOTA_E_USAGE, ESPOTA_E_SECRET, ESPOTA_E_CONNECT,
        ESPOTA_E_RESOLVE};
    static const int OURS[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, EFBIG,
#ifdef EDQUOT
                               EDQUOT,
#endif
    };
    static const int OTHERS[] = {ENOENT, EACCES, EIO, ECONNREFUSED, ETIMEDOUT};

    (void)state;
    for (size_t i = 0; i < sizeof BLAMED / sizeof *BLAMED; i++) {
        struct espota_error e;

        for (size_t k = 0; k < sizeof OURS / sizeof *OURS; k++) {
            eo_fail_sys(&e, BLAMED[i], OURS[k], "x");
            assert_int_equal(e.category, ESPOTA_E_INTERNAL);
            assert_int_equal(e.sys_errno, OURS[k]);
        }
        for (size_t k = 0; k < sizeof OTHERS / sizeof *OTHERS; k++) {
            eo_fail_sys(&e, BLAMED[i], OTHERS[k], "x");
            assert_int_equal(e.category, BLAMED[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_want_of_ours_is_ours),
        cmocka_unit_test(test_each_filler_leaves_nothing_of_before),
        cmocka_unit_test(test_advice_has_words_of_its_own),
        cmocka_unit_test(test_nobody_has_to_listen),
        cmocka_unit_test(test_what_is_too_long_is_cut),
        cmocka_unit_test(test_no_character_is_cut_in_half),
        cmocka_unit_test(test_a_value_that_is_no_category),
    };

    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
