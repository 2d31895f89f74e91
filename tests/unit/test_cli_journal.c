/* test_cli_journal.c -- what a journal says after each way a run can end. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/journal.h"
#include "ui/json_library.h"

#ifdef EO_WITH_JSON

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_A_IN_CAPITALS                                                     \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
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

#define HAPPENED(d, s, what)                                                  \
    "{\"v\":1,\"event\":\"" what "\",\"dev\":\"" d "\",\"sha256\":\"" s "\"}\n"
#define END_CODE(d, s, o, c)                                                  \
    "{\"event\":\"end\",\"dev\":\"" d "\",\"sha256\":\"" s                     \
    "\",\"outcome\":\"" o "\",\"code\":\"" c "\"}\n"

static const struct row {
    const char *name, *text;
    enum espota_state a, b; /* of device "d" and each image */
    bool failed;
    unsigned skipped;
} ROWS[] = {
    {"nothing", "", ESPOTA_STATE_NONE, ESPOTA_STATE_NONE, false, 0},
    {"begun", HAPPENED("d", SHA_A, "begin"), ESPOTA_STATE_BEGUN,
     ESPOTA_STATE_NONE, false, 0},
    {"killed before the end", COMMIT("d", SHA_A), ESPOTA_STATE_SENT,
     ESPOTA_STATE_NONE, false, 0},
    {"written in capitals by hand",
     HAPPENED("d", SHA_A_IN_CAPITALS, "commit") COMMIT("d", SHA_B),
     ESPOTA_STATE_MAYBE, ESPOTA_STATE_SENT, false, 0},
    {"of no image: too long", HAPPENED("d", SHA_A "a", "commit"),
     ESPOTA_STATE_NONE, ESPOTA_STATE_NONE, false, 0},
    {"its turn has come again",
     COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "begin"), ESPOTA_STATE_MAYBE,
     ESPOTA_STATE_NONE, false, 0},
    {"killed behind its word",
     COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "took"), ESPOTA_STATE_HAS,
     ESPOTA_STATE_NONE, false, 0},
    {"it failed to reach it",
     COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "begin")
         END_CODE("d", SHA_A, "failed", "resolve"),
     ESPOTA_STATE_MAYBE, ESPOTA_STATE_NONE, true, 0},
    {"forced, and refused",
     COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "begin") COMMIT("d", SHA_A)
         HAPPENED("d", SHA_A, "denied"),
     ESPOTA_STATE_MAYBE, ESPOTA_STATE_NONE, false, 0},
    {"it runs another",
     COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "begin")
         HAPPENED("d", SHA_A, "other"),
     ESPOTA_STATE_LACKS, ESPOTA_STATE_NONE, false, 0},
    {"of 0.1.0: updated", COMMIT("d", SHA_A) END("d", SHA_A, "updated"),
     ESPOTA_STATE_HAS, ESPOTA_STATE_NONE, false, 0},
    {"of 0.1.0: refused", COMMIT("d", SHA_A) END("d", SHA_A, "refused"),
     ESPOTA_STATE_LACKS, ESPOTA_STATE_NONE, true, 0},
    {"of 0.1.0: unknown", COMMIT("d", SHA_A) END("d", SHA_A, "unknown"),
     ESPOTA_STATE_SENT, ESPOTA_STATE_NONE, true, 0},
    {"of 0.1.0: not found, in a later run",
     COMMIT("d", SHA_A) END_CODE("d", SHA_A, "failed", "resolve"),
     ESPOTA_STATE_SENT, ESPOTA_STATE_NONE, true, 0},
    {"of 0.1.0: another checksum",
     COMMIT("d", SHA_A) END_CODE("d", SHA_A, "failed", "checksum"),
     ESPOTA_STATE_LACKS, ESPOTA_STATE_NONE, true, 0},
    {"of 0.1.0: rolled back",
     COMMIT("d", SHA_A) END_CODE("d", SHA_A, "failed", "other-version"),
     ESPOTA_STATE_LACKS, ESPOTA_STATE_NONE, true, 0},
    {"failed, then updated",
     END("d", SHA_A, "failed") COMMIT("d", SHA_A) END("d", SHA_A, "updated"),
     ESPOTA_STATE_HAS, ESPOTA_STATE_NONE, false, 0},
    {"skipped says nothing new",
     END("d", SHA_A, "updated") END("d", SHA_A, "skipped"), ESPOTA_STATE_HAS,
     ESPOTA_STATE_NONE, false, 0},
    {"it may have another image", END("d", SHA_A, "updated") COMMIT("d", SHA_B),
     ESPOTA_STATE_MAYBE, ESPOTA_STATE_SENT, false, 0},
    {"it took another image",
     COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "took") COMMIT("d", SHA_B)
         HAPPENED("d", SHA_B, "took"),
     ESPOTA_STATE_LACKS, ESPOTA_STATE_HAS, false, 0},
    {"another device", END("e", SHA_A, "updated"), ESPOTA_STATE_NONE,
     ESPOTA_STATE_NONE, false, 0},
    {"a line that the crash cut", COMMIT("d", SHA_A) "{\"event\":\"end\",\"dev",
     ESPOTA_STATE_SENT, ESPOTA_STATE_NONE, false, 1},
    {"nothing but a line that the crash cut", "{\"v\":1,\"event\":\"be",
     ESPOTA_STATE_NONE, ESPOTA_STATE_NONE, false, 1},
    {"torn lines between others",
     "{\"v\":1,\"eve\n" COMMIT("d", SHA_A) "rubbish\n" COMMIT("d", SHA_B),
     ESPOTA_STATE_MAYBE, ESPOTA_STATE_SENT, false, 2},
    {"an event of a later version",
     "{\"event\":\"new\",\"dev\":\"d\",\"sha256\":\"x\"}\n", ESPOTA_STATE_NONE,
     ESPOTA_STATE_NONE, false, 1},
    {"a line of another version",
     "{\"v\":2,\"event\":\"took\",\"dev\":\"d\",\"sha256\":\"" SHA_A "\"}\n",
     ESPOTA_STATE_NONE, ESPOTA_STATE_NONE, false, 1},
};

static struct journal *opened(bool read_only)
{
    struct journal *j = NULL;
    struct espota_error err;

    if (eo_journal_open(&j, path, read_only, &err) != 0)
        fail_msg("%s", err.message);
    return j;
}

static void read_file(char *out, size_t cap)
{
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    out[fread(out, 1, cap - 1, f)] = '\0';
    fclose(f);
}

static void test_row(void **state)
{
    const struct row *r = *state;
    struct journal *j;
    char got[4000];
    unsigned first;
    uint32_t ms;

    write_file(r->text);
    j = opened(false);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), r->a);
    assert_int_equal(eo_journal_state(j, "d", SHA_B), r->b);
    assert_int_equal(eo_journal_failed(j, "d", &ms), r->failed);
    assert_int_equal(eo_journal_skipped(j, &first), r->skipped);
    eo_journal_free(j);
    read_file(got, sizeof got);
    assert_string_equal(got, r->text); /* all of it is kept */
}

static void test_what_is_written_can_be_read(void **state)
{
    static const struct espota_error OK = {.category = ESPOTA_E_OK};
    const struct espota_result updated = {.outcome = ESPOTA_UPDATED,
                                          .error = &OK,
                                          .ms_total = 1234,
                                          .state = ESPOTA_STATE_HAS};
    struct journal *j;
    uint32_t ms;
    unsigned first;

    (void)state;
    write_file(COMMIT("x", SHA_A) "{\"cut");
    j = opened(false);
    for (int h = 0; h <= ESPOTA_HAPPENED_TOOK; h++)
        assert_int_equal(eo_journal_happened(j, "d \"1\"", SHA_A,
                                             (enum espota_happening)h),
                         0);
    assert_int_equal(eo_journal_end(j, "d \"1\"", SHA_A, 0, &updated), 0);
    assert_int_equal(
        eo_journal_happened(j, "d2", SHA_B, ESPOTA_HAPPENED_COMMIT), 0);
    assert_int_equal(
        eo_journal_happened(j, "d3", SHA_B, ESPOTA_HAPPENED_DENIED), 0);
    eo_journal_free(j);
    j = opened(false);
    assert_int_equal(eo_journal_state(j, "d \"1\"", SHA_A), ESPOTA_STATE_HAS);
    assert_false(eo_journal_failed(j, "d \"1\"", &ms));
    assert_int_equal(ms, 1234);
    assert_int_equal(eo_journal_state(j, "d2", SHA_B), ESPOTA_STATE_SENT);
    assert_int_equal(eo_journal_state(j, "d3", SHA_B), ESPOTA_STATE_LACKS);
    assert_int_equal(eo_journal_state(j, "x", SHA_A), ESPOTA_STATE_SENT);
    /* The torn line is one line, and no other was lost to it. */
    assert_int_equal(eo_journal_skipped(j, &first), 1);
    assert_int_equal(first, 2);
    eo_journal_free(j);
}

/* Of 0.1.0, without what is known: as it tells itself. */
static void test_an_end_with_a_state_tells_nothing_more(void **state)
{
    struct journal *j;
    uint32_t ms;

    (void)state;
    write_file(COMMIT("d", SHA_A) HAPPENED("d", SHA_A, "begin")
                   "{\"v\":1,\"event\":\"end\",\"dev\":\"d\",\"sha256\":\"" SHA_A
                   "\",\"state\":\"maybe\",\"outcome\":\"refused\"}\n");
    j = opened(false);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), ESPOTA_STATE_MAYBE);
    assert_true(eo_journal_failed(j, "d", &ms));
    eo_journal_free(j);
}

static void test_one_run_at_a_time(void **state)
{
    struct journal *j, *other;
    struct espota_error err;

    (void)state;
    write_file("");
    j = opened(false);
    for (int read_only = 0; read_only < 2; read_only++) {
        assert_int_equal(eo_journal_open(&other, path, read_only, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_non_null(strstr(err.message, "another run is using it"));
    }
    eo_journal_free(j);
    eo_journal_free(opened(false));
}

static void test_a_rehearsal_creates_nothing(void **state)
{
    struct journal *j;

    (void)state;
    unlink(path);
    j = opened(true);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), ESPOTA_STATE_NONE);
    eo_journal_free(j);
    assert_int_equal(access(path, F_OK), -1);
    write_file(COMMIT("d", SHA_A) "{\"cut");
    j = opened(true);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), ESPOTA_STATE_SENT);
    eo_journal_free(j);
}

static void test_a_file_that_is_no_journal_is_left_alone(void **state)
{
    static const char *const TEXTS[] = {
        "[defaults]\n", "{\"a\":1}\n", "[defaults]", "10.0.0.7\n10.0.0.8",
        "{\"v\":1,\"seq\":3,\"event\":\"image\",\"dev\":\"d\","
        "\"sha256\":\"" SHA_A "\"}\n"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct journal *j;
        struct espota_error err;
        char got[200];

        write_file(TEXTS[i]);
        assert_int_equal(eo_journal_open(&j, path, false, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        read_file(got, sizeof got);
        assert_string_equal(got, TEXTS[i]);
    }
}

/* The file may grow to so many bytes. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A record that does not fit is not half there, and what it announced must
 * not happen, then and later. */
static void test_no_room(void **state)
{
    static const char TEXT[] = COMMIT("x", SHA_A);
    static const struct espota_error OK = {.category = ESPOTA_E_OK};
    const struct espota_result updated = {.outcome = ESPOTA_UPDATED,
                                          .error = &OK};
    struct journal *j;
    char got[2000];

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    write_file(TEXT);
    j = opened(false);
    limit_files(sizeof TEXT + 20);
    errno = 0;
    assert_int_equal(
        eo_journal_happened(j, "d", SHA_A, ESPOTA_HAPPENED_COMMIT), -1);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), ESPOTA_STATE_NONE);
    limit_files(0);
    read_file(got, sizeof got);
    assert_string_equal(got, TEXT);
    assert_int_equal(
        eo_journal_happened(j, "d", SHA_A, ESPOTA_HAPPENED_BEGIN), -1);
    assert_int_equal(
        eo_journal_happened(j, "d", SHA_A, ESPOTA_HAPPENED_COMMIT), -1);
    /* What happened all the same is worth writing down. */
    assert_int_equal(
        eo_journal_happened(j, "x", SHA_A, ESPOTA_HAPPENED_TOOK), 0);
    assert_int_equal(eo_journal_end(j, "x", SHA_A, 0, &updated), 0);
    eo_journal_free(j);
    j = opened(false);
    assert_int_equal(eo_journal_state(j, "x", SHA_A), ESPOTA_STATE_HAS);
    assert_int_equal(eo_journal_state(j, "d", SHA_A), ESPOTA_STATE_NONE);
    eo_journal_free(j);
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
            rc = eo_journal_open(&j, path, false, &err);
            more = eo_alloc_count() >= n;
            eo_alloc_fail_at(0, 0);
            if (rc == 0) {
                assert_int_equal(eo_journal_state(j, "a", "1"),
                                 ESPOTA_STATE_HAS);
                assert_int_equal(eo_journal_state(j, "b", "1"),
                                 ESPOTA_STATE_SENT);
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
    assert_int_equal(eo_journal_open(&j, "/dev/null", false, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(eo_journal_open(&j, "/nowhere/at/all", false, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_what_is_written_can_be_read),
        cmocka_unit_test(test_an_end_with_a_state_tells_nothing_more),
        cmocka_unit_test(test_one_run_at_a_time),
        cmocka_unit_test(test_a_rehearsal_creates_nothing),
        cmocka_unit_test(test_no_room),
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
