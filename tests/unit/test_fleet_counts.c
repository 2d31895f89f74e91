/* test_fleet_counts.c -- how each way to end counts, and what a run comes to. */
#include "support/test.h"

#include <espota/espota.h>

#define WELL ESPOTA_STANDS_WELL
#define BAD ESPOTA_STANDS_FAILED
#define SKIP ESPOTA_STANDS_SKIPPED
#define NEVER ESPOTA_STANDS_NOT_BEGUN

static void test_each_end_counts_once(void **state)
{
    static const struct {
        enum espota_outcome outcome;
        enum espota_category category;
        enum espota_standing standing;
    } ROWS[] = {
        {ESPOTA_UPDATED, ESPOTA_E_OK, WELL},
        {ESPOTA_UNCHANGED, ESPOTA_E_OK, WELL},
        {ESPOTA_REFUSED, ESPOTA_E_AUTH, BAD},
        {ESPOTA_FAILED, ESPOTA_E_CONNECT, BAD},
        {ESPOTA_FAILED, ESPOTA_E_USAGE, BAD},       /* its hook said no */
        {ESPOTA_FAILED, ESPOTA_E_INTERRUPTED, BAD}, /* it was running */
        {ESPOTA_UNKNOWN, ESPOTA_E_INTERRUPTED, BAD},
        {ESPOTA_UNKNOWN, ESPOTA_E_NOT_BACK, BAD},
        {ESPOTA_FAILED, ESPOTA_E_OTHER_VERSION, BAD},
        {ESPOTA_SKIPPED, ESPOTA_E_OK, SKIP}, /* the journal knew it */
        {ESPOTA_SKIPPED, ESPOTA_E_CONNECT, SKIP},
        {ESPOTA_SKIPPED, ESPOTA_E_RESOLVE, SKIP},
        {ESPOTA_SKIPPED, ESPOTA_E_FLEET_STOPPED, NEVER},
        {ESPOTA_SKIPPED, ESPOTA_E_INTERRUPTED, NEVER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct espota_error err = {.category = ROWS[i].category};
        const struct espota_result r = {.outcome = ROWS[i].outcome,
                                        .error = &err};
        struct espota_counts c = {0};

        assert_int_equal(espota_counts_add(NULL, &r), ROWS[i].standing);
        assert_int_equal(espota_counts_add(&c, &r), ROWS[i].standing);
        assert_int_equal(c.n, 1);
        for (int o = 0; o <= ESPOTA_SKIPPED; o++)
            assert_int_equal(c.outcome[o], o == (int)ROWS[i].outcome);
        assert_int_equal(c.succeeded, ROWS[i].standing == WELL);
        assert_int_equal(c.failed, ROWS[i].standing == BAD);
        assert_int_equal(c.not_begun, ROWS[i].standing == NEVER);
        assert_int_equal(c.stopped, ROWS[i].category ==
                                        ESPOTA_E_FLEET_STOPPED);
    }
}

/* No category of its own makes a device one that failed and was not tried. */
static void test_no_failure_is_skipped(void **state)
{
    (void)state;
    for (int c = 0; c < ESPOTA_E_COUNT; c++)
        assert_int_not_equal(
            espota_category_outcome((enum espota_category)c), ESPOTA_SKIPPED);
}

static void test_what_a_run_comes_to(void **state)
{
    static const struct {
        size_t n, failed, not_begun, stopped;
        int alone, signal, status;
    } ROWS[] = {
        {5, 0, 0, 0, -1, 0, 0},    {5, 1, 0, 0, -1, 0, 40},
        {5, 4, 0, 0, -1, 0, 40},   {5, 5, 0, 0, -1, 0, 42},
        {5, 1, 4, 4, -1, 0, 41},   {5, 5, 0, 0, -1, 2, 130},
        {5, 0, 3, 0, -1, 15, 143}, {5, 0, 0, 0, -1, 2, 0}, /* it was over */
        {1, 1, 0, 0, 21, 0, 21},   {1, 1, 0, 0, -1, 0, 42},
        {1, 0, 0, 0, 0, 0, 0},     {1, 1, 0, 0, 30, 2, 130},
        {5, 1, 4, 4, -1, 2, 130},  {0, 0, 0, 0, -1, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct espota_counts c = {.n = ROWS[i].n,
                                        .failed = ROWS[i].failed,
                                        .not_begun = ROWS[i].not_begun,
                                        .stopped = ROWS[i].stopped};

        assert_int_equal(
            espota_counts_status(&c, ROWS[i].alone, ROWS[i].signal),
            ROWS[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_end_counts_once),
        cmocka_unit_test(test_no_failure_is_skipped),
        cmocka_unit_test(test_what_a_run_comes_to),
    };

    return cmocka_run_group_tests_name("fleet/counts", tests, NULL, NULL);
}
