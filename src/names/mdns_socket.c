/* mdns_socket.c -- multicast, as the systems differ in it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ip_mreq, and RFC 3542's options */
#endif
#define __APPLE_USE_RFC_3542
#include "names/mdns_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/sock.h"
#include "wire/mdns.h"

enum {
    HOPS = 255,
    RECEIVE_BYTES = 1 << 20 /* hundreds of devices answer at once */
};

static struct sockaddr_in *in4(struct addr *a)
{
    return (struct sockaddr_in *)&a->sa;
}

static struct sockaddr_in6 *in6(struct addr *a)
{
    return (struct sockaddr_in6 *)&a->sa;
}

static struct addr group(int family, unsigned scope)
{
    struct addr a;

    eo_addr_parse(&a, family == AF_INET6 ? "ff02::fb" : "224.0.0.251");
    eo_addr_set_port(&a, MDNS_PORT);
    if (family == AF_INET6)
        in6(&a)->sin6_scope_id = scope;
    return a;
}

static void set(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof value);
}

static void set_options(int fd, int family)
{
    set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
    if (family == AF_INET6) {
        set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOPS);
        set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        return;
    }
    /* Some systems want a byte, some take an int: a byte suits all. */
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &(unsigned char){HOPS}, 1);
#ifdef IP_PKTINFO
    set(fd, IPPROTO_IP, IP_PKTINFO, 1);
#endif
#ifdef IP_RECVTTL
    set(fd, IPPROTO_IP, IP_RECVTTL, 1);
#endif
}

/* Multicast leaves by this interface and with its address. */
static void point(int fd, const struct iface *i, int family)
{
    struct addr a;

    if (family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)i->index);
    else if (eo_iface_addr(&a, i, family) == 0)
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &in4(&a)->sin_addr,
                   sizeof(struct in_addr));
}

int eo_mdns_socket_own(const struct iface *i, int family)
{
    struct addr local;
    int fd;

    /* Bound to an address, Linux needs no route to send to the group. */
    if (eo_iface_addr(&local, i, family) != 0)
        return -1;
    if (family == AF_INET6)
        eo_addr_parse(&local, "::");
    fd = eo_udp_bind(&local, false);
    if (fd >= 0) {
        set_options(fd, family);
        point(fd, i, family);
    }
    return fd;
}

static void join(int fd, const struct iface *i, int family)
{
    struct addr g = group(family, 0), local;

    if (eo_iface_addr(&local, i, family) != 0)
        return;
    if (family == AF_INET6) {
        const struct ipv6_mreq m = {in6(&g)->sin6_addr, i->index};

        setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m);
    } else {
        const struct ip_mreq m = {in4(&g)->sin_addr, in4(&local)->sin_addr};

        setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m);
    }
}

/* For IPv4 bound to the group itself, so that what is sent to port 5353 of
 * this machine alone still reaches the daemon that lives there. */
int eo_mdns_socket_shared(const struct ifaces *ifs, int family)
{
    struct addr local = group(family, 0);
    int fd;

    if (family == AF_INET6) {
        eo_addr_parse(&local, "::");
        eo_addr_set_port(&local, MDNS_PORT);
    }
    fd = eo_udp_bind(&local, true);
    if (fd < 0)
        return -1;
    set_options(fd, family);
    for (size_t i = 0; i < ifs->n; i++)
        join(fd, &ifs->at[i], family);
    return fd;
}

int eo_mdns_socket_send(int fd, int family, const struct iface *i, bool shared,
                        const uint8_t *bytes, size_t len)
{
    const struct addr to = group(family, i->index);
    struct addr local;
    ssize_t n;

    if (eo_iface_addr(&local, i, family) != 0)
        return 0;
    if (shared)
        point(fd, i, family);
    do
        n = sendto(fd, bytes, len, 0, (const struct sockaddr *)&to.sa, to.len);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}
