/* test_os_wait.c -- waiting for many sockets at once, as every system does it. */
#include "support/test.h"

#include <errno.h>

#include "support/await.h"
#include "support/peer.h"

#include "os/clock.h"
#include "os/datagram.h"
#include "os/wait.h"

enum { MANY = 300 }; /* more than some systems wait for by themselves */

/* One that hears what is sent to it. */
static os_socket bound(struct addr *at)
{
    os_socket s;

    assert_int_equal(eo_addr_parse(at, "127.0.0.1"), 0);
    s = eo_udp_bind(at, false);
    assert_true(s >= 0);
    assert_int_equal(eo_sock_local(s, at), 0);
    return s;
}

static void test_what_is_ready_is_told_by_place(void **state)
{
    struct waits *w = NULL;
    struct addr at[2];
    const os_socket s[2] = {bound(&at[0]), bound(&at[1])};
    os_socket fd;

    (void)state;
    assert_int_equal(eo_waits_room(&w, 2), 0);
    eo_waits_put(w, 0, s[0], OS_READ);
    eo_waits_put(w, 1, s[1], OS_READ);
    assert_int_equal(eo_waits_room(&w, 4), 0); /* keeps what is there */
    eo_waits_put(w, 3, s[0], OS_WRITE);
    assert_int_equal(eo_udp_send(s[0], "x", 1, &at[1]), 1);
    await(s[1], OS_READ);
    assert_int_equal(eo_waits_turn(w, 4, 1000), 2);
    assert_int_equal(eo_waits_ready(w, 0, &fd), 0);
    assert_int_equal(eo_waits_ready(w, 1, &fd), OS_READ);
    assert_int_equal(fd, s[1]);
    assert_int_equal(eo_waits_ready(w, 2, &fd), 0); /* new, and nothing there */
    assert_int_equal(eo_waits_ready(w, 3, &fd), OS_WRITE);
    assert_int_equal(eo_waits_turn(w, 2, 1000), 1); /* in the first two */
    eo_waits_put(w, 1, s[1], 0); /* not any more */
    assert_int_equal(eo_waits_turn(w, 2, 20), 0);
    eo_waits_free(w);
    eo_waits_free(NULL);
    eo_sock_close(s[0]);
    eo_sock_close(s[1]);
}

/* For nothing as well. */
static void test_the_time_ends_it(void **state)
{
    struct waits *w = NULL;
    const uint64_t before = eo_monotonic_ms();

    (void)state;
    assert_int_equal(eo_waits_turn(NULL, 0, 100), 0);
    assert_int_equal(eo_waits_room(&w, 1), 0);
    assert_int_equal(eo_waits_turn(w, 1, 100), 0);
    assert_true(eo_monotonic_ms() - before >= 190);
    eo_waits_free(w);
}

static void test_a_connect_that_failed_is_told(void **state)
{
    struct waits *w = NULL;
    struct addr at;
    const os_socket refusing = peer_refusing("127.0.0.1", &at);
    const os_socket s = eo_tcp_connect(&at, NULL);
    os_socket fd;

    (void)state;
    assert_int_equal(eo_waits_room(&w, 1), 0);
    eo_waits_put(w, 0, s, OS_WRITE);
    assert_int_equal(eo_waits_turn(w, 1, AWAIT_MS), 1);
    assert_true(eo_waits_ready(w, 0, &fd) & OS_WRITE);
    assert_int_equal(eo_sock_error(s), ECONNREFUSED);
    eo_waits_free(w);
    eo_sock_close(s);
    eo_sock_close(refusing);
}

/* Whoever cannot write yet is not told all the time that the peer says no
 * more. */
static void test_an_end_is_nothing_to_write(void **state)
{
    static const char BLOCK[65536];
    struct waits *w = NULL;
    struct addr at, from;
    os_socket listener, end[2], fd;

    (void)state;
    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&at, 1);
    assert_int_equal(eo_sock_local(listener, &at), 0);
    end[0] = eo_tcp_connect(&at, NULL);
    await(listener, OS_READ);
    end[1] = eo_tcp_accept(listener, &from);
    eo_sock_finish(end[1]);
    await(end[0], OS_READ);
    while (eo_send(end[0], BLOCK, sizeof BLOCK) > 0 || is_ready(end[0], OS_WRITE))
        continue;
    assert_int_equal(eo_waits_room(&w, 1), 0);
    eo_waits_put(w, 0, end[0], OS_WRITE);
    assert_int_equal(eo_waits_turn(w, 1, 50), 0);
    eo_waits_put(w, 0, end[0], OS_READ | OS_WRITE);
    assert_int_equal(eo_waits_turn(w, 1, 50), 1);
    assert_int_equal(eo_waits_ready(w, 0, &fd), OS_READ);
    eo_waits_free(w);
    eo_sock_close(end[0]);
    eo_sock_close(end[1]);
    eo_sock_close(listener);
}

static void test_many(void **state)
{
    static os_socket s[MANY];
    static struct addr at[MANY];
    struct waits *w = NULL;
    os_socket fd;

    (void)state;
    assert_int_equal(eo_waits_room(&w, MANY), 0);
    for (size_t i = 0; i < MANY; i++) {
        s[i] = bound(&at[i]);
        eo_waits_put(w, i, s[i], OS_READ);
    }
    for (size_t i = 1; i < MANY; i += 100)
        assert_int_equal(eo_udp_send(s[0], "x", 1, &at[i]), 1);
    for (size_t i = 1; i < MANY; i += 100)
        await(s[i], OS_READ);
    assert_int_equal(eo_waits_turn(w, MANY, 1000), 3);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(eo_waits_ready(w, i, &fd),
                         i % 100 == 1 ? OS_READ : 0);
        eo_sock_close(s[i]);
    }
    eo_waits_free(w);
}

/* Its owner hears of it, and the others are not left waiting. */
static void test_a_closed_socket_is_ready(void **state)
{
    struct waits *w = NULL;
    struct addr at[2];
    const os_socket s[2] = {bound(&at[0]), bound(&at[1])};
    os_socket fd;

    (void)state;
    assert_int_equal(eo_waits_room(&w, 2), 0);
    eo_waits_put(w, 0, s[0], OS_READ);
    eo_waits_put(w, 1, s[1], OS_READ);
    eo_sock_close(s[1]);
    assert_int_equal(eo_waits_turn(w, 2, 1000), 1);
    assert_int_equal(eo_waits_ready(w, 0, &fd), 0);
    assert_int_equal(eo_waits_ready(w, 1, &fd), OS_READ | OS_WRITE);
    eo_waits_free(w);
    eo_sock_close(s[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_ready_is_told_by_place),
        cmocka_unit_test(test_the_time_ends_it),
        cmocka_unit_test(test_a_connect_that_failed_is_told),
        cmocka_unit_test(test_an_end_is_nothing_to_write),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_a_closed_socket_is_ready),
    };

    return cmocka_run_group_tests_name("os/wait", tests, NULL, NULL);
}
