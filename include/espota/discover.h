/* discover.h -- which devices are on this network, by what they announce.
 *
 * Listening and asking by mDNS only: no device's update port is touched.
 */
#ifndef ESPOTA_DISCOVER_H
#define ESPOTA_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>
#include <espota/fleet.h>

#ifdef __cplusplus
extern "C" {
#endif

struct espota_txt {
    const char *key, *value; /* value NULL: the key alone */
};

/* All text is UTF-8 and safe to print: whatever could drive a terminal is
 * escaped as \xNN.  NULL is what the device did not say. */
struct espota_device {
    const char *name; /* "kitchen": what it calls itself */
    const char *host; /* "kitchen.local" */
    const char *const *addresses; /* in the order to try them */
    size_t n_addresses;
    const char *protocol; /* as struct espota_target takes it */
    const char *profile;  /* of protocol "web" */
    uint16_t port;        /* to flash through; 0: not told */
    const char *auth;     /* "none", "password" or "key" */
    const char *board, *platform, *version, *mac;
    const char *friendly_name, *config_hash;
    const struct espota_txt *txt; /* all it said, as it said it */
    size_t n_txt;
    const char *remark; /* what else is odd about it, for people */
};

enum espota_device_news {
    ESPOTA_DEVICE_APPEARED,
    ESPOTA_DEVICE_CHANGED,
    ESPOTA_DEVICE_LEFT /* it said goodbye, or was not heard of for long */
};

/* The device is borrowed for the length of the call. */
typedef void espota_device_fn(void *ctx, enum espota_device_news,
                              const struct espota_device *);

struct espota_discover_config { /* all zero but on_device is a good default */
    const char *bind; /* interface or local address; NULL: all */
    int family;       /* addresses of interest: 0, 4 or 6 */
    /* Host names ("kitchen", "kitchen.local"), n of them: only these are
     * looked for, and told also where they announce no service; 0: all. */
    const char *const *names;
    size_t n_names;
    uint32_t timeout_ms; /* how long to collect; 0: 2 s */
    bool watch;          /* tell news until freed, instead of all at the end */
    espota_device_fn *on_device;
    void *on_device_ctx;
};

struct espota_discover; /* opaque */

/* Fails with RESOLVE where there is no network to ask. */
ESPOTA_API int espota_discover_new(struct espota_discover **out,
                                   const struct espota_discover_config *,
                                   struct espota_error *err);
ESPOTA_API void espota_discover_free(struct espota_discover *);

/* Blocks until the time is over, or *stop (may be NULL) is not zero.  Fails
 * with INTERNAL where this machine cannot wait. */
ESPOTA_API int espota_discover_run(struct espota_discover *,
                                   const volatile int *stop,
                                   struct espota_error *err);

/* Or from a loop of your own, as espota_fleet_fds() and its kin. */
ESPOTA_API size_t espota_discover_fds(const struct espota_discover *,
                                      struct espota_fd *, size_t cap);
ESPOTA_API int espota_discover_timeout(const struct espota_discover *);
ESPOTA_API void espota_discover_process(struct espota_discover *,
                                        const struct espota_fd *, size_t n);
ESPOTA_API bool espota_discover_live(const struct espota_discover *);

/* ---- waiting for one ----------------------------------------------------- */

struct espota_wait_config {
    const char *host;    /* a name of mDNS is listened for; all else is tried */
    uint16_t port;       /* to try; 0: one that the device does not use */
    const char *bind;    /* as above */
    int family;          /* 0, 4 or 6 */
    uint32_t timeout_ms; /* 0: for ever */
};

/* Blocks until the device is on the network (0), the time is over (-1,
 * NOT_BACK) or *stop is not zero (-1, INTERRUPTED). */
ESPOTA_API int espota_wait(const struct espota_wait_config *,
                           const volatile int *stop, struct espota_error *err);

#ifdef __cplusplus
}
#endif

#endif
