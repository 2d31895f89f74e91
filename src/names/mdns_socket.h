/* mdns_socket.h -- the two kinds of sockets that mdns_link.h speaks of. */
#ifndef EO_MDNS_SOCKET_H
#define EO_MDNS_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/iface.h"

/* On a port of its own, for one interface; on port 5353, a member of the group
 * on all of them.  A descriptor, or -1 with errno. */
int eo_mdns_socket_own(const struct iface *, int family);
int eo_mdns_socket_shared(const struct ifaces *, int family);

/* To the group, by this interface.  Whether it went out; else errno. */
int eo_mdns_socket_send(int fd, int family, const struct iface *, bool shared,
                        const uint8_t *bytes, size_t len);

#endif
