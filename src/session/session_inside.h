/* session_inside.h -- a session of a machine, for the two files it is made of:
 * session_open.c opens and closes its channels, session.c does the rest.
 */
#ifndef EO_SESSION_INSIDE_H
#define EO_SESSION_INSIDE_H

#include "net/race.h"
#include "session/callback.h"
#include "session/session.h"

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
    uint16_t invited_to; /* our port that the device was told; 0: none */
    struct callback *callback; /* DATAGRAM and LISTENER, which go together */
    struct timer begin, clock, acks;
    bool clock_runs, half_closed, said_commit;
    unsigned clock_seen;
    unsigned strangers; /* turned away */
    uint64_t bytes_out, stream_out;
    struct espota_error error; /* of connecting: the machine never sees it */
    bool failed;
    struct proto *machine;
};

/* Makes reality match what the machine wants; may free the session. */
void eo_session_pump(struct session *);
/* The stream can be read or written; a watch_fn. */
void eo_session_on_stream(void *session, int ready);

/* fd is the stream now. */
void eo_session_opened(struct session *, int fd);
/* Opens and closes channels until they are those wanted. */
void eo_session_match_channels(struct session *, unsigned wanted);
void eo_session_close_channels(struct session *);

/* It waits for a port at which it can be called back. */
static inline bool eo_session_queues(const struct session *s)
{
    return s->callback != NULL && s->stream.fd < 0 &&
           eo_callback_port(s->callback) == 0;
}

/* ---- events -------------------------------------------------------------- */

static inline bool running(const struct session *s)
{
    return eo_session_status(s) == PROTO_RUNNING;
}

static inline void tell(struct session *s, const struct proto_event *ev)
{
    if (running(s))
        eo_proto_step(s->machine, ev);
}

static inline void tell_closed(struct session *s, enum proto_channel which, int sys)
{
    tell(s, &(struct proto_event){
                .kind = PROTO_CLOSED,
                .channel = which,
                .sys = sys,
                .rtt_ms = which == PROTO_STREAM && s->stream.fd >= 0
                              ? eo_tcp_rtt_ms(s->stream.fd)
                              : 0});
}

static inline void give_up(struct session *s, const struct espota_error *err)
{
    s->error = *err;
    s->failed = true;
}

static inline void show(struct session *s, bool out, const uint8_t *bytes, size_t len)
{
    if (s->c.on_bytes != NULL)
        s->c.on_bytes(s->c.ctx, out, bytes, len);
}

static inline void no_memory(struct session *s)
{
    eo_fail(&s->error, ESPOTA_E_INTERNAL, "out of memory");
    s->failed = true;
}

#endif
