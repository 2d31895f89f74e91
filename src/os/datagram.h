/* datagram.h -- UDP, and multicast as the systems differ in it.
 *
 * A socket of theirs is what sock.h says, and is closed, watched, sent to and
 * received from as there where it is connected.
 */
#ifndef EO_DATAGRAM_H
#define EO_DATAGRAM_H

#include "os/sock.h"

/* Bound to local if given and connected to peer if given, of which one is. */
os_socket eo_udp_open(const struct addr *peer, const struct addr *local);
/* Of one family only; shared: others of this machine may have the port as well,
 * as everybody who speaks mDNS does.  Bound to a multicast group it hears what is
 * sent there and nothing else; a system that has no such thing binds to any. */
os_socket eo_udp_bind(const struct addr *local, bool shared);

/* To NULL or an address that is none: to whom it is connected.  Bytes sent, or
 * -1 with errno. */
ptrdiff_t eo_udp_send(os_socket, const void *, size_t len,
                      const struct addr *to);

/* What is told of a datagram beside its bytes. */
struct arrival {
    struct addr from;
    /* These only behind eo_multicast_options(). */
    unsigned iface; /* its index; 0: not told */
    bool to_known, to_group;
    int hops; /* -1: not told */
    bool cut; /* it was longer than the room for it */
};

/* Bytes received, or -1 with errno (EAGAIN: there is none). */
ptrdiff_t eo_udp_recv(os_socket, void *, size_t cap, struct arrival *);

/* ---- multicast ----------------------------------------------------------- */

/* What is sent goes as far as the link does; of what comes it is told where it
 * arrived, for whom, and with how many hops left. */
void eo_multicast_options(os_socket, int family);

/* It leaves by this interface, and with its address, which is of the family of
 * the socket. */
void eo_multicast_by(os_socket, unsigned iface, const struct addr *of_iface);

/* Becomes a member of the group on that interface.  0, or -1 with errno. */
int eo_multicast_join(os_socket, const struct addr *group, unsigned iface,
                      const struct addr *of_iface);
/* What others have joined is not heard, where a system would tell all. */
void eo_multicast_own_groups(os_socket);

#endif
