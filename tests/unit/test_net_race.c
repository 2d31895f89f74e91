/* test_net_race.c -- the first address that answers wins. */
#include "support/few_descriptors.h"
#include "support/test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "support/peer.h"

#include "base/mem.h"
#include "net/loop.h"
#include "net/race.h"
#include "net/unreachable.h"

struct end {
    int fd;
    unsigned calls;
    struct addr winner;
    struct espota_error error;
    uint64_t at;
    struct espota_loop *loop;
};

static void on_end(void *ctx, int fd, const struct addr *winner,
                   const struct espota_error *err)
{
    struct end *e = ctx;

    e->calls++;
    e->fd = fd;
    e->at = eo_loop_now(e->loop);
    if (winner != NULL)
        e->winner = *winner;
    if (err != NULL)
        e->error = *err;
    assert_int_equal(fd >= 0, winner != NULL);
    assert_int_equal(fd < 0, err != NULL);
}

/* Turns until the race has ended and for more_ms behind that, to see that it
 * stays ended; gives how long the race took. */
static uint64_t finish(struct end *e, const struct addr *addr, size_t n,
                       const char *bind, uint32_t timeout_ms, unsigned more_ms)
{
    struct espota_loop *loop = eo_loop_new();
    const uint64_t began = eo_loop_now(loop);
    struct race *race;

    *e = (struct end){.fd = -1, .loop = loop};
    race = eo_race_start(loop, addr, n, bind, timeout_ms, on_end, e);
    assert_non_null(race);
    assert_int_equal(e->calls, 0); /* never from within _start */
    while (e->calls == 0 && eo_loop_now(loop) - began < 60000)
        assert_int_equal(eo_loop_turn(loop, 100), 0);
    for (const uint64_t end = eo_loop_now(loop) + more_ms;
         eo_loop_now(loop) < end;)
        assert_int_equal(eo_loop_turn(loop, 20), 0);
    eo_race_free(race);
    assert_int_equal(e->calls, 1);
    eo_loop_free(loop);
    return e->at - began;
}

static void one_address(const char *address)
{
    static const struct peer_line SCRIPT[] = {{'e', NULL}, {0, NULL}};
    struct peer *p = peer_start(address, SCRIPT), seen;
    struct end e;

    finish(&e, &p->addr, 1, NULL, 5000, 0);
    assert_true(e.fd >= 0);
    assert_true(eo_addr_same_host(&e.winner, &p->addr));
    close(e.fd);
    assert_true(peer_stop(p, &seen));
    assert_int_equal(seen.end, PEER_FIN);
}

static void test_ipv4(void **state)
{
    (void)state;
    one_address("127.0.0.1");
}

static void test_ipv6(void **state)
{
    (void)state;
    if (!peer_have_ipv6()) {
        printf("skip: net/race over IPv6: this machine has no ::1\n");
        skip();
    }
    one_address("::1");
}

static void test_refused_names_the_first_and_hints(void **state)
{
    struct addr addr[2];
    const int a = peer_refusing("127.0.0.1", &addr[0]);
    const int b = peer_refusing("127.0.0.2", &addr[1]);
    char text[ADDR_TEXT], message[256];
    struct end e;

    (void)state;
    finish(&e, addr, 2, NULL, 5000, 0);
    eo_addr_text(&addr[0], true, text);
    snprintf(message, sizeof message, "cannot connect to %s: %s", text,
             strerror(ECONNREFUSED));
    assert_string_equal(e.error.message, message);
    assert_int_equal(e.error.category, ESPOTA_E_CONNECT);
    assert_int_equal(e.error.sys_errno, ECONNREFUSED);
    assert_non_null(e.error.hint);
    close(a);
    close(b);
}

/* One that refuses at once does not make the next wait its turn, nor does the
 * turn that was planned for the next come on top of it. */
static void test_a_refusal_starts_the_next_at_once(void **state)
{
    struct addr addr[2];
    int filler[2];
    const int a = peer_refusing("127.0.0.1", &addr[0]);
    const int b = peer_silent("127.0.0.2", &addr[1], filler);
    uint64_t took;
    struct end e;

    (void)state;
    took = finish(&e, addr, 2, NULL, 600, 0);
    assert_int_equal(e.fd, -1);
    assert_in_range(took, 600, 30000);
    assert_int_equal(e.error.category, ESPOTA_E_CONNECT);
    close(a);
    close(b);
    close(filler[0]);
    close(filler[1]);
}

static void test_silence_is_overtaken_after_250_ms(void **state)
{
    static const struct peer_line SCRIPT[] = {{'e', NULL}, {0, NULL}};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    struct addr addr[2];
    int filler[2];
    const int silent = peer_silent("127.0.0.2", &addr[0], filler);
    uint64_t took;
    struct end e;

    (void)state;
    addr[1] = p->addr;
    took = finish(&e, addr, 2, NULL, 60000, 300);
    assert_true(e.fd >= 0);
    assert_true(eo_addr_same_host(&e.winner, &addr[1]));
    assert_in_range(took, 249, 30000);
    close(e.fd);
    assert_true(peer_stop(p, NULL));
    close(silent);
    close(filler[0]);
    close(filler[1]);
}

/* That says nothing of the address: it has its turn when there is one again. */
static void test_who_has_no_descriptor_is_not_out(void **state)
{
    struct espota_loop *loop = (needs_few_descriptors(), eo_loop_new());
    struct addr addr[2];
    int filler[2];
    const int silent = peer_silent("127.0.0.2", &addr[0], filler);
    const uint64_t began = eo_loop_now(loop);
    struct end e = {.fd = -1, .loop = loop};
    int there;
    struct rlimit before;
    struct race *race;

    (void)state;
    assert_int_equal(eo_addr_parse(&addr[1], "127.0.0.1"), 0);
    there = eo_tcp_listen(&addr[1], 1);
    assert_int_equal(eo_sock_local(there, &addr[1]), 0);
    race = eo_race_start(loop, addr, 2, NULL, 60000, on_end, &e);
    few_descriptors(next_descriptor() + 1, &before);
    while (eo_loop_now(loop) - began < 400)
        eo_loop_turn(loop, 20);
    many_descriptors(&before);
    assert_int_equal(e.calls, 0);
    while (e.calls == 0 && eo_loop_now(loop) - began < 60000)
        eo_loop_turn(loop, 100);
    assert_true(e.fd >= 0);
    assert_true(eo_addr_same_host(&e.winner, &addr[1]));
    close(e.fd);
    eo_race_free(race);

    few_descriptors(next_descriptor(), &before);
    finish(&e, addr, 2, NULL, 60000, 0);
    many_descriptors(&before);
    assert_int_equal(e.error.category, ESPOTA_E_INTERNAL);
    assert_int_equal(e.error.sys_errno, EMFILE);
    close(there);
    close(silent);
    close(filler[0]);
    close(filler[1]);
    eo_loop_free(loop);
}

/* Several addresses are usually one device: the loser must not keep it busy. */
static void test_losers_are_closed_without_a_byte(void **state)
{
    static const struct peer_line SCRIPT[] = {{'e', NULL}, {0, NULL}};
    struct peer *a = peer_start("127.0.0.1", SCRIPT), seen_a;
    struct peer *b = peer_start("127.0.0.2", SCRIPT), seen_b;
    const struct addr addr[] = {a->addr, b->addr};
    struct espota_loop *loop = eo_loop_new();
    struct end e = {.fd = -1, .loop = loop};
    struct race *race =
        eo_race_start(loop, addr, 2, NULL, 60000, on_end, &e);
    struct espota_fd fds[2];

    (void)state;
    /* Both connections stand before either is looked at. */
    eo_loop_process(loop, NULL, 0);
    usleep(300 * 1000);
    eo_loop_process(loop, NULL, 0);
    assert_int_equal(eo_loop_fds(loop, fds, 2), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(poll(&(struct pollfd){.fd = fds[i].fd,
                                               .events = POLLOUT}, 1, 30000),
                         1);
    while (e.calls == 0)
        assert_int_equal(eo_loop_turn(loop, 1000), 0);
    assert_true(e.fd >= 0);
    assert_true(peer_stop(eo_addr_same_host(&e.winner, &addr[0]) ? b : a,
                          &seen_b));
    assert_int_equal(seen_b.connections, 1);
    assert_int_equal(seen_b.end, PEER_FIN);
    assert_int_equal(seen_b.n_extra, 0);
    close(e.fd);
    assert_true(peer_stop(eo_addr_same_host(&e.winner, &addr[0]) ? a : b,
                          &seen_a));
    assert_int_equal(e.calls, 1);
    eo_race_free(race);
    eo_loop_free(loop);
}

static void test_the_deadline_names_the_patience(void **state)
{
    struct addr addr;
    int filler[2];
    const int silent = peer_silent("127.0.0.1", &addr, filler);
    uint64_t took;
    struct end e;

    (void)state;
    took = finish(&e, &addr, 1, NULL, 300, 0);
    assert_int_equal(e.error.category, ESPOTA_E_CONNECT);
    assert_int_equal(e.error.sys_errno, ETIMEDOUT);
    assert_non_null(strstr(e.error.message, "within 1 s while connecting"));
    assert_in_range(took, 300, 30000);
    close(silent);
    close(filler[0]);
    close(filler[1]);
}

static void test_a_local_address_that_is_not_ours(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct end e;

    (void)state;
    finish(&e, &addr, 1, "192.0.2.1", 1000, 0);
    assert_int_equal(e.error.sys_errno, EADDRNOTAVAIL);
    finish(&e, &addr, 1, "no-such-interface", 1000, 0);
    assert_int_equal(e.error.sys_errno, EADDRNOTAVAIL);
    close(refusing);
}

/* Who gave no local address is not told to look at it. */
static void test_no_local_address_at_all(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_error err;

    (void)state;
    eo_unreachable(&err, &addr, true, EADDRNOTAVAIL);
    assert_int_equal(err.advice, ESPOTA_ADVICE_BIND);
    eo_unreachable(&err, &addr, false, EADDRNOTAVAIL);
    assert_int_equal(err.advice, ESPOTA_ADVICE_NONE);
    assert_non_null(strstr(err.hint, "no address of that kind"));
    close(refusing);
}

static void test_stopping_does_not_call_back(void **state)
{
    struct addr addr;
    int filler[2];
    const int silent = peer_silent("127.0.0.1", &addr, filler);
    struct espota_loop *loop = eo_loop_new();
    struct end e = {.fd = -1, .loop = loop};
    struct race *race = eo_race_start(loop, &addr, 1, NULL, 50, on_end, &e);

    (void)state;
    eo_loop_turn(loop, 0);
    eo_race_free(race);
    assert_int_equal(eo_loop_fds(loop, NULL, 0), 0);
    assert_int_equal(eo_loop_timeout(loop), -1);
    assert_int_equal(e.calls, 0);
    eo_race_free(NULL);
    eo_loop_free(loop);
    close(silent);
    close(filler[0]);
    close(filler[1]);
}

/* Whatever allocation fails, it ends with one call or does not start. */
static void test_out_of_memory(void **state)
{
    struct addr addr[2];
    const int a = peer_refusing("127.0.0.1", &addr[0]);
    const int b = peer_refusing("127.0.0.2", &addr[1]);

    (void)state;
    for (unsigned long n = 1, more = 1; more; n++) {
        struct espota_loop *loop = eo_loop_new();
        struct end e = {.fd = -1, .loop = loop};
        struct race *race;

        eo_alloc_fail_at(n, 1);
        race = eo_race_start(loop, addr, 2, "127.0.0.1", 2000, on_end, &e);
        while (race != NULL && e.calls == 0)
            assert_int_equal(eo_loop_turn(loop, 100), 0);
        more = eo_alloc_count() >= n;
        eo_alloc_fail_at(0, 0);
        if (race != NULL) {
            assert_int_equal(e.calls, 1);
            /* A want of memory is ours; what the second address said after it
             * is the network's. */
            if (!more || e.error.category != ESPOTA_E_INTERNAL)
                assert_int_equal(e.error.category, ESPOTA_E_CONNECT);
        }
        eo_race_free(race);
        eo_loop_free(loop);
    }
    close(a);
    close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_refused_names_the_first_and_hints),
        cmocka_unit_test(test_a_refusal_starts_the_next_at_once),
        cmocka_unit_test(test_silence_is_overtaken_after_250_ms),
        cmocka_unit_test(test_who_has_no_descriptor_is_not_out),
        cmocka_unit_test(test_losers_are_closed_without_a_byte),
        cmocka_unit_test(test_the_deadline_names_the_patience),
        cmocka_unit_test(test_a_local_address_that_is_not_ours),
        cmocka_unit_test(test_no_local_address_at_all),
        cmocka_unit_test(test_stopping_does_not_call_back),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("net/race", tests, NULL, NULL);
}
