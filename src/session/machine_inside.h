/* machine_inside.h -- a session of a machine, for the two files it is made of:
 * machine_stream.c speaks by TCP, machine.c does the rest and calls it.
 */
#ifndef EO_MACHINE_INSIDE_H
#define EO_MACHINE_INSIDE_H

#include "net/race.h"
#include "session/callback.h"
#include "session/machine.h"

struct channel {
    os_socket fd; /* none: closed */
    struct watch *watch;
};

struct machine_session {
    struct session base; /* its error is from connecting: no machine sees it */
    const struct proto_ops *ops;
    struct race *race;
    struct channel stream;
    uint16_t invited_to; /* our port, as told to the device; 0: none */
    struct callback *callback; /* DATAGRAM and LISTENER, which go together */
    struct timer begin, clock, acks;
    bool clock_runs, half_closed, said_commit;
    unsigned clock_seen;
    unsigned strangers; /* turned away */
    uint64_t stream_out;
    bool failed; /* with base.error */
    struct proto *machine;
};

/* No event tells that the peer has acknowledged: it must be polled. */
void eo_machine_tell_acks(struct machine_session *);
/* Passes on what was received, and what ended the stream; failed: the errno of
 * a send that failed.  False: the stream is over. */
bool eo_machine_read(struct machine_session *, int failed);
/* Bytes of want.out have left. */
void eo_machine_show_sent(struct machine_session *, const struct proto_want *,
                          size_t n);
/* Sends what the machine offers, ends our side if it wants that, and watches
 * for what comes next. */
void eo_machine_match_stream(struct machine_session *);

/* ---- events -------------------------------------------------------------- */

static inline enum proto_status machine_status(const struct machine_session *s)
{
    return s->failed ? PROTO_FAILED : s->machine->status;
}

static inline bool machine_runs(const struct machine_session *s)
{
    return machine_status(s) == PROTO_RUNNING;
}

static inline void machine_want(const struct machine_session *s,
                                struct proto_want *w)
{
    s->machine->ops->want(s->machine, w);
}

static inline void machine_tell(struct machine_session *s,
                                const struct proto_event *ev)
{
    if (machine_runs(s))
        eo_proto_step(s->machine, ev);
}

static inline void machine_tell_closed(struct machine_session *s,
                                       enum proto_channel which, int sys)
{
    machine_tell(s, &(struct proto_event){
                        .kind = PROTO_CLOSED,
                        .channel = which,
                        .sys = sys,
                        .rtt_ms = which == PROTO_STREAM && s->stream.fd >= 0
                                      ? eo_tcp_rtt_ms(s->stream.fd)
                                      : 0});
}

static inline void machine_show(struct machine_session *s, bool out,
                                const uint8_t *bytes, size_t len)
{
    if (s->base.c.on_bytes != NULL)
        s->base.c.on_bytes(s->base.c.ctx, out, bytes, len);
}

#endif
