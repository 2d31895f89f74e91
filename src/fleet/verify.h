/* verify.h -- is the device back, and does it run what it was given?
 *
 * A verify listens to mDNS and knocks.  It knocks at the port on which the
 * device listens and closes the connection cleanly.  If there is no such port,
 * it knocks at a port that nothing listens on, which the device refuses.
 * presence.h judges what it sees.
 *
 * An ESP32 with ESPHome 2026.1 or later confirms its new firmware once it has
 * run for a minute; if it restarts before that, the boot loader goes back to
 * the old one.  So the right version is believed if it is still there 75 s
 * after it was first heard, or when the time is over (docs/PROTOCOLS.md, safe
 * mode and rollback).
 */
#ifndef EO_VERIFY_H
#define EO_VERIFY_H

#include <espota/fleet.h>

#include "base/err.h"
#include "names/identity.h"

/* What the device should run; NULL: not known. */
struct verify_expect {
    const char *version; /* ESPHome's, or the project's */
    const char *hash;    /* of its configuration */
};

enum verify_match { VERIFY_SAME, VERIFY_OTHER, VERIFY_CANNOT_TELL };

/* Does the device say that it runs what is expected? */
enum verify_match eo_verify_match(const struct verify_expect *,
                                  const struct identity_facts *);

/* May the device go back by itself to what it ran before? */
bool eo_verify_may_roll_back(const struct identity_facts *);

/* The version to show: the project's, if it has one; "" if there is none. */
const char *eo_verify_version(const struct identity_facts *);

struct verify;

struct verify_result {
    enum espota_category category; /* OK, NOT_BACK, OTHER_VERSION or UNKNOWN */
    bool verified; /* seen away and back, or running what is expected */
    bool stayed;   /* it was not seen to go away */
    const struct identity_facts *facts; /* NULL: it announced nothing */
    struct espota_error error;      /* unless OK */
};

struct verify_config {
    const char *host; /* as it is looked up */
    const struct addr *addr; /* its last address ... */
    uint16_t port; /* ... and TCP port; 0: it does not listen */
    uint16_t udp_port; /* for invitations.  Used only for a device on this
                          machine, where a refusal of TCP says nothing */
    const char *bind;
    int family;
    enum espota_verify mode; /* not NONE */
    struct verify_expect expect;
    bool announces; /* it announced itself before: once back, it will again */
    bool provable; /* it did not say before that it runs the expected one */
    bool outcome_is_open; /* it never said whether it took the image */
    uint32_t timeout_ms;

    /* The device runs what it should, and is watched from now on; may be
     * NULL. */
    void (*on_watch)(void *ctx);
    /* Called once, from the loop; may free the verify. */
    void (*on_end)(void *ctx, const struct verify_result *);
    void *ctx;
};

/* Borrows the strings until the end.  NULL: no memory. */
struct verify *eo_verify_start(struct espota_loop *,
                               const struct verify_config *);
void eo_verify_free(struct verify *); /* NULL is fine */

#endif
