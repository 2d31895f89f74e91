/* iface.c -- getifaddrs(), sorted by interface. */
#include "net/iface.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

/* ---- addresses as bytes ------------------------------------------------- */

static const uint8_t *bytes_of(const struct sockaddr *sa, size_t *len)
{
    const void *p = sa;

    if (sa->sa_family == AF_INET6) {
        *len = 16;
        return ((const struct sockaddr_in6 *)p)->sin6_addr.s6_addr;
    }
    *len = 4;
    return (const uint8_t *)&((const struct sockaddr_in *)p)->sin_addr;
}

const uint8_t *eo_addr_bytes(const struct addr *a, size_t *len)
{
    return bytes_of((const struct sockaddr *)&a->sa, len);
}

void eo_addr_from_bytes(struct addr *a, int family, const uint8_t *bytes)
{
    memset(a, 0, sizeof *a);
    if (family == AF_INET6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->sa;

        in6->sin6_family = AF_INET6;
        memcpy(&in6->sin6_addr, bytes, 16);
        a->len = sizeof *in6;
    } else {
        struct sockaddr_in *in = (struct sockaddr_in *)&a->sa;

        in->sin_family = AF_INET;
        memcpy(&in->sin_addr, bytes, 4);
        a->len = sizeof *in;
    }
}

bool eo_addr_link_local(const struct addr *addr)
{
    size_t len;
    const uint8_t *a = eo_addr_bytes(addr, &len);

    return len == 16 && a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

/* ---- enumeration -------------------------------------------------------- */

static uint8_t prefix_of(const struct sockaddr *mask, sa_family_t family)
{
    struct sockaddr_storage full = {0};
    const uint8_t *bytes;
    size_t len;
    unsigned bits = 0;

    if (mask == NULL)
        return family == AF_INET6 ? 128 : 32;
    memcpy(&full, mask, family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                           : sizeof(struct sockaddr_in));
    full.ss_family = family; /* some systems leave a mask's to be guessed */
    bytes = bytes_of((const struct sockaddr *)&full, &len);
    while (bits < 8 * len && (bytes[bits / 8] & 0x80u >> bits % 8) != 0)
        bits++;
    return (uint8_t)bits;
}

static struct iface *entry(struct ifaces *out, const char *name)
{
    struct iface *i;

    for (size_t k = 0; k < out->n; k++)
        if (strcmp(out->at[k].name, name) == 0)
            return &out->at[k];
    if (out->n == IFACES_MAX || strlen(name) >= IF_NAMESIZE)
        return NULL;
    i = &out->at[out->n++];
    *i = (struct iface){.index = if_nametoindex(name)};
    memcpy(i->name, name, strlen(name) + 1);
    return i;
}

static void add(struct ifaces *out, const struct ifaddrs *a)
{
    struct iface *i = entry(out, a->ifa_name);
    struct iface_net *net;
    const uint8_t *bytes;
    size_t len;

    if (i == NULL || i->n_net == IFACE_NETS_MAX)
        return;
    net = &i->net[i->n_net++];
    net->family = a->ifa_addr->sa_family;
    net->prefix = prefix_of(a->ifa_netmask, net->family);
    bytes = bytes_of(a->ifa_addr, &len);
    memcpy(net->bytes, bytes, len);
}

static bool named(const struct iface *i, const char *only,
                  const struct addr *addr)
{
    if (strcmp(i->name, only) == 0)
        return true;
    for (size_t k = 0; addr != NULL && k < i->n_net; k++) {
        size_t len;
        const uint8_t *bytes = eo_addr_bytes(addr, &len);

        if (i->net[k].family == addr->sa.ss_family &&
            memcmp(i->net[k].bytes, bytes, len) == 0)
            return true;
    }
    return false;
}

static bool usable(const struct ifaddrs *a, bool chosen)
{
    const unsigned wanted = IFF_UP | IFF_MULTICAST,
                   unwanted = IFF_LOOPBACK | IFF_POINTOPOINT;

    if (a->ifa_addr == NULL || (a->ifa_addr->sa_family != AF_INET &&
                                a->ifa_addr->sa_family != AF_INET6))
        return false;
    return chosen ? (a->ifa_flags & IFF_UP) != 0
                  : (a->ifa_flags & (wanted | unwanted)) == wanted;
}

int eo_ifaces(struct ifaces *out, const char *only)
{
    static const uint8_t ZERO[16];
    struct ifaddrs *list;
    struct addr addr;
    const bool is_addr = only != NULL && eo_addr_parse(&addr, only) == 0;
    size_t n = 0, len;

    if (is_addr && memcmp(eo_addr_bytes(&addr, &len), ZERO,
                          addr.sa.ss_family == AF_INET ? 4 : 16) == 0)
        only = NULL;
    out->n = 0;
    if (getifaddrs(&list) != 0)
        return -1;
    for (const struct ifaddrs *a = list; a != NULL; a = a->ifa_next)
        if (usable(a, only != NULL))
            add(out, a);
    freeifaddrs(list);
    if (only == NULL)
        return 0;
    for (size_t k = 0; k < out->n; k++)
        if (named(&out->at[k], only, is_addr ? &addr : NULL))
            out->at[n++] = out->at[k];
    out->n = n;
    return 0;
}

static bool same_nets(const struct iface *a, const struct iface *b)
{
    for (size_t i = 0; i < a->n_net; i++)
        if (a->net[i].family != b->net[i].family ||
            a->net[i].prefix != b->net[i].prefix ||
            memcmp(a->net[i].bytes, b->net[i].bytes,
                   sizeof a->net[i].bytes) != 0)
            return false;
    return true;
}

bool eo_ifaces_same(const struct ifaces *a, const struct ifaces *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->at[i].index != b->at[i].index ||
            strcmp(a->at[i].name, b->at[i].name) != 0 ||
            a->at[i].n_net != b->at[i].n_net ||
            !same_nets(&a->at[i], &b->at[i]))
            return false;
    return true;
}

/* ---- asking ------------------------------------------------------------- */

const struct iface *eo_iface_by_index(const struct ifaces *ifs, unsigned index)
{
    for (size_t i = 0; i < ifs->n; i++)
        if (ifs->at[i].index == index)
            return &ifs->at[i];
    return NULL;
}

int eo_iface_addr(struct addr *a, const struct iface *i, int family)
{
    for (size_t k = 0; k < i->n_net; k++) {
        if (i->net[k].family != family)
            continue;
        eo_addr_from_bytes(a, family, i->net[k].bytes);
        return 0;
    }
    return -1;
}

bool eo_iface_has(const struct iface *i, const struct addr *addr)
{
    size_t len;
    const uint8_t *a = eo_addr_bytes(addr, &len);

    for (size_t k = 0; k < i->n_net; k++) {
        const struct iface_net *net = &i->net[k];
        const unsigned whole = net->prefix / 8, rest = net->prefix % 8;
        const unsigned mask = 0xff00u >> rest & 0xff;

        if (net->family == addr->sa.ss_family &&
            memcmp(a, net->bytes, whole) == 0 &&
            (rest == 0 || ((a[whole] ^ net->bytes[whole]) & mask) == 0))
            return true;
    }
    return false;
}
