/* browse.c -- mDNS service discovery (RFC 6763) for devices that are small and
 * come in hundreds.
 *
 * Packets only change entries; tick() asks for what is missing and tells the
 * news, so that nobody is called from the middle of a packet.
 */
#include "names/browse_inside.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { TELL_MS = 5 }; /* one packet is seldom alone */

/* ---- packets ------------------------------------------------------------ */

/* Services before addresses: those may stand in any order. */
static void take_service(struct browse *b, const struct mdns_record *rec)
{
    struct browse_entry *e;

    if (rec->type == MDNS_PTR) {
        /* If names are asked for, other devices do not matter. */
        e = eo_browse_of(b, &rec->target,
                         b->config.n_names == 0 && rec->ttl > 0);
        if (e != NULL && (e->seen_ms == 0 || rec->ttl == 0))
            eo_browse_heard_of(b, e, rec->ttl);
        return;
    }
    if (rec->type != MDNS_SRV && rec->type != MDNS_TXT)
        return;
    e = eo_browse_of(b, &rec->name, b->config.n_names == 0 && rec->ttl > 0);
    if (e == NULL)
        return;
    if (rec->type == MDNS_SRV) {
        eo_browse_heard_of(b, e, rec->ttl);
        if (rec->ttl == 0)
            return;
        if (e->has_srv && !eo_mdns_same(&e->host, &rec->target))
            e->addresses.n = 0;
        e->has_srv = true;
        eo_browse_set_host(e, &rec->target);
        e->port = rec->port;
    } else if (rec->ttl > 0) {
        e->has_txt = true;
        e->mac = b->mac;
        e->txt_len = rec->len < BROWSE_TXT_MAX ? rec->len : BROWSE_TXT_MAX;
        memcpy(e->txt, rec->data, e->txt_len);
    }
}

/* The first address of a packet that says "forget what others said" replaces
 * those of its family that came over the same interface. */
static void flush(struct browse *b, struct browse_entry *e, int family,
                  unsigned arrival)
{
    struct candidates *c = &e->addresses;
    unsigned *flushed = &e->flushed[family == 6];
    size_t n = 0;

    if (*flushed == b->packets)
        return;
    *flushed = b->packets;
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].addr.family != family ||
            c->at[i].arrival != arrival)
            c->at[n++] = c->at[i];
    c->n = n;
}

static void take_address(struct browse *b, const struct mdns_record *rec,
                         unsigned arrival)
{
    const int family = rec->type == MDNS_A ? 4 : 6;
    const uint32_t hash = eo_mdns_hash(&rec->name);
    struct addr a;

    if ((rec->type != MDNS_A && rec->type != MDNS_AAAA) ||
        (b->config.family != 0 && b->config.family != family))
        return;
    eo_addr_from_bytes(&a, family, rec->data);
    for (size_t i = 0; i < b->n; i++) {
        struct browse_entry *e = b->entry[i];

        if (e->host_hash != hash || !eo_browse_may_be(b, e) ||
            !eo_mdns_same(&e->host, &rec->name))
            continue;
        if (e->instance.len == 0)
            eo_browse_heard_of(b, e, rec->ttl);
        if (rec->ttl == 0)
            continue;
        if (rec->top)
            flush(b, e, family, arrival);
        eo_candidates_add(&e->addresses, &a, arrival, b->teller,
                          eo_mdns_link_ifaces(b->link));
    }
}

/* Never 0. */
static uint32_t fingerprint_of(const struct addr *from)
{
    size_t len;
    const uint8_t *bytes = eo_addr_bytes(from, &len);

    return eo_hash(EO_HASH_START, bytes, len) | 1;
}

static uint32_t mac_of(const struct mdns_record *rec)
{
    struct reader r = eo_reader(rec->data, rec->len);
    struct mdns_pair p;

    while (eo_mdns_pair(&r, &p))
        if (p.key_len == 3 && p.value != NULL && memcmp(p.key, "mac", 3) == 0)
            return eo_hash(EO_HASH_START, p.value, p.value_len) | 1;
    return 0;
}

/* Of the one device that a packet is of. */
static uint32_t mac_in(const struct mdns_packet *all)
{
    struct mdns_packet packet = *all;
    struct mdns_record rec;
    uint32_t mac = 0, one;

    while (eo_mdns_next(&packet, &rec) == 1) {
        if (rec.section == MDNS_QUESTION || rec.type != MDNS_TXT)
            continue;
        one = mac_of(&rec);
        if (one != 0 && mac != 0 && one != mac)
            return 0;
        mac = one != 0 ? one : mac;
    }
    return mac;
}

static void tick(void *ctx);

static void on_heard(void *ctx, const struct mdns_heard *h)
{
    struct browse *b = ctx;
    struct mdns_packet packet = h->packet;
    struct mdns_record rec;

    b->packets++;
    b->source = fingerprint_of(&h->from);
    b->teller = eo_teller(&h->from);
    b->mac = mac_in(&h->packet);
    while (eo_mdns_next(&packet, &rec) == 1)
        if (rec.section != MDNS_QUESTION)
            take_service(b, &rec);
    packet = h->packet;
    while (eo_mdns_next(&packet, &rec) == 1)
        if (rec.section != MDNS_QUESTION)
            take_address(b, &rec, h->iface->index);
    if (b->timer.due > eo_loop_now(b->loop) + TELL_MS)
        eo_timer_start(b->loop, &b->timer, TELL_MS, tick, b);
}

/* ---- news --------------------------------------------------------------- */

/* A hash of what can be seen of it; never 0. */
static uint32_t fingerprint(const struct browse_entry *e)
{
    uint32_t h = EO_HASH_START;

    h = eo_hash(h, e->host.wire, e->host.len);
    h = eo_hash(h, &e->port, sizeof e->port);
    h = eo_hash(h, e->txt, e->txt_len);
    for (size_t i = 0; i < e->addresses.n; i++) {
        size_t len;
        const uint8_t *bytes = eo_addr_bytes(&e->addresses.at[i].addr, &len);

        h = eo_hash(h, bytes, len);
    }
    return h | 1;
}

static void say(struct browse *b, enum browse_news news,
                const struct browse_entry *e)
{
    if (b->config.news != NULL)
        b->config.news(b->config.ctx, news, e);
}

static void tell(struct browse *b, struct browse_entry *e)
{
    const uint32_t now = fingerprint(e);

    if (!eo_browse_complete(e) || now == e->seen)
        return;
    e->seen = now;
    if (b->config.worth != NULL && !b->config.worth(b->config.ctx, e))
        return;
    say(b, e->told ? BROWSE_CHANGED : BROWSE_APPEARED, e);
    e->told = true;
}

/* Forgets it, or, if it was asked for by name, what is known about it.  Gives
 * whether it is gone. */
static bool leave(struct browse *b, size_t i)
{
    struct browse_entry *e = b->entry[i];

    if (e->told || b->config.goodbyes)
        say(b, BROWSE_LEFT, e);
    if (e->wanted) {
        if (e->instance.len > 0)
            e->host.len = 0;
        e->has_srv = e->has_txt = false;
        e->addresses.n = 0;
        e->txt_len = e->port = 0;
        e->told = false;
        e->seen = e->asked = 0;
        e->seen_ms = e->alive_until_ms = 0;
        e->ask_ms = eo_loop_now(b->loop) + BROWSE_SECOND;
        return false;
    }
    b->entry[i] = b->entry[--b->n];
    eo_free(e);
    return true;
}

static void tick(void *ctx)
{
    struct browse *b = ctx;
    const uint64_t now = eo_loop_now(b->loop);
    uint64_t next = eo_browse_ask_round(b, now);

    if (next > now + BROWSE_GAP_MAX_MS)
        next = now + BROWSE_GAP_MAX_MS;
    for (size_t i = b->n; i-- > 0;) {
        struct browse_entry *e = b->entry[i];
        uint64_t due;

        if (e->alive_until_ms != 0 && now >= e->alive_until_ms && leave(b, i))
            continue;
        tell(b, e);
        due = eo_browse_tend(b, e, now);
        if (e->alive_until_ms != 0 && e->alive_until_ms < due)
            due = e->alive_until_ms;
        if (due < next)
            next = due;
    }
    eo_timer_start(b->loop, &b->timer,
                   next > now + TELL_MS ? next - now : TELL_MS, tick, b);
}

/* ---- beginning and end -------------------------------------------------- */

/* Adds a name, and the services that its device may have, which have the same
 * name. */
static int want_name(struct browse *b, const char *text,
                     struct espota_error *err)
{
    struct browse_entry *e = eo_browse_add(b);
    struct mdns_name host, instance;
    const char *label;
    size_t len;

    if (e == NULL)
        return eo_fail_memory(err);
    if (eo_mdns_name(&host, text) != 0)
        return eo_fail(err, ESPOTA_E_USAGE, "\"%s\" is not a valid name", text);
    eo_browse_set_host(e, &host);
    e->wanted = true;
    label = eo_mdns_first(&host, &len);
    for (int s = 0; s < ANNOUNCE_SERVICE_COUNT; s++) {
        if ((b->config.services & 1u << s) == 0)
            continue;
        e = eo_browse_add(b);
        if (e == NULL)
            return eo_fail_memory(err);
        e->service = (enum announce_service)s;
        e->wanted = true;
        if (eo_mdns_prefix(&instance, label, len, &b->type[s]) != 0)
            return eo_fail(err, ESPOTA_E_USAGE, "\"%s\" is not a valid name",
                           text);
        eo_browse_set_instance(e, &instance);
    }
    return 0;
}

int eo_browse_new(struct browse **out, struct espota_loop *loop,
                  const struct browse_config *c, struct espota_error *err)
{
    struct browse *b = eo_calloc(1, sizeof *b);
    const struct mdns_link_config link = {c->only, on_heard, b};

    if (b == NULL)
        return eo_fail_memory(err);
    b->loop = loop;
    b->config = *c;
    b->config.names = NULL;
    b->round_ms = eo_loop_now(loop);
    for (int s = 0; s < ANNOUNCE_SERVICE_COUNT; s++)
        eo_mdns_name(&b->type[s],
                     eo_announce_type((enum announce_service)s));
    for (size_t i = 0; i < c->n_names; i++)
        if (want_name(b, c->names[i], err) != 0)
            goto fail;
    if (eo_mdns_link_new(&b->link, loop, &link, err) != 0)
        goto fail;
    eo_timer_start(loop, &b->timer, 0, tick, b);
    *out = b;
    return 0;
fail:
    eo_browse_free(b);
    return -1;
}

void eo_browse_free(struct browse *b)
{
    if (b == NULL)
        return;
    eo_timer_stop(b->loop, &b->timer);
    eo_mdns_link_free(b->link);
    for (size_t i = 0; i < b->n; i++)
        eo_free(b->entry[i]);
    eo_free(b->entry);
    eo_free(b);
}
