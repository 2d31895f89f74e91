/* datagram_posix.c -- UDP, and multicast as the systems differ in it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ip_mreq, and in6_pktinfo, which is RFC 3542's */
#endif
#define __APPLE_USE_RFC_3542
#include "os/datagram.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

#include "os/posix.h"

enum { HOPS = 255 };

os_socket eo_udp_open(const struct addr *peer, const struct addr *local)
{
    const struct addr *any = peer != NULL ? peer : local;
    const int fd =
        any != NULL ? eo_posix_prepare(socket(eo_posix_family(any->family),
                                              SOCK_DGRAM, 0))
                    : -1;
    struct posix_addr a;

    if (fd < 0)
        return -1;
    if (local != NULL) {
        a = eo_posix_addr(local);
        if (bind(fd, eo_posix_sa(&a), a.len) != 0)
            return eo_posix_give_up(fd);
    }
    if (peer != NULL) {
        a = eo_posix_addr(peer);
        if (connect(fd, eo_posix_sa(&a), a.len) != 0)
            return eo_posix_give_up(fd);
    }
    return fd;
}

os_socket eo_udp_bind(const struct addr *local, bool shared)
{
    const struct posix_addr at = eo_posix_addr(local);
    const int on = 1;
    const int fd = eo_posix_prepare(socket(at.sa.ss_family, SOCK_DGRAM, 0));

    if (fd < 0)
        return -1;
    if (local->family == 6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (shared) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
#if defined(SO_REUSEPORT) && !defined(__linux__)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
#endif
    }
    if (bind(fd, eo_posix_sa(&at), at.len) != 0)
        return eo_posix_give_up(fd);
    return fd;
}

ptrdiff_t eo_udp_send(os_socket fd, const void *bytes, size_t len,
                      const struct addr *to)
{
    const struct posix_addr a =
        to != NULL ? eo_posix_addr(to) : (struct posix_addr){.len = 0};
    ssize_t n;

    do
        n = sendto(fd, bytes, len, 0, a.len > 0 ? eo_posix_sa(&a) : NULL,
                   a.len);
    while (n < 0 && errno == EINTR);
    return n;
}

/* ---- what is told beside the bytes --------------------------------------- */

static void read_v4(struct arrival *a, int type, const void *data)
{
#ifdef IP_PKTINFO
    if (type == IP_PKTINFO) {
        struct in_pktinfo info;

        memcpy(&info, data, sizeof info);
        a->iface = (unsigned)info.ipi_ifindex;
        a->to_known = true;
        a->to_group = ntohl(info.ipi_addr.s_addr) >> 28 == 0xe;
    }
#endif
    if (type == IP_TTL)
        memcpy(&a->hops, data, sizeof a->hops);
#if defined(IP_RECVTTL) && !defined(__linux__)
    if (type == IP_RECVTTL)
        a->hops = *(const unsigned char *)data;
#endif
}

static void read_v6(struct arrival *a, int type, const void *data)
{
    if (type == IPV6_PKTINFO) {
        struct in6_pktinfo info;

        memcpy(&info, data, sizeof info);
        a->iface = (unsigned)info.ipi6_ifindex;
        a->to_known = true;
        a->to_group = info.ipi6_addr.s6_addr[0] == 0xff;
    }
    if (type == IPV6_HOPLIMIT)
        memcpy(&a->hops, data, sizeof a->hops);
}

/* The macros of musl compare what is signed with what is not. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
static void read_aside(struct arrival *a, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
         c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == IPPROTO_IP)
            read_v4(a, c->cmsg_type, CMSG_DATA(c));
        else if (c->cmsg_level == IPPROTO_IPV6)
            read_v6(a, c->cmsg_type, CMSG_DATA(c));
    }
}
#pragma GCC diagnostic pop

/* NOLINTNEXTLINE(readability-non-const-parameter): recvmsg() writes there */
ptrdiff_t eo_udp_recv(os_socket fd, void *bytes, size_t cap, struct arrival *a)
{
    union {
        struct cmsghdr align;
        char space[256];
    } control;
    struct sockaddr_storage from;
    struct iovec v = {bytes, cap};
    struct msghdr m;
    ssize_t n;

    memset(&from, 0, sizeof from);
    do {
        m = (struct msghdr){
            .msg_name = &from,
            .msg_namelen = sizeof from,
            .msg_iov = &v,
            .msg_iovlen = 1,
            .msg_control = &control,
            .msg_controllen = sizeof control,
        };
        n = recvmsg(fd, &m, 0);
    } while (n < 0 && errno == EINTR);
    *a = (struct arrival){.hops = -1};
    if (n < 0)
        return -1;
    read_aside(a, &m);
    eo_posix_to_addr(&a->from, (const struct sockaddr *)&from);
    a->cut = (m.msg_flags & MSG_TRUNC) != 0;
    return n;
}

/* ---- multicast ----------------------------------------------------------- */

static void set(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof value);
}

void eo_multicast_options(os_socket fd, int family)
{
    if (family == 6) {
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

void eo_multicast_by(os_socket fd, unsigned iface, const struct addr *of_iface)
{
    if (of_iface->family == 6)
        set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)iface);
    else
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, of_iface->bytes,
                   sizeof(struct in_addr));
}

int eo_multicast_join(os_socket fd, const struct addr *group, unsigned iface,
                      const struct addr *of_iface)
{
    struct ipv6_mreq six = {.ipv6mr_interface = iface};
    struct ip_mreq four;

    if (group->family == 6) {
        memcpy(&six.ipv6mr_multiaddr, group->bytes, 16);
        return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &six, sizeof six);
    }
    memcpy(&four.imr_multiaddr, group->bytes, 4);
    memcpy(&four.imr_interface, of_iface->bytes, 4);
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &four, sizeof four);
}

void eo_multicast_own_groups(os_socket fd)
{
#ifdef IP_MULTICAST_ALL
    set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#endif
    (void)fd;
}
