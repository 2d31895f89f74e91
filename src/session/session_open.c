/* session_open.c -- the channels of a session: a connection raced for, or a
 * device that calls back.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "session/session_inside.h"

enum {
    SMALL_BUFFER = 8192,
    STRANGERS_NAMED = 3 /* whoever calls in a loop fills no log */
};

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

void eo_session_opened(struct session *s, int fd)
{
    struct addr local;

    eo_tcp_keep_asking(fd);
    s->stream.fd = fd;
    s->stream.watch =
        eo_watch_new(s->c.loop, fd, ESPOTA_READ, eo_session_on_stream, s);
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
        eo_session_pump(s);
        return;
    }
    for (size_t i = 0; i < s->c.n_addr; i++)
        if (memcmp(&s->addr[i].sa, &winner->sa, winner->len) == 0)
            s->peer = &s->addr[i];
    eo_session_opened(s, fd);
    eo_race_free(s->race);
    s->race = NULL;
    eo_session_pump(s);
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
    eo_session_pump(s);
}

static void on_unreachable(void *ctx, int sys)
{
    struct session *s = ctx;

    tell(s, &(struct proto_event){.kind = PROTO_CLOSED,
                                  .channel = PROTO_DATAGRAM,
                                  .sys = sys,
                                  .refused = sys == ECONNREFUSED});
    eo_session_pump(s);
}

static void on_called(void *ctx, int fd)
{
    struct session *s = ctx;
    uint64_t none;

    /* Where nothing tells what is unacknowledged, the kernel must not take
     * much more than that. */
    if (!eo_tcp_confirmed(fd, 0, &none))
        eo_sock_send_buffer(fd, SMALL_BUFFER);
    eo_session_opened(s, fd);
    eo_session_pump(s);
}

static void on_stranger(void *ctx, const struct addr *who)
{
    struct session *s = ctx;
    char text[ADDR_TEXT], line[ADDR_TEXT + 120];
    struct text t;

    if (++s->strangers > STRANGERS_NAMED)
        return;
    eo_addr_text(who, true, text);
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s is not the device, but connected in its place: turned "
                    "away%s", text,
                s->strangers == STRANGERS_NAMED
                    ? ", like all that follow, of whom nothing more is said"
                    : "");
    if (s->c.on_warning != NULL)
        s->c.on_warning(s->c.ctx, "stranger", line);
}

static void tell_callback(struct session *s)
{
    char local[ADDR_TEXT];

    s->invited_to = eo_callback_port(s->callback);
    eo_addr_text(eo_callback_local(s->callback), false, local);
    tell(s, &(struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_LISTENER,
                                  .port = eo_callback_port(s->callback)});
    tell(s, &(struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_DATAGRAM,
                                  .local = local});
}

static void on_port(void *ctx, const struct espota_error *err)
{
    struct session *s = ctx;

    if (err != NULL)
        give_up(s, err);
    else
        tell_callback(s);
    eo_session_pump(s);
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
    s->peer = to_invite(s);
    if (eo_callback_new(&s->callback,
                        &(struct callback_config){
                            .loop = s->c.loop,
                            .listeners = s->c.listeners,
                            .device = s->peer,
                            .bind = s->c.bind,
                            .port_min = s->c.port_min,
                            .port_max = s->c.port_max,
                            .on_port = on_port,
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
    if (!eo_session_queues(s))
        tell_callback(s);
}

void eo_session_match_channels(struct session *s, unsigned wanted)
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

/* Whoever was invited, and has neither called nor given up, may still do so:
 * that is no call of the next one at its address. */
static void tell_of_calls(struct session *s)
{
    struct proto_want w;

    if (s->invited_to == 0)
        return;
    eo_session_want(s, &w);
    if (s->machine->accepted)
        eo_await_settled(s->c.listeners, s->peer);
    else if (w.calls > 0)
        eo_await_late(s->c.listeners, s->peer, s->invited_to, w.calls,
                      s->c.port_min != 0);
    s->invited_to = 0;
}

void eo_session_close_channels(struct session *s)
{
    tell_of_calls(s);
    eo_race_free(s->race);
    s->race = NULL;
    eo_callback_free(s->callback);
    s->callback = NULL;
    shut(&s->stream);
}
