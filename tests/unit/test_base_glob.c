/* test_base_glob.c -- wildcards, as the system's own fnmatch() sees them. */
#include "support/test.h"

#include <fnmatch.h>
#include <stdint.h>
#include <string.h>

#include "base/glob.h"

static void test_rows(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } ROWS[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"kitchen-*", "kitchen-1", true},
        {"kitchen-*", "bath-1", false},
        {"*-*-x", "a-b-c-x", true},
        {"*ab", "aab", true},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"*/*", "a/.b", true},
        {"[a-c]x", "bx", true},
        {"[!a-c]x", "bx", false},
        {"[^a-c]x", "dx", true},
        {"[]x]", "]", true},
        {"[a-]", "-", true},
        {"[c-a]", "b", false},
        {"[a", "[a", true},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"v[[:digit:]].[[:digit:]x]", "v1.x", true},
        {"v[[:digit:]]", "vx", false},
        {"[[:upper:][:digit:]]", "Q", true},
        {"[![:space:]]", " ", false},
        {"[[:xdigit:]-]", "-", true},
        {"\xc3\xbc*", "\xc3\xbc" "ber", true},
        {"[\x80-\xff]", "\xc3", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (eo_glob(ROWS[i].pattern, ROWS[i].text) != ROWS[i].fits)
            fail_msg("%s and %s", ROWS[i].pattern, ROWS[i].text);
}

/* All patterns of five of these characters, and texts of two.  Others than
 * glibc have opinions of their own of what is not closed. */
static void test_as_the_system_does(void **state)
{
    static const char P[] = "ab*?[]!-\\", T[] = "ab]-";
    enum { N = sizeof P - 1, M = sizeof T };

    (void)state;
#ifndef __GLIBC__
    skip_because("another fnmatch()");
#endif
    for (unsigned i = 0; i < N * N * N * N * N; i++) {
        const char pattern[] = {P[i % N], P[i / N % N], P[i / N / N % N],
                                P[i / N / N / N % N], P[i / N / N / N / N],
                                '\0'};

        for (unsigned k = 0; k < M * M; k++) {
            /* '\0' is one of them: shorter texts. */
            const char text[] = {T[k % M], T[k / M], '\0'};

            if (eo_glob(pattern, text) != (fnmatch(pattern, text, 0) == 0))
                fail_msg("%s and %s", pattern, text);
        }
    }
}

/* Many stars take no time that grows with their number. */
static void test_many_stars(void **state)
{
    char pattern[201], text[2001];

    (void)state;
    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[199] = 'b';
    pattern[200] = '\0';
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(eo_glob(pattern, text));
    text[sizeof text - 2] = 'b';
    assert_true(eo_glob(pattern, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_as_the_system_does),
        cmocka_unit_test(test_many_stars),
    };

    return cmocka_run_group_tests_name("base/glob", tests, NULL, NULL);
}
