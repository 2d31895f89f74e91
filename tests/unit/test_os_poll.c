/* test_os_poll.c -- poll() that fails now and then, or for good. */
#undef _FORTIFY_SOURCE /* its poll() is inline, and could not be replaced */
#include "support/test.h"

#include <errno.h>

#include "os/poll.h"

/* What the poll() below does, a letter for each call: m no memory, a try
 * again, i interrupted, v invalid, 1 one is ready; the last for ever. */
static const char *script;

int poll(struct pollfd *fds, nfds_t n, int max_ms)
{
    const char now = *script;

    (void)max_ms;
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
        short ready;
    } rows[] = {
        {"1", 1, 0, POLLIN},
        {"m1", 1, 0, POLLIN},
        {"amaaam1", 1, 0, POLLIN},
        {"i1", 0, 0, 0}, /* as the time does */
        {"mi1", 0, 0, 0},
        {"v1", -1, EINVAL, 0},
        {"mv1", -1, EINVAL, 0},
        {"m", -1, ENOMEM, 0},
        {"a", -1, EAGAIN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pollfd p = {.events = POLLIN};

        script = rows[i].script;
        assert_int_equal(eo_poll(&p, 1, 1000), rows[i].got);
        if (rows[i].got < 0)
            assert_int_equal(errno, rows[i].sys);
        else
            assert_int_equal(p.revents, rows[i].ready);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_ends_the_wait),
    };

    return cmocka_run_group_tests_name("os/poll", tests, NULL, NULL);
}
