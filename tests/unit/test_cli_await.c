/* test_cli_await.c -- one wait for descriptors and signals, which no signal
 * makes a busy one. */
#include "support/test.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/await.h"
#include "os/signals.h"

enum { WAIT_MS = 60, MANY = 3 * AWAIT_ROOM };

static int ends[2]; /* a pipe */

struct watched {
    size_t n;
    int fd;
    uint8_t want;
};

static size_t fds_of(const void *of, struct espota_fd *fds, size_t cap)
{
    const struct watched *w = of;

    for (size_t i = 0; i < w->n && i < cap; i++)
        fds[i] = (struct espota_fd){.fd = w->fd, .want = w->want};
    return w->n;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Every signal that wakes and does not end: one turn of the loop, and then
 * there is nothing to do again. */
static void test_a_signal_wakes_once(void **state)
{
    static const int WAKING[] = {SIGWINCH, SIGCONT};
    const struct watched nothing = {.n = 0};
    struct await a;
    size_t n;

    (void)state;
    assert_true(eo_signals_catch() >= 0);
    eo_await_init(&a);
    for (size_t i = 0; i < sizeof WAKING / sizeof *WAKING; i++) {
        int64_t began;

        for (int k = 0; k < 100; k++) /* as a window that is being dragged */
            assert_int_equal(raise(WAKING[i]), 0);
        assert_int_equal(eo_await_any(&a, fds_of, &nothing, 10000, &n), 0);
        assert_int_equal(n, 0);
        began = now_ms();
        assert_int_equal(eo_await_any(&a, fds_of, &nothing, WAIT_MS, &n), 0);
        assert_true(now_ms() - began >= WAIT_MS - 5);
        assert_int_equal(eo_signals_caught(), 0);
    }
    eo_await_free(&a);
}

static void test_what_descriptors_are_ready_for(void **state)
{
    struct watched in = {.n = 1, .want = ESPOTA_READ};
    const struct watched out = {.n = 1, .fd = ends[1],
                                .want = ESPOTA_READ | ESPOTA_WRITE};
    struct await a;
    size_t n;

    (void)state;
    in.fd = ends[0];
    eo_await_init(&a);
    assert_int_equal(eo_await_any(&a, fds_of, &in, 1, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(a.fds[0].ready, 0);
    assert_int_equal(eo_await_any(&a, fds_of, &out, 1000, &n), 0);
    assert_int_equal(a.fds[0].ready, ESPOTA_WRITE);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(eo_await_any(&a, fds_of, &in, 1000, &n), 0);
    assert_int_equal(a.fds[0].ready, ESPOTA_READ);
    eo_await_free(&a);
}

/* Without memory the first ones go on, and the others when there is some. */
static void test_more_descriptors_than_there_is_room_for(void **state)
{
    const struct watched many = {.n = MANY, .fd = ends[1],
                                 .want = ESPOTA_WRITE};
    struct await a;
    size_t n;

    (void)state;
    for (unsigned long fails = 2; fails > 0; fails--) {
        eo_await_init(&a);
        eo_alloc_fail_at(fails, 0);
        assert_int_equal(eo_await_any(&a, fds_of, &many, 1000, &n), 0);
        eo_alloc_fail_at(0, 0);
        assert_int_equal(n, AWAIT_ROOM);
        assert_int_equal(a.fds[AWAIT_ROOM - 1].ready, ESPOTA_WRITE);
        assert_int_equal(eo_await_any(&a, fds_of, &many, 1000, &n), 0);
        assert_int_equal(n, MANY);
        assert_int_equal(a.fds[MANY - 1].ready, ESPOTA_WRITE);
        eo_await_free(&a);
    }
}

static int open_pipe(void **state)
{
    (void)state;
    return pipe(ends);
}

static int close_pipe(void **state)
{
    (void)state;
    return close(ends[0]) | close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signal_wakes_once),
        cmocka_unit_test_setup_teardown(test_what_descriptors_are_ready_for,
                                        open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(
            test_more_descriptors_than_there_is_room_for, open_pipe,
            close_pipe),
    };

    alarm(60); /* who waits for ever fails */
    return cmocka_run_group_tests_name("cli/await", tests, NULL, NULL);
}
