/* mdns_link.c -- who asks and hears over the multicast sockets of a loop. */
#include "names/mdns_link.h"

#include <errno.h>

#include "base/mem.h"
#include "crypto/random.h"
#include "names/mdns_socket.h"
#include "names/mdns_trust.h"
#include "os/datagram.h"

enum {
    PACKETS_PER_TURN = 32 /* after this, others and the deadlines get their
                             turn */
};

struct port {
    struct hub *hub;
    os_socket fd;
    int family;
    const struct iface *iface; /* NULL: shared by all */
    struct watch *watch;
};

enum { PORTS_MAX = 2 * IFACES_MAX + 2 };

/* The sockets, and who hears what comes in over them. */
struct hub {
    struct espota_loop *loop;
    struct ifaces ifs;
    struct port port[PORTS_MAX];
    size_t n_port;
    uint16_t id;
    struct mdns_link *first, *turn; /* turn: who hears the packet next */
    bool *freed; /* set if the hub goes away under a callback */
    struct hub *next;
};

struct mdns_link {
    struct hub *hub;
    mdns_heard_fn *heard;
    void *ctx;
    struct mdns_link *next;
};

/* ---- opening ------------------------------------------------------------ */

static void on_ready(void *ctx, int ready);

static int add_port(struct hub *h, os_socket fd, int family,
                    const struct iface *i)
{
    struct port *p = &h->port[h->n_port];

    if (fd < 0)
        return -1;
    *p = (struct port){h, fd, family, i, NULL};
    p->watch = eo_watch_new(h->loop, fd, ESPOTA_READ, on_ready, p);
    if (p->watch == NULL) {
        eo_sock_close(fd);
        errno = ENOMEM;
        return -1;
    }
    h->n_port++;
    return 0;
}

static int open_family(struct hub *h, int family)
{
    int opened = 0;

    for (size_t i = 0; i < h->ifs.n; i++)
        opened += add_port(h, eo_mdns_socket_own(&h->ifs.at[i], family), family,
                           &h->ifs.at[i]) == 0;
    /* It is not an error if one cannot be opened: others may hold the port. */
    if (opened > 0)
        add_port(h, eo_mdns_socket_shared(&h->ifs, family), family, NULL);
    return opened;
}

static void hub_free(struct hub *h)
{
    struct loop_shared *shared = eo_loop_shared(h->loop, LOOP_MDNS);
    struct hub *all = shared->it, **at = &all;

    while (*at != NULL && *at != h)
        at = &(*at)->next;
    if (*at != NULL)
        *at = h->next;
    shared->it = all;
    if (h->freed != NULL)
        *h->freed = true;
    for (size_t i = 0; i < h->n_port; i++) {
        eo_watch_free(h->port[i].watch);
        eo_sock_close(h->port[i].fd);
    }
    eo_free(h);
}

/* A link that still exists when the loop is freed was forgotten. */
static void hubs_free(void *p)
{
    struct hub *next;

    for (struct hub *h = p; h != NULL; h = next) {
        next = h->next;
        hub_free(h);
    }
}

static int no_socket(int sys, struct espota_error *err)
{
    const bool ours = sys == EMFILE || sys == ENFILE || sys == ENOBUFS ||
                      sys == ENOMEM;

    return eo_fail_sys(err, ours ? ESPOTA_E_INTERNAL : ESPOTA_E_RESOLVE, sys,
                       "cannot ask by mDNS: no socket could be opened: %s",
                       eo_sock_text(sys));
}

static struct hub *hub_new(struct espota_loop *loop, const struct ifaces *ifs,
                           struct espota_error *err)
{
    struct loop_shared *shared = eo_loop_shared(loop, LOOP_MDNS);
    struct hub *h = eo_calloc(1, sizeof *h);
    uint8_t id[2];
    int opened;

    if (h == NULL) {
        eo_fail_memory(err);
        return NULL;
    }
    h->loop = loop;
    h->ifs = *ifs;
    if (eo_random(id, sizeof id) == 0)
        h->id = eo_be16(id);
    opened = open_family(h, 4);
    opened += open_family(h, 6);
    if (opened == 0) {
        no_socket(errno, err);
        hub_free(h);
        return NULL;
    }
    h->next = shared->it;
    *shared = (struct loop_shared){h, hubs_free};
    return h;
}

/* Interfaces come and go: a new link sees them as they are now. */
static struct hub *hub_of(struct espota_loop *loop, const struct ifaces *ifs,
                          struct espota_error *err)
{
    for (struct hub *h = eo_loop_shared(loop, LOOP_MDNS)->it; h != NULL;
         h = h->next)
        if (eo_ifaces_same(&h->ifs, ifs))
            return h;
    return hub_new(loop, ifs, err);
}

static int list_ifaces(struct ifaces *ifs, const char *only,
                       struct espota_error *err)
{
    if (eo_ifaces(ifs, only) != 0)
        return eo_fail_sys(err,
                           errno == EMFILE || errno == ENFILE ||
                                   errno == ENOMEM
                               ? ESPOTA_E_INTERNAL
                               : ESPOTA_E_RESOLVE,
                           errno,
                           "cannot ask by mDNS: the network interfaces cannot "
                           "be listed");
    if (ifs->n == 0)
        return eo_fail(err, ESPOTA_E_RESOLVE,
                       only == NULL
                           ? "cannot ask by mDNS: no network interface is up "
                             "with multicast"
                           : "cannot ask by mDNS on %s: no such interface is "
                             "up",
                       only);
    return 0;
}

int eo_mdns_link_new(struct mdns_link **out, struct espota_loop *loop,
                     const struct mdns_link_config *c, struct espota_error *err)
{
    struct mdns_link *l = eo_calloc(1, sizeof *l), **at;
    struct ifaces ifs;

    if (l == NULL)
        return eo_fail_memory(err);
    if (list_ifaces(&ifs, c->only, err) != 0 ||
        (l->hub = hub_of(loop, &ifs, err)) == NULL) {
        eo_free(l);
        return -1;
    }
    l->heard = c->heard;
    l->ctx = c->ctx;
    at = &l->hub->first;
    while (*at != NULL)
        at = &(*at)->next;
    *at = l;
    *out = l;
    return 0;
}

void eo_mdns_link_free(struct mdns_link *l)
{
    struct hub *h;
    struct mdns_link **at;

    if (l == NULL)
        return;
    h = l->hub;
    at = &h->first;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    if (h->turn == l)
        h->turn = l->next;
    eo_free(l);
    if (h->first == NULL)
        hub_free(h);
}

const struct ifaces *eo_mdns_link_ifaces(const struct mdns_link *l)
{
    return &l->hub->ifs;
}

uint16_t eo_mdns_link_id(const struct mdns_link *l)
{
    return l->hub->id;
}

void eo_mdns_link_add_names(struct text *t, const struct mdns_link *l)
{
    const struct ifaces *ifs = &l->hub->ifs;

    for (size_t i = 0; i < ifs->n; i++)
        eo_text_add(t, "%s%s", i > 0 ? ", " : "", ifs->at[i].name);
}

/* ---- sending ------------------------------------------------------------ */

int eo_mdns_link_send(struct mdns_link *l, enum mdns_from from,
                      const uint8_t *bytes, size_t len)
{
    const struct hub *h = l->hub;
    int sent = 0;

    for (size_t k = 0; k < h->n_port; k++) {
        const struct port *p = &h->port[k];

        if (from == MDNS_FROM_OWN && p->iface != NULL)
            sent += eo_mdns_socket_send(p->fd, p->family, p->iface, false,
                                        bytes, len);
        for (size_t i = 0; i < h->ifs.n; i++)
            if (from == MDNS_FROM_SHARED && p->iface == NULL)
                sent += eo_mdns_socket_send(p->fd, p->family, &h->ifs.at[i],
                                            true, bytes, len);
    }
    return sent;
}

/* ---- hearing ------------------------------------------------------------ */

/* Where a packet arrived, if it came from somebody on that link; else NULL. */
static const struct iface *neighbour(const struct port *p, unsigned index,
                                     const struct addr *from)
{
    const struct ifaces *ifs = &p->hub->ifs;
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

/* The length of a packet that is a reply and may be believed, 0 for one that
 * is not, -1: no more. */
static ptrdiff_t receive(const struct port *p, uint8_t *bytes, size_t cap,
                         struct mdns_heard *h)
{
    struct arrival a;
    const ptrdiff_t n = eo_udp_recv(p->fd, bytes, cap, &a);

    if (n < 0)
        return -1;
    h->from = a.from;
    h->iface = neighbour(p, a.iface, &h->from);
    if (h->iface == NULL || a.cut ||
        eo_mdns_open(&h->packet, bytes, (size_t)n) != 0 ||
        (h->packet.flags & MDNS_REPLY) == 0)
        return 0;
    return eo_mdns_trusts(&(struct mdns_arrival){
               .from_port = eo_addr_port(&h->from),
               .to_group = a.to_known ? a.to_group : p->iface == NULL,
               .to_asker = p->iface != NULL,
               .hops = a.hops,
               .id = h->packet.id,
               .asked_id = p->hub->id,
           })
               ? n
               : 0;
}

/* In the order they were opened.  Gives whether the hub still exists. */
static bool tell_all(struct hub *h, const struct mdns_heard *heard)
{
    bool freed = false, *outer = h->freed;

    h->freed = &freed;
    for (struct mdns_link *l = h->first; l != NULL; l = h->turn) {
        h->turn = l->next;
        l->heard(l->ctx, heard);
        if (freed) {
            if (outer != NULL)
                *outer = true;
            return false;
        }
    }
    h->freed = outer;
    return true;
}

static void on_ready(void *ctx, int ready)
{
    struct port *p = ctx;
    uint8_t bytes[MDNS_PACKET_MAX];

    (void)ready;
    for (int k = 0; k < PACKETS_PER_TURN; k++) {
        struct mdns_heard h;
        const ptrdiff_t n = receive(p, bytes, sizeof bytes, &h);

        if (n < 0 || (n > 0 && !tell_all(p->hub, &h)))
            return;
    }
}
