/* neighbors.h -- lists the devices on the network when the user named none. */
#ifndef EO_NEIGHBORS_H
#define EO_NEIGHBORS_H

#include "cli/cli.h"

/* Listens for two seconds.  Prints on stderr, for each device that announces
 * itself, the command line that flashes image to it. */
void eo_print_neighbors(const struct cli *, const char *image);

#endif
