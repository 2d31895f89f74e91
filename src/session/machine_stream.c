/* machine_stream.c -- what a session's machine sends and receives by TCP. */
#include "session/machine_inside.h"

#include <errno.h>

enum {
    RECV_MAX = 2048,   /* replies are short; a datagram is under 1500 */
    SENDS_A_TURN = 16, /* after this the other sessions get their turn, ... */
    RECVS_A_TURN = 16  /* ... and after this the deadlines */
};

/* Asked after reading, so that it includes what came along: every TCP segment
 * says how much its sender has received. */
void eo_machine_tell_acks(struct machine_session *s)
{
    uint64_t now;
    bool known;

    if (s->stream.fd < 0)
        return;
    known = eo_tcp_confirmed(s->stream.fd, s->stream_out, &now);
    if (now <= s->machine->acked && known != s->machine->guessed)
        return;
    machine_tell(s, &(struct proto_event){.kind = PROTO_ACKED,
                                          .channel = PROTO_STREAM,
                                          .len = (size_t)now,
                                          .guessed = !known});
}

/* What was received first, then what ended it.  A reset is reported only once:
 * after a send that failed by it (failed is set), the end of input looks
 * orderly and is not.  False: the stream is over. */
bool eo_machine_read(struct machine_session *s, int failed)
{
    struct channel *ch = &s->stream;
    uint8_t in[RECV_MAX];

    for (int i = 0; i < RECVS_A_TURN && machine_runs(s); i++) {
        const ptrdiff_t n = eo_recv(ch->fd, in, sizeof in);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n <= 0) {
            const int sys = n < 0 ? errno : failed == ECONNRESET ? failed : 0;

            eo_machine_tell_acks(s);
            machine_tell_closed(s, PROTO_STREAM, sys);
            return false;
        }
        machine_show(s, false, in, (size_t)n);
        eo_machine_tell_acks(s);
        machine_tell(s, &(struct proto_event){.kind = PROTO_BYTES,
                                              .channel = PROTO_STREAM,
                                              .data = in,
                                              .len = (size_t)n});
        if ((size_t)n < sizeof in)
            return true;
    }
    return machine_runs(s);
}

void eo_machine_show_sent(struct machine_session *s, const struct proto_want *w,
                          size_t n)
{
    static const uint8_t MASK[] = "(secret)";

    if (w->out_secret)
        machine_show(s, true, MASK, sizeof MASK - 1);
    else
        machine_show(s, true, w->out, n);
    s->base.bytes_out += n;
}

/* Sends what the machine offers.  False: not now, or never. */
static bool write_stream(struct machine_session *s, const struct proto_want *w)
{
    const struct channel *ch = &s->stream;
    ptrdiff_t n;

    if (w->out_last && !s->said_commit) {
        s->said_commit = true;
        if (s->base.c.on_commit != NULL &&
            !s->base.c.on_commit(s->base.c.ctx)) {
            eo_fail(&s->base.error, ESPOTA_E_INTERNAL,
                    "the last byte was kept back");
            s->failed = true;
            return false;
        }
    }
    n = eo_send(ch->fd, w->out, w->out_len);
    if (n < 0) {
        const int sys = errno;

        if (sys != EAGAIN && sys != EWOULDBLOCK && eo_machine_read(s, sys))
            machine_tell_closed(s, PROTO_STREAM, sys);
        return false;
    }
    eo_machine_show_sent(s, w, (size_t)n);
    s->stream_out += (size_t)n;
    machine_tell(s, &(struct proto_event){.kind = PROTO_SENT,
                                          .channel = PROTO_STREAM,
                                          .len = (size_t)n});
    return (size_t)n == w->out_len;
}

void eo_machine_match_stream(struct machine_session *s)
{
    struct channel *ch = &s->stream;
    struct proto_want w;

    machine_want(s, &w);
    for (int i = 0; i < SENDS_A_TURN && w.out_len > 0; i++) {
        if (!write_stream(s, &w) || !machine_runs(s))
            break;
        machine_want(s, &w);
    }
    if (!machine_runs(s))
        return;
    machine_want(s, &w);
    if (w.half_close && w.out_len == 0 && !s->half_closed) {
        eo_sock_finish(ch->fd);
        s->half_closed = true;
    }
    eo_watch_want(ch->watch, ESPOTA_READ | (w.out_len > 0 ? ESPOTA_WRITE : 0));
}
