/* datagram_windows.c -- UDP, and multicast as Windows does it. */
#include "os/windows.h"

#include <errno.h>
#include <limits.h>
#include <mswsock.h>
#include <string.h>

#include "os/datagram.h"

enum { HOPS = 255 };

static int set(SOCKET s, int level, int name, DWORD value)
{
    return setsockopt(s, level, name, (const char *)&value, sizeof value);
}

/* Whom nobody answers must not end what others are told by the same socket. */
static void unlinked(SOCKET s)
{
    BOOL report = FALSE;
    DWORD got;

    WSAIoctl(s, SIO_UDP_CONNRESET, &report, sizeof report, NULL, 0, &got, NULL,
             NULL);
}

os_socket eo_udp_open(const struct addr *peer, const struct addr *local)
{
    const struct addr *any = peer != NULL ? peer : local;
    const os_socket fd =
        any != NULL
            ? eo_windows_socket(eo_windows_family(any->family), SOCK_DGRAM)
            : OS_NO_SOCKET;
    const SOCKET s = eo_windows_handle(fd);
    struct windows_addr a;

    if (fd < 0)
        return OS_NO_SOCKET;
    if (peer == NULL)
        unlinked(s);
    if (local != NULL) {
        a = eo_windows_addr(local);
        if (bind(s, eo_windows_sa(&a), a.len) != 0) {
            eo_windows_fail();
            return eo_windows_give_up(s);
        }
    }
    if (peer != NULL) {
        a = eo_windows_addr(peer);
        if (connect(s, eo_windows_sa(&a), a.len) != 0) {
            eo_windows_fail();
            return eo_windows_give_up(s);
        }
    }
    return fd;
}

static bool is_group(const struct addr *a)
{
    return a->family == 6 ? a->bytes[0] == 0xff : a->bytes[0] >> 4 == 0xe;
}

/* A group is nothing that this system could bind to. */
os_socket eo_udp_bind(const struct addr *local, bool shared)
{
    const struct addr any = {.family = local->family, .port = local->port};
    const struct windows_addr at =
        eo_windows_addr(is_group(local) ? &any : local);
    const os_socket fd = eo_windows_socket(at.sa.ss_family, SOCK_DGRAM);
    const SOCKET s = eo_windows_handle(fd);

    if (fd < 0)
        return OS_NO_SOCKET;
    unlinked(s);
    if (local->family == 6)
        set(s, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set(s, SOL_SOCKET, shared ? SO_REUSEADDR : SO_EXCLUSIVEADDRUSE, 1);
    if (bind(s, eo_windows_sa(&at), at.len) != 0) {
        eo_windows_fail();
        return eo_windows_give_up(s);
    }
    return fd;
}

ptrdiff_t eo_udp_send(os_socket fd, const void *bytes, size_t len,
                      const struct addr *to)
{
    const struct windows_addr a =
        to != NULL ? eo_windows_addr(to) : (struct windows_addr){.len = 0};
    int n;

    if (a.len == 0)
        return eo_send(fd, bytes, len);
    n = sendto(eo_windows_handle(fd), bytes, (int)len, 0, eo_windows_sa(&a),
               a.len);
    return n >= 0 ? n : eo_windows_fail();
}

/* ---- what is told beside the bytes --------------------------------------- */

/* Every version has it, but under no name that could be linked. */
static LPFN_WSARECVMSG receiver(SOCKET s)
{
    static LPFN_WSARECVMSG volatile known;
    GUID id = WSAID_WSARECVMSG;
    LPFN_WSARECVMSG fn = known;
    DWORD got;

    if (fn == NULL &&
        WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &fn,
                 sizeof fn, &got, NULL, NULL) == 0)
        known = fn;
    return fn;
}

static void read_v4(struct arrival *a, int type, const void *data)
{
    struct in_pktinfo info;

    if (type == IP_PKTINFO) {
        memcpy(&info, data, sizeof info);
        a->iface = (unsigned)info.ipi_ifindex;
        a->to_known = true;
        a->to_group = ntohl(info.ipi_addr.s_addr) >> 28 == 0xe;
    } else if (type == IP_TTL || type == IP_HOPLIMIT) {
        memcpy(&a->hops, data, sizeof a->hops);
    }
}

static void read_v6(struct arrival *a, int type, const void *data)
{
    struct in6_pktinfo info;

    if (type == IPV6_PKTINFO) {
        memcpy(&info, data, sizeof info);
        a->iface = (unsigned)info.ipi6_ifindex;
        a->to_known = true;
        a->to_group = info.ipi6_addr.s6_addr[0] == 0xff;
    } else if (type == IPV6_HOPLIMIT) {
        memcpy(&a->hops, data, sizeof a->hops);
    }
}

/* The system's macro for this does not survive our warnings. */
static const WSACMSGHDR *behind(const WSAMSG *m, const WSACMSGHDR *c)
{
    const size_t round = sizeof(size_t) - 1;
    const char *at = (const char *)c + ((c->cmsg_len + round) & ~round);

    return at + sizeof *c <= m->Control.buf + m->Control.len
               ? (const void *)at
               : NULL;
}

static void read_aside(struct arrival *a, const WSAMSG *m)
{
    for (const WSACMSGHDR *c = WSA_CMSG_FIRSTHDR(m); c != NULL;
         c = behind(m, c)) {
        if (c->cmsg_level == IPPROTO_IP)
            read_v4(a, c->cmsg_type, WSA_CMSG_DATA(c));
        else if (c->cmsg_level == IPPROTO_IPV6)
            read_v6(a, c->cmsg_type, WSA_CMSG_DATA(c));
    }
}

ptrdiff_t eo_udp_recv(os_socket fd, void *bytes, size_t cap, struct arrival *a)
{
    const SOCKET s = eo_windows_handle(fd);
    const LPFN_WSARECVMSG receive = receiver(s);
    struct sockaddr_storage from = {0};
    WSABUF room = {.len = (ULONG)cap, .buf = bytes};
    union {
        WSACMSGHDR align;
        char space[256];
    } control;
    WSAMSG m = {
        .name = (struct sockaddr *)&from,
        .namelen = sizeof from,
        .lpBuffers = &room,
        .dwBufferCount = 1,
        .Control = {.len = sizeof control, .buf = (char *)&control},
    };
    DWORD got = 0;

    *a = (struct arrival){.hops = -1};
    if (receive == NULL)
        return eo_windows_fail();
    if (receive(s, &m, &got, NULL, NULL) != 0) {
        if (WSAGetLastError() != WSAEMSGSIZE)
            return eo_windows_fail();
        a->cut = true;
        got = (DWORD)cap;
    }
    read_aside(a, &m);
    eo_windows_to_addr(&a->from, (const struct sockaddr *)&from);
    a->cut = a->cut || (m.dwFlags & MSG_TRUNC) != 0;
    return (ptrdiff_t)got;
}

/* ---- multicast ----------------------------------------------------------- */

void eo_multicast_options(os_socket fd, int family)
{
    const SOCKET s = eo_windows_handle(fd);

    if (family == 6) {
        set(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOPS);
        set(s, IPPROTO_IPV6, IPV6_PKTINFO, 1);
        set(s, IPPROTO_IPV6, IPV6_HOPLIMIT, 1);
        return;
    }
    set(s, IPPROTO_IP, IP_MULTICAST_TTL, HOPS);
    set(s, IPPROTO_IP, IP_PKTINFO, 1);
    set(s, IPPROTO_IP, IP_HOPLIMIT, 1);
}

void eo_multicast_by(os_socket fd, unsigned iface, const struct addr *of_iface)
{
    const SOCKET s = eo_windows_handle(fd);

    if (of_iface->family == 6)
        set(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, iface);
    else
        setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF,
                   (const char *)of_iface->bytes, sizeof(struct in_addr));
}

int eo_multicast_join(os_socket fd, const struct addr *group, unsigned iface,
                      const struct addr *of_iface)
{
    const SOCKET s = eo_windows_handle(fd);
    struct ipv6_mreq six = {.ipv6mr_interface = iface};
    struct ip_mreq four;
    int rc;

    if (group->family == 6) {
        memcpy(&six.ipv6mr_multiaddr, group->bytes, 16);
        rc = setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP,
                        (const char *)&six, sizeof six);
    } else {
        memcpy(&four.imr_multiaddr, group->bytes, 4);
        memcpy(&four.imr_interface, of_iface->bytes, 4);
        rc = setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (const char *)&four,
                        sizeof four);
    }
    return rc == 0 ? 0 : eo_windows_fail();
}

/* Nobody hears here what others have joined. */
void eo_multicast_own_groups(os_socket fd)
{
    (void)fd;
}
