/* iface_posix.c -- the network interfaces of this machine. */
#include "os/iface.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "os/posix.h"

static uint8_t prefix_of(const struct sockaddr *mask, int family)
{
    struct sockaddr_storage full = {0};
    struct addr a;
    const uint8_t *bytes;
    size_t len;
    unsigned bits = 0;

    if (mask == NULL)
        return family == 6 ? 128 : 32;
    memcpy(&full, mask, family == 6 ? sizeof(struct sockaddr_in6)
                                    : sizeof(struct sockaddr_in));
    /* Some systems do not set the family of a netmask. */
    full.ss_family = (sa_family_t)eo_posix_family(family);
    eo_posix_to_addr(&a, (const struct sockaddr *)&full);
    bytes = eo_addr_bytes(&a, &len);
    while (bits < 8 * len && (bytes[bits / 8] & 0x80u >> bits % 8) != 0)
        bits++;
    return (uint8_t)bits;
}

int eo_iface_addrs(void (*fn)(void *ctx, const struct iface_addr *), void *ctx)
{
    struct ifaddrs *list;

    if (getifaddrs(&list) != 0)
        return -1;
    for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
        struct iface_addr a = {
            .name = i->ifa_name,
            .up = (i->ifa_flags & IFF_UP) != 0,
            .multicast = (i->ifa_flags & IFF_MULTICAST) != 0,
            .loopback = (i->ifa_flags & IFF_LOOPBACK) != 0,
            .point_to_point = (i->ifa_flags & IFF_POINTOPOINT) != 0,
        };

        if (i->ifa_addr != NULL)
            eo_posix_to_addr(&a.addr, i->ifa_addr);
        if (a.addr.family == 0)
            continue;
        a.prefix = prefix_of(i->ifa_netmask, a.addr.family);
        fn(ctx, &a);
    }
    freeifaddrs(list);
    return 0;
}

unsigned eo_iface_index(const char *name)
{
    return if_nametoindex(name);
}
