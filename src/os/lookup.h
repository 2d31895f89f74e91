/* lookup.h -- the addresses of a name as the system finds them: DNS, the file of
 * hosts, and whatever else its name services know.
 */
#ifndef EO_OS_LOOKUP_H
#define EO_OS_LOOKUP_H

#include "os/addr.h"

/* Blocks for as long as the system likes: call it on a thread of its own.
 * Calls found for each address, without a port, in the system's order.  NULL,
 * or the system's words why there is none, which are static. */
const char *eo_system_lookup(const char *name,
                             void (*found)(void *ctx, const struct addr *),
                             void *ctx);

#endif
