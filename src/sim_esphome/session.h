/* session.h -- the inside of one conversation.  The files that share it:
 * line.c sends bytes, sealed.c takes bytes out of frames, session.c is the
 * connection, talk.c and key.c answer, and report.c writes the report.
 */
#ifndef EO_SIM_ESPHOME_SESSION_H
#define EO_SIM_ESPHOME_SESSION_H

#include "sim_esphome/device.h"
#include "sim/image_check.h"
#include "sim_esphome/noise.h"
#include "wire/esphome.h"

/* What a client does that no device asks for.
 *   X(NAME, in the report) */
/* clang-format off */
#define ESPHOME_VIOLATIONS(X)                                    \
    X(UNASSIGNED_BITS,   "unassigned-feature-bits")              \
    X(NOISE_ALONE,       "noise-bit-without-extended-bit")       \
    X(CNONCE_NOT_HEX,    "cnonce-not-lowercase-hex")             \
    X(CNONCE_REPEATED,   "cnonce-repeated")                      \
    X(RESPONSE_NOT_HEX,  "response-not-lowercase-hex")           \
    X(FRAME_DAMAGED,     "frame-does-not-open")                  \
    X(FRAME_ODD,         "unit-not-in-one-frame")                \
    X(TYPE_MISSING,      "type-missing")                         \
    X(SIZE_ZERO,         "size-zero")                            \
    X(BEFORE_PREPARE_OK, "bytes-before-prepare-ok")              \
    X(MD5_NOT_HEX,       "md5-not-lowercase-hex")                \
    X(BEFORE_MD5_OK,     "bytes-before-md5-ok")                  \
    X(GZIP_NOT_OFFERED,  "gzip-not-offered")                     \
    X(GZIP_DAMAGED,      "gzip-damaged")                         \
    X(BEYOND_SIZE,       "bytes-beyond-size")                    \
    X(ACK_EARLY,         "final-ack-before-end-ok")              \
    X(ACK_WRONG,         "final-ack-not-zero")                   \
    X(ACK_MISSING,       "final-ack-missing")                    \
    X(AFTER_ACK,         "bytes-after-final-ack")

enum esphome_violation {
#define X(name, word) VIOLATION_##name,
    ESPHOME_VIOLATIONS(X)
#undef X
    N_VIOLATIONS
};
/* clang-format on */

/* The state of the conversation: what is read next, or what takes time. */
enum state {
    READ_MAGIC,
    READ_FEATURES,
    READ_KEY,
    READ_CNONCE,
    READ_RESPONSE,
    READ_TYPE,
    READ_SIZE,
    PREPARING,
    READ_MD5,
    READ_DATA,
    WRITING,
    VERIFYING,
    READ_GOODBYE,
    CLOSING, /* the last bytes are being sent */
    SILENT,  /* --fault silent: until the client leaves */
    N_STATES
};

enum outcome {
    OUTCOME_UPDATED,
    OUTCOME_REFUSED, /* we sent an error code */
    OUTCOME_LOST,    /* the client left */
    OUTCOME_TIMEOUT, /* the client said nothing for too long */
    OUTCOME_FAULT,   /* as --fault says */
    OUTCOME_STOPPED  /* the simulation ended first */
};

enum { OUT_MAX = 2048, READ_MAX = 1024 };

/* The answers, in talk.c.  The session below only reads. */
struct esphome_talk {
    /* For each state that waits for a fixed number of bytes: called when they
     * are in s->in.  NULL: the state does not wait for any. */
    void (*got[N_STATES])(struct esphome_session *);
    void (*got_data)(struct esphome_session *, const uint8_t *, size_t n);
};

struct esphome_session {
    struct esphome_device *device;
    const struct esphome_talk *talk;
    const struct esphome_config *config;
    bool faulty; /* --fault and --refuse apply to this session */

    enum state state;
    enum esphome_step step; /* the step of the current answer */
    uint8_t in[2 * ESPHOME_SHA256_HEX];
    size_t have, need;

    /* The conversation so far. */
    uint8_t features, server_flags, reply, type;
    enum esphome_auth auth;
    char nonce[ESPHOME_SHA256_HEX + 1], cnonce[ESPHOME_SHA256_HEX + 1];
    char md5[ESPHOME_MD5_HEX + 1]; /* the client's */
    struct flash flash;
    struct image_check check;
    struct flash_result stored;
    size_t size, total, acked;
    unsigned acks;
    bool began, extended;

    /* Encryption: the frame that is arriving, then its content. */
    bool sealed;
    struct sim_noise noise;
    uint8_t frame[NOISE_HEAD + NOISE_SEALED_MAX];
    size_t frame_have, opened, taken;

    /* How it ends. */
    enum outcome outcome;
    int code;   /* the last code we sent; -1: none */
    bool reset; /* with an RST */
    unsigned looks; /* checks whether the client has our bytes */

    /* Timers: waiting for the client, our own work, delayed sending. */
    struct timer deadline, work, leave;
    void (*after)(struct esphome_session *);
    void (*left)(struct esphome_session *); /* called when all was sent;
                                               NULL: nothing */

    /* The line. */
    int fd;
    struct watch *watch;
    uint8_t out[OUT_MAX];
    size_t n_out;
    bool replied; /* we sent, and no bytes were unread then */

    /* What was observed. */
    struct addr peer;
    unsigned violation[N_VIOLATIONS];
    unsigned reads, flights; /* before the first byte of the image */
    size_t max_ahead;
    uint64_t began_ms, ready_ms, prepared_ms, received_ms;
};

/* Does --fault apply this fault to the session? */
static inline bool eo_sim_esphome_faulty(const struct esphome_session *s,
                                         enum esphome_fault f)
{
    return s->faulty && s->config->fault[f].on;
}

void eo_sim_esphome_violation(struct esphome_session *, enum esphome_violation);
unsigned eo_sim_esphome_violations(const struct esphome_session *);
struct report *eo_sim_esphome_report(const struct esphome_session *);

/* ---- the connection ----------------------------------------------------- */

/* True: --refuse or --fault makes something other than the answer of this step
 * happen.  In the data: at the byte that was just read. */
bool eo_sim_esphome_trip(struct esphome_session *, enum esphome_step);
/* The two halves of that, for the current step. */
bool eo_sim_esphome_refused_here(struct esphome_session *);
bool eo_sim_esphome_faulted_here(struct esphome_session *);
bool eo_sim_esphome_here(const struct esphome_session *,
                         const struct script_act *);

/* Waits for the next input: need bytes in a state that reads, or any number in
 * READ_DATA.  The time limit starts now. */
void eo_sim_esphome_await(struct esphome_session *, enum state, size_t need);
/* The device is busy and does not read for us microseconds; then calls
 * after(). */
void eo_sim_esphome_work(struct esphome_session *, enum state, uint64_t us,
                         void (*after)(struct esphome_session *));
/* Resets the connection without an answer. */
void eo_sim_esphome_reset_now(struct esphome_session *);
/* Sends an error code and closes. */
void eo_sim_esphome_refuse_now(struct esphome_session *, uint8_t code);
/* Closes as soon as all bytes were sent.  The session is freed soon after the
 * caller has returned. */
void eo_sim_esphome_finish(struct esphome_session *, enum outcome, int code);

/* ---- encryption --------------------------------------------------------- */

/* Handles READ_KEY: the client's half of the key exchange is in s->in.  False:
 * it was refused, and the session ends. */
enum { KEY_FRAME = NOISE_HEAD + 1 + NOISE_MESSAGE };
bool eo_sim_esphome_key_agreed(struct esphome_session *);

/* Like eo_recv(), but for the content of frames.  EBADMSG: the bytes are not a
 * frame that this device accepts here. */
ptrdiff_t eo_sim_esphome_recv_sealed(struct esphome_session *, uint8_t *,
                                   size_t len);

/* ---- the line ----------------------------------------------------------- */

/* Queues bytes to send; --fault decides when they are sent.  In an encrypted
 * session each byte is a frame of its own. */
void eo_sim_esphome_say(struct esphome_session *, const void *, size_t len);
/* Queues exactly these bytes. */
void eo_sim_esphome_say_raw(struct esphome_session *, const void *, size_t len);
/* The device waits for the client now: sends what was held back. */
void eo_sim_esphome_flush(struct esphome_session *);
/* Sends as much as the socket takes; true: all was sent. */
bool eo_sim_esphome_drained(struct esphome_session *);
/* The number of bytes that have arrived but were not read. */
size_t eo_sim_esphome_unread(const struct esphome_session *);
/* Has the client closed or reset, even if there are unread bytes? */
bool eo_sim_esphome_peer_gone(const struct esphome_session *);
/* Is the client gone, so that nothing we send reaches it? */
bool eo_sim_esphome_peer_left(const struct esphome_session *);

#endif
