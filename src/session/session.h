/* session.h -- one conversation that brings an image into a device, whatever
 * carries it.  A session of a machine is started by session/machine.h, one
 * with a web page by web/push.h; everything else is the same for both.
 */
#ifndef EO_SESSION_H
#define EO_SESSION_H

#include "net/listener.h"
#include "proto/proto.h"

struct session;

struct session_config {
    struct espota_loop *loop;
    const struct proto_job *job; /* copied; what it points at is borrowed */
    const struct addr *addr;     /* of the device, with ports; copied */
    size_t n_addr;
    bool connected;      /* fd is a stream to addr[0]: it belongs to the
                            session from now on, even if that cannot start */
    os_socket fd;
    const char *bind;    /* local address or interface; NULL: any; borrowed */
    uint32_t connect_ms; /* how long to wait for a connection */
    struct listeners *listeners; /* of the loop; NULL: no LISTENER is wanted */
    uint16_t port_min, port_max; /* for a LISTENER; 0: any free port */

    /* Called after every event, but never from within the start; and only once
     * after status() has stopped being PROTO_RUNNING. The session may be freed
     * in it. */
    void (*on_change)(void *ctx);
    /* Called once, before the image's last byte is given to the kernel: from
     * then on the outcome may be unknown.  False: it must not be sent, and the
     * session fails (INTERNAL).  NULL: nobody listens. */
    bool (*on_commit)(void *ctx);
    /* A warning for people: code is a word.  NULL: nobody listens. */
    void (*on_warning)(void *ctx, const char *code, const char *text,
                       enum espota_advice);
    /* For -vvv: bytes that were sent (out) or received; those of secrets are
     * masked.  NULL: nobody listens. */
    void (*on_bytes)(void *ctx, bool out, const uint8_t *, size_t len);
    void *ctx;
};

/* What each kind of session implements. */
struct session_ops {
    enum proto_status (*status)(const struct session *);
    const struct espota_error *(*error)(const struct session *);
    void (*want)(const struct session *, struct proto_want *);
    bool (*connecting)(const struct session *);
    bool (*committed)(const struct session *);
    bool (*confirmed)(const struct session *);
    bool (*accepted)(const struct session *);
    /* Closes what is open, wipes what was secret, and frees the struct it is
     * embedded in; with eo_session_drop(). */
    void (*free)(struct session *);
};

/* The first member of each kind of session. */
struct session {
    const struct session_ops *ops;
    struct session_config c; /* its job and addr belong to the caller; ours
                                are: */
    struct proto_job job;
    struct addr *addr;       /* c.n_addr of them */
    const struct addr *peer; /* of them, the one that answered; or NULL */
    uint64_t bytes_out;
    struct espota_error error;
};

/* For each kind: sets up what all have.  -1: no memory; it must still be
 * dropped. */
int eo_session_init(struct session *, const struct session_ops *,
                    const struct session_config *) EO_MUST_CHECK;
void eo_session_drop(struct session *);

/* ---- for whoever started one --------------------------------------------- */

enum proto_status eo_session_status(const struct session *);
const struct espota_error *eo_session_error(const struct session *);
void eo_session_want(const struct session *, struct proto_want *);
/* While channels are being opened, the machine has no phase yet. */
bool eo_session_connecting(const struct session *);
/* The last byte of the image has left. */
bool eo_session_committed(const struct session *);
/* The device's TCP has confirmed it. */
bool eo_session_confirmed(const struct session *);
/* The device has said that it took the image; only the goodbye follows.  That
 * stays true, whatever status() says. */
bool eo_session_accepted(const struct session *);
uint64_t eo_session_bytes_out(const struct session *);
/* The address that answered; NULL: none yet. */
const struct addr *eo_session_peer(const struct session *);

/* Closes what is open and wipes the machine.  NULL is fine. */
void eo_session_free(struct session *);

#endif
