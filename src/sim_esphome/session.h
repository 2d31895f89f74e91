/* session.h -- inside one conversation: shared by how bytes leave (line.c) and
 * are taken out of frames (sealed.c), the connection above them (session.c),
 * what is answered above that (talk.c, key.c), and the report (report.c).
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

/* Where the conversation stands: what is read next, or what takes time. */
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
    CLOSING, /* the last bytes are leaving */
    SILENT,  /* --fault silent: until the client goes */
    N_STATES
};

enum outcome {
    OUTCOME_UPDATED,
    OUTCOME_REFUSED, /* we said a code */
    OUTCOME_LOST,    /* the client went */
    OUTCOME_TIMEOUT, /* the client said nothing for too long */
    OUTCOME_FAULT,   /* as --fault wanted it */
    OUTCOME_STOPPED  /* the simulation ended first */
};

enum { OUT_MAX = 2048, READ_MAX = 1024 };

/* What is answered, by talk.c.  The session below it only reads. */
struct esphome_talk {
    /* For a state that waits for a fixed number of bytes: they are in s->in.
     * Indexed by the state; NULL: it does not wait for any. */
    void (*got[N_STATES])(struct esphome_session *);
    void (*got_data)(struct esphome_session *, const uint8_t *, size_t n);
};

struct esphome_session {
    struct esphome_device *device;
    const struct esphome_talk *talk;
    const struct esphome_config *config;
    bool faulty; /* --fault and --refuse hold in this session */

    enum state state;
    enum esphome_step step; /* the reply slot we are in */
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

    /* Encryption: a frame that is coming in, and then what was in it. */
    bool sealed;
    struct sim_noise noise;
    uint8_t frame[NOISE_HEAD + NOISE_SEALED_MAX];
    size_t frame_have, opened, taken;

    /* How it ends. */
    enum outcome outcome;
    int code;   /* what we said in the end; -1: nothing */
    bool reset; /* with an RST */
    unsigned looks; /* whether what we said has been heard */

    /* Timers: waiting for the client, our own work, what leaves late. */
    struct timer deadline, work, leave;
    void (*after)(struct esphome_session *);
    void (*left)(struct esphome_session *); /* when all that was said has left;
                                               NULL: nothing */

    /* The line. */
    int fd;
    struct watch *watch;
    uint8_t out[OUT_MAX];
    size_t n_out;
    bool replied; /* we spoke, and nothing had come before that */

    /* What was seen. */
    struct addr peer;
    unsigned violation[N_VIOLATIONS];
    unsigned reads, flights; /* before the first byte of the image */
    size_t max_ahead;
    uint64_t began_ms, ready_ms, prepared_ms, received_ms;
};

/* --fault says so, in this session. */
static inline bool eo_sim_esphome_faulty(const struct esphome_session *s,
                                         enum esphome_fault f)
{
    return s->faulty && s->config->fault[f].on;
}

void eo_sim_esphome_violation(struct esphome_session *, enum esphome_violation);
unsigned eo_sim_esphome_violations(const struct esphome_session *);
struct report *eo_sim_esphome_report(const struct esphome_session *);

/* ---- the connection ----------------------------------------------------- */

/* Something else than the answer of this step happens, because --refuse or
 * --fault says so.  In the data, at the byte that was just taken. */
bool eo_sim_esphome_trip(struct esphome_session *, enum esphome_step);
/* The halves of that, for the step the session is in. */
bool eo_sim_esphome_refused_here(struct esphome_session *);
bool eo_sim_esphome_faulted_here(struct esphome_session *);
bool eo_sim_esphome_here(const struct esphome_session *,
                         const struct script_act *);

/* What comes next: need bytes in a state that reads; any number in READ_DATA.
 * The device waits for it from now on. */
void eo_sim_esphome_await(struct esphome_session *, enum state, size_t need);
/* The device is busy for us microseconds, and does not read; then after(). */
void eo_sim_esphome_work(struct esphome_session *, enum state, uint64_t us,
                         void (*after)(struct esphome_session *));
/* Resets the connection without a word. */
void eo_sim_esphome_reset_now(struct esphome_session *);
/* Says an error code and closes. */
void eo_sim_esphome_refuse_now(struct esphome_session *, uint8_t code);
/* Closes as soon as what was said has left; the session is gone soon after
 * the caller has returned. */
void eo_sim_esphome_finish(struct esphome_session *, enum outcome, int code);

/* ---- encryption --------------------------------------------------------- */

/* What READ_KEY does: the client's half of the key exchange is in s->in.
 * False: it was refused, and the session ends. */
enum { KEY_FRAME = NOISE_HEAD + 1 + NOISE_MESSAGE };
bool eo_sim_esphome_key_agreed(struct esphome_session *);

/* As eo_recv(), but of what was in frames; EBADMSG: what came is not a
 * frame that this device accepts here. */
ptrdiff_t eo_sim_esphome_recv_sealed(struct esphome_session *, uint8_t *,
                                   size_t len);

/* ---- the line ----------------------------------------------------------- */

/* Queues what the device says; --fault decides when it leaves.  Each byte is a
 * frame of its own if the session is encrypted. */
void eo_sim_esphome_say(struct esphome_session *, const void *, size_t len);
/* Just these bytes. */
void eo_sim_esphome_say_raw(struct esphome_session *, const void *, size_t len);
/* The device waits for the client now: what was held back leaves. */
void eo_sim_esphome_flush(struct esphome_session *);
/* As much of what is to leave as the socket takes; true: all has left. */
bool eo_sim_esphome_drained(struct esphome_session *);
/* Bytes that came and were not read. */
size_t eo_sim_esphome_unread(const struct esphome_session *);
/* The client closed or reset, even though its bytes were not read. */
bool eo_sim_esphome_peer_gone(const struct esphome_session *);
/* Nothing that is said reaches it any more. */
bool eo_sim_esphome_peer_left(const struct esphome_session *);

#endif
