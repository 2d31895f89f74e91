/* test_os_datagram.c -- datagrams, and what is told beside their bytes. */
#include "support/test.h"

#include <errno.h>

#include "support/await.h"
#include "support/loopback.h"
#include "support/prepared.h"

#include "net/iface.h"
#include "os/datagram.h"

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
    await(server, OS_READ);
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
    await(server, OS_READ);
    assert_int_equal(eo_udp_recv(server, bytes, sizeof bytes, &a), 4);
    assert_true(eo_addr_equal(&a.from, &ours));
    assert_false(a.cut);
    assert_false(a.to_known);
    assert_int_equal(a.hops, -1);
    assert_int_equal(eo_udp_send(server, "pong", 4, &a.from), 4);
    await(client, OS_READ);
    assert_int_equal(eo_recv(client, bytes, sizeof bytes), 4);
    assert_int_equal(eo_udp_send(client, "too long", 8, NULL), 8);
    await(server, OS_READ);
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
    await(server, OS_READ);
    assert_int_equal(eo_udp_recv(server, &byte, 1, &a), 1);
#if defined(__linux__) || defined(_WIN32)
    assert_int_equal(a.iface, loopback_index());
    assert_true(a.to_known);
    assert_true(a.hops == 64 || a.hops == 128); /* as systems begin */
#endif
    assert_false(a.to_group);
    eo_sock_close(client);
    eo_sock_close(server);
}

static void test_a_group_is_heard_by_its_members(void **state)
{
    struct addr group, local, at;
    struct arrival a;
    char byte;
    os_socket in, out;
    const unsigned lo = loopback_index();

    (void)state;
    assert_int_equal(eo_addr_parse(&group, "239.255.77.77"), 0);
    assert_int_equal(eo_addr_parse(&local, "127.0.0.1"), 0);
    in = eo_udp_bind(&group, true);
    check_prepared(in);
    assert_int_equal(eo_sock_local(in, &at), 0);
    eo_addr_set_port(&group, eo_addr_port(&at));
    eo_multicast_options(in, 4);
    eo_multicast_own_groups(in);
    assert_int_equal(eo_multicast_join(in, &group, lo, &local), 0);
    out = eo_udp_bind(&local, false);
    eo_multicast_options(out, 4);
    eo_multicast_by(out, lo, &local);
    assert_int_equal(eo_udp_send(out, "x", 1, &group), 1);
    await(in, OS_READ);
    assert_int_equal(eo_udp_recv(in, &byte, 1, &a), 1);
#if defined(__linux__) || defined(_WIN32)
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
