/* hosts.h -- names of devices for completion in a shell. */
#ifndef EO_HOSTS_H
#define EO_HOSTS_H

#include "cli/cli.h"

/* Prints one name a line on stdout: the devices in the configuration, and
 * those that announce themselves on the network within a quarter of a second.
 */
void eo_print_hosts(const struct cli *);

#endif
