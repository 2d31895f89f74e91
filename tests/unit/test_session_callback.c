/* test_session_callback.c -- on loopback: who may call back, and where. */
#include "support/test.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/datagram.h"
#include "session/callback.h"

static struct listeners *listeners;

static struct espota_loop *begin(void)
{
    struct espota_loop *l = eo_loop_new();

    listeners = eo_listeners_new(l);
    assert_non_null(listeners);
    return l;
}

static void finish(struct espota_loop *l)
{
    eo_listeners_free(listeners);
    eo_loop_free(l);
}

struct heard {
    char datagram[64];
    int unreachable, called, strangers, ports;
    struct callback **free_on_call;
};

static void on_datagram(void *ctx, const uint8_t *bytes, size_t len)
{
    struct heard *h = ctx;

    assert_true(len < sizeof h->datagram);
    memcpy(h->datagram, bytes, len);
    h->datagram[len] = '\0';
}

static void on_unreachable(void *ctx, int sys)
{
    struct heard *h = ctx;

    h->unreachable = sys;
}

static void on_called(void *ctx, int fd)
{
    struct heard *h = ctx;

    h->called++;
    close(fd);
    if (h->free_on_call != NULL) {
        eo_callback_free(*h->free_on_call);
        *h->free_on_call = NULL;
    }
}

static void on_stranger(void *ctx, const struct addr *who)
{
    struct heard *h = ctx;
    char text[ADDR_TEXT];

    eo_addr_text(who, false, text);
    assert_string_equal(text, "127.0.0.9");
    h->strangers++;
}

static struct addr literal(const char *text, uint16_t port)
{
    struct addr a;

    assert_int_equal(eo_addr_parse(&a, text), 0);
    eo_addr_set_port(&a, port);
    return a;
}

/* A UDP socket that plays the device, and where it is. */
static int device_socket(struct addr *at)
{
    const struct addr any = literal("127.0.0.1", 0);
    const int fd = eo_udp_open(NULL, &any);

    assert_true(fd >= 0);
    assert_int_equal(eo_sock_local(fd, at), 0);
    return fd;
}

static void on_port(void *ctx, const struct espota_error *err)
{
    struct heard *h = ctx;

    assert_null(err);
    h->ports++;
}

static struct callback *open_callback(struct espota_loop *l,
                                      const struct addr *device,
                                      const char *bind, uint16_t min,
                                      uint16_t max, struct heard *h,
                                      struct espota_error *err)
{
    struct callback *cb = NULL;
    const int rc = eo_callback_new(&cb,
                                   &(struct callback_config){
                                       .loop = l,
                                       .listeners = listeners,
                                       .device = device,
                                       .bind = bind,
                                       .port_min = min,
                                       .port_max = max,
                                       .on_port = on_port,
                                       .on_datagram = on_datagram,
                                       .on_unreachable = on_unreachable,
                                       .on_called = on_called,
                                       .on_stranger = on_stranger,
                                       .ctx = h,
                                   },
                                   err);

    assert_int_equal(rc == 0, cb != NULL);
    return cb;
}

static void turn(struct espota_loop *l, const int *until)
{
    for (int i = 0; i < 10000 && *until == 0; i++)
        assert_int_equal(eo_loop_turn(l, 10), 0);
}

static int call(const char *from, uint16_t port)
{
    const struct addr to = literal("127.0.0.1", port), local = literal(from, 0);
    const int fd = eo_tcp_connect(&to, &local);

    assert_true(fd >= 0);
    return fd;
}

static void test_only_the_device_is_let_in(void **state)
{
    struct heard h = {0};
    struct espota_loop *l = begin();
    struct addr device;
    const int udp = device_socket(&device);
    struct callback *cb = open_callback(l, &device, NULL, 0, 0, &h, NULL);
    int stranger, friend;
    char in[8];

    (void)state;
    h.free_on_call = &cb;
    stranger = call("127.0.0.9", eo_callback_port(cb));
    turn(l, &h.strangers);
    assert_int_equal(h.strangers, 1);
    assert_int_equal(h.called, 0);
    assert_int_equal(poll(&(struct pollfd){.fd = stranger, .events = POLLIN},
                          1, 30000),
                     1);
    assert_int_equal(eo_recv(stranger, in, sizeof in), 0); /* turned away */

    friend = call("127.0.0.1", eo_callback_port(cb));
    turn(l, &h.called);
    assert_int_equal(h.called, 1);
    assert_null(cb); /* freed from inside */
    close(stranger);
    close(friend);
    close(udp);
    finish(l);
}

static void test_datagrams_go_and_come_by_one_socket(void **state)
{
    struct heard h = {0};
    struct espota_loop *l = begin();
    struct addr device;
    const int udp = device_socket(&device);
    struct callback *cb = open_callback(l, &device, NULL, 0, 0, &h, NULL);
    struct sockaddr_storage from;
    socklen_t from_len = sizeof from;
    char in[16];

    (void)state;
    eo_callback_send(cb, "invite", 6);
    for (int i = 0; i < 10000; i++) {
        const ssize_t n = recvfrom(udp, in, sizeof in, 0,
                                   (struct sockaddr *)&from, &from_len);

        if (n == 6)
            break;
        usleep(1000);
    }
    assert_memory_equal(in, "invite", 6);
    assert_int_equal(
        sendto(udp, "OK", 2, 0, (struct sockaddr *)&from, from_len), 2);
    for (int i = 0; i < 10000 && h.datagram[0] == '\0'; i++)
        assert_int_equal(eo_loop_turn(l, 10), 0);
    assert_string_equal(h.datagram, "OK");

    close(udp); /* now nobody listens there */
    eo_callback_send(cb, "x", 1);
    turn(l, &h.unreachable);
    assert_int_not_equal(h.unreachable, 0);
    eo_callback_free(cb);
    finish(l);
}

/* A port that others have, and the one behind it if that is free. */
static int take_port(uint16_t *port, bool *next_is_free)
{
    struct addr at = literal("0.0.0.0", 0);
    const int fd = eo_tcp_listen(&at, 1);
    int next;

    assert_true(fd >= 0);
    assert_int_equal(eo_sock_local(fd, &at), 0);
    *port = eo_addr_port(&at);
    if (*port == 65535) {
        *next_is_free = false;
        return fd;
    }
    eo_addr_set_port(&at, (uint16_t)(*port + 1));
    next = eo_tcp_listen(&at, 1);
    *next_is_free = next >= 0;
    if (next >= 0)
        close(next);
    return fd;
}

static void test_ports_of_a_range(void **state)
{
    struct heard h = {0};
    struct espota_error err = {0};
    struct espota_loop *l = begin();
    const struct addr device = literal("127.0.0.1", 9);
    struct callback *cb = NULL;
    uint16_t port = 0;
    int taken = -1, next;

    (void)state;
    for (int i = 0; i < 20 && cb == NULL; i++) {
        bool free_too;

        if (taken >= 0)
            close(taken);
        taken = take_port(&port, &free_too);
        if (free_too) /* somebody may have been faster */
            cb = open_callback(l, &device, NULL, port, (uint16_t)(port + 1),
                               &h, &err);
    }
    assert_non_null(cb);
    assert_int_equal(eo_callback_port(cb), port + 1);
    assert_null(open_callback(l, &device, NULL, port, 0, &h, &err));
    assert_int_equal(err.category, ESPOTA_E_INTERNAL);
    assert_non_null(strstr(err.message, "cannot listen on TCP port"));
    eo_callback_free(cb);

    struct addr at = literal("0.0.0.0", (uint16_t)(port + 1));

    next = eo_tcp_listen(&at, 1);
    assert_true(next >= 0);
    assert_null(open_callback(l, &device, NULL, port, (uint16_t)(port + 1), &h,
                              &err));
    assert_non_null(strstr(err.message, "or any other of its range"));
    close(next);
    close(taken);
    finish(l);
}

/* Both are at one address, and there is one port: the second is not refused,
 * it has to wait. */
static void test_one_port_for_two_at_one_address(void **state)
{
    struct heard first = {0}, second = {0};
    struct espota_loop *l = begin();
    const struct addr device = literal("127.0.0.1", 9);
    struct callback *a = open_callback(l, &device, NULL, 0, 0, &first, NULL);
    const uint16_t port = eo_callback_port(a);
    struct callback *b =
        open_callback(l, &device, NULL, port, 0, &second, NULL);

    (void)state;
    assert_int_equal(eo_callback_port(b), 0);
    assert_int_equal(second.ports, 0);
    eo_callback_free(a);
    turn(l, &second.ports);
    assert_int_equal(second.ports, 1);
    assert_int_equal(eo_callback_port(b), port);
    eo_callback_free(b);
    finish(l);
}

static void test_bound_where_it_was_told(void **state)
{
    static const struct {
        const char *bind, *local; /* NULL: refused */
    } ROWS[] = {
        {NULL, "127.0.0.1"},
        {"127.0.0.5", "127.0.0.5"},
        {"lo", "127.0.0.1"},
        {"192.0.2.77", NULL},
        {"nonsense", NULL},
        {"::1", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct heard h = {0};
        struct espota_error err = {0};
        struct espota_loop *l = begin();
        const struct addr device = literal("127.0.0.1", 9);
        struct callback *cb =
            open_callback(l, &device, ROWS[i].bind, 0, 0, &h, &err);
        char text[ADDR_TEXT];

        if (cb != NULL)
            eo_addr_text(eo_callback_local(cb), false, text);
        assert_int_equal(cb != NULL, ROWS[i].local != NULL);
        if (cb != NULL)
            assert_string_equal(text, ROWS[i].local);
        else
            assert_int_equal(err.category, ESPOTA_E_USAGE);
        eo_callback_free(cb);
        finish(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_device_is_let_in),
        cmocka_unit_test(test_datagrams_go_and_come_by_one_socket),
        cmocka_unit_test(test_ports_of_a_range),
        cmocka_unit_test(test_one_port_for_two_at_one_address),
        cmocka_unit_test(test_bound_where_it_was_told),
    };

    return cmocka_run_group_tests_name("session/callback", tests, NULL, NULL);
}
