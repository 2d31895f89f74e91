/* session.c -- one machine, its channels and its timer.
 *
 * Every event goes through tell(); everything a machine wants is done in
 * eo_session_pump(), which asks again after each answer.
 */
#include "session/session_inside.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/random.h"
#include "web/push.h"

enum {
    RECV_MAX = 2048,    /* replies are short; a datagram is under 1500 */
    SENDS_A_TURN = 16,  /* then the other sessions have their turn, ... */
    RECVS_A_TURN = 16,  /* ... and the deadlines theirs */
    ACKS_EVERY_MS = 5
};

/* ---- reading and writing ------------------------------------------------- */

/* No event tells that the peer has acknowledged: it must be looked at.  Looked
 * at behind what was read, it has all that came with that, for whoever says
 * something by TCP says with it how much it has got. */
static void tell_acks(struct session *s)
{
    uint64_t now;
    bool known;

    if (s->stream.fd < 0)
        return;
    known = eo_tcp_confirmed(s->stream.fd, s->stream_out, &now);
    if (now <= s->machine->acked && known != s->machine->guessed)
        return;
    tell(s, &(struct proto_event){.kind = PROTO_ACKED,
                                  .channel = PROTO_STREAM,
                                  .len = (size_t)now,
                                  .guessed = !known});
}

/* What there is, then what ended it.  A reset is told only once: behind a send
 * that failed by it, which is failed then, the end of input looks orderly and
 * is not.  False: the stream is over. */
static bool read_stream(struct session *s, int failed)
{
    struct channel *ch = &s->stream;
    uint8_t in[RECV_MAX];

    for (int i = 0; i < RECVS_A_TURN && running(s); i++) {
        const ssize_t n = eo_recv(ch->fd, in, sizeof in);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n <= 0) {
            const int sys = n < 0                  ? errno
                            : failed == ECONNRESET ? failed
                                                   : 0;

            tell_acks(s);
            tell_closed(s, PROTO_STREAM, sys);
            return false;
        }
        show(s, false, in, (size_t)n);
        tell_acks(s);
        tell(s, &(struct proto_event){.kind = PROTO_BYTES,
                                      .channel = PROTO_STREAM,
                                      .data = in,
                                      .len = (size_t)n});
        if ((size_t)n < sizeof in)
            return true;
    }
    return running(s);
}

void eo_session_on_stream(void *ctx, int ready)
{
    struct session *s = ctx;

    /* Input first, always: a refusal is often followed by a reset. */
    if (ready & ESPOTA_READ && read_stream(s, 0))
        tell_acks(s);
    eo_session_pump(s);
}

static void show_sent(struct session *s, const struct proto_want *w, size_t n)
{
    static const uint8_t MASK[] = "(secret)";

    if (w->out_secret)
        show(s, true, MASK, sizeof MASK - 1);
    else
        show(s, true, w->out, n);
    s->bytes_out += n;
}

/* Sends what the machine offers.  False: not now, or never. */
static bool write_stream(struct session *s, const struct proto_want *w)
{
    const struct channel *ch = &s->stream;
    ssize_t n;

    if (w->out_last && !s->said_commit) {
        s->said_commit = true;
        if (s->c.on_commit != NULL && !s->c.on_commit(s->c.ctx)) {
            eo_fail(&s->error, ESPOTA_E_INTERNAL, "the last byte was kept back");
            s->failed = true;
            return false;
        }
    }
    n = eo_send(ch->fd, w->out, w->out_len);
    if (n < 0) {
        const int sys = errno;

        if (sys != EAGAIN && sys != EWOULDBLOCK && read_stream(s, sys))
            tell_closed(s, PROTO_STREAM, sys);
        return false;
    }
    show_sent(s, w, (size_t)n);
    s->stream_out += (size_t)n;
    tell(s, &(struct proto_event){.kind = PROTO_SENT,
                                  .channel = PROTO_STREAM,
                                  .len = (size_t)n});
    return (size_t)n == w->out_len;
}

/* ---- time ---------------------------------------------------------------- */

static void on_clock(void *ctx)
{
    struct session *s = ctx;

    s->clock_runs = false;
    tell(s, &(struct proto_event){.kind = PROTO_TIMEOUT});
    eo_session_pump(s);
}

static void on_acks(void *ctx)
{
    struct session *s = ctx;

    tell_acks(s);
    eo_session_pump(s);
}

static void match_timers(struct session *s, const struct proto_want *w)
{
    if (!s->clock_runs || w->clock != s->clock_seen) {
        s->clock_seen = w->clock;
        s->clock_runs = true;
        eo_timer_start(s->c.loop, &s->clock, w->timeout_ms, on_clock, s);
    }
    if (!w->watch_acks || s->machine->acked == s->stream_out)
        eo_timer_stop(s->c.loop, &s->acks);
    else if (!s->acks.running)
        eo_timer_start(s->c.loop, &s->acks, ACKS_EVERY_MS, on_acks, s);
}

/* ---- making reality match ------------------------------------------------ */

static void close_all(struct session *s)
{
    eo_timer_stop(s->c.loop, &s->begin);
    eo_timer_stop(s->c.loop, &s->clock);
    eo_timer_stop(s->c.loop, &s->acks);
    eo_session_close_channels(s);
}

/* Datagrams are never left over: the kernel takes or loses them. */
static void match_datagram(struct session *s)
{
    struct proto_want w;

    eo_session_want(s, &w);
    if (w.out_on != PROTO_DATAGRAM || w.out_len == 0)
        return;
    eo_callback_send(s->callback, w.out, w.out_len);
    show_sent(s, &w, w.out_len);
    tell(s, &(struct proto_event){.kind = PROTO_SENT,
                                  .channel = PROTO_DATAGRAM,
                                  .len = w.out_len});
}

static void match_stream(struct session *s)
{
    struct channel *ch = &s->stream;
    struct proto_want w;

    eo_session_want(s, &w);
    for (int i = 0; i < SENDS_A_TURN && w.out_len > 0; i++) {
        if (!write_stream(s, &w) || !running(s))
            break;
        eo_session_want(s, &w);
    }
    if (!running(s))
        return;
    eo_session_want(s, &w);
    if (w.half_close && w.out_len == 0 && !s->half_closed) {
        shutdown(ch->fd, SHUT_WR);
        s->half_closed = true;
    }
    eo_watch_want(ch->watch, ESPOTA_READ | (w.out_len > 0 ? ESPOTA_WRITE : 0));
}

void eo_session_pump(struct session *s)
{
    struct proto_want w;

    eo_session_want(s, &w);
    if (running(s))
        eo_session_match_channels(s, w.open);
    if (running(s) && s->callback != NULL)
        match_datagram(s);
    if (running(s) && s->stream.fd >= 0)
        match_stream(s);
    eo_session_want(s, &w);
    /* Connecting has its own deadline; those whose port it is waiting for have
     * theirs. */
    if (running(s) && s->race == NULL && !eo_session_queues(s))
        match_timers(s, &w);
    if (!running(s))
        close_all(s);
    s->c.on_change(s->c.ctx); /* may free s */
}

static void on_begin(void *ctx)
{
    struct session *s = ctx;

    if (s->c.connected) {
        s->peer = &s->addr[0];
        eo_session_opened(s, s->stream.fd);
    }
    eo_session_pump(s);
}

/* ---- as a session --------------------------------------------------------- */

static enum proto_status machine_status(const struct session *s)
{
    return s->failed ? PROTO_FAILED : s->machine->status;
}

static const struct espota_error *machine_error(const struct session *s)
{
    return s->failed ? &s->error : &s->machine->error;
}

static void machine_want(const struct session *s, struct proto_want *w)
{
    s->machine->ops->want(s->machine, w);
}

static bool machine_connecting(const struct session *s)
{
    return s->race != NULL || s->begin.running || eo_session_queues(s);
}

static bool machine_committed(const struct session *s)
{
    return s->machine->committed;
}

static bool machine_confirmed(const struct session *s)
{
    return s->machine->committed && eo_proto_confirmed(s->machine);
}

static bool machine_accepted(const struct session *s)
{
    return s->machine->accepted;
}

static uint64_t machine_bytes_out(const struct session *s)
{
    return s->bytes_out;
}

static const struct addr *machine_peer(const struct session *s)
{
    return s->peer;
}

static void machine_free(struct session *s)
{
    close_all(s);
    if (s->machine != NULL)
        eo_wipe(s->machine, s->c.ops->size);
    eo_wipe(&s->job, sizeof s->job);
    eo_free(s->machine);
    eo_free(s->addr);
    eo_free(s);
}

static const struct session_ops MACHINE = {
    .status = machine_status,
    .error = machine_error,
    .want = machine_want,
    .connecting = machine_connecting,
    .committed = machine_committed,
    .confirmed = machine_confirmed,
    .accepted = machine_accepted,
    .bytes_out = machine_bytes_out,
    .peer = machine_peer,
    .free = machine_free,
};

static struct session *machine_start(const struct session_config *c)
{
    struct session *s = eo_calloc(1, sizeof *s);

    if (s == NULL) {
        if (c->connected)
            close(c->fd);
        return NULL;
    }
    s->ops = &MACHINE;
    s->c = *c;
    s->stream.fd = c->connected ? c->fd : -1;
    s->job = *c->job;
    s->addr = eo_calloc(c->n_addr, sizeof *s->addr);
    s->machine = eo_calloc(1, c->ops->size);
    if (s->addr == NULL || s->machine == NULL ||
        eo_random(s->job.entropy, sizeof s->job.entropy) != 0)
        goto fail;
    memcpy(s->addr, c->addr, c->n_addr * sizeof *s->addr);
    eo_proto_start(s->machine, c->ops, &s->job);
    eo_timer_start(c->loop, &s->begin, 0, on_begin, s);
    return s;
fail:
    machine_free(s);
    return NULL;
}

/* ---- outside ------------------------------------------------------------- */

struct session *eo_session_start(const struct session_config *c)
{
    if (c->job->web != NULL)
        return eo_http_push_start(c);
    return machine_start(c);
}

static const struct session_ops *ops_of(const struct session *s)
{
    return *(const struct session_ops *const *)(const void *)s;
}

enum proto_status eo_session_status(const struct session *s)
{
    return ops_of(s)->status(s);
}

const struct espota_error *eo_session_error(const struct session *s)
{
    return ops_of(s)->error(s);
}

void eo_session_want(const struct session *s, struct proto_want *w)
{
    ops_of(s)->want(s, w);
}

bool eo_session_connecting(const struct session *s)
{
    return ops_of(s)->connecting(s);
}

bool eo_session_committed(const struct session *s)
{
    return ops_of(s)->committed(s);
}

bool eo_session_confirmed(const struct session *s)
{
    return ops_of(s)->confirmed(s);
}

bool eo_session_accepted(const struct session *s)
{
    return ops_of(s)->accepted(s);
}

uint64_t eo_session_bytes_out(const struct session *s)
{
    return ops_of(s)->bytes_out(s);
}

const struct addr *eo_session_peer(const struct session *s)
{
    return ops_of(s)->peer(s);
}

void eo_session_free(struct session *s)
{
    if (s != NULL)
        ops_of(s)->free(s);
}
