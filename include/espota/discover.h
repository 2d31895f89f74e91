/* discover.h -- which devices are on this network, by what they announce.
 *
 * It listens and asks by mDNS only: no device's update port is touched.  A
 * search and a wait are members of a loop and make progress only while it
 * runs.
 */
#ifndef ESPOTA_DISCOVER_H
#define ESPOTA_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>
#include <espota/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct espota_txt {
    const char *key, *value; /* value NULL: the key alone */
};

/* All text is UTF-8 and safe to print: whatever could control a terminal is
 * escaped as \xNN.  NULL: the device did not say. */
struct espota_device {
    const char *name; /* "kitchen": what it calls itself */
    const char *host; /* "kitchen.local" */
    const char *const *addresses; /* in the order to try them */
    size_t n_addresses;
    const char *protocol; /* as struct espota_target takes it */
    const char *profile;  /* of protocol "web" */
    uint16_t port;        /* to flash through; 0: not announced */
    const char *auth;     /* "none", "password" or "key" */
    const char *board, *platform, *version, *mac;
    const char *friendly_name, *config_hash;
    const struct espota_txt *txt; /* all it announced, unchanged */
    size_t n_txt;
    const char *remark; /* what else is odd about it, for people */
};

enum espota_device_news {
    ESPOTA_DEVICE_APPEARED,
    ESPOTA_DEVICE_CHANGED,
    ESPOTA_DEVICE_LEFT /* it said goodbye, or has long been silent */
};

/* The device is borrowed for the length of the call. */
typedef void espota_device_fn(void *ctx, enum espota_device_news,
                              const struct espota_device *);

struct espota_discover_config { /* a good default, once on_device is set */
    size_t size; /* sizeof this struct: see version.h */
    const char *bind; /* interface or local address; NULL: all */
    int family;       /* addresses of interest: 0, 4 or 6 */
    /* Host names ("kitchen", "kitchen.local"), n of them: only these are
     * looked for, and are reported even if they announce no service; 0:
     * all. */
    const char *const *names;
    size_t n_names;
    uint32_t timeout_ms; /* how long to collect; 0: 2 s */
    bool watch;          /* report news until freed, instead of all at the
                            end */
    espota_device_fn *on_device;
    void *on_device_ctx;
};

#define ESPOTA_DISCOVER_CONFIG(...)                                           \
    ESPOTA_SIZED(espota_discover_config, __VA_ARGS__)

struct espota_discover; /* opaque */

/* A member of the loop (borrowed until _free) until its time is up.  Fails
 * with RESOLVE if there is no network to ask. */
ESPOTA_API int espota_discover_new(struct espota_discover **out,
                                   struct espota_loop *loop,
                                   const struct espota_discover_config *,
                                   struct espota_error *err) ESPOTA_MUST_CHECK;

/* To be freed before its loop.  What was not reported by then is lost. */
ESPOTA_API void espota_discover_free(struct espota_discover *);

/* ---- waiting for one ----------------------------------------------------- */

struct espota_wait_config {
    size_t size; /* sizeof this struct: see version.h */
    const char *host;    /* an mDNS name is listened for; anything else is
                            tried */
    uint16_t port;       /* to try; 0: a port that the device does not use */
    const char *bind;    /* as above */
    int family;          /* 0, 4 or 6 */
    uint32_t timeout_ms; /* 0: for ever */
};

#define ESPOTA_WAIT_CONFIG(...) ESPOTA_SIZED(espota_wait_config, __VA_ARGS__)

struct espota_wait; /* opaque */

/* A member of the loop (borrowed until _free) until the device is on the
 * network or the time is up.  The configuration is copied. */
ESPOTA_API int espota_wait_new(struct espota_wait **out,
                               struct espota_loop *loop,
                               const struct espota_wait_config *,
                               struct espota_error *err) ESPOTA_MUST_CHECK;

/* 0: it is there.  -1: NOT_BACK, time ran out; INTERNAL, this machine cannot
 * wait; INTERRUPTED, it has not ended yet. */
ESPOTA_API int espota_wait_result(const struct espota_wait *,
                                  struct espota_error *err) ESPOTA_MUST_CHECK;

/* To be freed before its loop. */
ESPOTA_API void espota_wait_free(struct espota_wait *);

#ifdef __cplusplus
}
#endif

#endif
