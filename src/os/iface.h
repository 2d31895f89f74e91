/* iface.h -- the network interfaces of this machine, as the system lists them.
 */
#ifndef EO_OS_IFACE_H
#define EO_OS_IFACE_H

#include "os/addr.h"

enum { IFACE_NAME_MAX = 64 }; /* with the terminator; Windows names at length */

/* An address of an interface. */
struct iface_addr {
    const char *name; /* of the interface */
    struct addr addr; /* without a port */
    uint8_t prefix;   /* bits of its subnet */
    bool up, multicast, loopback, point_to_point; /* the interface is */
};

/* Calls fn for each IPv4 and IPv6 address of every interface, in the system's
 * order.  0, or -1 with errno, without any call. */
int eo_iface_addrs(void (*fn)(void *ctx, const struct iface_addr *), void *ctx);

/* 0: there is no interface of that name. */
unsigned eo_iface_index(const char *name);

#endif
