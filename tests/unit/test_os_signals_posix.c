/* test_os_signals_posix.c -- no signal is lost, whenever it comes. */
#include "support/few_descriptors.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "os/signals.h"
#include "os/signals_inside.h"

static int ends[2]; /* a pipe */

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

/* The first to ask, as what was opened once is kept. */
static void test_without_a_descriptor_signals_are_caught(void **state)
{
    struct rlimit limit;
    struct sigaction now;
    bool rc;

    (void)state;
    few_descriptors(0, &limit);
    rc = eo_signals_catch();
    many_descriptors(&limit);
    assert_false(rc);
    assert_int_equal(raise(SIGPIPE), 0); /* does not end us */
    assert_int_equal(raise(SIGXFSZ), 0); /* nor does a full file */
    assert_int_equal(sigaction(SIGTERM, NULL, &now), 0);
    assert_true(now.sa_handler != SIG_DFL);
    assert_int_equal(raise(SIGWINCH), 0);
    assert_int_equal(eo_signals_caught(), 0);
}

static void test_something_to_read(void **state)
{
    char byte;

    (void)state;
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(eo_signals_await(ends[0]), 0);
    assert_true(eo_signals_catch());
    assert_int_equal(eo_signals_await(ends[0]), 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
}

static void test_the_end_of_input_is_something_to_read(void **state)
{
    int other[2];

    (void)state;
    assert_int_equal(pipe(other), 0);
    close(other[1]);
    assert_int_equal(eo_signals_await(other[0]), 0);
    close(other[0]);
}

static void on_alarm(int number)
{
    (void)number;
    (void)!write(ends[1], "x", 1);
}

static void test_signals_that_end_nothing(void **state)
{
    static const int WAKING[] = {SIGWINCH, SIGCONT};
    const struct itimerval soon = {.it_value = {.tv_usec = 200000}};

    (void)state;
    assert_true(eo_signals_catch());
    for (size_t i = 0; i < sizeof WAKING / sizeof *WAKING; i++) {
        assert_int_equal(raise(WAKING[i]), 0);
        assert_int_equal(eo_signals_await(ends[0]), 1);
        assert_int_equal(eo_signals_caught(), 0);
    }
    /* Each was said once: what is next is the file. */
    signal(SIGALRM, on_alarm);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_int_equal(eo_signals_await(ends[0]), 0);
    signal(SIGALRM, SIG_DFL);
    alarm(60);
}

static void count(void *ctx)
{
    ++*(volatile int *)ctx;
}

static void test_whoever_wants_is_called(void **state)
{
    volatile int called = 0, other = 0;

    (void)state;
    eo_signals_catch();
    eo_signals_call(count, (void *)&called);
    assert_int_equal(raise(SIGWINCH), 0);
    assert_int_equal(raise(SIGCONT), 0);
    assert_int_equal(called, 2);
    eo_signals_call(count, (void *)&other);
    assert_int_equal(raise(SIGWINCH), 0);
    eo_signals_call(NULL, NULL);
    assert_int_equal(raise(SIGWINCH), 0);
    assert_int_equal(called, 2);
    assert_int_equal(other, 1);
}

/* Before the wait began, which is where one was lost when read() waited; and
 * that there is something to read does not make it unsaid. */
static void test_a_signal_that_ends_us_came_before(void **state)
{
    (void)state;
    eo_signals_catch();
    assert_int_equal(raise(SIGTERM), 0);
    for (int i = 0; i < 3; i++) {
        errno = 0;
        assert_int_equal(eo_signals_await(ends[0]), -1);
        assert_int_equal(errno, EINTR);
        assert_int_equal(write(ends[1], "x", 1), 1);
    }
    assert_int_equal(eo_signals_caught(), SIGTERM);
    assert_int_equal(raise(SIGINT), 0);
    assert_int_equal(eo_signals_caught(), SIGTERM); /* the first one */
}

static void test_no_descriptor(void **state)
{
    (void)state;
    assert_int_equal(eo_signals_await(1 << 20), -1);
}

static void count_and_spoil(void *ctx)
{
    ++*(volatile int *)ctx;
    errno = EBADF; /* which whom it interrupts does not see */
}

/* The last, as it takes the handlers over. */
static void test_a_program_that_only_ends_is_called(void **state)
{
    static volatile int called;

    (void)state;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    eo_signals_end(count_and_spoil, (void *)&called);
    errno = 0;
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(called, 1);
    assert_int_equal(raise(SIGINT), 0);
    assert_int_equal(called, 2);
    assert_int_equal(errno, 0);
    assert_int_equal(raise(SIGPIPE), 0); /* ends nothing, and is not told */
    assert_int_equal(called, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_descriptor_signals_are_caught),
        cmocka_unit_test_setup_teardown(test_something_to_read, open_pipe,
                                        close_pipe),
        cmocka_unit_test(test_the_end_of_input_is_something_to_read),
        cmocka_unit_test_setup_teardown(test_signals_that_end_nothing,
                                        open_pipe, close_pipe),
        cmocka_unit_test(test_no_descriptor),
        cmocka_unit_test(test_whoever_wants_is_called),
        cmocka_unit_test_setup_teardown(test_a_signal_that_ends_us_came_before,
                                        open_pipe, close_pipe),
        cmocka_unit_test(test_a_program_that_only_ends_is_called),
    };

    alarm(60); /* who waits for ever fails */
    return cmocka_run_group_tests_name("os/signals by POSIX", tests, NULL, NULL);
}
