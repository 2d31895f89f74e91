/* test_os_wake.c -- ending a wait from a signal handler. */
#include "support/await.h"

#include <errno.h>
#include <stdbool.h>

#ifndef _WIN32
#include "support/few_descriptors.h"
#endif

#include "os/clock.h"
#include "os/wake.h"

static bool is_rung(const struct wake *w)
{
    return is_ready(w->read_fd, OS_READ);
}

static void test_rung_until_it_is_drained(void **state)
{
    struct wake w;

    (void)state;
    assert_int_equal(eo_wake_open(&w), 0);
    assert_false(is_rung(&w));
    for (int i = 0; i < 100000; i++) { /* more than a pipe holds */
        errno = ERANGE;
        eo_wake_ring(&w);
        assert_int_equal(errno, ERANGE);
    }
    await(w.read_fd, OS_READ);
    /* What is under way in a connection to oneself may be late. */
    for (int i = 0; i < 1000 && is_rung(&w); i++) {
        eo_wake_drain(&w);
        eo_sleep_ms(1);
    }
    assert_false(is_rung(&w));
    eo_wake_close(&w);
    eo_wake_close(&w);
    assert_int_equal(w.read_fd, -1);
}

/* As a thread says that it is through. */
static void test_an_end_that_is_closed_rings_for_good(void **state)
{
    struct wake w;

    (void)state;
    assert_int_equal(eo_wake_open(&w), 0);
    eo_sock_close(w.write_fd);
    w.write_fd = OS_NO_SOCKET;
    await(w.read_fd, OS_READ);
    eo_wake_drain(&w);
    assert_true(is_rung(&w));
    eo_wake_close(&w);
}

#ifndef _WIN32

static void test_one_descriptor_is_not_enough(void **state)
{
    struct wake w;
    struct rlimit before;
    const rlim_t first = next_descriptor();
    int rc, why;

    (void)state;
    for (rlim_t n = 0; n < 2; n++) {
        few_descriptors(first + n, &before);
        rc = eo_wake_open(&w);
        why = errno;
        many_descriptors(&before);
        assert_int_equal(rc, -1);
        assert_int_equal(why, EMFILE);
        assert_int_equal(w.read_fd, -1);
        assert_int_equal(next_descriptor(), first); /* nothing is left open */
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rung_until_it_is_drained),
        cmocka_unit_test(test_an_end_that_is_closed_rings_for_good),
#ifndef _WIN32
        cmocka_unit_test(test_one_descriptor_is_not_enough),
#endif
    };

    return cmocka_run_group_tests_name("os/wake", tests, NULL, NULL);
}
