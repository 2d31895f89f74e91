/* test_net_listener.c -- on loopback: who waits at which port, and who calls. */
#include "support/few_descriptors.h"
#include "support/test.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/listener.h"

struct waiter {
    struct awaited w;
    int called, strangers, ports, sys;
    struct awaited *ends; /* in its callbacks; NULL: nobody */
};

static void on_called(void *ctx, int fd)
{
    struct waiter *x = ctx;

    x->called++;
    close(fd);
    if (x->ends != NULL)
        eo_await_end(x->ends);
}

static void on_stranger(void *ctx, const struct addr *who)
{
    struct waiter *x = ctx;

    (void)who;
    x->strangers++;
    if (x->ends != NULL)
        eo_await_end(x->ends);
}

static void on_port(void *ctx, int sys)
{
    struct waiter *x = ctx;

    x->ports++;
    x->sys = sys;
}

static struct addr literal(const char *text, uint16_t port)
{
    struct addr a;

    assert_int_equal(eo_addr_parse(&a, text), 0);
    eo_addr_set_port(&a, port);
    return a;
}

static int await(struct listeners *all, struct waiter *x, const char *device,
                 uint16_t min, uint16_t max)
{
    *x = (struct waiter){.w = {.device = literal(device, 8266),
                               .local = literal("0.0.0.0", 0),
                               .port_min = min,
                               .port_max = max,
                               .on_called = on_called,
                               .on_stranger = on_stranger,
                               .on_port = on_port,
                               .ctx = x}};
    return eo_await(all, &x->w);
}

static void call(struct espota_loop *l, const char *from, uint16_t port,
                 const int *until)
{
    const struct addr to = literal("127.0.0.1", port), local = literal(from, 0);
    const int before = *until, fd = eo_tcp_connect(&to, &local);

    assert_true(fd >= 0);
    for (int i = 0; i < 2000 && *until == before; i++)
        assert_int_equal(eo_loop_turn(l, 10), 0);
    assert_int_equal(*until, before + 1);
    close(fd);
}

static void wait_for(struct espota_loop *l, const int *what)
{
    for (int i = 0; i < 2000 && *what == 0; i++)
        assert_int_equal(eo_loop_turn(l, 10), 0);
    assert_int_equal(*what, 1);
}

struct lab {
    struct espota_loop *l;
    struct listeners *all;
};

static struct lab begin(void)
{
    struct lab lab = {.l = eo_loop_new()};

    lab.all = eo_listeners_new(lab.l);
    assert_non_null(lab.all);
    return lab;
}

static void finish(struct lab *lab)
{
    eo_listeners_free(lab->all);
    eo_loop_free(lab->l);
}

/* At one port, of which a has the first choice: 127.0.0.2, and two others. */
static uint16_t await_three(struct lab *lab, struct waiter *a,
                            struct waiter *b, struct waiter *c,
                            const char *second, const char *third)
{
    uint16_t port;

    assert_int_equal(await(lab->all, a, "127.0.0.2", 0, 0), 0);
    port = eo_awaited_port(&a->w);
    assert_int_equal(await(lab->all, b, second, port, 0), 0);
    assert_int_equal(await(lab->all, c, third, port, 0), 0);
    return port;
}

static void test_one_port_for_many_devices(void **state)
{
    struct lab lab = begin();
    struct waiter a, b, c;
    uint16_t port;

    (void)state;
    port = await_three(&lab, &a, &b, &c, "127.0.0.3", "127.0.0.4");
    assert_int_equal(eo_awaited_port(&b.w), port);
    assert_int_equal(eo_awaited_port(&c.w), port);

    call(lab.l, "127.0.0.3", port, &b.called);
    call(lab.l, "127.0.0.4", port, &c.called);
    call(lab.l, "127.0.0.2", port, &a.called);
    call(lab.l, "127.0.0.9", port, &a.strangers); /* it waits longest */
    assert_int_equal(b.strangers + c.strangers, 0);
    eo_await_end(&a.w);
    call(lab.l, "127.0.0.2", port, &b.strangers); /* nobody's any more */
    eo_await_end(&b.w);
    call(lab.l, "127.0.0.4", port, &c.called);
    eo_await_end(&c.w);
    eo_await_end(&c.w); /* a second time: nothing */
    finish(&lab);
}

static void test_two_at_one_address_take_turns(void **state)
{
    struct lab lab = begin();
    struct waiter a, b, c;
    uint16_t port;

    (void)state;
    port = await_three(&lab, &a, &b, &c, "127.0.0.2", "127.0.0.2");
    assert_int_equal(eo_awaited_port(&b.w) + eo_awaited_port(&c.w), 0);
    call(lab.l, "127.0.0.2", port, &a.called);
    assert_int_equal(b.called + c.called + b.ports + c.ports, 0);

    eo_await_end(&a.w);
    wait_for(lab.l, &b.ports); /* the one that came first */
    assert_int_equal(b.sys, 0);
    assert_int_equal(c.ports, 0);
    call(lab.l, "127.0.0.2", port, &b.called);
    eo_await_end(&b.w);
    wait_for(lab.l, &c.ports);
    call(lab.l, "127.0.0.2", port, &c.called);
    eo_await_end(&c.w);
    finish(&lab);
}

static void test_who_gives_up_leaves_the_queue(void **state)
{
    struct lab lab = begin();
    struct waiter a, b, c;

    (void)state;
    await_three(&lab, &a, &b, &c, "127.0.0.2", "127.0.0.2");
    eo_await_end(&b.w);
    eo_await_end(&a.w);
    wait_for(lab.l, &c.ports);
    assert_int_equal(b.ports, 0);
    eo_await_end(&c.w);
    finish(&lab);
}

/* Another one of them is free: no queue. */
static void test_free_ports_of_a_range_come_first(void **state)
{
    enum { TRIES = 50 };
    struct lab lab = begin();
    struct waiter a, b = {.called = 0}, c, d;
    uint16_t port = 0;
    bool neighbours = false;

    (void)state;
    for (int i = 0; i < TRIES && !neighbours; i++) {
        assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
        port = eo_awaited_port(&a.w);
        if (port < 65535 &&
            await(lab.all, &b, "127.0.0.3", port, (uint16_t)(port + 1)) == 0)
            neighbours = eo_awaited_port(&b.w) == port + 1;
        if (!neighbours) {
            eo_await_end(&a.w);
            eo_await_end(&b.w);
        }
    }
    assert_true(neighbours);
    /* Then they are shared, and whose own device is awaited there is passed. */
    assert_int_equal(
        await(lab.all, &c, "127.0.0.2", port, (uint16_t)(port + 1)), 0);
    assert_int_equal(eo_awaited_port(&c.w), port + 1);
    assert_int_equal(
        await(lab.all, &d, "127.0.0.2", port, (uint16_t)(port + 1)), 0);
    assert_int_equal(eo_awaited_port(&d.w), 0);
    eo_await_end(&a.w);
    eo_await_end(&b.w);
    wait_for(lab.l, &d.ports);
    assert_int_equal(eo_awaited_port(&d.w), port);
    eo_await_end(&c.w);
    eo_await_end(&d.w);
    finish(&lab);
}

static void test_a_port_of_others_is_no_port(void **state)
{
    struct lab lab = begin();
    struct addr at = literal("0.0.0.0", 0);
    const int taken = eo_tcp_listen(&at, 1);
    struct waiter a;

    (void)state;
    assert_true(taken >= 0);
    assert_int_equal(eo_sock_local(taken, &at), 0);
    assert_int_equal(await(lab.all, &a, "127.0.0.2", eo_addr_port(&at), 0),
                     -1);
    assert_int_equal(errno, EADDRINUSE);
    eo_await_end(&a.w); /* it does not wait: nothing */
    close(taken);
    finish(&lab);
}

/* From within each callback anybody may go. */
static void test_ended_from_inside(void **state)
{
    struct lab lab = begin();
    struct waiter a, b;
    uint16_t port;

    (void)state;
    assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
    port = eo_awaited_port(&a.w);
    assert_int_equal(await(lab.all, &b, "127.0.0.3", port, 0), 0);
    b.ends = &a.w;
    call(lab.l, "127.0.0.3", port, &b.called);
    b.ends = &b.w;
    call(lab.l, "127.0.0.2", port, &b.strangers);
    assert_int_equal(eo_awaited_port(&a.w) + eo_awaited_port(&b.w), 0);
    /* The port is free again. */
    assert_int_equal(await(lab.all, &a, "127.0.0.2", port, 0), 0);
    assert_int_equal(eo_awaited_port(&a.w), port);
    eo_await_end(&a.w);
    finish(&lab);
}

/* At the same address, and another one: what its UDP port tells. */
static int await_next(struct lab *lab, struct waiter *x, uint16_t port,
                      uint16_t udp)
{
    int rc;

    await(lab->all, x, "127.0.0.9", port, 0);
    eo_await_end(&x->w);
    x->w.device = literal("127.0.0.2", udp);
    rc = eo_await(lab->all, &x->w);
    return rc == 0 && eo_awaited_port(&x->w) == 0 ? 1 : rc;
}

/* The call of one that was given up comes late: it is not the next one's. */
static void test_a_late_call_is_nobody_elses(void **state)
{
    struct lab lab = begin();
    struct waiter a, b, c;
    const struct addr device = literal("127.0.0.2", 8266);
    const struct addr from = literal("127.0.0.2", 0);
    struct addr to;
    uint16_t port;
    int fd;

    (void)state;
    assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
    port = eo_awaited_port(&a.w);
    eo_await_late(lab.all, &device, port, 1, true);
    eo_await_end(&a.w);
    assert_int_equal(await_next(&lab, &b, port, 8267), 1); /* it waits */
    assert_int_equal(await(lab.all, &c, "127.0.0.3", port, 0), 0);
    to = literal("127.0.0.1", port);
    fd = eo_tcp_connect(&to, &from);
    assert_true(fd >= 0);
    wait_for(lab.l, &b.ports); /* it came, and was turned away */
    close(fd);
    assert_int_equal(b.sys, 0);
    assert_int_equal(b.called + b.strangers + c.strangers + a.called, 0);
    call(lab.l, "127.0.0.2", port, &b.called);
    eo_await_end(&b.w);
    eo_await_end(&c.w);
    finish(&lab);
}

/* Not for ever: then it is refused, unless it is the device itself, another
 * port, or the late one has settled. */
static void test_who_never_calls_keeps_its_port(void **state)
{
    struct lab lab = begin();
    struct waiter a, b;
    const struct addr device = literal("127.0.0.2", 8266);
    uint16_t port;

    (void)state;
    assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
    port = eo_awaited_port(&a.w);
    eo_await_late(lab.all, &device, port, 2, false);
    eo_await_end(&a.w);
    assert_int_equal(await_next(&lab, &b, port, 8267), -1);
    assert_int_equal(errno, EBUSY);
    assert_int_equal(await_next(&lab, &b, 0, 8267), 0);
    assert_int_not_equal(eo_awaited_port(&b.w), port);
    eo_await_end(&b.w);
    assert_int_equal(await_next(&lab, &b, port, 8266), 0);
    eo_await_end(&b.w);
    assert_int_equal(await(lab.all, &b, "127.0.0.3", port, 0), 0);
    eo_await_end(&b.w);
    eo_await_settled(lab.all, &device);
    assert_int_equal(await_next(&lab, &b, port, 8267), 0);
    eo_await_end(&b.w);
    finish(&lab);
}

static void test_out_of_memory(void **state)
{
    struct lab lab = begin();
    struct waiter a, b;

    (void)state;
    for (unsigned long n = 1, more = 1; more; n++) {
        int rc;

        eo_alloc_fail_at(n, 0);
        rc = await(lab.all, &a, "127.0.0.2", 0, 0);
        if (rc == 0 && await(lab.all, &b, "127.0.0.2",
                             eo_awaited_port(&a.w), 0) == 0)
            eo_await_end(&b.w);
        more = eo_alloc_count() >= n;
        eo_alloc_fail_at(0, 0);
        if (rc == 0)
            eo_await_end(&a.w);
    }
    finish(&lab);
}

/* A call that was invited can be taken, whoever called before it: a stranger,
 * or another for whom somebody waits. */
static void test_a_descriptor_is_kept_for_the_call(void **state)
{
    struct lab lab = (needs_few_descriptors(), begin());
    struct waiter a, b;
    const char *const from[] = {"127.0.0.9", "127.0.0.3", "127.0.0.2"};
    const int *const seen[] = {&a.strangers, &b.called, &a.called};
    struct rlimit before;
    struct addr to, local;
    uint16_t port;
    int fd[3];

    (void)state;
    assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
    port = eo_awaited_port(&a.w);
    assert_int_equal(await(lab.all, &b, "127.0.0.3", port, 0), 0);
    to = literal("127.0.0.1", port);
    for (int i = 0; i < 3; i++) {
        local = literal(from[i], 0);
        fd[i] = eo_tcp_connect(&to, &local);
        assert_true(fd[i] >= 0);
    }
    few_descriptors(next_descriptor(), &before);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2000 && *seen[i] == 0; k++)
            eo_loop_turn(lab.l, 10);
    many_descriptors(&before);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(*seen[i], 1);
        close(fd[i]);
    }
    eo_await_end(&a.w);
    eo_await_end(&b.w);
    finish(&lab);
}

/* A port is no use without it. */
static void test_without_one_nobody_waits(void **state)
{
    struct lab lab = (needs_few_descriptors(), begin());
    struct rlimit before;
    struct waiter a;
    int rc, sys;

    (void)state;
    few_descriptors(next_descriptor() + 1, &before);
    rc = await(lab.all, &a, "127.0.0.2", 0, 0);
    sys = errno;
    many_descriptors(&before);
    assert_int_equal(rc, -1);
    assert_int_equal(sys, EMFILE);
    assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
    eo_await_end(&a.w);
    finish(&lab);
}

static bool watches(const struct lab *lab)
{
    struct espota_fd fds[8];
    const size_t n = eo_loop_fds(lab->l, fds, 8);

    for (size_t i = 0; i < n; i++)
        if (fds[i].want != 0)
            return true;
    return false;
}

/* A late one has none: it waits, and the port is not asked again and again. */
static void test_a_call_that_cannot_be_taken_waits(void **state)
{
    struct lab lab = (needs_few_descriptors(), begin());
    const struct addr device = literal("127.0.0.2", 8266);
    const struct addr local = literal("127.0.0.2", 0);
    struct rlimit before;
    struct waiter a, b;
    struct addr to;
    uint16_t port;
    bool still = true;
    int fd;

    (void)state;
    assert_int_equal(await(lab.all, &a, "127.0.0.2", 0, 0), 0);
    port = eo_awaited_port(&a.w);
    eo_await_late(lab.all, &device, port, 1, true);
    eo_await_end(&a.w);
    assert_int_equal(await_next(&lab, &b, port, 8267), 1);
    to = literal("127.0.0.1", port);
    fd = eo_tcp_connect(&to, &local);
    assert_true(fd >= 0);
    few_descriptors(next_descriptor(), &before);
    for (int i = 0; i < 2000 && still; i++) {
        eo_loop_turn(lab.l, 10);
        still = watches(&lab);
    }
    many_descriptors(&before);
    assert_false(still);
    wait_for(lab.l, &b.ports); /* then it is taken, and turned away */
    assert_int_equal(b.sys, 0);
    close(fd);
    eo_await_end(&b.w);
    finish(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_port_for_many_devices),
        cmocka_unit_test(test_two_at_one_address_take_turns),
        cmocka_unit_test(test_who_gives_up_leaves_the_queue),
        cmocka_unit_test(test_free_ports_of_a_range_come_first),
        cmocka_unit_test(test_a_port_of_others_is_no_port),
        cmocka_unit_test(test_ended_from_inside),
        cmocka_unit_test(test_a_late_call_is_nobody_elses),
        cmocka_unit_test(test_who_never_calls_keeps_its_port),
        cmocka_unit_test(test_a_descriptor_is_kept_for_the_call),
        cmocka_unit_test(test_without_one_nobody_waits),
        cmocka_unit_test(test_a_call_that_cannot_be_taken_waits),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("net/listener", tests, NULL, NULL);
}
