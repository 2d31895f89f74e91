/* datagram.h -- UDP, and multicast as the systems differ in it.
 *
 * Its sockets are those of sock.h: they are closed and watched as there, and
 * once connected also send and receive as there.
 */
#ifndef EO_DATAGRAM_H
#define EO_DATAGRAM_H

#include "os/sock.h"

/* Bound to local if given and connected to peer if given; at least one is. */
os_socket eo_udp_open(const struct addr *peer, const struct addr *local);
/* Of one family only; shared: other programs may bind the same port, as all
 * mDNS programs do.  Bound to a multicast group it hears only what is sent
 * there; a system without that binds to any address. */
os_socket eo_udp_bind(const struct addr *local, bool shared);

/* To NULL or no address: to the connected peer.  Bytes sent, or -1 with
 * errno. */
ptrdiff_t eo_udp_send(os_socket, const void *, size_t len,
                      const struct addr *to);

/* What is known about a datagram besides its bytes. */
struct arrival {
    struct addr from;
    /* These only after eo_multicast_options(). */
    unsigned iface; /* its index; 0: not known */
    bool to_known, to_group;
    int hops; /* -1: not known */
    bool cut; /* it was longer than the buffer */
};

/* Bytes received, or -1 with errno (EAGAIN: there is none). */
ptrdiff_t eo_udp_recv(os_socket, void *, size_t cap, struct arrival *);

/* ---- multicast ----------------------------------------------------------- */

/* Datagrams stay on the link when sent; those received say by which interface
 * they came, for which address, and with how many hops left. */
void eo_multicast_options(os_socket, int family);

/* Sends by this interface and from its address, which has the family of the
 * socket. */
void eo_multicast_by(os_socket, unsigned iface, const struct addr *of_iface);

/* Joins the group on that interface.  0, or -1 with errno. */
int eo_multicast_join(os_socket, const struct addr *group, unsigned iface,
                      const struct addr *of_iface);
/* Receives nothing for groups that only others have joined, where a system
 * would deliver all. */
void eo_multicast_own_groups(os_socket);

#endif
