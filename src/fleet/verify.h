/* verify.h -- is the device back, and does it run what it was given?
 *
 * It listens to mDNS and knocks: at the port on which the device listens, with
 * a clean close, or else at one where nobody lives, which it refuses.  What it
 * sees of that is judged in presence.h.
 *
 * An ESP32 with ESPHome 2026.1 or later confirms its new firmware once it has
 * run for a minute; if it restarts before, the boot loader goes back to the old
 * one.  So the right version is believed when it was still there 75 s after it
 * was first heard, or when the time is over (docs/PROTOCOLS.md, safe mode and
 * rollback).
 */
#ifndef EO_VERIFY_H
#define EO_VERIFY_H

#include <espota/fleet.h>

#include "base/err.h"
#include "names/identity.h"

/* What it should run; NULL: not known. */
struct verify_expect {
    const char *version; /* ESPHome's, or the project's */
    const char *hash;    /* of its configuration */
};

enum verify_match { VERIFY_SAME, VERIFY_OTHER, VERIFY_CANNOT_TELL };

/* Does it say that it runs what is expected? */
enum verify_match eo_verify_match(const struct verify_expect *,
                                  const struct identity_facts *);

/* May it go back by itself to what it ran before? */
bool eo_verify_may_roll_back(const struct identity_facts *);

/* The version to show: the project's, if it has one.  "" where there is none. */
const char *eo_verify_version(const struct identity_facts *);

struct verify;

struct verify_result {
    enum espota_category category; /* OK, NOT_BACK, OTHER_VERSION or UNKNOWN */
    bool verified; /* it was seen: away and back, or with what is expected */
    bool stayed;   /* it was not seen to go away */
    const struct identity_facts *facts; /* NULL: it announced nothing */
    struct espota_error error;      /* unless OK */
};

struct verify_config {
    const char *host; /* as it is looked up */
    const struct addr *addr; /* where it was last ... */
    uint16_t port; /* ... and took a connection; 0: it does not listen */
    uint16_t udp_port; /* where it is invited.  Looked at only on this machine,
                          whose refusals of TCP say nothing of a device */
    const char *bind;
    int family;
    enum espota_verify mode; /* not NONE */
    struct verify_expect expect;
    bool announces; /* it did before: when it is back, it will say its version */
    bool provable; /* it did not say before that it runs what is expected */
    bool outcome_is_open; /* it never gave its verdict: being back says less */
    uint32_t timeout_ms;

    /* It runs what it should, and is watched from now on; may be NULL. */
    void (*on_watch)(void *ctx);
    /* Once, from the loop; the verify may be freed in it. */
    void (*on_end)(void *ctx, const struct verify_result *);
    void *ctx;
};

/* Strings are borrowed until it ended.  NULL: no memory. */
struct verify *eo_verify_start(struct espota_loop *,
                               const struct verify_config *);
void eo_verify_free(struct verify *); /* NULL is fine */

#endif
