/* test_sim_script.c -- what a simulated device is told to do wrong is read, and
 * happens when it should, as often as it should. */
#include "support/test.h"

#include "sim/script.h"

enum { GREET, DATA, END };

static const char *const STEPS[] = {"greet", "data", "end", NULL};
static const struct script_row FAULTS[] = {
    {"mute", SCRIPT_NONE, NULL},   {"close", SCRIPT_STEP, "greet"},
    {"lose", SCRIPT_COUNT, "1"},   {"late", SCRIPT_MS, "300"},
    {"stall", SCRIPT_BYTES, NULL},
};
enum { MUTE, CLOSE, LOSE, LATE, STALL, N_FAULTS };

static const struct script SCRIPT = {
    .steps = STEPS, .data = DATA, .faults = FAULTS, .n_faults = N_FAULTS};

static const char *const FAILURES[] = {"space", "write", NULL};
static const int USUAL[] = {GREET, DATA};

/* ---- words --------------------------------------------------------------- */

static void test_where(void **state)
{
    static const struct row {
        const char *text;
        int rc, step;
        size_t bytes;
    } ROWS[] = {
        {"end", 0, END, 0},
        {"data", 0, DATA, 0},
        {"data:40960", 0, DATA, 40960},
        {"data:1", 0, DATA, 1},
        {"data:0", -1, 0, 0},
        {"data:", -1, 0, 0},
        {"data:x", -1, 0, 0},
        {"data:4294967296", -1, 0, 0},
        {"end:3", -1, 0, 0},
        {"", -1, 0, 0},
        {"nowhere", -1, 0, 0},
        {"dat", -1, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct script_where w = {-1, 99};
        struct espota_error err = {0};

        assert_int_equal(eo_sim_script_where(&SCRIPT, &w, ROWS[i].text, &err),
                         ROWS[i].rc);
        if (ROWS[i].rc == 0) {
            assert_int_equal(w.step, ROWS[i].step);
            assert_int_equal(w.bytes, ROWS[i].bytes);
        } else {
            assert_int_equal(err.category, ESPOTA_E_USAGE);
            assert_int_equal(w.step, -1); /* nothing is half read */
        }
    }
}

static void test_faults(void **state)
{
    static const struct row {
        const char *text;
        int rc, fault;
        unsigned n;
        int step;
    } ROWS[] = {
        {"mute", 0, MUTE, 0, 0},
        {"mute@1", -1, 0, 0, 0},
        {"mute@", -1, 0, 0, 0},
        {"close", 0, CLOSE, 0, GREET},
        {"close@end", 0, CLOSE, 0, END},
        {"close@", -1, 0, 0, 0},
        {"lose", 0, LOSE, 1, 0},
        {"lose@7", 0, LOSE, 7, 0},
        {"lose@0", -1, 0, 0, 0},
        {"lose@soon", -1, 0, 0, 0},
        {"late", 0, LATE, 300, 0},
        {"late@4294967295", 0, LATE, 4294967295, 0},
        {"late@4294967296", -1, 0, 0, 0},
        {"stall", 0, STALL, 0, 0},
        {"stall@512", 0, STALL, 512, 0},
        {"stal", -1, 0, 0, 0},
        {"", -1, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct script_act acts[N_FAULTS] = {{false}};
        struct espota_error err = {0};

        assert_int_equal(eo_sim_script_fault(&SCRIPT, acts, ROWS[i].text, &err),
                         ROWS[i].rc);
        if (ROWS[i].rc != 0) {
            assert_int_equal(err.category, ESPOTA_E_USAGE);
            continue;
        }
        for (int f = 0; f < N_FAULTS; f++)
            assert_int_equal(acts[f].on, f == ROWS[i].fault);
        assert_int_equal(acts[ROWS[i].fault].n, ROWS[i].n);
        assert_int_equal(acts[ROWS[i].fault].where.step, ROWS[i].step);
    }
}

static void test_what_is_not_known_names_the_nearest(void **state)
{
    struct script_act acts[N_FAULTS] = {{false}};
    struct script_where w;
    struct espota_error err = {0};

    (void)state;
    assert_int_equal(eo_sim_script_fault(&SCRIPT, acts, "stal@9", &err), -1);
    assert_string_equal(err.message,
                        "unknown fault \"stal\"; did you mean \"stall\"?");
    assert_int_equal(eo_sim_script_fault(&SCRIPT, acts, "close@ent", &err), -1);
    assert_string_equal(err.message,
                        "unknown step \"ent\"; did you mean \"end\"?");
    assert_int_equal(eo_sim_script_where(&SCRIPT, &w, "end:3", &err), -1);
    assert_string_equal(err.message,
                        "\"end:3\": only data takes a number of bytes");
}

/* The last of two with one name counts, and keeps nothing of the first. */
static void test_a_fault_given_twice(void **state)
{
    struct script_act acts[N_FAULTS] = {{false}};

    (void)state;
    assert_int_equal(eo_sim_script_fault(&SCRIPT, acts, "stall@512", NULL), 0);
    assert_int_equal(eo_sim_script_fault(&SCRIPT, acts, "stall", NULL), 0);
    assert_int_equal(acts[STALL].n, 0);
}

static void test_refusals(void **state)
{
    static const char *const WRONG[] = {"",     "85",    "0x8",       "0x855",
                                        "0xgg", "0x85@", "0x85@later"};
    struct script_act r = {false};

    (void)state;
    assert_int_equal(eo_sim_script_refusal(&SCRIPT, &r, GREET, "0x8A", NULL),
                     0);
    assert_true(r.on);
    assert_int_equal(r.n, 0x8a);
    assert_int_equal(r.where.step, GREET);
    assert_int_equal(
        eo_sim_script_refusal(&SCRIPT, &r, GREET, "0Xff@data:1", NULL), 0);
    assert_int_equal(r.n, 0xff);
    assert_int_equal(r.where.step, DATA);
    assert_int_equal(r.where.bytes, 1);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_int_equal(
            eo_sim_script_refusal(&SCRIPT, &r, GREET, WRONG[i], NULL), -1);
}

static void test_failures(void **state)
{
    static const char *const WRONG[] = {"", "spac", "space@", "write@later",
                                        "write@end:5"};
    struct script_act f = {false};

    (void)state;
    assert_int_equal(
        eo_sim_script_failure(&SCRIPT, &f, FAILURES, USUAL, "write", NULL), 0);
    assert_true(f.on);
    assert_int_equal(f.n, 1);
    assert_int_equal(f.where.step, DATA);
    assert_int_equal(eo_sim_script_failure(&SCRIPT, &f, FAILURES, USUAL,
                                           "space@data:4096", NULL),
                     0);
    assert_int_equal(f.n, 0);
    assert_int_equal(f.where.step, DATA);
    assert_int_equal(f.where.bytes, 4096);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_int_equal(
            eo_sim_script_failure(&SCRIPT, &f, FAILURES, USUAL, WRONG[i], NULL),
            -1);
}

/* ---- moments ------------------------------------------------------------- */

static void test_which_sessions(void **state)
{
    (void)state;
    assert_true(eo_sim_script_holds(0, 1));
    assert_true(eo_sim_script_holds(0, 1000000));
    assert_true(eo_sim_script_holds(2, 1));
    assert_true(eo_sim_script_holds(2, 2));
    assert_false(eo_sim_script_holds(2, 3));
}

static void test_the_middle_and_other_places(void **state)
{
    (void)state;
    assert_int_equal(eo_sim_script_place(0, 0), 0);
    assert_int_equal(eo_sim_script_place(0, 1), 1);
    assert_int_equal(eo_sim_script_place(0, 100), 50);
    assert_int_equal(eo_sim_script_place(0, 101), 51);
    assert_true(eo_sim_script_place(0, SIZE_MAX) == SIZE_MAX / 2 + 1);
    assert_int_equal(eo_sim_script_place(7, 100), 7);
    assert_int_equal(eo_sim_script_place(700, 100), 700);
}

static void test_here(void **state)
{
    static const struct script_where END_ = {END, 0}, MIDDLE = {DATA, 0},
                                     AT_7 = {DATA, 7};

    (void)state;
    assert_true(eo_sim_script_here(&SCRIPT, &END_, END, 3, 100));
    assert_false(eo_sim_script_here(&SCRIPT, &END_, GREET, 3, 100));
    assert_false(eo_sim_script_here(&SCRIPT, &MIDDLE, END, 50, 100));
    assert_true(eo_sim_script_here(&SCRIPT, &MIDDLE, DATA, 50, 100));
    assert_false(eo_sim_script_here(&SCRIPT, &MIDDLE, DATA, 49, 100));
    assert_false(eo_sim_script_here(&SCRIPT, &MIDDLE, DATA, 51, 100));
    assert_true(eo_sim_script_here(&SCRIPT, &AT_7, DATA, 7, 100));
    assert_false(eo_sim_script_here(&SCRIPT, &AT_7, DATA, 50, 100));
}

static void test_passed(void **state)
{
    (void)state;
    assert_false(eo_sim_script_passed(50, 0, 49));
    assert_true(eo_sim_script_passed(50, 0, 50));
    assert_true(eo_sim_script_passed(50, 49, 1000));
    assert_false(eo_sim_script_passed(50, 50, 1000)); /* that was before */
}

/* A reader that stops where it is told to meets every place exactly. */
static void test_stop(void **state)
{
    const struct script_act middle = {.on = true, .where = {DATA, 0}};
    const struct script_act at_7 = {.on = true, .where = {DATA, 7}};
    const struct script_act end = {.on = true, .where = {END, 7}};
    const struct script_act off = {.on = false, .where = {DATA, 7}};

    (void)state;
    assert_int_equal(eo_sim_script_stop(&SCRIPT, &middle, 0, 100, 100), 50);
    assert_int_equal(eo_sim_script_stop(&SCRIPT, &at_7, 0, 100, 50), 7);
    assert_int_equal(eo_sim_script_stop(&SCRIPT, &at_7, 7, 100, 50), 50);
    assert_int_equal(eo_sim_script_stop(&SCRIPT, &middle, 0, 100, 7), 7);
    assert_int_equal(eo_sim_script_stop(&SCRIPT, &end, 0, 100, 100), 100);
    assert_int_equal(eo_sim_script_stop(&SCRIPT, &off, 0, 100, 100), 100);
}

static void test_how_often(void **state)
{
    const struct script_act two = {.on = true, .n = 2}, off = {.n = 2};
    unsigned count = 0, other = 0;

    (void)state;
    assert_true(eo_sim_script_first(&two, &count));
    assert_true(eo_sim_script_first(&two, &count));
    assert_false(eo_sim_script_first(&two, &count));
    assert_false(eo_sim_script_first(&off, &other));
    assert_int_equal(other, 0);
    assert_false(eo_sim_script_nth(&two, 1));
    assert_true(eo_sim_script_nth(&two, 2));
    assert_false(eo_sim_script_nth(&two, 3));
    assert_false(eo_sim_script_nth(&off, 2));
}

static void test_a_restart_comes_once(void **state)
{
    bool done = false;

    (void)state;
    assert_false(eo_sim_script_once(&done, DATA, GREET));
    assert_false(done);
    assert_true(eo_sim_script_once(&done, DATA, DATA));
    assert_false(eo_sim_script_once(&done, DATA, DATA));
    assert_false(eo_sim_script_once(&done, DATA, END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_what_is_not_known_names_the_nearest),
        cmocka_unit_test(test_a_fault_given_twice),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_which_sessions),
        cmocka_unit_test(test_the_middle_and_other_places),
        cmocka_unit_test(test_here),
        cmocka_unit_test(test_passed),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_how_often),
        cmocka_unit_test(test_a_restart_comes_once),
    };

    return cmocka_run_group_tests_name("sim/script", tests, NULL, NULL);
}
