/* device.h -- a simulated device with an upload page: what it is told to be. */
#ifndef EO_SIM_WEB_DEVICE_H
#define EO_SIM_WEB_DEVICE_H

#include "sim/flash.h"
#include "sim/image_check.h"
#include "sim/script.h"
#include "sim/sim.h"
#include "sim_web/form.h"

enum web_auth { WEB_AUTH_USUAL, WEB_AUTH_BASIC, WEB_AUTH_DIGEST };

/* One kind of web server, with the updater behind it. */
struct web_kind {
    const char *name;
    const char *path, *fs_path; /* fs_path NULL: no filesystem */
    bool form;         /* else the body is the bare image */
    bool exact;        /* reads header names as they are written */
    bool early_401;    /* before the body; else after it */
    bool origin;       /* must match the Host */
    size_t head_max;   /* bytes of a request's head */
    enum web_auth auth;
    const char *user;  /* the only one there is; NULL: as configured */
    enum image_checks check;
    const char *success, *failure; /* what it says; failure with %s */
};

/* kinds.c */
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
    int kind, auth, fault, restart; /* indices into the names */
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

/* accept.c: takes over fd. */
void eo_sim_web_accept(struct web_device *, int fd);
/* conn.c */
void eo_sim_web_conn_free(struct web_conn *);

/* auth.c: whether the request carries the right user and password. */
bool eo_sim_web_allowed(const struct web_device *, const struct web_head *);
/* The challenge header of a 401, with its line end. */
void eo_sim_web_challenge(const struct web_device *, char *out, size_t cap);

#endif
