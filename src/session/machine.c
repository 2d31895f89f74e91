/* machine.c -- a session whose protocol is a machine: its channels and its
 * timer.
 *
 * Every event goes through machine_tell(); everything a machine wants is done
 * in pump(), which asks again after each answer.
 */
#include "session/machine.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "crypto/random.h"
#include "session/machine_inside.h"

enum {
    ACKS_EVERY_MS = 5,
    SMALL_BUFFER = 8192,
    STRANGERS_NAMED = 3 /* so that somebody who calls in a loop cannot fill a
                           log */
};

static void pump(struct machine_session *s);

/* It waits for a port at which it can be called back. */
static bool queues(const struct machine_session *s)
{
    return s->callback != NULL && s->stream.fd < 0 &&
           eo_callback_port(s->callback) == 0;
}

static void give_up(struct machine_session *s, const struct espota_error *err)
{
    s->base.error = *err;
    s->failed = true;
}

static void no_memory(struct machine_session *s)
{
    eo_fail_memory(&s->base.error);
    s->failed = true;
}

/* ---- the stream -----------------------------------------------------------
 */

/* Politely: what the peer still sends is read, so that the close is a FIN and
 * not a reset that could overtake what the peer has not read yet. */
static void shut(struct channel *ch)
{
    uint8_t unread[512];

    if (ch->fd < 0)
        return;
    eo_watch_free(ch->watch);
    ch->watch = NULL;
    eo_sock_finish(ch->fd);
    for (int i = 0; i < 64 && eo_recv(ch->fd, unread, sizeof unread) > 0; i++)
        continue;
    eo_sock_close(ch->fd);
    ch->fd = OS_NO_SOCKET;
}

static void on_stream(void *ctx, int ready)
{
    struct machine_session *s = ctx;

    /* Input first, always: a refusal is often followed by a reset. */
    if (ready & ESPOTA_READ && eo_machine_read(s, 0))
        eo_machine_tell_acks(s);
    pump(s);
}

static void opened(struct machine_session *s, os_socket fd)
{
    struct addr local;

    eo_tcp_keep_asking(fd);
    s->stream.fd = fd;
    s->stream.watch =
        eo_watch_new(s->base.c.loop, fd, ESPOTA_READ, on_stream, s);
    if (s->stream.watch == NULL)
        no_memory(s);
    machine_tell(s, &(struct proto_event){.kind = PROTO_OPENED,
                                          .channel = PROTO_STREAM,
                                          .port = eo_sock_local(fd, &local) == 0
                                                      ? eo_addr_port(&local)
                                                      : 0});
}

static void on_connected(void *ctx, os_socket fd, const struct addr *winner,
                         const struct espota_error *err)
{
    struct machine_session *s = ctx;

    if (fd < 0) {
        give_up(s, err);
        pump(s);
        return;
    }
    for (size_t i = 0; i < s->base.c.n_addr; i++)
        if (eo_addr_equal(&s->base.addr[i], winner))
            s->base.peer = &s->base.addr[i];
    opened(s, fd);
    eo_race_free(s->race);
    s->race = NULL;
    pump(s);
}

static void open_stream(struct machine_session *s)
{
    s->race =
        eo_race_start(s->base.c.loop, s->base.addr, s->base.c.n_addr,
                      s->base.c.bind, s->base.c.connect_ms, on_connected, s);
    if (s->race == NULL)
        no_memory(s);
}

/* ---- channels: being called back ----------------------------------------- */

static void on_datagram(void *ctx, const uint8_t *bytes, size_t len)
{
    struct machine_session *s = ctx;

    machine_show(s, false, bytes, len);
    machine_tell(s, &(struct proto_event){.kind = PROTO_BYTES,
                                          .channel = PROTO_DATAGRAM,
                                          .data = bytes,
                                          .len = len});
    pump(s);
}

static void on_unreachable(void *ctx, int sys)
{
    struct machine_session *s = ctx;

    machine_tell(s, &(struct proto_event){.kind = PROTO_CLOSED,
                                          .channel = PROTO_DATAGRAM,
                                          .sys = sys,
                                          .refused = sys == ECONNREFUSED});
    pump(s);
}

static void on_called(void *ctx, os_socket fd)
{
    struct machine_session *s = ctx;
    uint64_t none;

    /* If we cannot tell what is unacknowledged, the kernel must not take much
     * beyond it. */
    if (!eo_tcp_confirmed(fd, 0, &none))
        eo_sock_send_buffer(fd, SMALL_BUFFER);
    opened(s, fd);
    pump(s);
}

static void on_stranger(void *ctx, const struct addr *who)
{
    struct machine_session *s = ctx;
    char text[ADDR_TEXT], line[ADDR_TEXT + 120];
    struct text t;

    if (++s->strangers > STRANGERS_NAMED)
        return;
    eo_addr_text(who, true, text);
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t,
                "%s is not the device, but connected in its place: turned "
                "away%s",
                text,
                s->strangers == STRANGERS_NAMED
                    ? ", like all that follow, of whom nothing more is said"
                    : "");
    if (s->base.c.on_warning != NULL)
        s->base.c.on_warning(s->base.c.ctx, "stranger", line,
                             ESPOTA_ADVICE_NONE);
}

static void tell_callback(struct machine_session *s)
{
    char local[ADDR_TEXT];

    s->invited_to = eo_callback_port(s->callback);
    eo_addr_text(eo_callback_local(s->callback), false, local);
    machine_tell(s,
                 &(struct proto_event){.kind = PROTO_OPENED,
                                       .channel = PROTO_LISTENER,
                                       .port = eo_callback_port(s->callback)});
    machine_tell(s, &(struct proto_event){.kind = PROTO_OPENED,
                                          .channel = PROTO_DATAGRAM,
                                          .local = local});
}

static void on_port(void *ctx, const struct espota_error *err)
{
    struct machine_session *s = ctx;

    if (err != NULL)
        give_up(s, err);
    else
        tell_callback(s);
    pump(s);
}

/* Devices of this kind speak IPv4, whatever else their name leads to. */
static const struct addr *to_invite(const struct machine_session *s)
{
    for (size_t i = 0; i < s->base.c.n_addr; i++)
        if (s->base.addr[i].family == 4)
            return &s->base.addr[i];
    return &s->base.addr[0];
}

static void open_callback(struct machine_session *s)
{
    s->base.peer = to_invite(s);
    if (eo_callback_new(&s->callback,
                        &(struct callback_config){
                            .loop = s->base.c.loop,
                            .listeners = s->base.c.listeners,
                            .device = s->base.peer,
                            .bind = s->base.c.bind,
                            .port_min = s->base.c.port_min,
                            .port_max = s->base.c.port_max,
                            .on_port = on_port,
                            .on_datagram = on_datagram,
                            .on_unreachable = on_unreachable,
                            .on_called = on_called,
                            .on_stranger = on_stranger,
                            .ctx = s,
                        },
                        &s->base.error) != 0) {
        s->failed = true;
        return;
    }
    if (!queues(s))
        tell_callback(s);
}

static void match_channels(struct machine_session *s, unsigned wanted)
{
    const unsigned both = 1u << PROTO_DATAGRAM | 1u << PROTO_LISTENER;

    if (!(wanted & 1u << PROTO_STREAM))
        shut(&s->stream);
    if (!(wanted & both)) {
        eo_callback_free(s->callback);
        s->callback = NULL;
    } else if (s->callback == NULL) {
        open_callback(s);
    }
    if ((wanted & 1u << PROTO_STREAM) && s->stream.fd < 0 && s->race == NULL &&
        s->base.peer == NULL)
        open_stream(s);
}

/* A device that was invited, and has neither called nor given up, may still
 * call: that must not be taken for a call of the next one at its address. */
static void tell_of_calls(struct machine_session *s)
{
    struct proto_want w;

    if (s->invited_to == 0)
        return;
    machine_want(s, &w);
    if (s->machine->accepted)
        eo_await_settled(s->base.c.listeners, s->base.peer);
    else if (w.calls > 0)
        eo_await_late(s->base.c.listeners, s->base.peer, s->invited_to, w.calls,
                      s->base.c.port_min != 0);
    s->invited_to = 0;
}

static void close_channels(struct machine_session *s)
{
    tell_of_calls(s);
    eo_race_free(s->race);
    s->race = NULL;
    eo_callback_free(s->callback);
    s->callback = NULL;
    shut(&s->stream);
}

/* ---- time ---------------------------------------------------------------- */

static void on_clock(void *ctx)
{
    struct machine_session *s = ctx;

    s->clock_runs = false;
    machine_tell(s, &(struct proto_event){.kind = PROTO_TIMEOUT});
    pump(s);
}

static void on_acks(void *ctx)
{
    struct machine_session *s = ctx;

    eo_machine_tell_acks(s);
    pump(s);
}

static void match_timers(struct machine_session *s, const struct proto_want *w)
{
    if (!s->clock_runs || w->clock != s->clock_seen) {
        s->clock_seen = w->clock;
        s->clock_runs = true;
        eo_timer_start(s->base.c.loop, &s->clock, w->timeout_ms, on_clock, s);
    }
    if (!w->watch_acks || s->machine->acked == s->stream_out)
        eo_timer_stop(s->base.c.loop, &s->acks);
    else if (!s->acks.running)
        eo_timer_start(s->base.c.loop, &s->acks, ACKS_EVERY_MS, on_acks, s);
}

/* ---- making reality match ------------------------------------------------ */

static void close_all(struct machine_session *s)
{
    eo_timer_stop(s->base.c.loop, &s->begin);
    eo_timer_stop(s->base.c.loop, &s->clock);
    eo_timer_stop(s->base.c.loop, &s->acks);
    close_channels(s);
}

/* Nothing is left of a datagram: the kernel takes it or loses it. */
static void match_datagram(struct machine_session *s)
{
    struct proto_want w;

    machine_want(s, &w);
    if (w.out_on != PROTO_DATAGRAM || w.out_len == 0)
        return;
    eo_callback_send(s->callback, w.out, w.out_len);
    eo_machine_show_sent(s, &w, w.out_len);
    machine_tell(s, &(struct proto_event){.kind = PROTO_SENT,
                                          .channel = PROTO_DATAGRAM,
                                          .len = w.out_len});
}

static void pump(struct machine_session *s)
{
    struct proto_want w;

    machine_want(s, &w);
    if (machine_runs(s))
        match_channels(s, w.open);
    if (machine_runs(s) && s->callback != NULL)
        match_datagram(s);
    if (machine_runs(s) && s->stream.fd >= 0)
        eo_machine_match_stream(s);
    machine_want(s, &w);
    /* Connecting has its own deadline; so have those whose port it waits
     * for. */
    if (machine_runs(s) && s->race == NULL && !queues(s))
        match_timers(s, &w);
    if (!machine_runs(s))
        close_all(s);
    s->base.c.on_change(s->base.c.ctx); /* may free s */
}

static void on_begin(void *ctx)
{
    struct machine_session *s = ctx;

    if (s->base.c.connected) {
        s->base.peer = &s->base.addr[0];
        opened(s, s->stream.fd);
    }
    pump(s);
}

/* ---- as a session ---------------------------------------------------------
 */

static const struct machine_session *of(const struct session *s)
{
    return (const struct machine_session *)s;
}

static enum proto_status get_status(const struct session *s)
{
    return machine_status(of(s));
}

static const struct espota_error *get_error(const struct session *s)
{
    return of(s)->failed ? &s->error : &of(s)->machine->error;
}

static void get_want(const struct session *s, struct proto_want *w)
{
    machine_want(of(s), w);
}

static bool connecting(const struct session *s)
{
    return of(s)->race != NULL || of(s)->begin.running || queues(of(s));
}

static bool committed(const struct session *s)
{
    return of(s)->machine->committed;
}

static bool confirmed(const struct session *s)
{
    return of(s)->machine->committed && eo_proto_confirmed(of(s)->machine);
}

static bool accepted(const struct session *s)
{
    return of(s)->machine->accepted;
}

static void free_machine(struct session *base)
{
    struct machine_session *s = (struct machine_session *)base;

    close_all(s);
    if (s->machine != NULL)
        eo_wipe(s->machine, s->ops->size);
    eo_free(s->machine);
    eo_session_drop(base);
    eo_free(s);
}

static const struct session_ops MACHINE = {
    .status = get_status,
    .error = get_error,
    .want = get_want,
    .connecting = connecting,
    .committed = committed,
    .confirmed = confirmed,
    .accepted = accepted,
    .free = free_machine,
};

struct session *eo_machine_start(const struct proto_ops *ops,
                                 const struct session_config *c)
{
    struct machine_session *s = eo_calloc(1, sizeof *s);

    if (s == NULL) {
        if (c->connected)
            eo_sock_close(c->fd);
        return NULL;
    }
    s->stream.fd = c->connected ? c->fd : OS_NO_SOCKET;
    s->ops = ops;
    s->machine = eo_calloc(1, ops->size);
    if (eo_session_init(&s->base, &MACHINE, c) != 0 || s->machine == NULL ||
        eo_random(s->base.job.entropy, sizeof s->base.job.entropy) != 0) {
        free_machine(&s->base);
        return NULL;
    }
    eo_proto_start(s->machine, ops, &s->base.job);
    eo_timer_start(c->loop, &s->begin, 0, on_begin, s);
    return &s->base;
}
