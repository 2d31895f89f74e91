/* test_fleet_state.c -- every state, and everything that can happen in it. */
#include "support/test.h"

#include <stdio.h>

#include <espota/espota.h>

/* By words, as docs/FLEET.md has them: begin, commit, took, denied, other, and
 * what comes to another image: its commit, took. */
static const struct row {
    const char *from, *to[ESPOTA_HAPPENED_COUNT], *next;
} ROWS[] = {
    {"none",
     {"begun", "sent", "has", "lacks", "lacks", "none", "lacks"}, "flash"},
    {"begun",
     {"begun", "sent", "has", "lacks", "lacks", "begun", "lacks"}, "flash"},
    {"sent", {"maybe", "sent", "has", "lacks", "lacks", "maybe", "lacks"},
     "ask"},
    {"maybe", {"maybe", "maybe", "has", "maybe", "lacks", "maybe", "lacks"},
     "ask"},
    {"has", {"has", "has", "has", "has", "lacks", "maybe", "lacks"}, "skip"},
    {"lacks", {"lacks", "sent", "has", "lacks", "lacks", "lacks", "lacks"},
     "flash"},
};

enum { N_ROWS = sizeof ROWS / sizeof *ROWS };

static const char *next_name(enum espota_state s)
{
    static const char *const NAMES[] = {"flash", "ask", "skip"};

    return NAMES[espota_state_next(s)];
}

static void test_the_table(void **state)
{
    (void)state;
    assert_int_equal(N_ROWS, ESPOTA_STATE_COUNT);
    for (int s = 0; s < ESPOTA_STATE_COUNT; s++) {
        const enum espota_state from = (enum espota_state)s;

        assert_string_equal(espota_state_name(from), ROWS[s].from);
        assert_string_equal(next_name(from), ROWS[s].next);
        for (int h = 0; h < ESPOTA_HAPPENED_COUNT; h++)
            assert_string_equal(
                espota_state_name(
                    espota_state_after(from, (enum espota_happening)h)),
                ROWS[s].to[h]);
    }
}

/* The sentences of the contract, whatever the rows say. */
static void test_the_promises(void **state)
{
    (void)state;
    for (int s = 0; s < ESPOTA_STATE_COUNT; s++) {
        const enum espota_state from = (enum espota_state)s;

        for (int h = 0; h < ESPOTA_HAPPENED_COUNT; h++) {
            const enum espota_state to =
                espota_state_after(from, (enum espota_happening)h);

            /* Left by the device's own word alone. */
            if (espota_state_next(from) == ESPOTA_NEXT_ASK &&
                h != ESPOTA_HAPPENED_TOOK && h != ESPOTA_HAPPENED_DENIED &&
                h != ESPOTA_HAPPENED_OTHER && h != ESPOTA_HAPPENED_OTHER_TOOK)
                assert_int_equal(espota_state_next(to), ESPOTA_NEXT_ASK);
            /* "Took it" comes from its word alone. */
            if (to == ESPOTA_STATE_HAS && from != ESPOTA_STATE_HAS)
                assert_int_equal(h, ESPOTA_HAPPENED_TOOK);
        }
        /* No last byte leaves without being remembered. */
        assert_int_not_equal(
            espota_state_next(espota_state_after(from, ESPOTA_HAPPENED_COMMIT)),
            ESPOTA_NEXT_FLASH);
    }
}

/* Damage from outside never means that an image may be sent. */
static void test_what_is_no_value(void **state)
{
    const enum espota_state none = (enum espota_state)99;

    (void)state;
    assert_int_equal(espota_state_next(none), ESPOTA_NEXT_ASK);
    assert_int_equal(espota_state_after(none, ESPOTA_HAPPENED_TOOK), none);
    assert_int_equal(
        espota_state_after(ESPOTA_STATE_SENT, (enum espota_happening)99),
        ESPOTA_STATE_SENT);
    assert_string_equal(espota_state_name(none), "?");
    assert_string_equal(espota_happening_name((enum espota_happening)99), "?");
}

/* What is ours, or the network's, tells nothing of the device. */
static void test_which_errors_tell(void **state)
{
    static const struct {
        enum espota_category category;
        enum espota_happening happening;
    } TELLING[] = {
        {ESPOTA_E_BROKEN, ESPOTA_HAPPENED_DENIED},
        {ESPOTA_E_AUTH, ESPOTA_HAPPENED_DENIED},
        {ESPOTA_E_REFUSED, ESPOTA_HAPPENED_DENIED},
        {ESPOTA_E_DEVICE, ESPOTA_HAPPENED_DENIED},
        {ESPOTA_E_CHECKSUM, ESPOTA_HAPPENED_DENIED},
        {ESPOTA_E_POLICY, ESPOTA_HAPPENED_DENIED},
        {ESPOTA_E_OTHER_VERSION, ESPOTA_HAPPENED_OTHER},
    };
    size_t telling = 0;

    (void)state;
    for (int c = 0; c < ESPOTA_E_COUNT; c++) {
        enum espota_happening h;
        size_t i = 0;

        while (i < sizeof TELLING / sizeof *TELLING &&
               TELLING[i].category != (enum espota_category)c)
            i++;
        if (espota_error_tells((enum espota_category)c, &h)) {
            assert_in_range(i, 0, sizeof TELLING / sizeof *TELLING - 1);
            assert_int_equal(h, TELLING[i].happening);
            telling++;
        }
    }
    assert_int_equal(telling, sizeof TELLING / sizeof *TELLING);
}

static void test_status_of_a_result(void **state)
{
    static const struct {
        enum espota_category category;
        enum espota_outcome outcome;
        int status;
    } RESULTS[] = {
        {ESPOTA_E_OK, ESPOTA_UPDATED, 0},
        {ESPOTA_E_RESOLVE, ESPOTA_FAILED, 10},
        {ESPOTA_E_RESOLVE, ESPOTA_UNKNOWN, 30},
        {ESPOTA_E_INTERRUPTED, ESPOTA_UNKNOWN, 30},
        {ESPOTA_E_INTERRUPTED, ESPOTA_FAILED, 128},
        {ESPOTA_E_UNKNOWN, ESPOTA_UNKNOWN, 30},
        {ESPOTA_E_NOT_BACK, ESPOTA_UNKNOWN, 31},
    };

    (void)state;
    for (size_t i = 0; i < sizeof RESULTS / sizeof *RESULTS; i++) {
        const struct espota_error err = {.category = RESULTS[i].category};
        const struct espota_result r = {.outcome = RESULTS[i].outcome,
                                        .error = &err};

        assert_int_equal(espota_result_status(&r), RESULTS[i].status);
    }
}

/* docs/FLEET.md has the same table: a row of it a state. */
static void test_the_document(void **state)
{
    FILE *f = fopen("docs/FLEET.md", "r");
    bool found[N_ROWS] = {false};
    char line[512];

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        for (size_t i = 0; i < N_ROWS; i++) {
            char want[512];
            size_t n = (size_t)snprintf(want, sizeof want, "| `%s` |",
                                        ROWS[i].from);

            if (strncmp(line, want, n) != 0)
                continue;
            for (int h = 0; h < ESPOTA_HAPPENED_COUNT; h++)
                n += (size_t)snprintf(want + n, sizeof want - n, " %s |",
                                      ROWS[i].to[h]);
            snprintf(want + n, sizeof want - n, " %s |\n", ROWS[i].next);
            assert_string_equal(line, want);
            found[i] = true;
        }
    fclose(f);
    for (size_t i = 0; i < N_ROWS; i++)
        assert_true(found[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_the_promises),
        cmocka_unit_test(test_what_is_no_value),
        cmocka_unit_test(test_which_errors_tell),
        cmocka_unit_test(test_status_of_a_result),
        cmocka_unit_test(test_the_document),
    };

    return cmocka_run_group_tests_name("fleet/state", tests, NULL, NULL);
}
