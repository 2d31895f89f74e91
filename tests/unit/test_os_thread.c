/* test_os_thread.c -- a thread does what it is given, and hears no signal. */
#include "support/test.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "os/clock.h"
#include "os/thread.h"

struct work {
    atomic_bool done;
    bool hears_signals;
};

static void work(void *arg)
{
    struct work *w = arg;
    sigset_t blocked;

    w->hears_signals = pthread_sigmask(SIG_SETMASK, NULL, &blocked) != 0 ||
                       !sigismember(&blocked, SIGTERM);
    atomic_store(&w->done, true);
}

static void test_it_runs_and_signals_stay_with_us(void **state)
{
    struct work w = {.done = false};
    sigset_t blocked;

    (void)state;
    assert_int_equal(eo_thread_start(work, &w), 0);
    for (int i = 0; i < 30000 && !atomic_load(&w.done); i++)
        eo_sleep_ms(1);
    assert_true(atomic_load(&w.done));
    assert_false(w.hears_signals);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
    assert_false(sigismember(&blocked, SIGTERM));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_runs_and_signals_stay_with_us),
    };

    return cmocka_run_group_tests_name("os/thread", tests, NULL, NULL);
}
