/* test_cli_journal.c -- what a journal says after each way a run can end. */
#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/journal.h"
#include "cli/json_memory.h"

#ifdef EO_WITH_JSON

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define COMMIT(d, s) "{\"event\":\"commit\",\"dev\":\"" d "\",\"sha256\":\"" s "\"}\n"
#define END(d, s, o) "{\"event\":\"end\",\"dev\":\"" d "\",\"sha256\":\"" s \
                     "\",\"outcome\":\"" o "\",\"ms\":70}\n"

static char path[] = "/tmp/espota-journal-XXXXXX";

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const struct row {
    const char *name, *text;
    enum journal_state a, b; /* of device "d" and each image */
} ROWS[] = {
    {"nothing", "", JOURNAL_NONE, JOURNAL_NONE},
    {"killed before the end", COMMIT("d", SHA_A), JOURNAL_UNKNOWN,
     JOURNAL_NONE},
    {"updated", COMMIT("d", SHA_A) END("d", SHA_A, "updated"), JOURNAL_DONE,
     JOURNAL_NONE},
    {"refused", END("d", SHA_A, "refused"), JOURNAL_FAILED, JOURNAL_NONE},
    {"unknown", COMMIT("d", SHA_A) END("d", SHA_A, "unknown"),
     JOURNAL_UNKNOWN, JOURNAL_NONE},
    {"failed, then updated",
     END("d", SHA_A, "failed") COMMIT("d", SHA_A) END("d", SHA_A, "updated"),
     JOURNAL_DONE, JOURNAL_NONE},
    {"skipped says nothing new",
     END("d", SHA_A, "updated") END("d", SHA_A, "skipped"), JOURNAL_DONE,
     JOURNAL_NONE},
    {"another image", END("d", SHA_A, "updated") COMMIT("d", SHA_B),
     JOURNAL_DONE, JOURNAL_UNKNOWN},
    {"another device", END("e", SHA_A, "updated"), JOURNAL_NONE, JOURNAL_NONE},
    {"a line that the crash cut", COMMIT("d", SHA_A) "{\"event\":\"end\",\"dev",
     JOURNAL_UNKNOWN, JOURNAL_NONE},
    {"an event of a later version",
     "{\"event\":\"new\",\"dev\":\"d\",\"sha256\":\"x\"}\n", JOURNAL_NONE,
     JOURNAL_NONE},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct journal *j;
    struct espota_error err;

    write_file(r->text);
    assert_int_equal(eo_journal_open(&j, path, &err), 0);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), r->a);
    assert_int_equal(eo_journal_state(j, "d", SHA_B), r->b);
    eo_journal_free(j);
}

static void test_what_is_written_can_be_read(void **state)
{
    static const struct espota_error OK = {.category = ESPOTA_E_OK};
    const struct espota_result updated = {
        .outcome = ESPOTA_UPDATED, .error = &OK, .ms_total = 1234};
    struct journal *j;
    struct espota_error err;
    uint32_t ms;

    (void)state;
    write_file(COMMIT("x", SHA_A) "{\"cut");
    assert_int_equal(eo_journal_open(&j, path, &err), 0);
    assert_int_equal(eo_journal_commit(j, "d \"1\"", SHA_A), 0);
    assert_int_equal(eo_journal_state(j, "d \"1\"", SHA_A), JOURNAL_UNKNOWN);
    assert_int_equal(eo_journal_end(j, "d \"1\"", SHA_A, &updated), 0);
    assert_int_equal(eo_journal_commit(j, "d2", SHA_B), 0);
    eo_journal_free(j);
    assert_int_equal(eo_journal_open(&j, path, &err), 0);
    assert_int_equal(eo_journal_state(j, "d \"1\"", SHA_A), JOURNAL_DONE);
    assert_int_equal(eo_journal_last(j, "d \"1\"", &ms), JOURNAL_DONE);
    assert_int_equal(ms, 1234);
    assert_int_equal(eo_journal_state(j, "d2", SHA_B), JOURNAL_UNKNOWN);
    assert_int_equal(eo_journal_state(j, "x", SHA_A), JOURNAL_UNKNOWN);
    eo_journal_free(j);
}

static void test_one_run_at_a_time(void **state)
{
    struct journal *j, *other;
    struct espota_error err;

    (void)state;
    write_file("");
    assert_int_equal(eo_journal_open(&j, path, &err), 0);
    assert_int_equal(eo_journal_open(&other, path, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_non_null(strstr(err.message, "another run is using it"));
    eo_journal_free(j);
    assert_int_equal(eo_journal_open(&j, path, &err), 0);
    eo_journal_free(j);
}

static void test_a_file_that_is_no_journal_is_left_alone(void **state)
{
    static const char *const TEXTS[] = {"[defaults]\n", "{\"a\":1}\n",
                                        COMMIT("d", SHA_A) "rubbish\n"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct journal *j;
        struct espota_error err;
        char got[200] = "";
        FILE *f;

        write_file(TEXTS[i]);
        assert_int_equal(eo_journal_open(&j, path, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        f = fopen(path, "r");
        assert_non_null(f);
        assert_true(fread(got, 1, sizeof got - 1, f) == strlen(TEXTS[i]));
        fclose(f);
        assert_string_equal(got, TEXTS[i]);
    }
}

/* Knowing nothing for want of memory would flash devices a second time. */
static void test_without_memory_it_knows_all_or_says_so(void **state)
{
    bool more = true;

    (void)state;
    eo_json_memory();
    write_file("{\"v\":1,\"event\":\"end\",\"dev\":\"a\",\"sha256\":\"1\","
               "\"outcome\":\"updated\",\"ms\":7}\n"
               "{\"v\":1,\"event\":\"commit\",\"dev\":\"b\","
               "\"sha256\":\"1\"}\n");
    for (int forever = 0; forever < 2; forever++)
        for (unsigned long n = 1; more || n == 1; n++) {
            struct journal *j = NULL;
            struct espota_error err;
            int rc;

            eo_alloc_fail_at(n, forever);
            rc = eo_journal_open(&j, path, &err);
            more = eo_alloc_count() >= n;
            eo_alloc_fail_at(0, 0);
            if (rc == 0) {
                assert_int_equal(eo_journal_state(j, "a", "1"), JOURNAL_DONE);
                assert_int_equal(eo_journal_state(j, "b", "1"),
                                 JOURNAL_UNKNOWN);
            } else {
                assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            }
            eo_journal_free(j);
        }
}

static void test_only_a_plain_file_will_do(void **state)
{
    struct journal *j;
    struct espota_error err;

    (void)state;
    assert_int_equal(eo_journal_open(&j, "/dev/null", &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(eo_journal_open(&j, "/nowhere/at/all", &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_what_is_written_can_be_read),
        cmocka_unit_test(test_one_run_at_a_time),
        cmocka_unit_test(test_a_file_that_is_no_journal_is_left_alone),
        cmocka_unit_test(test_without_memory_it_knows_all_or_says_so),
        cmocka_unit_test(test_only_a_plain_file_will_do),
    };
    enum { MORE = sizeof others / sizeof *others };
    struct CMUnitTest tests[N + MORE];
    const int fd = mkstemp(path);
    int failed;

    if (fd < 0)
        return 1;
    close(fd);
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    memcpy(tests + N, others, sizeof others);
    failed = cmocka_run_group_tests_name("cli/journal", tests, NULL, NULL);
    unlink(path);
    return failed;
}

#else

int main(void)
{
    printf("skip: this build has no JSON\n");
    return 0;
}

#endif
