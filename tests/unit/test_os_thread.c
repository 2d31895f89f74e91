/* test_os_thread.c -- a thread does what it is given, and hears no signal. */
#include "support/test.h"

#include <signal.h> /* which has them only with POSIX */
#include <stdatomic.h>
#include <stdbool.h>

#include "os/clock.h"
#include "os/thread.h"

struct work {
    atomic_bool done;
    bool hears_signals;
};

static bool hears_signals(void)
{
#ifdef SIG_SETMASK
    sigset_t blocked;

    return pthread_sigmask(SIG_SETMASK, NULL, &blocked) != 0 ||
           !sigismember(&blocked, SIGTERM);
#else
    return false;
#endif
}

static void work(void *arg)
{
    struct work *w = arg;

    w->hears_signals = hears_signals();
    atomic_store(&w->done, true);
}

static void test_it_runs_and_signals_stay_with_us(void **state)
{
    struct work w = {.done = false};
    const bool heard = hears_signals();

    (void)state;
    assert_int_equal(eo_thread_start(work, &w), 0);
    for (int i = 0; i < 30000 && !atomic_load(&w.done); i++)
        eo_sleep_ms(1);
    assert_true(atomic_load(&w.done));
    assert_false(w.hears_signals);
    assert_int_equal(hears_signals(), heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_runs_and_signals_stay_with_us),
    };

    return cmocka_run_group_tests_name("os/thread", tests, NULL, NULL);
}
