/* test_base_str.c -- text in fixed space, and numbers out of text. */
#include "support/test.h"

#include "base/str.h"

static void test_text_is_cut_never_overrun(void **state)
{
    char *space = malloc(8); /* exact: a sanitizer sees one byte too many */
    struct text t;

    (void)state;
    assert_non_null(space);
    eo_text_init(&t, space, 8);
    assert_string_equal(space, "");
    eo_text_add(&t, "%s-%d", "abc", 42);
    assert_string_equal(space, "abc-42");
    assert_int_equal(t.len, 6);
    assert_false(t.cut);
    eo_text_add(&t, "%s", "x");
    assert_int_equal(t.len, 7);
    assert_false(t.cut);
    eo_text_add(&t, "%s", "");
    assert_false(t.cut);
    eo_text_add(&t, "%s", "y");
    assert_true(t.cut);
    eo_text_add(&t, "%s", "zzz");
    assert_string_equal(space, "abc-42x");
    assert_int_equal(t.len, 7);
    free(space);
}

static void test_text_of_no_space(void **state)
{
    struct text t;

    (void)state;
    eo_text_init(&t, NULL, 0);
    eo_text_add(&t, "%s", "anything");
    assert_true(t.cut);
    assert_int_equal(t.len, 0);
}

/* Foreign bytes must not drive a terminal, and must stay UTF-8. */
static const struct safe {
    const char *name, *bytes, *text;
} SAFE[] = {
    {"plain", "Bad Size", "Bad Size"},
    {"controls", "a\x1b[2Jb\r\n\t\x7f", "a\\x1b[2Jb\\x0d\\x0a\\x09\\x7f"},
    {"C1 in UTF-8", "\xc2\x9b" "2J", "\\xc2\\x9b2J"},
    {"from right to left", "a\xe2\x80\xae" "bin.exe\xe2\x81\xa9",
     "a\\xe2\\x80\\xaebin.exe\\xe2\\x81\\xa9"},
    {"ends of lines", "a\xe2\x80\xa8" "b\xe2\x80\xa9",
     "a\\xe2\\x80\\xa8b\\xe2\\x80\\xa9"},
    {"what XML has no place for", "\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf",
     "\xef\xbf\xbd\\xef\\xbf\\xbe\\xef\\xbf\\xbf"},
    {"Latin supplement", "\xc2\xa0\xc3\xa4", "\xc2\xa0\xc3\xa4"},
    {"three and four bytes", "\xe2\x98\x83\xf0\x9f\x98\x80",
     "\xe2\x98\x83\xf0\x9f\x98\x80"},
    {"the last code point", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"beyond the last", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    {"overlong", "\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf",
     "\\xc0\\xaf\\xe0\\x80\\xaf\\xf0\\x80\\x80\\xaf"},
    {"a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"cut off", "\xe2\x98", "\\xe2\\x98"},
    {"a lone continuation", "\x98", "\\x98"},
};

static void test_foreign_text_is_made_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SAFE / sizeof *SAFE; i++) {
        const size_t len = strlen(SAFE[i].bytes);
        uint8_t *bytes = exact(SAFE[i].bytes, len);
        char space[80];
        struct text t;

        eo_text_init(&t, space, sizeof space);
        eo_text_add_safe(&t, (const char *)bytes, len);
        assert_string_equal(space, SAFE[i].text);
        assert_false(t.cut);
        free(bytes);
    }
}

static void test_no_half_character_where_it_is_cut(void **state)
{
    char space[8];
    struct text t;

    (void)state;
    for (size_t cap = 1; cap <= sizeof space; cap++) {
        eo_text_init(&t, space, cap);
        eo_text_add_safe(&t, "\xe2\x98\x83\xe2\x98\x83", 6);
        assert_int_equal(strlen(space), (cap - 1) / 3 * 3);
        assert_int_equal(t.cut, cap <= 6);
    }
}

static void test_ctype_is_ascii(void **state)
{
    (void)state;
    assert_true(eo_is_digit('0') && eo_is_digit('9'));
    assert_false(eo_is_digit('0' - 1) || eo_is_digit('9' + 1));
    assert_true(eo_is_space(' ') && eo_is_space('\t') && eo_is_space('\r'));
    assert_false(eo_is_space('\xa0') || eo_is_space('x'));
    assert_int_equal(eo_lower('A'), 'a');
    assert_int_equal(eo_lower('@'), '@');
    assert_int_equal(eo_lower('['), '[');
    assert_int_equal(eo_lower('\xc4'), '\xc4');
    assert_true(eo_same_nocase("ESP32-c3", "esp32-C3"));
    assert_false(eo_same_nocase("esp32", "esp32-c3"));
    assert_false(eo_same_nocase("esp32-c3", "esp32"));
    assert_true(eo_starts_with("kitchen.local", "kit"));
    assert_false(eo_starts_with("kit", "kitchen"));
    assert_string_equal(eo_base_name("a/b.d/c.bin"), "c.bin");
    assert_string_equal(eo_base_name("c.bin"), "c.bin");
    assert_string_equal(eo_base_name("a/"), "");
    assert_true(eo_ends_with("kitchen.local", ".local"));
    assert_false(eo_ends_with("local", ".local"));
    assert_true(eo_ends_with("", ""));
}

static const struct number {
    const char *text;
    uint64_t min, max;
    int rc;
    uint64_t value;
} NUMBERS[] = {
    {"0", 0, 10, 0, 0},
    {"10", 0, 10, 0, 10},
    {"00010", 0, 10, 0, 10},
    {"11", 0, 10, -1, 0},
    {"0", 1, 10, -1, 0},
    {"", 0, 10, -1, 0},
    {" 1", 0, 10, -1, 0},
    {"1 ", 0, 10, -1, 0},
    {"+1", 0, 10, -1, 0},
    {"-1", 0, 10, -1, 0},
    {"0x1", 0, 10, -1, 0},
    {"1.5", 0, 10, -1, 0},
    {"65535", 1, 65535, 0, 65535},
    {"65536", 1, 65535, -1, 0},
    {"70000", 1, 65535, -1, 0},
    {"18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX},
    {"18446744073709551616", 0, UINT64_MAX, -1, 0},
    {"99999999999999999999", 0, UINT64_MAX, -1, 0},
};

static void test_numbers_are_whole_and_in_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        const struct number *n = &NUMBERS[i];
        uint64_t v = 77;

        if (eo_parse_uint(n->text, n->min, n->max, &v) != n->rc)
            fail_msg("\"%s\" should give %d", n->text, n->rc);
        assert_true(v == (n->rc == 0 ? n->value : 77));
    }
}

static void test_the_nearest_word(void **state)
{
    static const char *const WORDS[] = {"upload", "fleet", "discover",
                                        "inspect", "serve", NULL};
    char longest[200];

    (void)state;
    assert_string_equal(eo_nearest("uplaod", WORDS), "upload");
    assert_string_equal(eo_nearest("discver", WORDS), "discover");
    assert_string_equal(eo_nearest("sevre", WORDS), "serve");
    assert_null(eo_nearest("banana", WORDS));
    assert_null(eo_nearest("", WORDS));
    assert_null(eo_nearest("upload", (const char *const[]){NULL}));
    /* Whatever its length: a word too long to compare has no neighbour. */
    for (size_t len = 1; len < sizeof longest; len++) {
        memset(longest, 'z', len);
        longest[len] = '\0';
        assert_null(eo_nearest(longest, WORDS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_cut_never_overrun),
        cmocka_unit_test(test_text_of_no_space),
        cmocka_unit_test(test_foreign_text_is_made_safe),
        cmocka_unit_test(test_no_half_character_where_it_is_cut),
        cmocka_unit_test(test_ctype_is_ascii),
        cmocka_unit_test(test_numbers_are_whole_and_in_range),
        cmocka_unit_test(test_the_nearest_word),
    };

    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
