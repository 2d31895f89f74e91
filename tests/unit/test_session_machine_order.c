/* test_session_machine_order.c -- what a session does first, where several things
 * are ready at once: machines of the test's own, on a stream that is there. */
#include "support/test.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session/machine.h"

struct run {
    struct espota_loop *loop;
    struct session *session;
    unsigned ended;
};

static void on_change(void *ctx)
{
    struct run *r = ctx;

    assert_int_equal(r->ended, 0);
    r->ended += eo_session_status(r->session) != PROTO_RUNNING;
}

static void finish(struct run *r)
{
    const uint64_t end = eo_loop_now(r->loop) + 60000;

    while (r->ended == 0 && eo_loop_now(r->loop) < end)
        assert_int_equal(eo_loop_turn(r->loop, 1000), 0);
    assert_int_equal(r->ended, 1);
}

/* Both ends of a connection over loopback. */
static void connect_pair(int end[2], struct addr *at)
{
    struct addr peer;
    int listener;

    assert_int_equal(eo_addr_parse(at, "127.0.0.1"), 0);
    listener = eo_tcp_listen(at, 1);
    assert_true(listener >= 0);
    assert_int_equal(eo_sock_local(listener, at), 0);
    end[0] = eo_tcp_connect(at, NULL);
    do
        end[1] = eo_tcp_accept(listener, &peer);
    while (end[1] < 0);
    close(listener);
}

/* r->session speaks by fd, which is connected to addr already. */
static void start(struct run *r, const struct proto_ops *ops, int fd,
                  const struct addr *addr)
{
    static const struct proto_job JOB;

    r->session = eo_machine_start(ops, &(struct session_config){
        .loop = r->loop,
        .job = &JOB,
        .addr = addr,
        .n_addr = 1,
        .connected = true,
        .fd = fd,
        .on_change = on_change,
        .ctx = r,
    });
    assert_non_null(r->session);
}

/* A machine that takes whatever comes, until its time is over. */
struct sponge {
    struct proto base;
    size_t taken;
};

static enum proto_status sponge_step(struct proto *p,
                                     const struct proto_event *ev)
{
    if (ev->kind == PROTO_BYTES)
        ((struct sponge *)p)->taken += ev->len;
    if (ev->kind == PROTO_TIMEOUT && eo_proto_accept(p) == 0)
        p->status = PROTO_DONE;
    return p->status;
}

static void sponge_want(const struct proto *p, struct proto_want *w)
{
    *w = (struct proto_want){
        .open = p->status == PROTO_RUNNING ? 1u << PROTO_STREAM : 0,
        .timeout_ms = 200,
        .done = ((const struct sponge *)p)->taken,
    };
}

static void sponge_init(struct proto *p, const struct proto_job *job)
{
    (void)p, (void)job;
}

static const struct proto_ops SPONGE = {
    .size = sizeof(struct sponge),
    .init = sponge_init,
    .step = sponge_step,
    .want = sponge_want,
};

/* More lies ready than one turn reads: deadlines and others come in between. */
static void test_a_flood_is_read_in_turns(void **state)
{
    enum { FLOOD = 100000 };
    static const uint8_t flood[FLOOD];
    const int room = 2 * FLOOD;
    struct run r = {.loop = eo_loop_new()};
    struct proto_want w;
    struct addr at;
    int end[2];

    (void)state;
    connect_pair(end, &at);
    assert_int_equal(
        setsockopt(end[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
    assert_int_equal(eo_send(end[1], flood, FLOOD), FLOOD);
    start(&r, &SPONGE, end[0], &at);
    do {
        assert_int_equal(eo_loop_turn(r.loop, 1000), 0);
        eo_session_want(r.session, &w);
    } while (w.done == 0);
    assert_true(w.done < FLOOD);
    finish(&r);
    assert_int_equal(eo_session_status(r.session), PROTO_DONE);
    eo_session_free(r.session);
    eo_loop_free(r.loop);
    close(end[1]);
}

static enum proto_status quitter_step(struct proto *p,
                                      const struct proto_event *ev)
{
    if (ev->kind == PROTO_OPENED)
        p->status = PROTO_DONE;
    return p->status;
}

static const struct proto_ops QUITTER = {
    .size = sizeof(struct sponge),
    .init = sponge_init,
    .step = quitter_step,
    .want = sponge_want,
};

/* A machine that is done, and never asked whether it may be believed. */
static void test_success_has_one_way(void **state)
{
    struct run r = {.loop = eo_loop_new()};
    struct addr at;
    int end[2];

    (void)state;
    connect_pair(end, &at);
    start(&r, &QUITTER, end[0], &at);
    finish(&r);
    assert_int_equal(eo_session_status(r.session), PROTO_FAILED);
    assert_int_equal(eo_session_error(r.session)->category, ESPOTA_E_INTERNAL);
    assert_false(eo_session_accepted(r.session));
    eo_session_free(r.session);
    eo_loop_free(r.loop);
    close(end[1]);
}

/* Sends a byte, lets the device reset the connection, and sends another: no
 * poll() came between. */
struct chatter {
    struct proto base;
    bool over;
};

static int device_fd;
static int chatter_end; /* what ended the stream; -1: nothing yet */

static void chatter_init(struct proto *p, const struct proto_job *job)
{
    (void)p;
    (void)job;
}

static enum proto_status chatter_step(struct proto *p,
                                      const struct proto_event *ev)
{
    if (ev->kind == PROTO_SENT && device_fd >= 0) {
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

        setsockopt(device_fd, SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof at_once);
        close(device_fd);
        device_fd = -1;
    } else if (ev->kind == PROTO_CLOSED) {
        chatter_end = ev->sys;
        p->status = PROTO_DONE;
    }
    return p->status;
}

static void chatter_want(const struct proto *p, struct proto_want *w)
{
    (void)p;
    *w = (struct proto_want){
        .open = 1u << PROTO_STREAM,
        .out_on = PROTO_STREAM,
        .out = (const uint8_t *)"x",
        .out_len = 1,
        .timeout_ms = 60000,
        .doing = "chattering",
    };
}

static void test_a_reset_that_a_send_sees_is_no_orderly_end(void **state)
{
    static const struct proto_ops CHATTER = {
        .size = sizeof(struct chatter),
        .init = chatter_init,
        .step = chatter_step,
        .want = chatter_want,
    };
    struct run r = {.loop = eo_loop_new()};
    struct addr addr;
    int end[2];

    (void)state;
    connect_pair(end, &addr);
    device_fd = end[1];
    chatter_end = -1;
    start(&r, &CHATTER, end[0], &addr);
    finish(&r);
    assert_int_equal(chatter_end, ECONNRESET);
    eo_session_free(r.session);
    eo_loop_free(r.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flood_is_read_in_turns),
        cmocka_unit_test(test_success_has_one_way),
        cmocka_unit_test(test_a_reset_that_a_send_sees_is_no_orderly_end),
    };

    return cmocka_run_group_tests_name("session/machine: order", tests, NULL,
                                       NULL);
}
