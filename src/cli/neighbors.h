/* neighbors.h -- who is on the network, for somebody who named no device. */
#ifndef EO_NEIGHBORS_H
#define EO_NEIGHBORS_H

#include "cli/cli.h"

/* Listens for two seconds, and prints on stderr the command line that flashes
 * image into each device that announces itself. */
void eo_print_neighbors(const struct cli *, const char *image);

#endif
