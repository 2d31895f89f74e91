/* test_fleet_shortage.c -- who waits for descriptors, for how long, and who is
 * next; in a time that the test makes.
 */
#include "support/test.h"

#include <string.h>

#include "fleet/shortage.h"
#include "support/clock.h"

enum { JOBS = 3, A_TRY_MS = 260 };

struct play {
    struct shortage s;
    struct short_of job[JOBS];
    char woken[32]; /* 'a' is job 0 */
    size_t n;
    unsigned overs;
};

static struct play play;

static void wake(void *ctx)
{
    play.woken[play.n++] = (char)('a' + ((struct short_of *)ctx - play.job));
}

static void on_over(void *ctx)
{
    ((struct play *)ctx)->overs++;
}

static bool wants(int job)
{
    return eo_shortage_wait(&play.s, &play.job[job], wake, &play.job[job]);
}

static int begin(void **state)
{
    (void)state;
    memset(&play, 0, sizeof play);
    play.s = (struct shortage){.loop = eo_loop_new(),
                               .on_over = on_over,
                               .ctx = &play};
    assert_non_null(play.s.loop);
    for (int i = 0; i < JOBS; i++)
        eo_shortage_begun(&play.s);
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < JOBS; i++)
        eo_shortage_leave(&play.s, &play.job[i]);
    assert_false(eo_shortage_is(&play.s));
    eo_shortage_stop(&play.s);
    eo_loop_free(play.s.loop);
    return 0;
}

static void pass(uint64_t ms)
{
    clock_pass(play.s.loop, ms, NULL, NULL);
    eo_loop_turn(play.s.loop, 0); /* what that started */
}

static void test_while_others_work_there_is_hope(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) { /* more than 100 s */
        assert_true(wants(0));
        assert_true(eo_shortage_is(&play.s));
        pass(A_TRY_MS);
        assert_int_equal(play.n, i % 20 + 1);
        if (i % 20 == 19)
            play.n = 0;
    }
    assert_int_equal(play.overs, 400);
}

static void test_who_ends_wakes_the_next_at_once(void **state)
{
    (void)state;
    assert_true(wants(1));
    assert_true(wants(0));
    eo_shortage_ended(&play.s);
    assert_string_equal(play.woken, ""); /* from the loop */
    pass(0);
    assert_string_equal(play.woken, "b");
    assert_true(wants(1)); /* in vain: it is the first again */
    eo_shortage_over(&play.s, &play.job[1]); /* nothing: it waits */
    assert_true(eo_shortage_is(&play.s));
    pass(A_TRY_MS);
    assert_string_equal(play.woken, "bb");
    eo_shortage_over(&play.s, &play.job[1]);
    pass(0);
    assert_string_equal(play.woken, "bba"); /* there may be more of them */
    assert_false(eo_shortage_is(&play.s));
    assert_int_equal(play.overs, 1);
}

/* One that was woken is at it: no other is sent after it by the clock. */
static void test_one_at_a_time_by_the_clock(void **state)
{
    (void)state;
    assert_true(wants(0));
    assert_true(wants(1));
    pass(3000);
    assert_string_equal(play.woken, "a");
    eo_shortage_leave(&play.s, &play.job[0]);
    pass(A_TRY_MS);
    assert_string_equal(play.woken, "ab");
}

static void test_alone_for_ten_seconds(void **state)
{
    uint64_t since;

    (void)state;
    eo_shortage_ended(&play.s);
    assert_true(wants(0));
    pass(9000); /* another is at work: these do not count */
    assert_true(wants(1));
    since = clock_ms;
    while (play.n = 0, pass(A_TRY_MS), wants(play.woken[0] - 'a'))
        assert_true(clock_ms - since < 20000);
    assert_true(clock_ms - since >= 10000);
    assert_true(clock_ms - since < 11000);
    /* The others hear of it as soon as they have tried. */
    play.n = 0;
    eo_shortage_ended(&play.s);
    pass(0);
    assert_int_equal(play.n, 1);
    assert_false(wants(play.woken[0] - 'a'));
}

static void test_what_was_got_renews_the_hope(void **state)
{
    (void)state;
    eo_shortage_ended(&play.s);
    eo_shortage_ended(&play.s);
    assert_true(wants(0));
    pass(9500);
    eo_shortage_over(&play.s, &play.job[0]);
    pass(1000);
    assert_true(wants(0));
    pass(9500);
    assert_true(wants(0));
    pass(750);
    assert_false(wants(0));
}

#define PLAY(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY(test_while_others_work_there_is_hope),
        PLAY(test_who_ends_wakes_the_next_at_once),
        PLAY(test_one_at_a_time_by_the_clock),
        PLAY(test_alone_for_ten_seconds),
        PLAY(test_what_was_got_renews_the_hope),
    };

    return cmocka_run_group_tests_name("fleet/shortage", tests, NULL, NULL);
}
