/* test_api_loop.c -- the public loop. */
#include "support/few_descriptors.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <espota/loop.h>

#include "base/mem.h"
#include "net/loop.h"

struct lasting {
    struct member member;
    struct espota_loop *loop;
    struct timer timer;
    unsigned turns; /* left */
    int told;
};

static bool lasts(const void *ctx)
{
    return ((const struct lasting *)ctx)->turns > 0;
}

static void give_up(void *ctx, int sys)
{
    struct lasting *l = ctx;

    l->told = sys;
    l->turns = 0;
}

static void on_time(void *ctx)
{
    struct lasting *l = ctx;

    if (--l->turns > 0)
        eo_timer_start(l->loop, &l->timer, 1, on_time, l);
}

static struct espota_loop *begin(struct lasting *l, unsigned turns)
{
    struct espota_loop *loop;

    assert_int_equal(espota_loop_new(&loop, NULL), 0);
    *l = (struct lasting){
        .member = {.live = lasts, .give_up = give_up, .ctx = l},
        .loop = loop,
        .turns = turns,
    };
    eo_loop_join(loop, &l->member);
    eo_timer_start(loop, &l->timer, 1, on_time, l);
    return loop;
}

static void end(struct lasting *l)
{
    eo_timer_stop(l->loop, &l->timer);
    eo_loop_leave(l->loop, &l->member);
    espota_loop_free(l->loop);
}

static void test_it_runs_until_nothing_lasts(void **state)
{
    struct lasting l;
    struct espota_loop *loop = begin(&l, 5);

    (void)state;
    assert_true(espota_loop_live(loop));
    assert_int_equal(espota_loop_run(loop, -1, NULL), ESPOTA_LOOP_DONE);
    assert_false(espota_loop_live(loop));
    assert_int_equal(l.turns, 0);
    assert_int_equal(espota_loop_run(loop, -1, NULL), ESPOTA_LOOP_DONE);
    end(&l);
}

static void test_it_runs_no_longer_than_it_may(void **state)
{
    struct lasting l;
    struct espota_loop *loop = begin(&l, 1u << 30);

    (void)state;
    assert_int_equal(espota_loop_run(loop, 0, NULL), ESPOTA_LOOP_TIME);
    assert_int_equal(espota_loop_run(loop, 20, NULL), ESPOTA_LOOP_TIME);
    assert_true(l.turns < 1u << 30);
    end(&l);
}

static void test_it_waits_for_what_is_the_callers(void **state)
{
    struct espota_loop *loop;

    (void)state;
    assert_int_equal(espota_loop_new(&loop, NULL), 0);
    assert_int_equal(espota_loop_run(loop, 5, NULL), ESPOTA_LOOP_DONE);
    espota_loop_hold(loop);
    espota_loop_hold(loop);
    espota_loop_release(loop);
    assert_true(espota_loop_live(loop));
    assert_int_equal(espota_loop_run(loop, 5, NULL), ESPOTA_LOOP_TIME);
    espota_loop_release(loop);
    assert_int_equal(espota_loop_run(loop, 5, NULL), ESPOTA_LOOP_DONE);
    espota_loop_free(loop);
}

static struct espota_loop *woken;

static void on_signal(int number)
{
    (void)number;
    espota_loop_wake(woken);
}

/* A signal that comes between the look at a flag and the wait is not lost. */
static void test_a_signal_handler_wakes_it(void **state)
{
    struct lasting l;
    void (*before)(int) = signal(SIGUSR1, on_signal);

    (void)state;
    woken = begin(&l, 1);
    eo_timer_start(woken, &l.timer, 60000, on_time, &l);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
        assert_int_equal(espota_loop_run(woken, -1, NULL), ESPOTA_LOOP_WOKEN);
    }
    signal(SIGUSR1, before);
    end(&l);
}

/* As a loop of somebody else would drive it. */
static void test_it_can_be_driven(void **state)
{
    struct lasting l;
    struct espota_loop *loop = begin(&l, 3);
    struct espota_fd fds[4];

    (void)state;
    assert_int_equal(espota_loop_fds(loop, fds, 4), 1); /* what wakes it */
    assert_int_equal(fds[0].want, ESPOTA_READ);
    for (int i = 0; i < 10000 && espota_loop_live(loop); i++) {
        assert_in_range(espota_loop_timeout(loop), 0, 1);
        usleep(500);
        espota_loop_process(loop, NULL, 0);
    }
    assert_int_equal(l.turns, 0);
    end(&l);
}

static void test_members_are_told_that_it_cannot_wait(void **state)
{
    struct lasting l;
    struct espota_loop *loop;
    struct espota_error err;
    struct rlimit limit;
    int rc;

    (void)state;
    needs_few_descriptors();
    loop = begin(&l, 10);
    few_descriptors(0, &limit);
    rc = espota_loop_run(loop, -1, &err);
    many_descriptors(&limit);
    assert_int_equal(rc, -1);
    assert_int_equal(err.category, ESPOTA_E_INTERNAL);
    assert_int_equal(err.sys_errno, EINVAL);
    assert_int_equal(l.told, EINVAL);
    end(&l);
}

static void test_without_memory_or_descriptors(void **state)
{
    struct espota_loop *loop = NULL;
    struct espota_error err;
    struct rlimit limit;
    int rc;

    (void)state;
    for (unsigned long n = 1; n <= 4; n++) {
        eo_alloc_fail_at(n, 1);
        rc = espota_loop_new(&loop, &err);
        eo_alloc_fail_at(0, 0);
        assert_int_equal(rc, -1);
        assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        assert_null(loop);
    }
    few_descriptors(0, &limit);
    rc = espota_loop_new(&loop, &err);
    many_descriptors(&limit);
    assert_int_equal(rc, -1);
    assert_int_equal(err.sys_errno, EMFILE);
    espota_loop_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_runs_until_nothing_lasts),
        cmocka_unit_test(test_it_runs_no_longer_than_it_may),
        cmocka_unit_test(test_it_waits_for_what_is_the_callers),
        cmocka_unit_test(test_a_signal_handler_wakes_it),
        cmocka_unit_test(test_it_can_be_driven),
        cmocka_unit_test(test_members_are_told_that_it_cannot_wait),
        cmocka_unit_test(test_without_memory_or_descriptors),
    };

    return cmocka_run_group_tests_name("api/loop", tests, NULL, NULL);
}
