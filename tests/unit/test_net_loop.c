/* test_net_loop.c -- descriptors and timers. */
#include "support/few_descriptors.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/loop.h"

struct log {
    struct espota_loop *loop;
    char text[64];
    struct timer timer[8];
    struct watch *watch[4];
    int fd[4];
};

static void put(struct log *l, char c)
{
    const size_t n = strlen(l->text);

    assert_true(n + 1 < sizeof l->text);
    l->text[n] = c;
}

static void on_a(void *ctx) { put(ctx, 'a'); }
static void on_b(void *ctx) { put(ctx, 'b'); }
static void on_c(void *ctx) { put(ctx, 'c'); }

static void turns(struct log *l, unsigned ms)
{
    const uint64_t end = eo_loop_now(l->loop) + ms;

    while (eo_loop_now(l->loop) < end)
        assert_int_equal(eo_loop_turn(l->loop, (int)ms), 0);
}

static int set_up(void **state)
{
    struct log *l = calloc(1, sizeof *l);

    assert_non_null(l);
    l->loop = eo_loop_new();
    for (int i = 0; i < 4; i += 2)
        assert_int_equal(pipe(l->fd + i), 0);
    *state = l;
    return 0;
}

static int tear_down(void **state)
{
    struct log *l = *state;

    for (int i = 0; i < 4; i++) {
        eo_watch_free(l->watch[i]);
        close(l->fd[i]);
    }
    eo_loop_free(l->loop);
    free(l);
    return 0;
}

/* ---- timers -------------------------------------------------------------- */

static void test_timers_fire_in_order_and_once(void **state)
{
    struct log *l = *state;

    assert_int_equal(eo_loop_timeout(l->loop), -1);
    eo_timer_start(l->loop, &l->timer[2], 30, on_c, l);
    eo_timer_start(l->loop, &l->timer[0], 10, on_a, l);
    eo_timer_start(l->loop, &l->timer[1], 20, on_b, l);
    assert_in_range(eo_loop_timeout(l->loop), 0, 10);
    turns(l, 60);
    assert_string_equal(l->text, "abc");
    assert_int_equal(eo_loop_timeout(l->loop), -1);
}

static void test_equal_timers_fire_as_started(void **state)
{
    struct log *l = *state;
    void (*const fn[])(void *) = {on_a, on_b, on_c, on_a, on_b, on_c, on_a,
                                  on_b};

    for (int i = 0; i < 8; i++)
        eo_timer_start(l->loop, &l->timer[i], 5, fn[i], l);
    turns(l, 20);
    assert_string_equal(l->text, "abcabcab");
}

static void test_stopped_and_restarted(void **state)
{
    struct log *l = *state;

    eo_timer_start(l->loop, &l->timer[0], 5, on_a, l);
    eo_timer_start(l->loop, &l->timer[1], 5, on_b, l);
    eo_timer_start(l->loop, &l->timer[0], 15, on_c, l); /* restarted */
    eo_timer_stop(l->loop, &l->timer[1]);
    eo_timer_stop(l->loop, &l->timer[1]); /* twice is fine */
    turns(l, 40);
    assert_string_equal(l->text, "c");
}

static void again(void *ctx)
{
    struct log *l = ctx;

    put(l, 'r');
    eo_timer_start(l->loop, &l->timer[0], 0, again, l);
}

static void on_bytes(void *ctx, int ready)
{
    struct log *l = ctx;
    char byte;

    put(l, ready & ESPOTA_READ ? 'R' : '-');
    if (read(l->fd[0], &byte, 1) == 1)
        put(l, byte);
}

/* A timer that restarts itself with no delay starves nobody. */
static void test_timers_do_not_starve_descriptors(void **state)
{
    struct log *l = *state;

    l->watch[0] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ, on_bytes, l);
    eo_timer_start(l->loop, &l->timer[0], 0, again, l);
    assert_int_equal(write(l->fd[1], "x", 1), 1);
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "Rxr");
    eo_timer_stop(l->loop, &l->timer[0]);
}

/* A heap of many, started and stopped in no order at all. */
static void test_many_timers(void **state)
{
    enum { N = 500 };
    struct log *l = *state;
    static struct timer timer[N];
    unsigned running = 0, seed = 1;

    memset(timer, 0, sizeof timer);
    for (int round = 0; round < 20 * N; round++) {
        seed = seed * 1103515245u + 12345u;
        if (seed >> 16 & 1)
            eo_timer_start(l->loop, &timer[(seed >> 17) % N],
                           1000 + (seed >> 20) % 1000, on_a, l);
        else
            eo_timer_stop(l->loop, &timer[(seed >> 17) % N]);
    }
    for (int i = 0; i < N; i++)
        running += timer[i].running;
    assert_true(running > 0);
    /* Stopping the earliest again and again must give them in order. */
    for (uint64_t last = 0; running > 0; running--) {
        struct timer *first = NULL;

        for (int i = 0; i < N; i++)
            if (timer[i].running && timer[i].prev == NULL)
                first = &timer[i];
        assert_non_null(first);
        assert_true(first->due >= last);
        last = first->due;
        eo_timer_stop(l->loop, first);
    }
    assert_int_equal(eo_loop_timeout(l->loop), -1);
}

/* ---- members and waking --------------------------------------------------- */

struct lasting {
    struct member member;
    struct espota_loop *loop;
    bool live;
    int told;
};

static bool lasts(const void *ctx)
{
    return ((const struct lasting *)ctx)->live;
}

static void told(void *ctx, int sys)
{
    struct lasting *l = ctx;

    l->told = sys;
    l->live = false;
    eo_loop_leave(l->loop, &l->member);
}

static void test_a_loop_lives_as_long_as_its_members(void **state)
{
    struct log *l = *state;
    struct lasting two[2];

    assert_false(eo_loop_live(l->loop));
    for (int i = 0; i < 2; i++) {
        two[i] = (struct lasting){{lasts, told, &two[i], NULL}, l->loop, true,
                                  0};
        eo_loop_join(l->loop, &two[i].member);
    }
    two[0].live = false;
    assert_true(eo_loop_live(l->loop));
    eo_loop_leave(l->loop, &two[0].member);
    eo_loop_leave(l->loop, &two[0].member); /* twice is fine */
    assert_true(eo_loop_live(l->loop));
    eo_loop_give_up(l->loop, EINVAL);
    assert_int_equal(two[0].told, 0);
    assert_int_equal(two[1].told, EINVAL);
    assert_false(eo_loop_live(l->loop));
}

static void test_waking_ends_a_wait(void **state)
{
    struct log *l = *state;

    assert_int_equal(eo_loop_wakeable(l->loop), 0);
    assert_int_equal(eo_loop_wakeable(l->loop), 0);
    for (int i = 0; i < 100000; i++) /* more than a pipe holds */
        eo_loop_wake(l->loop);
    assert_false(eo_loop_woken(l->loop));
    assert_int_equal(eo_loop_turn(l->loop, -1), 0); /* not for ever */
    assert_true(eo_loop_woken(l->loop));
    assert_false(eo_loop_woken(l->loop));
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_false(eo_loop_woken(l->loop)); /* it was drained */
}

static void test_a_loop_that_cannot_be_woken_says_so(void **state)
{
    struct log *l = *state;
    struct rlimit limit;
    int rc;

    few_descriptors(0, &limit);
    rc = eo_loop_wakeable(l->loop);
    many_descriptors(&limit);
    assert_int_equal(rc, -1);
}

/* ---- descriptors --------------------------------------------------------- */

static void test_a_hang_up_shows_as_readable(void **state)
{
    struct log *l = *state;

    l->watch[0] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ, on_bytes, l);
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "");
    close(l->fd[1]);
    l->fd[1] = -1;
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "R");
}

static void test_wanting_nothing_is_asked_nothing(void **state)
{
    struct log *l = *state;

    l->watch[0] = eo_watch_new(l->loop, l->fd[0], 0, on_bytes, l);
    assert_int_equal(write(l->fd[1], "x", 1), 1);
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "");
    assert_int_equal(eo_loop_fds(l->loop, NULL, 0), 0);
    eo_watch_want(l->watch[0], ESPOTA_READ);
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "Rx");
}

/* Two are ready; whoever is called first removes both and watches anew. */
static void on_first(void *ctx, int ready)
{
    struct log *l = ctx;

    (void)ready;
    put(l, '1');
    for (int i = 0; i < 2; i++) {
        eo_watch_free(l->watch[i]);
        l->watch[i] = NULL;
    }
    for (int i = 0; i < 40; i++) /* the arrays grow below our feet */
        eo_watch_free(eo_watch_new(l->loop, l->fd[2], 0, on_bytes, l));
    l->watch[0] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ, on_bytes, l);
}

static void test_callbacks_may_remove_and_add(void **state)
{
    struct log *l = *state;

    l->watch[0] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ, on_first, l);
    l->watch[1] = eo_watch_new(l->loop, l->fd[2], ESPOTA_READ, on_first, l);
    assert_int_equal(write(l->fd[1], "x", 1), 1);
    assert_int_equal(write(l->fd[3], "y", 1), 1);
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "1");
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
    assert_string_equal(l->text, "1Rx");
}

/* ---- a foreign loop ------------------------------------------------------ */

static void test_a_foreign_loop(void **state)
{
    struct log *l = *state;
    struct espota_fd fds[4];

    l->watch[0] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ, on_bytes, l);
    l->watch[1] = eo_watch_new(l->loop, l->fd[2], 0, on_bytes, l);
    l->watch[2] = eo_watch_new(l->loop, l->fd[3], ESPOTA_WRITE, on_bytes, l);
    assert_int_equal(eo_loop_fds(l->loop, fds, 1), 2); /* more than fit */
    assert_int_equal(eo_loop_fds(l->loop, fds, 4), 2);
    assert_int_equal(fds[0].fd, l->fd[0]);
    assert_int_equal(fds[1].want, ESPOTA_WRITE);
    assert_int_equal(write(l->fd[1], "x", 1), 1);
    fds[0].ready = ESPOTA_READ;
    eo_loop_process(l->loop, fds, 2);
    assert_string_equal(l->text, "Rx");
    fds[0] = (struct espota_fd){.fd = 9999, .ready = ESPOTA_READ};
    eo_loop_process(l->loop, fds, 1); /* nobody knows it */
    assert_string_equal(l->text, "Rx");
}

static void on_twin(void *ctx, int ready)
{
    put(ctx, ready & ESPOTA_WRITE ? 'w' : 'r');
}

/* One descriptor, two watches: as some libraries have it. */
static void test_a_foreign_loop_knows_twins(void **state)
{
    struct log *l = *state;
    struct espota_fd fds[2];

    l->watch[0] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ, on_twin, l);
    l->watch[1] = eo_watch_new(l->loop, l->fd[0], ESPOTA_WRITE, on_twin, l);
    assert_int_equal(eo_loop_fds(l->loop, fds, 2), 2);
    fds[0].ready = ESPOTA_READ;
    fds[1].ready = ESPOTA_WRITE;
    eo_loop_process(l->loop, fds, 2);
    assert_string_equal(l->text, "rw");
}

static void test_out_of_memory(void **state)
{
    struct log *l = *state;

    for (unsigned long n = 1; n <= 3; n++) {
        struct espota_loop *loop;
        struct watch *w = NULL;
        struct timer t = {0};

        eo_alloc_fail_at(n, 1);
        loop = eo_loop_new();
        assert_int_equal(loop == NULL, n == 1);
        if (loop != NULL) {
            w = eo_watch_new(loop, l->fd[0], ESPOTA_READ, on_bytes, l);
            assert_null(w);
            /* A timer lies in its owner: it needs none. */
            eo_timer_start(loop, &t, 0, on_a, l);
            assert_true(t.running);
            assert_int_equal(eo_loop_timeout(loop), 0);
            eo_timer_stop(loop, &t);
        }
        eo_alloc_fail_at(0, 0);
        eo_watch_free(w);
        eo_loop_free(loop);
    }
    eo_loop_free(NULL);
}

/* More descriptors than this process may have: poll() does not take them. */
static void test_a_loop_that_cannot_wait_says_so(void **state)
{
    struct log *l = *state;
    struct rlimit limit;
    int rc, sys;

    for (int i = 0; i < 4; i++)
        l->watch[i] = eo_watch_new(l->loop, l->fd[0], ESPOTA_READ,
                                   on_bytes, l);
    few_descriptors(3, &limit);
    rc = eo_loop_turn(l->loop, 60000);
    sys = errno;
    many_descriptors(&limit);
    assert_int_equal(rc, -1);
    assert_int_equal(sys, EINVAL);
    assert_int_equal(eo_loop_turn(l->loop, 0), 0);
}

#define LOOP_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(test_timers_fire_in_order_and_once),
        LOOP_TEST(test_equal_timers_fire_as_started),
        LOOP_TEST(test_stopped_and_restarted),
        LOOP_TEST(test_timers_do_not_starve_descriptors),
        LOOP_TEST(test_many_timers),
        LOOP_TEST(test_a_loop_lives_as_long_as_its_members),
        LOOP_TEST(test_waking_ends_a_wait),
        LOOP_TEST(test_a_loop_that_cannot_be_woken_says_so),
        LOOP_TEST(test_a_hang_up_shows_as_readable),
        LOOP_TEST(test_wanting_nothing_is_asked_nothing),
        LOOP_TEST(test_callbacks_may_remove_and_add),
        LOOP_TEST(test_a_foreign_loop),
        LOOP_TEST(test_a_foreign_loop_knows_twins),
        LOOP_TEST(test_a_loop_that_cannot_wait_says_so),
        LOOP_TEST(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("net/loop", tests, NULL, NULL);
}
