/* rollout.h -- who may begin by now, and whether anybody may: a machine without
 * clock, network or memory of its own.
 *
 * Devices are numbered in the order they are to be begun.  All before
 * eo_rollout_limit() may begin; how each of them ended is told to
 * eo_rollout_ended(), in any order; eo_rollout_step() then moves on.
 *
 * Canaries are a wave before the first: no other device may begin before so
 * many have been updated.  One that ends without having tried the image is
 * replaced by the next; one that fails closes the gate.  Waves are cumulative
 * (1, 10 %, 100 %: one device, then a tenth of all, then all; canaries
 * included): one begins when the one before has ended, and only if no more of
 * it failed than may.  The last wave is the rest, written or not.
 */
#ifndef EO_ROLLOUT_H
#define EO_ROLLOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <espota/fleet.h>

struct rollout_rules {
    const struct espota_amount *waves; /* borrowed; n of them */
    size_t n_waves;
    struct espota_amount canary;        /* n 0: none */
    struct espota_amount wave_max_fail; /* of one wave; n 0: none may */
    struct espota_amount max_fail;      /* of the run; n 0: any number may */
};

/* Which gate was closed, for good. */
enum rollout_gate {
    ROLLOUT_OPEN,
    ROLLOUT_AT_CANARIES,
    ROLLOUT_AT_WAVE,
    ROLLOUT_AT_LIMIT
};

struct rollout {
    struct rollout_rules rules;
    size_t total;    /* devices: eo_rollout_add() */
    bool begun;      /* a wave goes on */
    bool canaries;   /* ... which is theirs */
    enum rollout_gate gate;
    size_t from, to; /* the devices of the wave */
    size_t goal;     /* canaries that must be updated */
    unsigned wave, of;
    struct espota_counts here, all; /* of the wave; of the run */
    char why[120];   /* ESPOTA_WAVE_STOPPED's */
};

void eo_rollout_init(struct rollout *, const struct rollout_rules *);

/* One more device, behind all others. */
void eo_rollout_add(struct rollout *);

/* Devices with a lower number may begin by now; 0 behind a closed gate. */
size_t eo_rollout_limit(const struct rollout *);

/* How a device below eo_rollout_reach() ended, whether it was begun or not. */
void eo_rollout_ended(struct rollout *, const struct espota_result *);
size_t eo_rollout_reach(const struct rollout *);

/* Moves on by one step, and says in *news which: true as long as there was
 * one. */
bool eo_rollout_step(struct rollout *, struct espota_wave *news);

/* A gate is closed.  When those that run have ended, _stop() says how many
 * failed and why nobody else is begun (news->why, which lies in the rollout). */
bool eo_rollout_is_closed(const struct rollout *);
void eo_rollout_stop(struct rollout *, struct espota_wave *news);

#endif
