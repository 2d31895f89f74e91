/* test_fleet_rollout.c -- waves and thresholds: arithmetic, row by row. */
#include "support/test.h"

#include "fleet/rollout.h"

#define PCT(n) {n, true}
#define NUM(n) {n, false}

static const struct espota_amount CANARY[] = {NUM(2)};
static const struct espota_amount WAVES[] = {NUM(1), PCT(10), PCT(100)};

static const struct row {
    const char *name;
    struct rollout rollout;
    struct rollout_counts counts;
    size_t ceiling;
    bool stopped;
} ROWS[] = {
    {"no waves: all at once", {0}, {50, 0, 0}, 50, false},
    {"no threshold: failures do not stop", {0}, {50, 49, 49}, 50, false},
    {"a canary goes first", {CANARY, 1, {0}}, {50, 0, 0}, 2, false},
    {"... alone until it has ended", {CANARY, 1, {0}}, {50, 1, 0}, 2, false},
    {"... then all", {CANARY, 1, {0}}, {50, 2, 0}, 50, false},
    {"a canary that fails ends it", {CANARY, 1, {0}}, {50, 1, 1}, 2, true},
    {"more canaries than devices", {CANARY, 1, {0}}, {1, 0, 0}, 1, false},
    {"first wave", {WAVES, 3, {0}}, {50, 0, 0}, 1, false},
    {"second wave, cumulative", {WAVES, 3, {0}}, {50, 1, 0}, 5, false},
    {"third wave", {WAVES, 3, {0}}, {50, 5, 0}, 50, false},
    {"ten percent of three is one", {WAVES, 3, {0}}, {3, 0, 0}, 1, false},
    {"... and the wave behind it follows", {WAVES, 3, {0}}, {3, 1, 0}, 3,
     false},
    {"below the threshold", {NULL, 0, NUM(3)}, {50, 10, 2}, 50, false},
    {"at the threshold", {NULL, 0, NUM(3)}, {50, 10, 3}, 50, true},
    {"a threshold with waves replaces the first failure",
     {WAVES, 3, NUM(2)}, {50, 1, 1}, 5, false},
    {"percent, below", {NULL, 0, PCT(10)}, {50, 10, 4}, 50, false},
    {"percent, reached", {NULL, 0, PCT(10)}, {50, 10, 5}, 50, true},
    {"percent of few: one failure of five is 20 %", {NULL, 0, PCT(20)},
     {5, 1, 1}, 5, true},
};

static void test_row(void **state)
{
    const struct row *r = *state;

    assert_int_equal(eo_rollout_ceiling(&r->rollout, &r->counts), r->ceiling);
    assert_int_equal(eo_rollout_stopped(&r->rollout, &r->counts), r->stopped);
}

int main(void)
{
    struct CMUnitTest tests[sizeof ROWS / sizeof *ROWS];

    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    return cmocka_run_group_tests_name("fleet/rollout", tests, NULL, NULL);
}
