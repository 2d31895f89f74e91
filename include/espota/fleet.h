/* fleet.h -- flash images into devices: jobs, their targets and their events.
 *
 * A fleet holds jobs, each one image for one target.  It is a member of a
 * loop, and touches the network only while the loop runs.  A loop that cannot
 * wait ends the jobs with INTERNAL.
 */
#ifndef ESPOTA_FLEET_H
#define ESPOTA_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>
#include <espota/image.h>
#include <espota/loop.h>
#include <espota/state.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what happens to a job ---------------------------------------------- */

/*   X(NAME, name in JSON) */
/* clang-format off */
#define ESPOTA_PHASES(X)         \
    X(QUEUED,  "queued")         \
    X(RESOLVE, "resolve")        \
    X(CONNECT, "connect")        \
    X(INVITE,  "invite")         \
    X(HELLO,   "hello")          \
    X(AUTH,    "auth")           \
    X(PREPARE, "prepare")        \
    X(DATA,    "data")           \
    X(COMMIT,  "commit")         \
    X(REBOOT,  "reboot")         \
    X(VERIFY,  "verify")

enum espota_phase {
#define X(name, json) ESPOTA_PHASE_##name,
    ESPOTA_PHASES(X)
#undef X
    ESPOTA_PHASE_COUNT
};
/* clang-format on */

ESPOTA_API const char *espota_phase_name(enum espota_phase);

/* What the device said about itself in its greeting. */
struct espota_hello {
    const char *protocol; /* "esphome", ... */
    int protocol_version; /* 0: the protocol has none */
    const char *auth;     /* "none", "md5", "sha256", "pbkdf2", "noise", ... */
    const char *features[8]; /* static words, NULL-terminated */
    const char *decided; /* how the protocol was detected; NULL: it was
                            given */
};

/* Where the target's name led. */
struct espota_resolved {
    const char *how;              /* "literal", "mdns", "dns" or "given" */
    const char *const *addresses; /* as text, n of them */
    size_t n;
};

/* How a job ended. */
struct espota_result {
    enum espota_outcome outcome;
    const struct espota_error *error; /* category OK if all is well */
    enum espota_phase phase;          /* where it ended */
    unsigned attempts;
    size_t bytes_image;    /* the image as given */
    uint64_t bytes_wire;   /* all we sent, in all attempts */
    uint32_t ms[ESPOTA_PHASE_COUNT]; /* spent in each phase, all attempts */
    uint32_t ms_total;
    const char *old_version, *new_version; /* NULL: not known */
    bool verified;     /* what the target's .verify asks for was confirmed */
    bool unverifiable; /* a WARNING said, before anything was sent, that it
                          could not be confirmed */
    enum espota_state state; /* of the device and the image, by now */
};

/* The exit status of a result: that of its error, but 30 if the outcome is
 * UNKNOWN and the error does not say so (the device may have the image, and
 * then could not be reached, or somebody interrupted).  INTERRUPTED does not
 * include the signal's number. */
ESPOTA_API int espota_result_status(const struct espota_result *);

/* How an end counts: one rule for gates, summaries, reports and statuses. */
enum espota_standing {
    ESPOTA_STANDS_WELL,     /* updated or unchanged */
    ESPOTA_STANDS_FAILED,   /* refused, failed or unknown */
    ESPOTA_STANDS_SKIPPED,  /* neither: absent, or it had the image before */
    ESPOTA_STANDS_NOT_BEGUN /* neither: SKIPPED by FLEET_STOPPED or INTERRUPTED
                               before its turn */
};

struct espota_counts { /* zero it, then add */
    size_t n;                            /* jobs that ended */
    size_t outcome[ESPOTA_SKIPPED + 1];  /* by outcome */
    size_t succeeded, failed, not_begun; /* the rest was skipped */
    size_t stopped; /* of those not begun: because the run was stopped */
};

/* Counts an end, and returns how it counts; with NULL it only returns that. */
ESPOTA_API enum espota_standing
espota_counts_add(struct espota_counts *, const struct espota_result *);

/* The exit status of a run.  alone: the status of its only device, if that is
 * to be the run's; -1: there are several, or a gate was asked for.  signal:
 * the one that ended the run; 0: none. */
ESPOTA_API int espota_counts_status(const struct espota_counts *, int alone,
                                    int signal);

/* ---- waves ---------------------------------------------------------------- */

enum espota_wave_state {
    ESPOTA_WAVE_BEGIN,
    ESPOTA_WAVE_PASSED,
    ESPOTA_WAVE_STOPPED /* nothing more is begun */
};

struct espota_wave {
    enum espota_wave_state state;
    unsigned wave, of; /* from 1; canaries are the first wave */
    size_t devices;    /* the wave's own size */
    size_t succeeded, failed, allowed; /* of them */
    const char *why; /* STOPPED: "1 of 2 canaries failed" */
};

/* ---- events ---------------------------------------------------------------- */

enum espota_event_kind {
    ESPOTA_EVENT_HELD,     /* its turn has come, and it is held */
    ESPOTA_EVENT_RESOLVED, /* .resolved */
    ESPOTA_EVENT_PHASE,    /* .phase and .doing changed, in .attempt */
    ESPOTA_EVENT_HELLO,    /* .hello */
    ESPOTA_EVENT_PROGRESS, /* .done of .total; at most ten a second, but always
                              the first (0) and the last (all) */
    ESPOTA_EVENT_COMMIT,   /* the last byte is about to be sent: sync a journal
                              here.  Nothing is sent before this callback
                              returns, and espota_fleet_veto() in it forbids
                              sending.  .happening and .state, as in STATE */
    ESPOTA_EVENT_STATE,    /* .happening is what happened to the device, and
                              .state what is known now.  A veto on BEGIN ends
                              the job before anything is sent */
    ESPOTA_EVENT_RETRY,    /* .attempt of .attempts follows in .delay_ms
                              because of .error */
    ESPOTA_EVENT_WARNING,  /* .code (a word), .text and .advice */
    ESPOTA_EVENT_LOG,      /* .level and .text */
    ESPOTA_EVENT_END,      /* .result; the last of its job */
    ESPOTA_EVENT_WAVE      /* .wave; of the fleet: job -1, no device, no tag */
};

enum espota_log_level {
    ESPOTA_LOG_INFO = 1, /* what was decided, and why */
    ESPOTA_LOG_STEP,     /* each protocol step */
    ESPOTA_LOG_BYTES     /* every byte on the wire; secrets are masked */
};

/* Everything pointed to is valid until the callback returns. */
struct espota_event {
    enum espota_event_kind kind;
    int job;            /* what espota_fleet_add() returned; -1: the fleet */
    void *tag;          /* the target's tag */
    const char *device; /* the target's host, as given */
    enum espota_phase phase;
    unsigned attempt, attempts;
    const char *doing; /* "erasing flash" */
    size_t done, total;
    const struct espota_resolved *resolved;
    const struct espota_hello *hello;
    const struct espota_error *error;
    uint32_t delay_ms;
    const char *code, *text;
    enum espota_advice advice;
    enum espota_log_level level;
    const struct espota_result *result;
    enum espota_happening happening;
    enum espota_state state;
    const struct espota_wave *wave;
};

typedef void espota_event_fn(void *ctx, const struct espota_event *);

/* ---- targets ------------------------------------------------------------ */

enum espota_verify {
    ESPOTA_VERIFY_NONE,
    ESPOTA_VERIFY_BACK,   /* wait until the device answers again */
    ESPOTA_VERIFY_VERSION /* ... and says that it runs the image */
};

enum espota_min_auth {
    ESPOTA_AUTH_ANY,   /* answer whatever the device asks */
    ESPOTA_AUTH_SHA256 /* never answer an MD5 challenge */
};

#define ESPOTA_WINDOW_AUTO 0u
#define ESPOTA_WINDOW_LOCKSTEP 1u

/* How the image is to be sent: passed to the protocol unchanged.  It does not
 * begin with its size, as it is part of another struct; so it never grows. */
struct espota_how {
    enum espota_type type; /* of the image */
    enum espota_compress compress;
    uint32_t window; /* bytes under way, or ESPOTA_WINDOW_... */
    enum espota_min_auth min_auth;
    bool require_encryption; /* refuse a device that does not offer it */
    bool md5_stored;    /* for an ESP32 that stores an MD5 of its password:
                           avoids a first refusal */
    uint32_t invite_ms; /* longest wait for a first answer: to one ArduinoOTA
                           invitation (0: 10 s); otherwise for connection and
                           greeting together (0: no such limit) */
};

/* Begin with ESPOTA_TARGET().  Copied by espota_fleet_add(); secrets are
 * wiped from the copy when the job ends. */
struct espota_target {
    size_t size; /* sizeof this struct: see version.h */
    const char *host;     /* "kitchen", "kitchen.local", 192.0.2.7, ::1 */
    uint16_t port;        /* 0: by protocol and image */
    const char *protocol; /* a name of espota_protocol_at(); NULL or "auto":
                             detect it */

    const char *const *passwords; /* tried in order, n of them; n 0: none
                                     given; "" is a password */
    size_t n_passwords;
    const char *key; /* base64 of 32 bytes, as in the device's configuration:
                        the upload is encrypted or fails; NULL: none */

    struct espota_how how;

    /* For the protocol "web", which an http:// or https:// host implies. */
    const char *profile; /* a name of espota_web_profile_at(); NULL: the first */
    const char *path;    /* NULL: that of the host's URL, or of the profile */
    const char *user;    /* NULL: that of the profile */
    const char *tls_ca;  /* file of certificates; NULL: the system's */

    const char *bind;   /* local address or interface; NULL: by the route */
    int family;         /* 0, 4 or 6 */
    const char *resolver; /* which resolver is asked: "builtin", "avahi",
                             "dnssd", "system"; NULL or "auto": all */
    const char *const *resolve; /* "NAME=ADDRESS", known beforehand */
    size_t n_resolve;

    uint16_t host_port_min, host_port_max; /* local TCP ports for a device to
                                              connect back to; 0: any free one.
                                              The jobs of a fleet may share
                                              them */

    uint32_t connect_ms;     /* 0: 20 s, with skip_absent 5 s; also for one
                                answer to a greeting */
    uint32_t stall_ms;       /* 0: 160 s */
    unsigned retries;        /* further attempts after a retryable error */
    uint32_t retry_delay_ms; /* between them */
    bool look_up_once; /* somebody watches: a name that nobody knows is looked
                          up once, for 2 s, and not again as a retry */
    uint32_t wait_online_ms; /* how long to keep trying a device that is asleep
                                or absent, before retries count */
    uint32_t max_ms;         /* for the whole job, including waiting; 0: no
                                limit */
    bool force;   /* send the image even if it is not recognised or does not
                     fit: refusals become warnings */
    bool dry_run; /* do everything short of the first packet to the device;
                     ends as SKIPPED */

    enum espota_verify verify; /* after success, and to settle an unknown
                                  outcome */
    uint32_t verify_ms;        /* how long that may take; 0: 90 s */
    /* What the device must report once it runs the image: its version, and the
     * hash of its configuration.  NULL: the image's version; any hash. */
    const char *expect_version, *expect_hash;
    bool if_changed;  /* send nothing to a device that already runs it */
    enum espota_state known; /* of device and image, from earlier runs: a
                                device that may have the image is asked before
                                each attempt, and is sent it only if it says
                                that it runs something else; not with force */
    bool skip_absent; /* a device that is not there is SKIPPED, not FAILED: one
                         that has not answered within connect_ms, which covers
                         name, connection and invitations.  Without
                         wait_online_ms it is not tried again, and does not
                         count for max_active while it is looked for */

    bool hold;     /* wait for espota_fleet_release() when its turn comes */

    void *tag; /* passed back in every event; borrowed until _free */
};

#define ESPOTA_TARGET(...) ESPOTA_SIZED(espota_target, __VA_ARGS__)

/* Checks a target as espota_fleet_add() does first.  0, or -1 (ESPOTA_E_USAGE:
 * it makes no sense, whatever the image). */
ESPOTA_API int espota_target_check(const struct espota_target *,
                                   struct espota_error *err) ESPOTA_MUST_CHECK;

/* ---- fleets ------------------------------------------------------------- */

struct espota_fleet; /* opaque */

struct espota_amount { /* of the fleet's jobs; used in arrays: never grows */
    unsigned n;
    bool percent;
};

struct espota_fleet_config { /* ESPOTA_FLEET_CONFIG() is a good default */
    size_t size; /* sizeof this struct: see version.h */
    unsigned max_active;     /* jobs on the wire at once; 0: 64 */
    unsigned per_host;       /* ... with the same host; 0: no limit */
    unsigned starts_per_min; /* 0: no limit */
    /* A rollout.  Waves are cumulative (1, 10 %, 100 %); each begins when the
     * one before it has ended, and only if no more than wave_max_fail of that
     * failed.  Borrowed until _free.  No waves: a single one. */
    const struct espota_amount *waves;
    size_t n_waves;
    /* Once this many have failed, nothing more is begun; what runs may finish.
     * 0: no limit. */
    struct espota_amount stop_after;
    enum espota_log_level log_level; /* 0: no LOG events */
    espota_event_fn *on_event;
    void *on_event_ctx;
    /* A wave before the first: no other device is begun until this many have
     * been UPDATED.  One that ends SKIPPED or UNCHANGED is replaced by the
     * next; one that fails ends the run, whatever stop_after says.  0:
     * none. */
    struct espota_amount canary;
    struct espota_amount wave_max_fail; /* 0: none of a wave */
};

#define ESPOTA_FLEET_CONFIG(...) ESPOTA_SIZED(espota_fleet_config, __VA_ARGS__)

/* A member of the loop (borrowed until _free) until all jobs have ended.
 * Behind a closed gate, jobs that were not begun end as SKIPPED
 * (FLEET_STOPPED). */
ESPOTA_API int espota_fleet_new(struct espota_fleet **out,
                                struct espota_loop *loop,
                                const struct espota_fleet_config *,
                                struct espota_error *err) ESPOTA_MUST_CHECK;

/* The image is borrowed until the job has ended.  Returns the job's number,
 * counting from 0, or -1 (ESPOTA_E_USAGE: the target makes no sense). */
ESPOTA_API int espota_fleet_add(struct espota_fleet *,
                                const struct espota_image *,
                                const struct espota_target *,
                                struct espota_error *err) ESPOTA_MUST_CHECK;

/* Lets a job that is held go on; with an error, ends it with that error. */
ESPOTA_API void espota_fleet_release(struct espota_fleet *, int job,
                                     const struct espota_error *);

/* In the callback of COMMIT, or of STATE with BEGIN: forbids what the event
 * announces, because it could not be recorded.  The last byte is not sent, and
 * the job ends with the error.  Does nothing at any other time. */
ESPOTA_API void espota_fleet_veto(struct espota_fleet *, int job,
                                  const struct espota_error *);

/* Begins nothing more: what runs goes on, and the rest ends as SKIPPED with
 * the error (FLEET_STOPPED, "not begun: the disk is full") at the loop's next
 * turn.  Safe in a callback. */
ESPOTA_API void espota_fleet_stop(struct espota_fleet *,
                                  const struct espota_error *);

/* Ends a job (all jobs: -1) at the loop's next turn, with its sockets closed
 * properly and an END event of category INTERRUPTED (its outcome is
 * UNKNOWN if the device may have the image; OK and UPDATED if it had accepted
 * it; SKIPPED if it was never begun).  Safe in a callback, not in a signal
 * handler. */
ESPOTA_API void espota_fleet_cancel(struct espota_fleet *, int job);

/* Counts the jobs that have ended so far. */
ESPOTA_API void espota_fleet_counts(const struct espota_fleet *,
                                    struct espota_counts *);

/* To be freed before its loop.  Jobs that have not ended get no further
 * event. */
ESPOTA_API void espota_fleet_free(struct espota_fleet *);

/* ---- what this build knows ---------------------------------------------- */

struct espota_protocol {
    const char *name, *summary;
};

/* The i-th protocol of this build, in the order of --help; false after the
 * last. */
ESPOTA_API bool espota_protocol_at(size_t i, struct espota_protocol *out);

/* The i-th profile of the protocol "web"; NULL after the last. */
ESPOTA_API const char *espota_web_profile_at(size_t i);

/* Words for the fields of struct espota_target, for programs that read them
 * from people; NULL after the last.  Those of an enum are in the order of its
 * values: espota_verify_at(ESPOTA_VERIFY_BACK) is "back".  Protocols ("auto"
 * is the first) and resolvers are named whether this build has them or not. */
ESPOTA_API const char *espota_protocol_word_at(size_t i);
ESPOTA_API const char *espota_resolver_at(size_t i);
ESPOTA_API const char *espota_verify_at(size_t i);
ESPOTA_API const char *espota_min_auth_at(size_t i);

/* "OpenSSL 3.0.19", "libdeflate", ...: the i-th library in use, or NULL. */
ESPOTA_API const char *espota_library_at(size_t i);

/* "gzip", ...: the i-th thing left out of this build, or NULL. */
ESPOTA_API const char *espota_left_out_at(size_t i);

#ifdef __cplusplus
}
#endif

#endif
