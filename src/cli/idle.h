/* idle.h -- options that were given but have no effect. */
#ifndef EO_IDLE_H
#define EO_IDLE_H

#include "cli/run.h"

/* Adds one warning that lists the options on the command line that have no
 * effect on any device of the run. */
void eo_idle_options(const struct run *, struct notes *);

#endif
