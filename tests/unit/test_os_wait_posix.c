/* test_os_wait_posix.c -- poll() that fails now and then, or for good. */
#undef _FORTIFY_SOURCE /* its poll() is inline, and could not be replaced */
#include "support/test.h"

#include <errno.h>
#include <poll.h>

#include "os/wait.h"

/* What the poll() below does, a letter for each call: m no memory, a try
 * again, i interrupted, v invalid, 1 one is ready; the last for ever. */
static const char *script;
static struct pollfd *polled;

int poll(struct pollfd *fds, nfds_t n, int max_ms)
{
    const char now = *script;

    (void)max_ms;
    polled = fds;
    if (script[1] != '\0')
        script++;
    for (nfds_t i = 0; i < n; i++)
        fds[i].revents = now == '1' ? POLLIN : POLLERR;
    errno = now == 'm'   ? ENOMEM
            : now == 'a' ? EAGAIN
            : now == 'i' ? EINTR
                         : EINVAL;
    return now == '1' ? 1 : -1;
}

static void test_what_ends_the_wait(void **state)
{
    static const struct {
        const char *script;
        int got, sys;
        int ready;
    } rows[] = {
        {"1", 1, 0, OS_READ},
        {"m1", 1, 0, OS_READ},
        {"amaaam1", 1, 0, OS_READ},
        {"i1", 0, 0, 0}, /* as the time does */
        {"mi1", 0, 0, 0},
        {"v1", -1, EINVAL, 0},
        {"mv1", -1, EINVAL, 0},
        {"m", -1, ENOMEM, 0},
        {"a", -1, EAGAIN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct waits *w = NULL;
        os_socket fd;

        assert_int_equal(eo_waits_room(&w, 1), 0);
        eo_waits_put(w, 0, 0, OS_READ);
        script = rows[i].script;
        assert_int_equal(eo_waits_turn(w, 1, 1000), rows[i].got);
        if (rows[i].got < 0)
            assert_int_equal(errno, rows[i].sys);
        else if (rows[i].got > 0)
            assert_int_equal(eo_waits_ready(w, 0, &fd), rows[i].ready);
        eo_waits_free(w);
    }
}

static void test_what_is_ready_is_told_by_place(void **state)
{
    static const struct {
        int want;
        short events;
        int ready;
    } rows[] = {
        {OS_READ, POLLIN, OS_READ},
        {OS_WRITE, POLLOUT, OS_WRITE},
        {OS_READ | OS_WRITE, POLLIN | POLLOUT, OS_READ | OS_WRITE},
        {OS_READ, POLLIN, OS_READ},
    };
    struct waits *w = NULL;
    os_socket fd;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(eo_waits_room(&w, i + 2), 0); /* keeps what is there */
        eo_waits_put(w, i, (os_socket)i + 10, rows[i].want);
    }
    eo_waits_put(w, 1, 11, 0); /* not any more */
    polled = NULL;
    script = "1";
    assert_int_equal(eo_waits_turn(w, 5, 7), 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(polled[i].fd, i == 1 ? -1 : (int)i + 10);
        if (i == 1)
            continue;
        assert_int_equal(polled[i].events, rows[i].events);
        polled[i].revents = rows[i].events;
        assert_int_equal(eo_waits_ready(w, i, &fd), rows[i].ready);
        assert_int_equal(fd, (int)i + 10);
        polled[i].revents = POLLHUP;
        assert_int_equal(eo_waits_ready(w, i, &fd), OS_READ | OS_WRITE);
    }
    assert_int_equal(polled[4].fd, -1); /* new, and nothing put there */
    assert_int_equal(eo_waits_ready(w, 4, &fd), 0);
    assert_int_equal(eo_waits_ready(w, 1, &fd), 0);
    eo_waits_free(w);
    eo_waits_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_ends_the_wait),
        cmocka_unit_test(test_what_is_ready_is_told_by_place),
    };

    return cmocka_run_group_tests_name("os/wait_posix", tests, NULL, NULL);
}
