/* device.h -- the configuration of a simulated device with an upload page. */
#ifndef EO_SIM_WEB_DEVICE_H
#define EO_SIM_WEB_DEVICE_H

#include "sim/flash.h"
#include "sim/image_check.h"
#include "sim/script.h"
#include "sim/sim.h"
#include "sim_web/form.h"

enum web_auth { WEB_AUTH_USUAL, WEB_AUTH_BASIC, WEB_AUTH_DIGEST };

/* One kind of web server, and the updater it feeds. */
struct web_kind {
    const char *name;
    const char *path, *fs_path; /* fs_path NULL: no filesystem */
    bool form;         /* otherwise the body is the bare image */
    bool exact;        /* header names must match exactly */
    bool early_401;    /* before the body; otherwise after it */
    bool origin;       /* the Origin must match the Host */
    size_t head_max;   /* limit for the head of a request, in bytes */
    enum web_auth auth;
    const char *user;  /* the only user; NULL: as configured */
    enum image_checks check;
    const char *success, *failure; /* what it answers; failure may have %s */
};

/* In kinds.c. */
extern const struct web_kind EO_SIM_WEB_KINDS[];
extern const char *const EO_SIM_WEB_KIND_NAMES[];

/*   X(NAME, as the user calls it, what happens) */
/* clang-format off */
#define WEB_FAULTS(X)                                                       \
    X(NONE,      "none",      "nothing")                                    \
    X(NOT_FOUND, "not-found", "there is no updater: 404")                   \
    X(FAIL,      "fail",      "rejects the image, see --words")             \
    X(TOO_LARGE, "too-large", "has no room, or says 413")                   \
    X(RESET,     "reset",     "resets after the last byte without an answer")  \
    X(CLOSE,     "close",     "closes in the middle of the image")          \
    X(SILENT,    "silent",    "takes the whole image and does not answer")                 \
    X(STALL,     "stall",     "stops reading in the middle of the image")   \
    X(MUTE,      "mute",      "does not answer the first request")          \
    X(ODD,       "odd",       "says 200 but nothing about the update")         \
    X(RST_AFTER, "rst-after", "resets right after its verdict")            \
    X(NOT_HTTP,  "not-http",  "is not a web server")

enum web_fault {
#define X(name, word, text) WEB_FAULT_##name,
    WEB_FAULTS(X)
#undef X
    WEB_FAULT_COUNT
};
/* clang-format on */

/* Where --restart can be.  X(NAME, as the user calls it, what happened) */
/* clang-format off */
#define WEB_RESTARTS(X)                                                     \
    X(NEVER,   "never",   "it does not (default)")                          \
    X(ACCEPT,  "accept",  "it was connected to")                            \
    X(HEAD,    "head",    "it has the request but not the image")        \
    X(DATA,    "data",    "in the middle of the image")                     \
    X(END,     "end",     "it runs the new image but has not said so")     \
    X(VERDICT, "verdict", "it said so but has not closed")

enum web_restart {
#define X(name, word, text) WEB_RESTART_##name,
    WEB_RESTARTS(X)
#undef X
};
/* clang-format on */

struct web_config {
    int kind, auth, fault, restart; /* indices into the lists of names */
    const char *user, *password, *words;
    size_t slot, rcvbuf;
    struct flash_config flash;
};

enum { WEB_CONNS = 4 };

struct web_conn;

struct web_device {
    struct device base; /* first */
    int listener;
    struct watch *watch;
    struct web_conn *conn[WEB_CONNS];
    char nonce[33];
};

/* In accept.c: takes over fd. */
void eo_sim_web_accept(struct web_device *, int fd);
/* In conn.c. */
void eo_sim_web_conn_free(struct web_conn *);

/* In auth.c: does the request have the right user and password? */
bool eo_sim_web_allowed(const struct web_device *, const struct web_head *);
/* The challenge header of a 401, with its line end. */
void eo_sim_web_challenge(const struct web_device *, char *out, size_t cap);

#endif
