/* hosts.h -- names of devices for whoever has pressed Tab and waits. */
#ifndef EO_HOSTS_H
#define EO_HOSTS_H

#include "cli/cli.h"

/* One a line on stdout: the devices of the configuration, and those that
 * announce themselves on the network within a quarter of a second. */
void eo_print_hosts(const struct cli *);

#endif
