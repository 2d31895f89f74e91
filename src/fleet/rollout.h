/* rollout.h -- which devices may begin now, if any: a machine without clock,
 * network or memory of its own.
 *
 * Devices are numbered in the order in which they begin.  All devices numbered
 * below eo_rollout_limit() may begin.  The caller reports how each one ended to
 * eo_rollout_ended(), in any order; then eo_rollout_step() moves on.
 *
 * Canaries are a wave before the first: no other device may begin before the
 * given number of them have been updated.  A canary that ends without having
 * tried the image is replaced by the next device; one that fails closes the
 * gate.  Waves are cumulative and include the canaries (1, 10 %, 100 %: one
 * device, then a tenth of all, then all).  A wave begins when the one before
 * has ended, if not too many of its devices failed.  The last wave is always
 * the rest, even if it was not given.
 */
#ifndef EO_ROLLOUT_H
#define EO_ROLLOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <espota/fleet.h>

struct rollout_rules {
    const struct espota_amount *waves; /* borrowed; n_waves of them */
    size_t n_waves;
    struct espota_amount canary;        /* n 0: none */
    struct espota_amount wave_max_fail; /* of one wave; n 0: none may */
    struct espota_amount max_fail;      /* of the run; n 0: any number may */
};

/* Which gate is closed; it stays closed. */
enum rollout_gate {
    ROLLOUT_OPEN,
    ROLLOUT_AT_CANARIES,
    ROLLOUT_AT_WAVE,
    ROLLOUT_AT_LIMIT
};

struct rollout {
    struct rollout_rules rules;
    size_t total;    /* devices: eo_rollout_add() */
    bool begun;      /* a wave is running */
    bool canaries;   /* ... and it is the canaries' */
    enum rollout_gate gate;
    size_t from, to; /* the devices of the wave */
    size_t goal;     /* canaries that must be updated */
    unsigned wave, of;
    struct espota_counts here, all; /* in the wave; in the run */
    char why[120];   /* ESPOTA_WAVE_STOPPED's */
};

void eo_rollout_init(struct rollout *, const struct rollout_rules *);

/* Adds one more device, after all others. */
void eo_rollout_add(struct rollout *);

/* Devices with a lower number may begin now; 0 when a gate is closed. */
size_t eo_rollout_limit(const struct rollout *);

/* Reports how a device below eo_rollout_reach() ended, begun or not. */
void eo_rollout_ended(struct rollout *, const struct espota_result *);
size_t eo_rollout_reach(const struct rollout *);

/* Moves on by one step and describes it in *news.  False: there was none. */
bool eo_rollout_step(struct rollout *, struct espota_wave *news);

/* Is a gate closed?  When the running devices have ended, _stop() says how many
 * failed and why no other device begins (news->why, which lies in the
 * rollout). */
bool eo_rollout_is_closed(const struct rollout *);
void eo_rollout_stop(struct rollout *, struct espota_wave *news);

#endif
