/* test_os_datagram.c -- datagrams, and what is told beside their bytes. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "net/iface.h"
#include "os/datagram.h"

/* What every socket has to be, whoever made it. */
static void check_prepared(int fd)
{
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void wait_for(int fd, short events)
{
    assert_int_equal(
        poll(&(struct pollfd){.fd = fd, .events = events}, 1, 30000), 1);
}

static void test_datagrams(void **state)
{
    struct addr at;
    char bytes[8];
    int server, client;

    (void)state;
    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    server = eo_udp_open(NULL, &at);
    check_prepared(server);
    assert_int_equal(eo_sock_local(server, &at), 0);
    client = eo_udp_open(&at, NULL);
    check_prepared(client);
    assert_int_equal(eo_send(client, "ping", 4), 4);
    wait_for(server, POLLIN);
    assert_int_equal(eo_recv(server, bytes, sizeof bytes), 4);
    eo_sock_close(client);
    eo_sock_close(server);
}

static void test_who_sent_it_is_told_and_can_be_answered(void **state)
{
    struct addr at, ours;
    struct arrival a;
    char bytes[8];
    os_socket server, client;

    (void)state;
    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    server = eo_udp_bind(&at, false);
    check_prepared(server);
    assert_int_equal(eo_sock_local(server, &at), 0);
    client = eo_udp_open(&at, NULL);
    assert_int_equal(eo_sock_local(client, &ours), 0);
    assert_int_equal(eo_udp_recv(server, bytes, sizeof bytes, &a), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(eo_udp_send(client, "ping", 4, NULL), 4);
    wait_for(server, POLLIN);
    assert_int_equal(eo_udp_recv(server, bytes, sizeof bytes, &a), 4);
    assert_true(eo_addr_equal(&a.from, &ours));
    assert_false(a.cut);
    assert_false(a.to_known);
    assert_int_equal(a.hops, -1);
    assert_int_equal(eo_udp_send(server, "pong", 4, &a.from), 4);
    wait_for(client, POLLIN);
    assert_int_equal(eo_recv(client, bytes, sizeof bytes), 4);
    assert_int_equal(eo_udp_send(client, "too long", 8, NULL), 8);
    wait_for(server, POLLIN);
    assert_int_equal(eo_udp_recv(server, bytes, 3, &a), 3);
    assert_true(a.cut);
    eo_sock_close(client);
    eo_sock_close(server);
}

/* Over loopback: nobody else hears it. */
static void test_where_it_arrived_is_told(void **state)
{
    struct addr at;
    struct arrival a;
    char byte;
    os_socket server, client;

    (void)state;
    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    server = eo_udp_bind(&at, false);
    eo_multicast_options(server, 4);
    assert_int_equal(eo_sock_local(server, &at), 0);
    client = eo_udp_open(&at, NULL);
    assert_int_equal(eo_send(client, "x", 1), 1);
    wait_for(server, POLLIN);
    assert_int_equal(eo_udp_recv(server, &byte, 1, &a), 1);
#if defined(__linux__)
    assert_int_equal(a.iface, eo_iface_index("lo"));
    assert_true(a.to_known);
    assert_int_equal(a.hops, 64);
#endif
    assert_false(a.to_group);
    eo_sock_close(client);
    eo_sock_close(server);
}

static void test_a_group_is_heard_by_its_members(void **state)
{
    struct addr group, local;
    struct arrival a;
    char byte;
    os_socket in, out;
    const unsigned lo = eo_iface_index("lo");

    (void)state;
    assert_int_equal(eo_addr_parse(&group, "239.255.77.77"), 0);
    assert_int_equal(eo_addr_parse(&local, "127.0.0.1"), 0);
    in = eo_udp_bind(&group, true);
    check_prepared(in);
    assert_int_equal(eo_sock_local(in, &group), 0);
    eo_multicast_options(in, 4);
    eo_multicast_own_groups(in);
    assert_int_equal(eo_multicast_join(in, &group, lo, &local), 0);
    out = eo_udp_bind(&local, false);
    eo_multicast_options(out, 4);
    eo_multicast_by(out, lo, &local);
    assert_int_equal(eo_udp_send(out, "x", 1, &group), 1);
    wait_for(in, POLLIN);
    assert_int_equal(eo_udp_recv(in, &byte, 1, &a), 1);
#if defined(__linux__)
    assert_true(a.to_known && a.to_group);
    assert_int_equal(a.iface, lo);
    assert_int_equal(a.hops, 255);
#endif
    eo_sock_close(in);
    eo_sock_close(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_who_sent_it_is_told_and_can_be_answered),
        cmocka_unit_test(test_where_it_arrived_is_told),
        cmocka_unit_test(test_a_group_is_heard_by_its_members),
    };

    return cmocka_run_group_tests_name("os/datagram", tests, NULL, NULL);
}
