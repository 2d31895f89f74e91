/* test_serve_pull_range.c -- the part of an image that a request wants. */
#include "support/test.h"

#include "serve/pull_range.h"

static const struct row {
    const char *value;
    size_t total;
    enum range range;
    size_t first, len; /* with RANGE_PART */
} ROWS[] = {
    {"bytes=0-99", 1000, RANGE_PART, 0, 100},
    {"bytes=0-", 1000, RANGE_PART, 0, 1000},
    {"bytes=999-", 1000, RANGE_PART, 999, 1},
    {"bytes=400-400", 1000, RANGE_PART, 400, 1},
    {"bytes=400-5000", 1000, RANGE_PART, 400, 600},
    {"bytes=-1", 1000, RANGE_PART, 999, 1},
    {"bytes=-1000", 1000, RANGE_PART, 0, 1000},
    {"bytes=-99999", 1000, RANGE_PART, 0, 1000},
    {"Bytes=5-", 1000, RANGE_PART, 5, 995},
    {"bytes= 5-9 ", 1000, RANGE_PART, 5, 5},
    {"bytes=0005-", 1000, RANGE_PART, 5, 995},
    {"bytes=5-99999999999999999999999999", 1000, RANGE_PART, 5, 995},
    /* behind the end */
    {"bytes=1000-", 1000, RANGE_NONE, 0, 0},
    {"bytes=1000-2000", 1000, RANGE_NONE, 0, 0},
    {"bytes=99999999999999999999999999-", 1000, RANGE_NONE, 0, 0},
    {"bytes=-0", 1000, RANGE_NONE, 0, 0},
    /* more than one */
    {"bytes=0-9,20-29", 1000, RANGE_ALL, 0, 0},
    {"bytes=0-9,", 1000, RANGE_ALL, 0, 0},
    {"bytes=,0-9", 1000, RANGE_ALL, 0, 0},
    /* none that makes sense */
    {"", 1000, RANGE_ALL, 0, 0},
    {"bytes", 1000, RANGE_ALL, 0, 0},
    {"bytes=", 1000, RANGE_ALL, 0, 0},
    {"bytes=-", 1000, RANGE_ALL, 0, 0},
    {"bytes=9-5", 1000, RANGE_ALL, 0, 0},
    {"bytes=a-b", 1000, RANGE_ALL, 0, 0},
    {"bytes=5", 1000, RANGE_ALL, 0, 0},
    {"bytes=5-9x", 1000, RANGE_ALL, 0, 0},
    {"bytes=--5", 1000, RANGE_ALL, 0, 0},
    {"bytes 5-", 1000, RANGE_ALL, 0, 0},
    {"items=0-9", 1000, RANGE_ALL, 0, 0},
    {"bytes=+5-", 1000, RANGE_ALL, 0, 0},
};

static void test_a_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *row = &ROWS[i];
        uint8_t *copy = exact(row->value, strlen(row->value) + 1);
        size_t first = 7, len = 7;
        const enum range range =
            eo_pull_range((char *)copy, row->total, &first, &len);

        if (range != row->range ||
            first != (range == RANGE_PART ? row->first : 0) ||
            len != (range == RANGE_PART ? row->len : row->total))
            fail_msg("%s: %d, %zu bytes from %zu", row->value, (int)range, len,
                     first);
        free(copy);
    }
}

#define MD5 "0123456789abcdef0123456789abcdef"

static void test_whether_it_is_the_same_file(void **state)
{
    static const struct {
        const char *value;
        bool if_range, matches;
    } TAGS[] = {
        {"", true, false}, /* no such header */
        {"\"" MD5 "\"", true, true},
        {"W/\"" MD5 "\"", false, true},
        {MD5, false, false},
        {"\"0123456789ABCDEF0123456789ABCDEF\"", false, false},
        {"\"" MD5, false, false},
        {"x" MD5 "x", false, false}, /* as long as a tag */
        {"\"other\"", false, false},
        {"\"other\", \"" MD5 "\"", false, true},
        {"\"other\" ,W/\"" MD5 "\" , \"more\"", false, true},
        {"\"a\",,\"b\"", false, false},
        {"*", false, true},
        {",", false, false},
        {"Sun, 06 Nov 1994 08:49:37 GMT", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++) {
        const char *value = TAGS[i].value;
        uint8_t *copy = exact(value, strlen(value) + 1);

        if (eo_pull_if_range((char *)copy, MD5) != TAGS[i].if_range ||
            eo_pull_matches((char *)copy, MD5) != TAGS[i].matches)
            fail_msg("%s", value);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_range),
        cmocka_unit_test(test_whether_it_is_the_same_file),
    };

    return cmocka_run_group_tests_name("serve/pull_range", tests, NULL, NULL);
}
