/* test_fleet_job_asleep.c -- how often a device that sleeps is tried, and how
 * soon it is caught; in a time that the test makes up. */
#include "support/fleet_seen.h"
#include "support/test.h"

#include "support/clock.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* An address of its own, so that no other program takes the port meanwhile. */
#define ADDRESS "127.45.67.89"

enum { WAIT_MS = 60000, CATCH_MS = 500, STEP_MS = 5 };

/* A port of the address on which nobody listens; 0: there is no such address
 * here. */
static uint16_t quiet_port(struct addr *at)
{
    int fd;

    assert_int_equal(eo_addr_parse(at, ADDRESS), 0);
    fd = eo_tcp_listen(at, 1);
    if (fd < 0)
        return 0;
    assert_int_equal(eo_sock_local(fd, at), 0);
    close(fd);
    return eo_addr_port(at);
}

/* One round of a foreign loop. */
static void turn(struct fleet_seen *s)
{
    struct espota_fd fds[8];
    struct pollfd polls[8];
    const size_t n = espota_loop_fds(s->loop, fds, 8);

    assert_true(n <= 8);
    for (size_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){
            .fd = fds[i].fd,
            .events = (short)((fds[i].want & ESPOTA_READ ? POLLIN : 0) |
                              (fds[i].want & ESPOTA_WRITE ? POLLOUT : 0))};
    /* A connection to a closed port is never under way for long. */
    assert_true(poll(polls, n, n > 1 ? 1000 : 0) >= 0);
    for (size_t i = 0; i < n; i++)
        fds[i].ready =
            polls[i].revents == 0
                ? 0
                : (polls[i].revents & POLLOUT ? ESPOTA_WRITE : 0) |
                      (polls[i].revents & (POLLIN | POLLHUP | POLLERR)
                           ? ESPOTA_READ : 0);
    espota_loop_process(s->loop, fds, n);
}

static struct espota_target sleeper(uint16_t port)
{
    struct espota_target t = seen_target(port);

    t.host = ADDRESS;
    t.wait_online_ms = WAIT_MS;
    t.retries = 0;
    return t;
}

static bool is_called(int listener)
{
    struct pollfd p = {.fd = listener, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void test_it_is_caught_within_half_a_second(void **state)
{
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);
    struct addr at;
    const uint16_t port = quiet_port(&at);
    const struct espota_target t = sleeper(port);
    uint64_t end = clock_ms + 10000, woke;
    int listener;

    (void)state;
    if (port == 0) {
        puts("skip: " ADDRESS " is no address of this machine");
        seen_free(&s);
        skip();
    }
    seen_add(f, &t);
    for (; clock_ms < end; clock_ms += STEP_MS)
        turn(&s);
    assert_true(espota_loop_live(s.loop)); /* it is waited for */
    assert_null(strchr(s.order, 'R'));         /* and that is no retry */

    listener = eo_tcp_listen(&at, 1);
    assert_true(listener >= 0);
    woke = clock_ms;
    for (end = clock_ms + 10000; !is_called(listener) && clock_ms < end;
         clock_ms += STEP_MS)
        turn(&s);
    assert_true(is_called(listener));
    assert_in_range(clock_ms - woke, 0, CATCH_MS + 4 * STEP_MS);

    espota_fleet_cancel(f, 0);
    for (end = clock_ms + 10000; espota_loop_live(s.loop) && clock_ms < end;
         clock_ms += STEP_MS)
        turn(&s);
    assert_int_equal(s.error[0].category, ESPOTA_E_INTERRUPTED);
    close(listener);
    seen_free(&s);
}

static void test_it_is_given_up_when_its_time_is_over(void **state)
{
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);
    struct addr at;
    const uint16_t port = quiet_port(&at);
    const struct espota_target t = sleeper(port);
    const uint64_t begin = clock_ms;

    (void)state;
    if (port == 0) {
        seen_free(&s);
        skip();
    }
    seen_add(f, &t);
    while (espota_loop_live(s.loop) && clock_ms - begin < 2 * WAIT_MS) {
        turn(&s);
        clock_ms += STEP_MS;
    }
    assert_int_equal(s.ends[0], 1);
    assert_int_equal(s.error[0].category, ESPOTA_E_CONNECT);
    assert_in_range(clock_ms - begin, WAIT_MS, WAIT_MS + 2 * CATCH_MS);
    /* Twice a second: neither a flood nor a sleep of ours. */
    assert_in_range(s.result[0].attempts, 100, WAIT_MS / CATCH_MS + 1);
    seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_caught_within_half_a_second),
        cmocka_unit_test(test_it_is_given_up_when_its_time_is_over),
    };

    return cmocka_run_group_tests_name("fleet/job, asleep", tests, seen_prepare,
                                       seen_clean_up);
}
