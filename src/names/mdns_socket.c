/* mdns_socket.c -- multicast, as the systems differ in it. */
#include "names/mdns_socket.h"

#include "os/datagram.h"
#include "wire/mdns.h"

enum { RECEIVE_BYTES = 1 << 20 /* hundreds of devices answer at once */ };

static struct addr group(int family, unsigned scope)
{
    struct addr a;

    eo_addr_parse(&a, family == 6 ? "ff02::fb" : "224.0.0.251");
    eo_addr_set_port(&a, MDNS_PORT);
    if (family == 6)
        a.scope = scope;
    return a;
}

static void set_options(os_socket fd, int family)
{
    eo_sock_recv_buffer(fd, RECEIVE_BYTES);
    eo_multicast_options(fd, family);
}

os_socket eo_mdns_socket_own(const struct iface *i, int family)
{
    struct addr local, any;
    os_socket fd;

    /* Bound to an address, Linux needs no route to send to the group. */
    if (eo_iface_addr(&local, i, family) != 0)
        return OS_NO_SOCKET;
    any = local;
    if (family == 6)
        eo_addr_parse(&any, "::");
    fd = eo_udp_bind(&any, false);
    if (fd >= 0) {
        set_options(fd, family);
        eo_multicast_by(fd, i->index, &local);
    }
    return fd;
}

static void join(os_socket fd, const struct iface *i, int family)
{
    const struct addr g = group(family, 0);
    struct addr local;

    if (eo_iface_addr(&local, i, family) == 0)
        eo_multicast_join(fd, &g, i->index, &local);
}

/* For IPv4 bound to the group itself, so that what is sent to port 5353 of
 * this machine alone still reaches the daemon that lives there. */
os_socket eo_mdns_socket_shared(const struct ifaces *ifs, int family)
{
    struct addr local = group(family, 0);
    os_socket fd;

    if (family == 6) {
        eo_addr_parse(&local, "::");
        eo_addr_set_port(&local, MDNS_PORT);
    }
    fd = eo_udp_bind(&local, true);
    if (fd < 0)
        return OS_NO_SOCKET;
    set_options(fd, family);
    for (size_t i = 0; i < ifs->n; i++)
        join(fd, &ifs->at[i], family);
    return fd;
}

bool eo_mdns_socket_send(os_socket fd, int family, const struct iface *i,
                         bool shared, const uint8_t *bytes, size_t len)
{
    const struct addr to = group(family, i->index);
    struct addr local;

    if (eo_iface_addr(&local, i, family) != 0)
        return false;
    if (shared)
        eo_multicast_by(fd, i->index, &local);
    return eo_udp_send(fd, bytes, len, &to) >= 0;
}
