/* mdns_link.c -- multicast sockets, and what may come in over them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct in6_pktinfo is not POSIX's but RFC 3542's */
#endif
#define __APPLE_USE_RFC_3542
#include "io/mdns_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/random.h"

enum {
    HOPS = 255,
    RECEIVE_BYTES = 1 << 20, /* hundreds of devices answer at once */
    PACKETS_PER_TURN = 32    /* then others, and the deadlines, get their turn */
};

struct port {
    struct mdns_link *link;
    int fd, family;
    const struct iface *iface; /* NULL: shared by all */
    struct watch *watch;
};

enum { PORTS_MAX = 2 * IFACES_MAX + 2 };

struct mdns_link {
    struct loop *loop;
    struct ifaces ifs;
    struct port port[PORTS_MAX];
    size_t n_port;
    uint16_t id;
    mdns_heard_fn *heard;
    void *ctx;
    bool *freed; /* set if the link goes away under a callback */
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

/* ---- opening ------------------------------------------------------------ */

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
        return;
    }
    /* Some systems want a byte, some take an int: a byte suits all. */
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &(unsigned char){HOPS}, 1);
#ifdef IP_PKTINFO
    set(fd, IPPROTO_IP, IP_PKTINFO, 1);
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

static int open_own(const struct iface *i, int family)
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
static int open_shared(const struct ifaces *ifs, int family)
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

static void on_ready(void *ctx, int ready);

static int add_port(struct mdns_link *l, int fd, int family,
                    const struct iface *i)
{
    struct port *p = &l->port[l->n_port];

    if (fd < 0)
        return -1;
    *p = (struct port){l, fd, family, i, NULL};
    p->watch = eo_watch_new(l->loop, fd, ESPOTA_READ, on_ready, p);
    if (p->watch == NULL) {
        close(fd);
        return -1;
    }
    l->n_port++;
    return 0;
}

static int open_family(struct mdns_link *l, int family)
{
    int opened = 0;

    for (size_t i = 0; i < l->ifs.n; i++)
        opened += add_port(l, open_own(&l->ifs.at[i], family), family,
                           &l->ifs.at[i]) == 0;
    /* One that cannot be had is no error: others may hold the port. */
    if (opened > 0)
        add_port(l, open_shared(&l->ifs, family), family, NULL);
    return opened;
}

int eo_mdns_link_new(struct mdns_link **out, struct loop *loop,
                     const struct mdns_link_config *c,
                     struct espota_error *err)
{
    struct mdns_link *l = eo_calloc(1, sizeof *l);
    uint8_t id[2];
    int opened = 0;

    if (l == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    l->loop = loop;
    l->heard = c->heard;
    l->ctx = c->ctx;
    if (eo_random(id, sizeof id) == 0)
        l->id = eo_be16(id);
    if (eo_ifaces(&l->ifs, c->only) != 0) {
        eo_fail_sys(err, ESPOTA_E_RESOLVE, errno,
                    "cannot ask by mDNS: the network interfaces cannot be "
                    "listed");
        goto fail;
    }
    if (l->ifs.n == 0) {
        eo_fail(err, ESPOTA_E_RESOLVE,
                c->only == NULL
                    ? "cannot ask by mDNS: no network interface is up with "
                      "multicast"
                    : "cannot ask by mDNS on %s: no such interface is up",
                c->only);
        goto fail;
    }
    if (c->family != 6)
        opened += open_family(l, AF_INET);
    if (c->family != 4)
        opened += open_family(l, AF_INET6);
    if (opened == 0) {
        eo_fail_sys(err, ESPOTA_E_RESOLVE, errno,
                    "cannot ask by mDNS: no socket could be opened");
        goto fail;
    }
    *out = l;
    return 0;
fail:
    eo_mdns_link_free(l);
    return -1;
}

void eo_mdns_link_free(struct mdns_link *l)
{
    if (l == NULL)
        return;
    if (l->freed != NULL)
        *l->freed = true;
    for (size_t i = 0; i < l->n_port; i++) {
        eo_watch_free(l->port[i].watch);
        close(l->port[i].fd);
    }
    eo_free(l);
}

const struct ifaces *eo_mdns_link_ifaces(const struct mdns_link *l)
{
    return &l->ifs;
}

uint16_t eo_mdns_link_id(const struct mdns_link *l)
{
    return l->id;
}

void eo_mdns_link_add_names(struct text *t, const struct mdns_link *l)
{
    for (size_t i = 0; i < l->ifs.n; i++)
        eo_text_add(t, "%s%s", i > 0 ? ", " : "", l->ifs.at[i].name);
}

/* ---- sending ------------------------------------------------------------ */

static int send_on(const struct port *p, const struct iface *i,
                   const uint8_t *bytes, size_t len)
{
    const struct addr to = group(p->family, i->index);
    struct addr local;
    ssize_t n;

    if (eo_iface_addr(&local, i, p->family) != 0)
        return 0;
    if (p->iface == NULL)
        point(p->fd, i, p->family);
    do
        n = sendto(p->fd, bytes, len, 0, (const struct sockaddr *)&to.sa,
                   to.len);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}

int eo_mdns_link_send(struct mdns_link *l, enum mdns_from from,
                      const uint8_t *bytes, size_t len)
{
    int sent = 0;

    for (size_t k = 0; k < l->n_port; k++) {
        const struct port *p = &l->port[k];

        if (from == MDNS_FROM_OWN && p->iface != NULL)
            sent += send_on(p, p->iface, bytes, len);
        for (size_t i = 0; i < l->ifs.n; i++)
            if (from == MDNS_FROM_SHARED && p->iface == NULL)
                sent += send_on(p, &l->ifs.at[i], bytes, len);
    }
    return sent;
}

/* ---- hearing ------------------------------------------------------------ */

static unsigned arrival(struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
         c = CMSG_NXTHDR(m, c)) {
#ifdef IP_PKTINFO
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof info);
            return (unsigned)info.ipi_ifindex;
        }
#endif
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof info);
            return (unsigned)info.ipi6_ifindex;
        }
    }
    return 0;
}

/* Where a packet arrived, if it came from somebody on that link; else NULL. */
static const struct iface *neighbour(const struct port *p, unsigned index,
                                     const struct addr *from)
{
    const struct ifaces *ifs = &p->link->ifs;
    const struct iface *i = eo_iface_by_index(ifs, index);

    if (i == NULL && p->iface != NULL)
        i = p->iface; /* sent to its address, through another door */
    for (size_t k = 0; index == 0 && i == NULL && k < ifs->n; k++)
        if (eo_iface_has(&ifs->at[k], from)) /* a system that does not tell */
            i = &ifs->at[k];
    return i != NULL && (eo_addr_link_local(from) || eo_iface_has(i, from))
               ? i
               : NULL;
}

/* The length of a packet worth reading, 0 for one that is not, -1: no more. */
/* NOLINTNEXTLINE(readability-non-const-parameter): recvmsg() writes there */
static ssize_t receive(const struct port *p, uint8_t *bytes, size_t cap,
                       struct mdns_heard *h)
{
    union {
        struct cmsghdr align;
        char space[256];
    } control;
    struct iovec v = {bytes, cap};
    struct msghdr m = {
        .msg_name = &h->from.sa,
        .msg_namelen = sizeof h->from.sa,
        .msg_iov = &v,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    ssize_t n;

    memset(&h->from, 0, sizeof h->from);
    do
        n = recvmsg(p->fd, &m, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -1;
    h->from.len = m.msg_namelen;
    h->iface = neighbour(p, arrival(&m), &h->from);
    if (h->iface == NULL || eo_addr_port(&h->from) != MDNS_PORT ||
        (m.msg_flags & MSG_TRUNC) != 0)
        return 0;
    return n;
}

static void on_ready(void *ctx, int ready)
{
    struct port *p = ctx;
    struct mdns_link *l = p->link;
    uint8_t bytes[MDNS_PACKET_MAX];
    bool freed = false, *outer = l->freed;

    (void)ready;
    l->freed = &freed;
    for (int k = 0; k < PACKETS_PER_TURN; k++) {
        struct mdns_heard h;
        const ssize_t n = receive(p, bytes, sizeof bytes, &h);

        if (n < 0)
            break;
        if (n == 0 || eo_mdns_open(&h.packet, bytes, (size_t)n) != 0 ||
            (h.packet.flags & MDNS_REPLY) == 0)
            continue;
        /* RFC 6762 section 18.1: the id says nothing in multicast. */
        if (p->iface != NULL && h.packet.id != 0 && h.packet.id != l->id)
            continue;
        l->heard(l->ctx, &h);
        if (freed) {
            if (outer != NULL)
                *outer = true;
            return;
        }
    }
    l->freed = outer;
}
