/* rollout.h -- how many jobs may have been started by now: pure arithmetic.
 *
 * Waves are cumulative: {1}, {10 %}, {100 %} means one device, then a tenth of
 * all, then all; a wave starts when the one before has ended.
 */
#ifndef EO_ROLLOUT_H
#define EO_ROLLOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <espota/fleet.h>

struct rollout {
    const struct espota_amount *waves; /* borrowed; n of them, 0: one wave */
    size_t n_waves;
    struct espota_amount stop_after; /* failures; 0: never */
};

struct rollout_counts {
    size_t total, ended, failed; /* jobs: in all, over, over and not well */
};

/* So many failures end the run. */
bool eo_rollout_stopped(const struct rollout *, const struct rollout_counts *);

/* At most so many may have been started by now. */
size_t eo_rollout_ceiling(const struct rollout *,
                          const struct rollout_counts *);

#endif
