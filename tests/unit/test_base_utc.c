/* test_base_utc.c -- dates, against those of the C library. */
#include "support/test.h"

#include <string.h>
#include <time.h>

#include "base/utc.h"

static void test_rows(void **state)
{
    static const struct {
        uint64_t ms;
        bool with_ms;
        const char *text;
    } ROWS[] = {
        {0, false, "1970-01-01T00:00:00Z"},
        {7, true, "1970-01-01T00:00:00.007Z"},
        {951782399999, true, "2000-02-28T23:59:59.999Z"},
        {951782400000, false, "2000-02-29T00:00:00Z"},
        {951868800000, false, "2000-03-01T00:00:00Z"},
        {4107542399000, false, "2100-02-28T23:59:59Z"},
        {4107542400000, false, "2100-03-01T00:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char text[UTC_TEXT];

        eo_utc_text(text, ROWS[i].ms, ROWS[i].with_ms);
        assert_string_equal(text, ROWS[i].text);
    }
}

/* Each day of 500 years, at another time of the day each; as far as the library
 * counts, which with 32 bits is to 2038. */
static void test_as_the_library_does(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < 500 * 366; day++) {
        const uint64_t second = day * 86400 + day * 7919 % 86400;
        const time_t seconds = (time_t)second;
        const struct tm *tm = gmtime(&seconds);
        char text[UTC_TEXT], theirs[UTC_TEXT];

        if (seconds < 0 || (uint64_t)seconds != second) {
            assert_true(day > 68 * 365);
            break;
        }
        assert_non_null(tm);
        strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", tm);
        eo_utc_text(text, second * 1000, false);
        if (strcmp(text, theirs) != 0)
            fail_msg("%s, not %s", text, theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_as_the_library_does),
    };

    return cmocka_run_group_tests_name("base/utc", tests, NULL, NULL);
}
