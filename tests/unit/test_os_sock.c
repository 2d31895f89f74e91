/* test_os_sock.c -- sockets as the system makes them. */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>

#include "support/await.h"
#include "support/peer.h"
#include "support/prepared.h"

#include "os/clock.h"
#include "os/sock.h"

static void stream_over(const char *address)
{
    struct addr at, from;
    char bytes[8];
    os_socket listener, client, server;

    assert_int_equal(eo_addr_parse(&at, address), 0);
    listener = eo_tcp_listen(&at, 4);
    check_prepared(listener);
    assert_int_equal(eo_tcp_accept(listener, &from), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(eo_sock_local(listener, &at), 0);
    assert_int_not_equal(eo_addr_port(&at), 0);
    client = eo_tcp_connect(&at, NULL);
    check_prepared(client);
    await(client, OS_WRITE);
    assert_int_equal(eo_sock_error(client), 0);
    await(listener, OS_READ); /* the last word of three may be under way */
    server = eo_tcp_accept(listener, &from);
    check_prepared(server);
    assert_true(eo_addr_same_host(&from, &at));
    assert_int_equal(eo_recv(server, bytes, sizeof bytes), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(eo_send(client, "hello", 5), 5);
    await(server, OS_READ);
    assert_int_equal(eo_recv(server, bytes, sizeof bytes), 5);
    eo_sock_close(client);
    /* No SIGPIPE, whatever happens. */
    for (int i = 0; i < 30000 && eo_send(server, "x", 1) > 0; i++)
        eo_sleep_ms(1);
    assert_int_equal(eo_send(server, "x", 1), -1);
    eo_sock_close(server);
    eo_sock_close(listener);
}

static void test_streams(void **state)
{
    (void)state;
    stream_over("127.0.0.1");
    if (peer_have_ipv6())
        stream_over("::1");
}

static void test_a_refused_connect_says_so(void **state)
{
    struct addr at;
    const os_socket refusing = peer_refusing("127.0.0.1", &at);
    const os_socket fd = eo_tcp_connect(&at, NULL);

    (void)state;
    assert_true(fd >= 0);
    await(fd, OS_WRITE);
    assert_int_equal(eo_sock_error(fd), ECONNREFUSED);
    eo_sock_close(fd);
    eo_sock_close(refusing);
}

/* What the peer has not confirmed yet: nothing is lost from its sight. */
static void test_unacked_bytes_are_counted(void **state)
{
    static const char BLOCK[65536];
    struct addr at, from;
    os_socket listener, client, server;
    ptrdiff_t sent = 0, n;

    (void)state;
    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&at, 1);
    /* Far less than the client's: not all of what that takes fits there. */
    assert_int_equal(eo_tcp_small_window(listener, 4096, 536), 0);
    assert_int_equal(eo_sock_local(listener, &at), 0);
    client = eo_tcp_connect(&at, NULL);
    await(client, OS_WRITE);
    await(listener, OS_READ);
    server = eo_tcp_accept(listener, &from);
    assert_true(server >= 0);
    if (eo_tcp_unacked(client) < 0) {
        printf("skip: this system cannot tell what is unconfirmed\n");
        skip();
    }
    assert_int_equal(eo_tcp_unacked(client), 0);
    while ((n = eo_send(client, BLOCK, sizeof BLOCK)) > 0)
        sent += n;
    /* Nobody reads: what did not fit over there stays here. */
    assert_true(eo_tcp_unacked(client) > 0);
    assert_true(eo_tcp_unacked(client) <= sent);
    eo_sock_close(client);
    eo_sock_close(server);
    eo_sock_close(listener);
}

/* A pair of connected ends, of which the second was called. */
static void connected(os_socket end[2])
{
    struct addr at, from;
    os_socket listener;

    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&at, 1);
    assert_int_equal(eo_sock_local(listener, &at), 0);
    end[0] = eo_tcp_connect(&at, NULL);
    await(listener, OS_READ);
    end[1] = eo_tcp_accept(listener, &from);
    assert_true(end[0] >= 0 && end[1] >= 0);
    eo_sock_close(listener);
}

static void test_unread_bytes_are_seen_and_stay(void **state)
{
    os_socket end[2];
    char bytes[8];

    (void)state;
    connected(end);
    assert_int_equal(eo_sock_unread(end[1]), 0);
    assert_int_equal(eo_send(end[0], "abc", 3), 3);
    await(end[1], OS_READ);
    assert_int_equal(eo_sock_unread(end[1]), 3);
    assert_int_equal(eo_sock_peek(end[1], bytes, 1), 1);
    assert_int_equal(bytes[0], 'a');
    assert_int_equal(eo_recv(end[1], bytes, sizeof bytes), 3);
    assert_memory_equal(bytes, "abc", 3);
    assert_int_equal(eo_sock_unread(end[1]), 0);
    eo_sock_close(end[0]);
    eo_sock_close(end[1]);
}

static void test_an_end_is_told_from_a_reset(void **state)
{
    os_socket end[2];
    char byte;

    (void)state;
    connected(end);
    assert_int_equal(eo_sock_peer(end[1]), OS_PEER_THERE);
    eo_sock_finish(end[0]);
    await(end[1], OS_READ);
#if defined(__linux__) || defined(_WIN32)
    assert_int_equal(eo_sock_peer(end[1]), OS_PEER_ENDED);
#endif
    assert_int_equal(eo_recv(end[1], &byte, 1), 0);
    assert_int_equal(eo_send(end[1], "x", 1), 1); /* which it still hears */
    await(end[0], OS_READ);
    assert_int_equal(eo_recv(end[0], &byte, 1), 1);
    eo_sock_reset_on_close(end[0]);
    eo_sock_close(end[0]);
    for (int i = 0; i < 10000 && eo_sock_peer(end[1]) != OS_PEER_GONE; i++)
        eo_sleep_ms(1);
    assert_int_equal(eo_sock_peer(end[1]), OS_PEER_GONE);
    eo_sock_close(end[1]);

    connected(end);
    eo_sock_reset_on_close(end[0]);
    eo_sock_close(end[0]);
    await(end[1], OS_READ);
    assert_int_equal(eo_recv(end[1], &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_non_null(eo_sock_text(errno));
    eo_sock_close(end[1]);
}

static void test_a_shut_socket_says_and_hears_nothing(void **state)
{
    os_socket end[2];
    char byte;

    (void)state;
    connected(end);
    eo_sock_shut(end[0]);
    assert_int_equal(eo_send(end[0], "x", 1), -1);
    await(end[1], OS_READ);
    assert_int_equal(eo_recv(end[1], &byte, 1), 0);
    eo_sock_close(end[0]);
    eo_sock_close(end[1]);
}

static void test_a_twin_outlives_its_owner(void **state)
{
    os_socket end[2], twin;
    char byte;

    (void)state;
    connected(end);
    twin = eo_sock_twin(end[0]);
    check_prepared(twin);
    eo_sock_close(end[0]);
    assert_int_equal(eo_send(end[1], "x", 1), 1);
    await(twin, OS_READ);
    assert_int_equal(eo_recv(twin, &byte, 1), 1);
    eo_sock_close(twin);
    await(end[1], OS_READ);
    assert_int_equal(eo_recv(end[1], &byte, 1), 0);
    eo_sock_close(end[1]);
}

static void test_what_is_held_leaves_when_let_go(void **state)
{
    os_socket end[2];
    char bytes[8];

    (void)state;
    connected(end);
    eo_tcp_hold(end[0], true);
    assert_int_equal(eo_send(end[0], "ab", 2), 2);
    assert_int_equal(eo_send(end[0], "cd", 2), 2);
#if defined(__linux__)
    assert_int_equal(eo_sock_unread(end[1]), 0);
#endif
    eo_tcp_hold(end[0], false);
    for (int i = 0; i < 10000 && eo_sock_unread(end[1]) < 4; i++)
        eo_sleep_ms(1);
    assert_int_equal(eo_recv(end[1], bytes, sizeof bytes), 4);
    eo_sock_close(end[0]);
    eo_sock_close(end[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_a_refused_connect_says_so),
        cmocka_unit_test(test_unacked_bytes_are_counted),
        cmocka_unit_test(test_unread_bytes_are_seen_and_stay),
        cmocka_unit_test(test_an_end_is_told_from_a_reset),
        cmocka_unit_test(test_a_shut_socket_says_and_hears_nothing),
        cmocka_unit_test(test_a_twin_outlives_its_owner),
        cmocka_unit_test(test_what_is_held_leaves_when_let_go),
    };

    return cmocka_run_group_tests_name("os/sock", tests, NULL, NULL);
}
