/* test_net_sock.c -- addresses and non-blocking sockets. */
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/peer.h"

#include "net/sock.h"

static const struct address {
    const char *text;
    int rc;
    const char *shown; /* NULL: as given */
} ADDRESSES[] = {
    {"192.0.2.7", 0, NULL},
    {"255.255.255.255", 0, NULL},
    {"::1", 0, NULL},
    {"[::1]", 0, "::1"},
    {"2001:DB8:0::7", 0, "2001:db8::7"},
    {"::ffff:192.0.2.7", 0, NULL},
    {"fe80::1%lo", 0, NULL},
    {"[fe80::1%lo]", 0, "fe80::1%lo"},
    {"fe80::1%no-such-if", -2, NULL},
    {"fe80::1%", -2, NULL},
    {"fe80::1%0", -2, NULL},
    {"fe80::1%99999999999", -2, NULL},
    {"", -1, NULL},
    {"[]", -1, NULL},
    {"[::1", -1, NULL},
    {"::1]", -1, NULL},
    {"[192.0.2.7]", -1, NULL},
    {"192.0.2", -1, NULL},
    {"192.0.2.256", -1, NULL},
    {"192.0.2.7 ", -1, NULL},
    {"192.0.2.7:80", -1, NULL},
    {"192.0.2.7%lo", -1, NULL},
    {"1", -1, NULL},
    {"kitchen", -1, NULL},
    {"fe80::1%lo%lo", -2, NULL},
    {":::", -1, NULL},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999", -1, NULL},
    {"111111111111111111111111111111111111111111111111111111111111111111111"
     "111111111111111111111111", -1, NULL},
};

static void test_literals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        const struct address *row = &ADDRESSES[i];
        char *text = (char *)exact(row->text, strlen(row->text) + 1);
        char shown[ADDR_TEXT];
        struct addr a;
        const int rc = eo_addr_parse(&a, text);

        if (rc != row->rc)
            fail_msg("\"%s\" gives %d, not %d", row->text, rc, row->rc);
        free(text);
        if (rc != 0)
            continue;
        assert_int_equal(eo_addr_port(&a), 0);
        eo_addr_text(&a, false, shown);
        assert_string_equal(shown, row->shown != NULL ? row->shown : row->text);
    }
}

static void test_ports(void **state)
{
    char shown[ADDR_TEXT];
    struct addr a;

    (void)state;
    assert_int_equal(eo_addr_parse(&a, "192.0.2.7"), 0);
    eo_addr_set_port(&a, 3232);
    assert_int_equal(eo_addr_port(&a), 3232);
    eo_addr_text(&a, true, shown);
    assert_string_equal(shown, "192.0.2.7:3232");
    assert_int_equal(eo_addr_parse(&a, "fe80::1%lo"), 0);
    eo_addr_set_port(&a, 65535);
    eo_addr_text(&a, true, shown);
    assert_string_equal(shown, "[fe80::1%lo]:65535");
}

static void test_same_host(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } ROWS[] = {
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"192.0.2.7", "::ffff:192.0.2.7", false},
        {"::1", "::1", true},
        {"fe80::1%lo", "fe80::1", true}, /* a scope that is not known */
        {"fe80::1%lo", "fe80::1%4242", false},
        {"fe80::1%lo", "fe80::2%lo", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct addr a, b;

        assert_int_equal(eo_addr_parse(&a, ROWS[i].a), 0);
        assert_int_equal(eo_addr_parse(&b, ROWS[i].b), 0);
        eo_addr_set_port(&a, 1);
        assert_int_equal(eo_addr_same_host(&a, &b), ROWS[i].same);
        assert_int_equal(eo_addr_same_host(&b, &a), ROWS[i].same);
    }
}

static void test_local_addresses_of_an_interface(void **state)
{
    struct addr a;
    char shown[ADDR_TEXT];

    (void)state;
    assert_int_equal(eo_addr_local(&a, "lo", AF_INET), 0);
    eo_addr_text(&a, false, shown);
    assert_string_equal(shown, "127.0.0.1");
    assert_int_equal(eo_addr_local(&a, "127.0.0.9", AF_INET), 0);
    assert_int_equal(eo_addr_local(&a, "no-such-if", AF_INET), -1);
}

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

static void stream_over(const char *address)
{
    struct addr at, from;
    char bytes[8];
    int listener, client, server;

    assert_int_equal(eo_addr_parse(&at, address), 0);
    listener = eo_tcp_listen(&at, 4);
    check_prepared(listener);
    assert_int_equal(eo_tcp_accept(listener, &from), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(eo_sock_local(listener, &at), 0);
    assert_int_not_equal(eo_addr_port(&at), 0);
    client = eo_tcp_connect(&at, NULL);
    check_prepared(client);
    wait_for(client, POLLOUT);
    assert_int_equal(eo_sock_error(client), 0);
    wait_for(listener, POLLIN); /* the last word of three may be under way */
    server = eo_tcp_accept(listener, &from);
    check_prepared(server);
    assert_true(eo_addr_same_host(&from, &at));
    assert_int_equal(eo_recv(server, bytes, sizeof bytes), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(eo_send(client, "hello", 5), 5);
    wait_for(server, POLLIN);
    assert_int_equal(eo_recv(server, bytes, sizeof bytes), 5);
    close(client);
    /* No SIGPIPE, whatever happens. */
    for (int i = 0; i < 30000 && eo_send(server, "x", 1) > 0; i++)
        usleep(1000);
    assert_int_equal(eo_send(server, "x", 1), -1);
    close(server);
    close(listener);
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
    const int refusing = peer_refusing("127.0.0.1", &at);
    const int fd = eo_tcp_connect(&at, NULL);

    (void)state;
    assert_true(fd >= 0);
    wait_for(fd, POLLOUT);
    assert_int_equal(eo_sock_error(fd), ECONNREFUSED);
    close(fd);
    close(refusing);
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
    close(client);
    close(server);
}

/* What the peer has not confirmed yet: nothing is lost from its sight. */
static void test_unacked_bytes_are_counted(void **state)
{
    static const char BLOCK[65536];
    static const int SMALL = 4096;
    struct addr at, from;
    int listener, client, server;
    ssize_t sent = 0, n;

    (void)state;
    assert_int_equal(eo_addr_parse(&at, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&at, 1);
    /* Far less than the client's: not all of what that takes fits there. */
    assert_int_equal(
        setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &SMALL, sizeof SMALL), 0);
    assert_int_equal(eo_sock_local(listener, &at), 0);
    client = eo_tcp_connect(&at, NULL);
    wait_for(client, POLLOUT);
    wait_for(listener, POLLIN);
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
    close(client);
    close(server);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_same_host),
        cmocka_unit_test(test_local_addresses_of_an_interface),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_a_refused_connect_says_so),
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_unacked_bytes_are_counted),
    };

    return cmocka_run_group_tests_name("net/sock", tests, NULL, NULL);
}
