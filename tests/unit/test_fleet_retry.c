/* test_fleet_retry.c -- when to try again. */
#include "support/test.h"

#include "fleet/retry.h"

static const struct row {
    const char *name;
    struct retry_facts facts;
    enum retry want;
} ROWS[] = {
    {"a retryable fault, retries left",
     {ESPOTA_E_CONNECT, false, false, 1, 2, false, false}, RETRY_SAME},
    {"the last retry", {ESPOTA_E_CONNECT, false, false, 2, 2, false, false}, RETRY_SAME},
    {"none left", {ESPOTA_E_CONNECT, false, false, 3, 2, false, false}, RETRY_NO},
    {"none wished", {ESPOTA_E_CONNECT, false, false, 1, 0, false, false}, RETRY_NO},
    {"not retryable", {ESPOTA_E_REFUSED, false, false, 1, 2, false, false}, RETRY_NO},
    {"our own fault", {ESPOTA_E_INTERNAL, false, false, 1, 2, false, false}, RETRY_NO},
    {"the next password", {ESPOTA_E_AUTH, false, false, 0, 0, true, false},
     RETRY_NEXT_PASSWORD},
    {"no password left", {ESPOTA_E_AUTH, false, false, 0, 9, false, false}, RETRY_NO},
    {"no password given: another does not help",
     {ESPOTA_E_SECRET, false, false, 0, 9, true, false}, RETRY_NO},
    {"unknown is never sent again", {ESPOTA_E_UNKNOWN, true, true, 1, 9, false, false},
     RETRY_NO},
    {"a fault of our side behind the last byte",
     {ESPOTA_E_CONNECT, true, true, 1, 9, false, false}, RETRY_NO},
    {"its own word: other bytes than were sent",
     {ESPOTA_E_CHECKSUM, false, true, 1, 2, false, false}, RETRY_SAME},
    {"another password behind the last byte",
     {ESPOTA_E_AUTH, false, true, 0, 9, true, false}, RETRY_NO},
    {"handed over, and nothing is known of it",
     {ESPOTA_E_NO_ANSWER, true, false, 1, 9, false, false}, RETRY_NO},
    {"an earlier run may have done it: it is asked before",
     {ESPOTA_E_RESOLVE, false, false, 1, 9, false, false}, RETRY_SAME},
    {"its own word: it gave up", {ESPOTA_E_BROKEN, false, true, 1, 2, false, false},
     RETRY_SAME},
    {"a guess closes without a word", {ESPOTA_E_BROKEN, false, false, 1, 2,
     false, true}, RETRY_NO},
};

static void test_row(void **state)
{
    const struct row *r = *state;

    assert_int_equal(eo_retry(&r->facts), r->want);
}

/* Whatever the row of the table of categories says, what could flash a device
 * twice is never tried again. */
static void test_no_category_flashes_twice(void **state)
{
    (void)state;
    for (int i = 0; i < ESPOTA_E_COUNT; i++) {
        const struct retry_facts facts = {
            .category = (enum espota_category)i,
            .open = true,
            .committed = true,
            .faults = 1,
            .retries = 5,
        };

        assert_int_equal(eo_retry(&facts), RETRY_NO);
    }
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = ROWS[i].name,
            .test_func = test_row,
            .initial_state = (void *)&ROWS[i],
        };
    tests[N] = (struct CMUnitTest)cmocka_unit_test(
        test_no_category_flashes_twice);
    return cmocka_run_group_tests_name("fleet/retry", tests, NULL, NULL);
}
