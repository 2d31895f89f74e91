/* test_fleet_rollout.c -- canaries, waves and thresholds: runs, row by row.
 *
 * A row has the ends of the devices, a letter each, in order: u updated,
 * n unchanged, r refused, f failed, ? unknown, s skipped, c cancelled before
 * its turn.  So many at once are begun; the first begun ends first.
 */
#include "support/test.h"

#include <stdio.h>

#include "fleet/rollout.h"

#define PCT(n) {n, true}
#define NUM(n) {n, false}

enum { DEVICES_MAX = 64 };

struct run {
    struct rollout r;
    char begun[DEVICES_MAX + 1]; /* '.': not begun, else as it ended */
    char news[200];              /* "b1 p1:2/0 b2 ..." */
    char why[120];               /* "": it was not stopped */
    const char *ends;
    size_t n, told, active, most; /* most: at once, of all the run */
};

static struct espota_result result_of(char end, struct espota_error *err)
{
    static const struct {
        char end;
        enum espota_outcome outcome;
        enum espota_category category;
    } ENDS[] = {
        {'u', ESPOTA_UPDATED, ESPOTA_E_OK},
        {'n', ESPOTA_UNCHANGED, ESPOTA_E_OK},
        {'r', ESPOTA_REFUSED, ESPOTA_E_REFUSED},
        {'f', ESPOTA_FAILED, ESPOTA_E_CONNECT},
        {'?', ESPOTA_UNKNOWN, ESPOTA_E_UNKNOWN},
        {'s', ESPOTA_SKIPPED, ESPOTA_E_CONNECT},
        {'c', ESPOTA_SKIPPED, ESPOTA_E_INTERRUPTED},
    };

    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (ENDS[i].end == end) {
            *err = (struct espota_error){.category = ENDS[i].category};
            return (struct espota_result){.outcome = ENDS[i].outcome,
                                          .error = err};
        }
    fail_msg("no end '%c'", end);
    return (struct espota_result){.error = NULL};
}

static void end(struct run *run, size_t i)
{
    struct espota_error err;
    const struct espota_result result = result_of(run->ends[i], &err);

    run->begun[i] = run->ends[i];
    eo_rollout_ended(&run->r, &result);
}

static void write_news(struct run *run, const struct espota_wave *w)
{
    static const char *const STATES[] = {"b", "p", "s"};
    const size_t len = strlen(run->news);

    if (w->state == ESPOTA_WAVE_BEGIN)
        snprintf(run->news + len, sizeof run->news - len, "%sb%u:%zu",
                 len > 0 ? " " : "", w->wave, w->devices);
    else
        snprintf(run->news + len, sizeof run->news - len, " %s%u:%zu/%zu",
                 STATES[w->state], w->wave, w->succeeded, w->failed);
    assert_in_range(w->wave, 1, w->of);
    assert_int_equal(w->why != NULL, w->state == ESPOTA_WAVE_STOPPED);
}

static void move_on(struct run *run)
{
    struct espota_wave news;

    do {
        /* Who was cancelled early is counted when it comes to it. */
        for (; run->told < eo_rollout_reach(&run->r); run->told++)
            if (run->ends[run->told] == 'c')
                end(run, run->told);
        if (!eo_rollout_step(&run->r, &news))
            break;
        write_news(run, &news);
    } while (true);
}

static void play(struct run *run, const struct rollout_rules *rules,
                 const char *ends, size_t jobs)
{
    size_t queue[DEVICES_MAX], head = 0, tail = 0, next = 0;
    struct espota_wave news;

    *run = (struct run){.ends = ends, .n = strlen(ends)};
    eo_rollout_init(&run->r, rules);
    for (size_t i = 0; i < run->n; i++) {
        eo_rollout_add(&run->r);
        run->begun[i] = '.';
    }
    for (;;) {
        move_on(run);
        while (next < eo_rollout_limit(&run->r) && tail - head < jobs) {
            if (ends[next] != 'c')
                queue[tail++] = next;
            next++;
        }
        if (tail - head > run->most)
            run->most = tail - head;
        if (head == tail)
            break;
        end(run, queue[head++]);
    }
    if (!eo_rollout_is_closed(&run->r))
        return;
    eo_rollout_stop(&run->r, &news);
    write_news(run, &news);
    snprintf(run->why, sizeof run->why, "%s", news.why);
}

static const struct espota_amount WAVES[] = {NUM(1), PCT(50), PCT(100)};
static const struct espota_amount SHORT[] = {NUM(2)};
static const struct espota_amount ODD[] = {NUM(4), NUM(2), NUM(6)};

#define CANARY(n) {.canary = n}
#define PLAN(w) .waves = w, .n_waves = sizeof(w) / sizeof *(w)

static const struct row {
    const char *name;
    struct rollout_rules rules;
    size_t jobs;
    const char *ends, *begun;
    const char *why;  /* NULL: it was not stopped */
    const char *news; /* NULL: not of interest */
} ROWS[] = {
    {"nothing asked: all at once, failures do not stop", {0}, 8, "uffffr?u",
     "uffffr?u", NULL, "b1:8 p1:2/6"},
    {"canaries first, then all", CANARY(NUM(2)), 8, "uuuuuu", "uuuuuu", NULL,
     "b1:2 p1:2/0 b2:4 p2:4/0"},
    {"a failed canary: nobody else", CANARY(NUM(1)), 8, "fuuuuu", "f.....",
     "1 of 1 canary failed", "b1:1 s1:0/1"},
    {"... the one beside it may finish", CANARY(NUM(2)), 8, "fuuuuu",
     "fu....", "1 of 2 canaries failed", NULL},
    {"... whatever the limit of the run",
     {.canary = NUM(2), .max_fail = NUM(5)}, 8, "rruuuuuu", "rr......",
     "2 of 2 canaries failed", "b1:2 s1:0/2"},
    {"... or that of the waves",
     {.canary = NUM(1), .wave_max_fail = NUM(9)}, 8, "fuuu", "f...",
     "1 of 1 canary failed", NULL},
    {"... of which is unknown", CANARY(NUM(1)), 1, "?uuu", "?...",
     "1 of 1 canary failed", NULL},
    {"one that is away is replaced", CANARY(NUM(1)), 8, "suuu", "suuu", NULL,
     "b1:1 p1:1/0 b2:2 p2:2/0"},
    {"... by one that fails", CANARY(NUM(1)), 8, "sfuuu", "sf...",
     "1 of 1 canary failed", NULL},
    {"one that has it already is replaced", CANARY(NUM(2)), 8, "nunrnu",
     "nunr..", "1 of 2 canaries failed", NULL},
    {"canaries cannot be had: it ends well", CANARY(NUM(3)), 8, "usnss",
     "usnss", NULL, "b1:3 p1:2/0"},
    {"more canaries than devices", CANARY(NUM(9)), 8, "uu", "uu", NULL,
     "b1:2 p1:2/0"},
    {"a percentage of few is one", CANARY(PCT(1)), 8, "fuuu", "f...",
     "1 of 1 canary failed", NULL},
    {"failures behind the canaries do not stop", CANARY(NUM(1)), 2, "uffffu",
     "uffffu", NULL, "b1:1 p1:1/0 b2:5 p2:1/4"},
    {"... but for a limit", {.canary = NUM(1), .max_fail = NUM(2)}, 1,
     "uffuuu", "uff...", "2 of 6 devices failed, and the limit is 2", NULL},
    {"waves, cumulative", {PLAN(WAVES)}, 8, "uuuuuuuuuu",
     "uuuuuuuuuu", NULL, "b1:1 p1:1/0 b2:4 p2:4/0 b3:5 p3:5/0"},
    {"the rest is a wave without being written", {PLAN(SHORT)},
     8, "uuuuu", "uuuuu", NULL, "b1:2 p1:2/0 b2:3 p2:3/0"},
    {"a failure in a wave stops behind it", {PLAN(WAVES)}, 1,
     "ufuuuuuuuu", "ufuuu.....", "1 of 4 failed in wave 2 of 3, where 0 may",
     "b1:1 p1:1/0 b2:4 s2:3/1"},
    {"... but for those that may fail",
     {PLAN(WAVES), .wave_max_fail = NUM(1)}, 1, "ufuuuuuuuu", "ufuuuuuuuu",
     NULL, NULL},
    {"... each wave anew", {PLAN(WAVES), .wave_max_fail = NUM(1)}, 1,
     "fufuufuuuu", "fufuufuuuu", NULL, NULL},
    {"... a percentage of its own size", {PLAN(WAVES), .wave_max_fail = PCT(50)},
     1, "uffuufffff", "uffuufffff", NULL, NULL},
    {"... that is not reached by one of one",
     {PLAN(WAVES), .wave_max_fail = PCT(99)}, 1, "fuuuuuuuuu", "f.........",
     "1 of 1 failed in wave 1 of 3, where 0 may", NULL},
    {"those skipped are no failures of a wave", {PLAN(WAVES)}, 4,
     "snssnuuuuu", "snssnuuuuu", NULL, NULL},
    {"the last wave has nobody behind it", {PLAN(SHORT)}, 8,
     "uuffff", "uuffff", NULL, "b1:2 p1:2/0 b2:4 p2:0/4"},
    {"a wave that is no larger is none", {PLAN(ODD)}, 8,
     "uuuuuuuu", "uuuuuuuu", NULL, "b1:4 p1:4/0 b2:2 p2:2/0 b3:2 p3:2/0"},
    {"canaries count in the waves",
     {PLAN(WAVES), .canary = NUM(2)}, 8, "uuuuuuuuuu", "uuuuuuuuuu", NULL,
     "b1:2 p1:2/0 b2:3 p2:3/0 b3:5 p3:5/0"},
    {"... and those who took their place", {PLAN(WAVES), .canary = NUM(1)}, 8,
     "ssssssuuuu", "ssssssuuuu", NULL, "b1:1 p1:1/0 b3:3 p3:3/0"},
    {"a limit of the run", {.max_fail = NUM(3)}, 1, "fufufuuu", "fufuf...",
     "3 of 8 devices failed, and the limit is 3", NULL},
    {"... in percent, below it", {.max_fail = PCT(50)}, 1, "fufufuuu",
     "fufufuuu", NULL, NULL},
    {"... reached", {.max_fail = PCT(25)}, 1, "fufufuuu", "fuf.....",
     "2 of 8 devices failed, and the limit is 25 %", NULL},
    {"... by those of several waves",
     {PLAN(WAVES), .wave_max_fail = NUM(1), .max_fail = NUM(2)}, 1,
     "ffuuuuuuuu", "ff........",
     "2 of 10 devices failed, and the limit is 2", NULL},
    {"one that was cancelled early is part of its wave",
     {PLAN(WAVES)}, 8, "ucucuuuuuu", "ucucuuuuuu", NULL, NULL},
    {"... and no canary", CANARY(NUM(1)), 8, "cfuu", "cf..",
     "1 of 1 canary failed", NULL},
    {"nobody", {.canary = NUM(1), .max_fail = NUM(1)}, 8, "", "", NULL, ""},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct run run;

    play(&run, &row->rules, row->ends, row->jobs);
    assert_string_equal(run.begun, row->begun);
    assert_string_equal(run.why, row->why != NULL ? row->why : "");
    if (row->news != NULL)
        assert_string_equal(run.news, row->news);
}

/* Any ends, any rules: before the canaries took it, nobody but them and those
 * in their place may begin; a closed gate stays closed. */
static void test_no_gate_is_passed_early(void **state)
{
    static const char ENDS[] = "unrf?s";
    uint32_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        const unsigned canaries = round % 4 + 1;
        const struct rollout_rules rules = {.canary = NUM(canaries),
                                            .max_fail = NUM(round % 7)};
        size_t proof = 0, bad = 0, sent = 0;
        char ends[13] = "";
        struct run run;

        for (size_t i = 0; i < 12; i++) {
            seed = seed * 1664525u + 1013904223u;
            ends[i] = ENDS[(seed >> 16) % (round % 2 ? 6 : 3)];
        }
        play(&run, &rules, ends, round / 7 % 12 + 1);
        for (size_t i = 0; i < 12; i++) {
            const bool fails = strchr("rf?", ends[i]) != NULL;

            sent += run.begun[i] != '.' && (fails || ends[i] == 'u');
            if (proof + bad < canaries) {
                proof += ends[i] == 'u';
                bad += fails;
            }
        }
        if (bad > 0) {
            assert_true(sent <= canaries);
            assert_true(eo_rollout_is_closed(&run.r));
        }
    }
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    tests[N] = (struct CMUnitTest)cmocka_unit_test(
        test_no_gate_is_passed_early);
    return cmocka_run_group_tests_name("fleet/rollout", tests, NULL, NULL);
}
