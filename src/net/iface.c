/* iface.c -- addresses of this machine, sorted by interface. */
#include "net/iface.h"

#include <errno.h>
#include <string.h>

#include "os/datagram.h"

/* ---- enumeration -------------------------------------------------------- */

static struct iface *entry(struct ifaces *out, const char *name)
{
    struct iface *i;

    for (size_t k = 0; k < out->n; k++)
        if (strcmp(out->at[k].name, name) == 0)
            return &out->at[k];
    if (out->n == IFACES_MAX || strlen(name) >= IFACE_NAME_MAX)
        return NULL;
    i = &out->at[out->n++];
    *i = (struct iface){.index = eo_iface_index(name)};
    memcpy(i->name, name, strlen(name) + 1);
    return i;
}

/* What eo_ifaces() looks for, and what it has found. */
struct search {
    struct ifaces *out;
    bool chosen;
};

static bool usable(const struct iface_addr *a, bool chosen)
{
    return a->up && (chosen || (a->multicast && !a->loopback &&
                                !a->point_to_point));
}

static void add(void *ctx, const struct iface_addr *a)
{
    const struct search *s = ctx;
    struct iface *i = usable(a, s->chosen) ? entry(s->out, a->name) : NULL;
    struct iface_net *net;

    if (i == NULL || i->n_net == IFACE_NETS_MAX)
        return;
    net = &i->net[i->n_net++];
    net->family = (uint8_t)a->addr.family;
    net->prefix = a->prefix;
    memcpy(net->bytes, a->addr.bytes, sizeof net->bytes);
}

static bool named(const struct iface *i, const char *only,
                  const struct addr *addr)
{
    if (strcmp(i->name, only) == 0)
        return true;
    for (size_t k = 0; addr != NULL && k < i->n_net; k++) {
        size_t len;
        const uint8_t *bytes = eo_addr_bytes(addr, &len);

        if (i->net[k].family == addr->family &&
            memcmp(i->net[k].bytes, bytes, len) == 0)
            return true;
    }
    return false;
}

int eo_ifaces(struct ifaces *out, const char *only)
{
    static const uint8_t ZERO[16];
    struct search search = {.out = out};
    struct addr addr;
    const bool is_addr = only != NULL && eo_addr_parse(&addr, only) == 0;
    size_t n = 0, len;

    if (is_addr && memcmp(eo_addr_bytes(&addr, &len), ZERO,
                          addr.family == 4 ? 4 : 16) == 0)
        only = NULL;
    out->n = 0;
    search.chosen = only != NULL;
    if (eo_iface_addrs(add, &search) != 0)
        return -1;
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

        if (net->family == addr->family &&
            memcmp(a, net->bytes, whole) == 0 &&
            (rest == 0 || ((a[whole] ^ net->bytes[whole]) & mask) == 0))
            return true;
    }
    return false;
}

/* ---- -I ------------------------------------------------------------------ */

struct wanted {
    const char *name;
    int family;
    struct addr *out;
    bool found;
};

static void take_first(void *ctx, const struct iface_addr *a)
{
    struct wanted *w = ctx;

    if (w->found || strcmp(a->name, w->name) != 0 ||
        a->addr.family != w->family)
        return;
    *w->out = a->addr;
    w->found = true;
}

int eo_addr_local(struct addr *a, const char *text, int family)
{
    struct wanted w = {.name = text, .family = family, .out = a};

    if (eo_addr_parse(a, text) == 0)
        return 0;
    if (eo_iface_addrs(take_first, &w) != 0)
        return -1;
    errno = EADDRNOTAVAIL;
    return w.found ? 0 : -1;
}

static bool is_ours(const struct addr *a)
{
    const os_socket fd = eo_udp_open(NULL, a);

    if (fd < 0)
        return errno != EADDRNOTAVAIL;
    eo_sock_close(fd);
    return true;
}

int eo_addr_check_local(const char *text, struct espota_error *err)
{
    struct addr a;

    if (eo_addr_parse(&a, text) == 0 ? is_ours(&a) : eo_iface_index(text) != 0)
        return 0;
    return eo_fail_hint(err, ESPOTA_E_USAGE,
                        "give an address or an interface of this machine",
                        "\"%s\" is not a local address or an interface", text);
}
