/* proto.h -- what a protocol machine is.
 *
 * A machine is a struct in memory.  It has no socket, no clock, no heap and no
 * random source.  Things happen to it through step(); what it would like to
 * happen next is read from want().  The session driver (session/machine.c) is the
 * only code that turns a want into a system call.
 */
#ifndef EO_PROTO_H
#define EO_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/fleet.h>

#include "base/err.h"
#include "image/image.h"

enum proto_channel {
    PROTO_STREAM,   /* TCP with the device, whoever connected */
    PROTO_DATAGRAM, /* UDP, connected to the device */
    PROTO_LISTENER, /* TCP, waiting for the device alone; becomes the STREAM */
    PROTO_CHANNELS
};

/* What happened. */
enum proto_event_kind {
    PROTO_OPENED,  /* the channel is ready; .port is its local port, and
                      .local the local address of a DATAGRAM, which is the one
                      that the device sees */
    PROTO_BYTES,   /* .data[.len] arrived (a datagram: all of it); borrowed for
                      this call */
    PROTO_SENT,    /* the kernel took the first .len bytes of want.out */
    PROTO_ACKED,   /* the peer's TCP has confirmed .len stream bytes in all
                      (.guessed: this system cannot tell, so all that were sent
                      count); told before BYTES and CLOSED of the stream, and
                      now and then while want.watch_acks */
    PROTO_CLOSED,  /* the peer is gone; .sys is an errno, or 0 for EOF.  A
                      DATAGRAM stays open: something between says that it
                      cannot be reached (.refused: itself) */
    PROTO_TIMEOUT, /* want.timeout_ms passed since want.clock last changed */
};

struct proto_event {
    enum proto_event_kind kind;
    enum proto_channel channel;
    const uint8_t *data;
    size_t len;
    uint16_t port;
    const char *local; /* borrowed for this call */
    int sys;
    bool guessed;
    bool refused; /* the device is there, and nobody listens on the port */
    uint32_t rtt_ms; /* CLOSED, of a STREAM: the round trip; 0: not known */
};

/* What should happen next.  Valid until the next step(). */
struct proto_want {
    unsigned open; /* channels that must be open: 1u << channel.  One that is
                      open and not wanted is closed (a STREAM politely) */
    enum proto_channel out_on;
    const uint8_t *out; /* send this ... */
    size_t out_len;
    bool out_secret;     /* it proves a password: never log it */
    bool out_last;       /* the image's last byte is in it */
    bool half_close;     /* once all is sent, close our side of the stream */
    bool watch_acks;     /* report PROTO_ACKED for the stream */
    unsigned calls;      /* that an invited device may still make */
    uint32_t timeout_ms; /* ... send PROTO_TIMEOUT if this much time passes
                            ... */
    unsigned clock;      /* ... since this number changed */

    enum espota_phase phase;
    const char *doing; /* "writing flash": words for people */
    size_t done, total; /* image bytes through, and in all, as they travel */
    const struct espota_hello *hello; /* once known; else NULL */
    const char *note; /* for -v: the last thing learnt, or NULL; a new note
                         is a new pointer */
    const char *cleartext; /* for everybody: the image goes in the clear, and
                              need not; static, or NULL */
    bool password_sent; /* or what proves it */
};

enum proto_status { PROTO_RUNNING, PROTO_DONE, PROTO_FAILED };

/* The job: everything a machine is given.  Borrowed until it has ended. */
struct proto_job {
    const struct espota_image *image;
    const char *password;   /* NULL: none given; "" is a password */
    const uint8_t *key;     /* NOISE_KEY bytes: encrypt, or fail; NULL: none
                               given */
    struct espota_how how;
    uint32_t answer_ms;     /* longest wait for one answer while negotiating */
    bool careful;           /* the previous attempt broke off in the data */
    uint32_t stall_ms;      /* longest silence afterwards */
    uint8_t entropy[64];    /* fresh for each run */
};

struct proto {
    const struct proto_ops *ops;
    enum proto_status status;
    bool committed; /* the last byte of the image has left: never send again */
    bool accepted;  /* the device said that it took the image, and had it */
    struct espota_error error; /* set once status is PROTO_FAILED */
    uint64_t sent, acked;      /* stream bytes; eo_proto_step() counts them */
    bool guessed;              /* acked is: nobody can tell */
};

struct proto_ops {
    size_t size; /* of the machine; the driver allocates it, zeroed */

    /* Never fails.  The protocol must be able to do the job. */
    void (*init)(struct proto *, const struct proto_job *);
    enum proto_status (*step)(struct proto *, const struct proto_event *);
    void (*want)(const struct proto *, struct proto_want *);
};

/* Tells the machine what happened: the only way to do so outside of tests. */
enum proto_status eo_proto_step(struct proto *, const struct proto_event *);

/* The peer's TCP has confirmed all that the stream was given.  False also where
 * nobody can tell. */
bool eo_proto_confirmed(const struct proto *);

/* How far it came, behind "after": "it had every byte", or less. */
const char *eo_proto_reached(bool confirmed);

/* The device says that it took the image.  This is the only way to success for
 * every machine: 0, or UNKNOWN if its TCP has not confirmed all of it. */
int eo_proto_accept(struct proto *) EO_MUST_CHECK;

/* Prepares zeroed memory of ops->size for its first step. */
void eo_proto_start(struct proto *, const struct proto_ops *,
                    const struct proto_job *);

#endif
