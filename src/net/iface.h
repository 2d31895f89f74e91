/* iface.h -- the network interfaces of this machine that mDNS may be asked on.
 */
#ifndef EO_IFACE_H
#define EO_IFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "os/addr.h"
#include "os/iface.h"

enum { IFACES_MAX = 64, IFACE_NETS_MAX = 8 };

struct iface_net {
    uint8_t family; /* 4 or 6 */
    uint8_t prefix; /* bits */
    uint8_t bytes[16];
};

struct iface {
    unsigned index;
    char name[IFACE_NAME_MAX];
    struct iface_net net[IFACE_NETS_MAX]; /* further ones are ignored */
    size_t n_net;
};

struct ifaces {
    struct iface at[IFACES_MAX];
    size_t n;
};

/* Those that are up, do multicast, and are neither loopback nor
 * point-to-point; or, with only (an interface's name, or an address that one
 * has), that one as long as it is up.  NULL, "0.0.0.0" and "::" mean all of
 * them. 0, or -1 with errno. */
int eo_ifaces(struct ifaces *, const char *only);

/* The same interfaces, in the same order, with the same addresses. */
bool eo_ifaces_same(const struct ifaces *, const struct ifaces *);

/* NULL: it is not one of these. */
const struct iface *eo_iface_by_index(const struct ifaces *, unsigned index);

/* The first address it has of the family, without a port.  0, or -1. */
int eo_iface_addr(struct addr *, const struct iface *, int family);

/* Whether the address is in one of the interface's subnets. */
bool eo_iface_has(const struct iface *, const struct addr *);

/* The local address to bind for option -I: an address, or an interface whose
 * address of the family is taken.  0, or -1 if it is neither, with errno. */
int eo_addr_local(struct addr *, const char *text, int family);

/* Fails with USAGE if it is neither an address of this machine nor the name of
 * an interface, which may get its address later.  If that cannot be checked,
 * it is accepted. */
int eo_addr_check_local(const char *text, struct espota_error *err);

#endif
