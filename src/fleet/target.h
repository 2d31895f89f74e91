/* target.h -- our own copy of a struct espota_target. */
#ifndef EO_TARGET_H
#define EO_TARGET_H

#include <espota/fleet.h>

#include "base/err.h"
#include "proto/noise.h"
#include "proto/proto.h"
#include "web/page.h"

struct target {
    struct espota_target pub; /* its pointers are ours; .key is NULL */
    bool has_key;
    uint8_t key[NOISE_KEY];
    const char *name;   /* to resolve: the host, or the host of the URL */
    struct web_job web; /* .profile NULL: not for the protocol "web" */
};

/* Fails with USAGE for a target that makes no sense. */
int eo_target_copy(struct target *, const struct espota_target *,
                   struct espota_error *err) EO_MUST_CHECK;

/* Wipes the secrets and frees everything except the host's name, which events
 * still carry.  eo_target_free() frees the name, too. */
void eo_target_wipe(struct target *);
void eo_target_free(struct target *);

#endif
