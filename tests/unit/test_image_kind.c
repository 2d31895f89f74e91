/* test_image_kind.c -- the list of kinds, and the bounds of what is found. */
#include "support/test.h"

#include "image/kind.h"

static void check_word(const char *word)
{
    assert_true(word[0] != '\0');
    for (; *word != '\0'; word++)
        assert_true((*word >= 'a' && *word <= 'z') || eo_is_digit(*word) ||
                    *word == '-');
}

static void test_every_kind_is_complete(void **state)
{
    const struct image_kind *kind;

    (void)state;
    for (size_t i = 0; (kind = eo_kind_at(i)) != NULL; i++) {
        check_word(kind->name);
        assert_true(strncmp(kind->what, "a ", 2) == 0 ||
                    strncmp(kind->what, "an ", 3) == 0);
        assert_non_null(kind->probe);
        assert_non_null(kind->describe);
        /* What no device takes as it is says why, and what to do. */
        assert_int_equal(kind->unfit == NULL, kind->role == ROLE_APP ||
                                                  kind->role ==
                                                      ROLE_FILESYSTEM);
        assert_int_equal(kind->unfit == NULL, kind->instead == NULL);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(eo_kind_at(k)->name, kind->name);
    }
}

/* Nothing at all, and runs of one byte, are no kind. */
static void test_nothing_is_unknown(void **state)
{
    static const uint8_t FILLERS[] = {0x00, 0xff, 0xaa, 0xe9};
    struct findings *f = malloc(sizeof *f);
    uint8_t *none = exact("", 0);

    (void)state;
    assert_non_null(f);
    eo_identify(f, none, 0);
    assert_string_equal(f->kind->name, "unknown");
    assert_int_equal(f->role, ROLE_UNKNOWN);
    for (size_t i = 0; i < sizeof FILLERS; i++) {
        uint8_t bytes[5000];

        memset(bytes, FILLERS[i], sizeof bytes);
        eo_identify(f, bytes, sizeof bytes);
        assert_false(eo_flashable(f));
    }
    free(none);
    free(f);
}

static void test_what_does_not_fit_is_dropped(void **state)
{
    struct findings *f = calloc(1, sizeof *f);

    (void)state;
    assert_non_null(f);
    for (int i = 0; i < 1000; i++) {
        eo_fact(f, "fact", "%0180d", i);
        eo_problem(f, ESPOTA_NOTE, (size_t)i, "%0300d", i);
        eo_fact_number(f, "number", 1);
        eo_fact_field(f, "field", (const uint8_t *)"\x1b\x1b\x1b\x1b", 4);
    }
    assert_in_range(f->n_facts, 1, FACTS_MAX);
    assert_in_range(f->n_problems, 1, PROBLEMS_MAX);
    assert_in_range(f->used, 1, WORDS_MAX);
    assert_true(memchr(f->words, '\0', sizeof f->words) != NULL);
    free(f);
}

/* Two readers of the same sheet would read different ones. */
static void test_a_name_is_told_once(void **state)
{
    struct findings *f = calloc(1, sizeof *f);

    (void)state;
    assert_non_null(f);
    eo_fact(f, "version", "%s", "1");
    eo_fact(f, "version", "%s", "2");
    eo_fact_field(f, "version", (const uint8_t *)"3", 1);
    eo_fact_number(f, "version", 4);
    assert_int_equal(f->n_facts, 1);
    assert_string_equal(eo_find_fact(f, "version"), "1");
    assert_false(f->facts[0].is_number);
    free(f);
}

static void test_fields(void **state)
{
    struct findings *f = calloc(1, sizeof *f);

    (void)state;
    assert_non_null(f);
    eo_fact_field(f, "whole", (const uint8_t *)"abcd", 4);
    eo_fact_field(f, "ended", (const uint8_t *)"ab\0d", 4);
    eo_fact_field(f, "empty", (const uint8_t *)"\0\0\0\0", 4);
    eo_fact_field(f, "foreign", (const uint8_t *)"a\nb\xff", 4);
    assert_string_equal(eo_find_fact(f, "whole"), "abcd");
    assert_string_equal(eo_find_fact(f, "ended"), "ab");
    assert_null(eo_find_fact(f, "empty"));
    assert_string_equal(eo_find_fact(f, "foreign"), "a\\x0ab\\xff");
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_is_complete),
        cmocka_unit_test(test_nothing_is_unknown),
        cmocka_unit_test(test_what_does_not_fit_is_dropped),
        cmocka_unit_test(test_a_name_is_told_once),
        cmocka_unit_test(test_fields),
    };

    return cmocka_run_group_tests_name("image/kind", tests, NULL, NULL);
}
