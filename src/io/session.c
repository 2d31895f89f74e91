/* session.c -- one machine, its channels and its timer.
 *
 * Every event goes through tell(); everything a machine wants is done in
 * pump(), which asks again after each answer.
 */
#include "io/session.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "crypto/random.h"
#include "io/callback.h"
#include "io/http_push.h"
#include "io/race.h"

enum {
    RECV_MAX = 2048,    /* replies are short; a datagram is under 1500 */
    SENDS_A_TURN = 16,  /* then the other sessions have their turn */
    ACKS_EVERY_MS = 5,
    SMALL_BUFFER = 8192
};

struct channel {
    int fd; /* -1: closed */
    struct watch *watch;
};

struct session {
    const struct session_ops *ops; /* first */
    struct session_config c;
    struct proto_job job;
    struct addr *addr;
    const struct addr *peer;
    struct race *race;
    struct channel stream;
    struct callback *callback; /* DATAGRAM and LISTENER, which go together */
    struct timer begin, clock, acks;
    bool clock_runs, half_closed, said_commit;
    unsigned clock_seen;
    uint64_t bytes_out, stream_out, acked;
    struct espota_error error; /* of connecting: the machine never sees it */
    bool failed;
    struct proto *machine;
};

static void pump(struct session *);

/* ---- events -------------------------------------------------------------- */

static bool running(const struct session *s)
{
    return eo_session_status(s) == PROTO_RUNNING;
}

static void tell(struct session *s, const struct proto_event *ev)
{
    if (running(s))
        s->machine->ops->step(s->machine, ev);
}

static void tell_closed(struct session *s, enum proto_channel which, int sys)
{
    tell(s, &(struct proto_event){
                .kind = PROTO_CLOSED, .channel = which, .sys = sys});
}

static void give_up(struct session *s, const struct espota_error *err)
{
    s->error = *err;
    s->failed = true;
}

static void show(struct session *s, bool out, const uint8_t *bytes, size_t len)
{
    if (s->c.on_bytes != NULL)
        s->c.on_bytes(s->c.ctx, out, bytes, len);
}

/* ---- channels ------------------------------------------------------------ */

/* Politely: what the peer still says is read, so that the close is a FIN and
 * not a reset that could overtake what it has not read yet. */
static void shut(struct channel *ch)
{
    uint8_t unread[512];

    if (ch->fd < 0)
        return;
    eo_watch_free(ch->watch);
    ch->watch = NULL;
    shutdown(ch->fd, SHUT_WR);
    for (int i = 0; i < 64 && eo_recv(ch->fd, unread, sizeof unread) > 0; i++)
        continue;
    close(ch->fd);
    ch->fd = -1;
}

static void on_stream(void *ctx, int ready);

static void no_memory(struct session *s)
{
    eo_fail(&s->error, ESPOTA_E_INTERNAL, "out of memory");
    s->failed = true;
}

static void stream_opened(struct session *s, int fd)
{
    struct addr local;

    s->stream.fd = fd;
    s->stream.watch =
        eo_watch_new(s->c.loop, fd, ESPOTA_READ, on_stream, s);
    if (s->stream.watch == NULL)
        no_memory(s);
    tell(s, &(struct proto_event){
                .kind = PROTO_OPENED,
                .channel = PROTO_STREAM,
                .port = eo_sock_local(fd, &local) == 0 ? eo_addr_port(&local)
                                                       : 0});
}

static void on_connected(void *ctx, int fd, const struct addr *winner,
                         const struct espota_error *err)
{
    struct session *s = ctx;

    if (fd < 0) {
        give_up(s, err);
        pump(s);
        return;
    }
    for (size_t i = 0; i < s->c.n_addr; i++)
        if (memcmp(&s->addr[i].sa, &winner->sa, winner->len) == 0)
            s->peer = &s->addr[i];
    stream_opened(s, fd);
    eo_race_free(s->race);
    s->race = NULL;
    pump(s);
}

static void open_stream(struct session *s)
{
    s->race = eo_race_start(s->c.loop, s->addr, s->c.n_addr, s->c.bind,
                            s->c.connect_ms, on_connected, s);
    if (s->race == NULL)
        no_memory(s);
}

/* ---- channels: being called back ----------------------------------------- */

static void on_datagram(void *ctx, const uint8_t *bytes, size_t len)
{
    struct session *s = ctx;

    show(s, false, bytes, len);
    tell(s, &(struct proto_event){.kind = PROTO_BYTES,
                                  .channel = PROTO_DATAGRAM,
                                  .data = bytes,
                                  .len = len});
    pump(s);
}

static void on_unreachable(void *ctx, int sys)
{
    struct session *s = ctx;

    tell(s, &(struct proto_event){.kind = PROTO_CLOSED,
                                  .channel = PROTO_DATAGRAM,
                                  .sys = sys,
                                  .refused = sys == ECONNREFUSED});
    pump(s);
}

static void on_called(void *ctx, int fd)
{
    struct session *s = ctx;

    /* Where nothing tells what is unacknowledged, the kernel must not take
     * much more than that. */
    if (eo_tcp_unacked(fd) < 0)
        eo_sock_send_buffer(fd, SMALL_BUFFER);
    stream_opened(s, fd);
    pump(s);
}

static void on_stranger(void *ctx, const struct addr *who)
{
    const struct session *s = ctx;
    char text[ADDR_TEXT], line[ADDR_TEXT + 80];
    struct text t;

    eo_addr_text(who, true, text);
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s is not the device, but connected in its place: turned "
                    "away", text);
    if (s->c.on_warning != NULL)
        s->c.on_warning(s->c.ctx, "stranger", line);
}

/* Devices of this kind speak IPv4, whatever else their name leads to. */
static const struct addr *to_invite(const struct session *s)
{
    for (size_t i = 0; i < s->c.n_addr; i++)
        if (s->addr[i].sa.ss_family == AF_INET)
            return &s->addr[i];
    return &s->addr[0];
}

static void open_callback(struct session *s)
{
    char local[ADDR_TEXT];

    s->peer = to_invite(s);
    if (eo_callback_new(&s->callback,
                        &(struct callback_config){
                            .loop = s->c.loop,
                            .device = s->peer,
                            .bind = s->c.bind,
                            .port_min = s->c.port_min,
                            .port_max = s->c.port_max,
                            .on_datagram = on_datagram,
                            .on_unreachable = on_unreachable,
                            .on_called = on_called,
                            .on_stranger = on_stranger,
                            .ctx = s,
                        },
                        &s->error) != 0) {
        s->failed = true;
        return;
    }
    eo_addr_text(eo_callback_local(s->callback), false, local);
    tell(s, &(struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_LISTENER,
                                  .port = eo_callback_port(s->callback)});
    tell(s, &(struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_DATAGRAM,
                                  .local = local});
}

static void match_channels(struct session *s, unsigned wanted)
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
    if ((wanted & 1u << PROTO_STREAM) && s->stream.fd < 0 &&
        s->race == NULL && s->peer == NULL)
        open_stream(s);
}

/* ---- reading and writing ------------------------------------------------- */

/* No event tells that the peer has acknowledged: it must be looked at. */
static void tell_acks(struct session *s)
{
    struct proto_want w;
    long left;
    uint64_t now;

    eo_session_want(s, &w);
    if (!w.watch_acks || s->stream.fd < 0)
        return;
    left = eo_tcp_unacked(s->stream.fd);
    now = s->stream_out - (left > 0 ? (uint64_t)left : 0);

    if (now <= s->acked)
        return;
    s->acked = now;
    tell(s, &(struct proto_event){.kind = PROTO_ACKED,
                                  .channel = PROTO_STREAM,
                                  .len = (size_t)now});
}

/* All there is, then what ended it.  False: the stream is over. */
static bool read_stream(struct session *s)
{
    struct channel *ch = &s->stream;
    uint8_t in[RECV_MAX];

    while (running(s)) {
        const ssize_t n = eo_recv(ch->fd, in, sizeof in);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n <= 0) {
            const int sys = n < 0 ? errno : 0;

            tell_acks(s);
            tell_closed(s, PROTO_STREAM, sys);
            return false;
        }
        show(s, false, in, (size_t)n);
        tell(s, &(struct proto_event){.kind = PROTO_BYTES,
                                      .channel = PROTO_STREAM,
                                      .data = in,
                                      .len = (size_t)n});
        if ((size_t)n < sizeof in)
            return true;
    }
    return false;
}

static void on_stream(void *ctx, int ready)
{
    struct session *s = ctx;

    /* Input first, always: a refusal is often followed by a reset. */
    if (ready & ESPOTA_READ && read_stream(s))
        tell_acks(s);
    pump(s);
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
        if (s->c.on_commit != NULL)
            s->c.on_commit(s->c.ctx);
    }
    n = eo_send(ch->fd, w->out, w->out_len);
    if (n < 0) {
        const int sys = errno;

        if (sys != EAGAIN && sys != EWOULDBLOCK && read_stream(s))
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
    pump(s);
}

static void on_acks(void *ctx)
{
    struct session *s = ctx;

    tell_acks(s);
    pump(s);
}

static void match_timers(struct session *s, const struct proto_want *w)
{
    int rc = 0;

    if (!s->clock_runs || w->clock != s->clock_seen) {
        s->clock_seen = w->clock;
        s->clock_runs = true;
        rc = eo_timer_start(s->c.loop, &s->clock, w->timeout_ms, on_clock, s);
    }
    if (!w->watch_acks || s->acked == s->stream_out)
        eo_timer_stop(s->c.loop, &s->acks);
    else if (s->acks.slot == 0)
        rc |= eo_timer_start(s->c.loop, &s->acks, ACKS_EVERY_MS, on_acks, s);
    if (rc != 0)
        no_memory(s);
}

/* ---- making reality match ------------------------------------------------ */

static void close_all(struct session *s)
{
    eo_timer_stop(s->c.loop, &s->begin);
    eo_timer_stop(s->c.loop, &s->clock);
    eo_timer_stop(s->c.loop, &s->acks);
    eo_race_free(s->race);
    s->race = NULL;
    eo_callback_free(s->callback);
    s->callback = NULL;
    shut(&s->stream);
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

static void pump(struct session *s)
{
    struct proto_want w;

    eo_session_want(s, &w);
    if (running(s))
        match_channels(s, w.open);
    if (running(s) && s->callback != NULL)
        match_datagram(s);
    if (running(s) && s->stream.fd >= 0)
        match_stream(s);
    eo_session_want(s, &w);
    /* Connecting has its own deadline. */
    if (running(s) && s->race == NULL)
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
        stream_opened(s, s->stream.fd);
    }
    pump(s);
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
    return s->race != NULL || s->begin.slot != 0;
}

static bool machine_committed(const struct session *s)
{
    return s->machine->committed;
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
    if (eo_timer_start(c->loop, &s->begin, 0, on_begin, s) != 0)
        goto fail;
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
