/* idle.h -- options that were given and do nothing. */
#ifndef EO_IDLE_H
#define EO_IDLE_H

#include "cli/run.h"

/* One warning that names those of the command line that have no effect on any
 * device of the run. */
void eo_idle_options(const struct run *, struct notes *);

#endif
