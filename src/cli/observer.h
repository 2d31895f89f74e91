/* observer.h -- the parts of a fleet run that watch the devices: the journal
 * and the hooks. */
#ifndef EO_OBSERVER_H
#define EO_OBSERVER_H

#include "cli/hooks.h"
#include "cli/journal.h"
#include "cli/run.h"

struct fleet_observer {
    struct run *run;
    const struct opts *opts;
    struct journal *journal; /* NULL: none */
    bool told;               /* a warning: it cannot be written */
    struct hooks *hooks;     /* NULL: none */
    struct run_extra extra;
};

/* The key of a device in the journal: its NAME, or else its host, with the
 * port if one was given. */
void eo_observer_id(const struct run_device *, char *out, size_t cap);

/* Makes the run call the observer.  Fails as eo_journal_open() does. */
int eo_observer_start(struct fleet_observer *, struct run *,
                      const struct opts *,
                      struct espota_error *err) EO_MUST_CHECK;
void eo_observer_end(struct fleet_observer *);

#endif
