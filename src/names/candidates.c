/* candidates.c -- the order in which a name's addresses are tried. */
#include "names/candidates.h"

#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

/* IPv4 first: the ArduinoOTA listener is IPv4 on most builds, and the device
 * connects back to us. */
enum rank { RANK_NEIGHBOUR, RANK_V4, RANK_V6, RANK_LINK_LOCAL, RANK_AUTO_V4 };

static uint32_t v4(const struct addr *a)
{
    return eo_be32(a->bytes);
}

static bool is_v6(const struct addr *a)
{
    return a->family == 6;
}

/* What DNS servers answer to mean "no", and what is never a single host. */
static bool nobody(const struct addr *a)
{
    static const uint8_t ZERO[16];

    if (!is_v6(a))
        return v4(a) == 0 || v4(a) >> 28 >= 0xe;
    return a->bytes[0] == 0xff || memcmp(a->bytes, ZERO, sizeof ZERO) == 0;
}

static int rank_of(const struct addr *a, unsigned arrival,
                   const struct ifaces *ifs)
{
    if (is_v6(a))
        return eo_addr_link_local(a) ? RANK_LINK_LOCAL : RANK_V6;
    if (v4(a) >> 16 == 0xa9fe) /* 169.254/16 */
        return RANK_AUTO_V4;
    for (size_t i = 0; i < ifs->n; i++)
        if ((arrival == 0 || arrival == ifs->at[i].index) &&
            eo_iface_has(&ifs->at[i], a))
            return RANK_NEIGHBOUR;
    return RANK_V4;
}

/* Only a link-local address has a scope.  0, or -1: it needs one, and there
 * is more than one to choose from. */
static int settle_scope(struct addr *a, unsigned arrival,
                        const struct ifaces *ifs)
{
    if (!is_v6(a))
        return 0;
    if (!eo_addr_link_local(a)) {
        a->scope = 0;
        return 0;
    }
    if (a->scope == 0)
        a->scope = arrival;
    if (a->scope == 0 && ifs->n == 1)
        a->scope = ifs->at[0].index;
    return a->scope != 0 ? 0 : -1;
}

static struct candidate *known(struct candidates *c, const struct addr *a)
{
    for (size_t i = 0; i < c->n; i++)
        if (eo_addr_same_host(&c->at[i].addr, a))
            return &c->at[i];
    return NULL;
}

uint32_t eo_teller(const struct addr *from)
{
    size_t len;
    const uint8_t *bytes = eo_addr_bytes(from, &len);

    return is_v6(from) ? 0 : eo_hash(EO_HASH_START, bytes, len) | 1;
}

static bool told_by(const struct candidate *c, uint32_t teller)
{
    for (size_t i = 0; i < c->n_tellers; i++)
        if (c->teller[i] == teller)
            return true;
    return false;
}

static void note_teller(struct candidate *c, uint32_t teller)
{
    if (teller != 0 && c->n_tellers < TELLERS_MAX && !told_by(c, teller))
        c->teller[c->n_tellers++] = teller;
}

bool eo_candidates_add(struct candidates *c, const struct addr *addr,
                       unsigned arrival, uint32_t teller,
                       const struct ifaces *ifs)
{
    struct candidate new = {.addr = *addr, .arrival = arrival}, *old;
    size_t at = c->n;

    eo_addr_set_port(&new.addr, 0);
    if (nobody(addr))
        return false;
    if (settle_scope(&new.addr, arrival, ifs) != 0) {
        c->unscoped = new.addr;
        return false;
    }
    old = known(c, &new.addr);
    if (old != NULL)
        note_teller(old, teller);
    if (c->n == CANDIDATES_MAX || old != NULL)
        return false;
    note_teller(&new, teller);
    new.rank = rank_of(&new.addr, arrival, ifs);
    while (at > 0 && c->at[at - 1].rank > new.rank) {
        c->at[at] = c->at[at - 1];
        at--;
    }
    c->at[at] = new;
    c->n++;
    return true;
}

int eo_candidates_wait(const struct candidates *c)
{
    if (c->n == 0)
        return -1;
    if (is_v6(&c->at[0].addr) || c->at[0].rank == RANK_AUTO_V4)
        return CANDIDATES_WAIT_MS;
    return c->at[0].arrival != 0 ? CANDIDATES_GRACE_MS : 0;
}

/* Each belongs to the subnet where it was heard: so neither is the other's
 * second address, announced on the wrong link. */
static bool on_two_links(const struct candidate *a, const struct candidate *b)
{
    return a->rank == RANK_NEIGHBOUR && b->rank == RANK_NEIGHBOUR &&
           a->arrival != b->arrival;
}

/* A device announces all its addresses: if one sender announces only this one,
 * and another sender only the other, they are two devices. */
static bool told_apart(const struct candidate *a, const struct candidate *b)
{
    if (is_v6(&a->addr) || is_v6(&b->addr) || a->arrival != b->arrival ||
        a->n_tellers == 0 || b->n_tellers == 0)
        return false;
    for (size_t i = 0; i < a->n_tellers; i++)
        if (told_by(b, a->teller[i]))
            return false;
    return true;
}

bool eo_candidates_ambiguous(const struct candidates *c,
                             const struct candidate **one,
                             const struct candidate **other)
{
    for (size_t i = 0; i < c->n; i++) {
        for (size_t k = i + 1; k < c->n; k++) {
            const struct candidate *a = &c->at[i], *b = &c->at[k];

            if (a->arrival != 0 && b->arrival != 0 &&
                (on_two_links(a, b) || told_apart(a, b))) {
                *one = a;
                *other = b;
                return true;
            }
        }
    }
    return false;
}
