/* verify.h -- is the device back, and does it run what it was given?
 *
 * It listens to mDNS first and touches the device's port only where nothing is
 * announced, seldom, and with a clean close.
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
#include "io/look.h"

/* What it should run; NULL: not known. */
struct verify_expect {
    const char *version; /* ESPHome's, or the project's */
    const char *hash;    /* of its configuration */
};

enum verify_match { VERIFY_SAME, VERIFY_OTHER, VERIFY_CANNOT_TELL };

/* Does it say that it runs what is expected? */
enum verify_match eo_verify_match(const struct verify_expect *,
                                  const struct look_facts *);

/* May it go back by itself to what it ran before? */
bool eo_verify_may_roll_back(const struct look_facts *);

/* The version to show: the project's, if it has one.  "" where there is none. */
const char *eo_verify_version(const struct look_facts *);

struct verify;

struct verify_result {
    enum espota_category category; /* OK, NOT_BACK, OTHER_VERSION or UNKNOWN */
    const struct look_facts *facts; /* NULL: it announced nothing */
    struct espota_error error;      /* unless OK */
};

struct verify_config {
    const char *host; /* as it is looked up */
    const struct addr *addr; /* with its port; where it was last */
    bool has_tcp; /* its port can be asked whether it is there */
    const char *bind;
    int family;
    enum espota_verify mode; /* not NONE */
    struct verify_expect expect;
    bool outcome_is_open; /* it never gave its verdict: being back says less */
    uint32_t timeout_ms;

    /* It runs what it should, and is watched from now on; may be NULL. */
    void (*on_watch)(void *ctx);
    /* Once, from the loop; the verify may be freed in it. */
    void (*on_end)(void *ctx, const struct verify_result *);
    void *ctx;
};

/* Strings are borrowed until it ended.  NULL: no memory. */
struct verify *eo_verify_start(struct loop *, const struct verify_config *);
void eo_verify_free(struct verify *); /* NULL is fine */

#endif
