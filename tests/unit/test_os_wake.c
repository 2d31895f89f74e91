/* test_os_wake.c -- ending a wait from a signal handler. */
#include "support/few_descriptors.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>

#include "os/wake.h"

static bool is_rung(const struct wake *w)
{
    struct pollfd p = {.fd = w->read_fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
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
    assert_true(is_rung(&w));
    eo_wake_drain(&w);
    assert_false(is_rung(&w));
    eo_wake_close(&w);
    eo_wake_close(&w);
    assert_int_equal(w.read_fd, -1);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rung_until_it_is_drained),
        cmocka_unit_test(test_one_descriptor_is_not_enough),
    };

    return cmocka_run_group_tests_name("os/wake", tests, NULL, NULL);
}
