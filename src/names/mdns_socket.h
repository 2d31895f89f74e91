/* mdns_socket.h -- the two kinds of sockets that mdns_link.h speaks of. */
#ifndef EO_MDNS_SOCKET_H
#define EO_MDNS_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/iface.h"
#include "os/sock.h"

/* On a port of its own, for one interface; on port 5353, a member of the group
 * on all of them.  A socket, or OS_NO_SOCKET with
 * errno. */
os_socket eo_mdns_socket_own(const struct iface *, int family);
os_socket eo_mdns_socket_shared(const struct ifaces *, int family);

/* To the group, by this interface.  Whether it went out; else errno. */
bool eo_mdns_socket_send(os_socket, int family, const struct iface *,
                         bool shared, const uint8_t *bytes, size_t len);

#endif
