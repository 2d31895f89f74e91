/* browse_entry.c -- what a search knows of one service of one device. */
#include "names/browse_inside.h"

#include "base/mem.h"

enum {
    HOLD_MS = 60,     /* most answers bring all parts: wait for them */
    GOODBYE_MS = 1000 /* for somebody to contradict a goodbye (RFC 6762 section
                         10.1) */
};

bool eo_browse_complete(const struct browse_entry *e)
{
    return e->addresses.n > 0 &&
           (e->instance.len == 0 || (e->has_srv && e->has_txt));
}

const struct browse_entry *eo_browse_at(const struct browse *b, size_t i)
{
    return i < b->n ? b->entry[i] : NULL;
}

/* The table is limited: no single sender may fill it. */
static bool has_place(const struct browse *b)
{
    size_t n = 0;

    if (b->n == BROWSE_MAX)
        return false;
    for (size_t i = 0; b->source != 0 && i < b->n; i++)
        n += b->entry[i]->source == b->source;
    return n < BROWSE_SOURCE_MAX;
}

struct browse_entry *eo_browse_add(struct browse *b)
{
    struct browse_entry **more, *e;

    if (!has_place(b))
        return NULL;
    more = eo_grow(b->entry, b->n, &b->cap, sizeof *more);
    if (more == NULL)
        return NULL;
    b->entry = more;
    e = eo_calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->source = b->source;
    b->entry[b->n++] = e;
    return e;
}

void eo_browse_set_instance(struct browse_entry *e,
                            const struct mdns_name *name)
{
    e->instance = *name;
    e->instance_hash = eo_mdns_hash(name);
}

void eo_browse_set_host(struct browse_entry *e, const struct mdns_name *name)
{
    e->host = *name;
    e->host_hash = eo_mdns_hash(name);
}

bool eo_browse_may_be(const struct browse *b, const struct browse_entry *e)
{
    return b->config.n_names > 0 || b->mac == 0 || e->mac == 0 ||
           e->mac == b->mac;
}

struct browse_entry *eo_browse_of(struct browse *b,
                                  const struct mdns_name *instance, bool make)
{
    const uint32_t hash = eo_mdns_hash(instance);
    struct browse_entry *e;

    for (size_t i = 0; i < b->n; i++)
        if (b->entry[i]->instance_hash == hash &&
            eo_browse_may_be(b, b->entry[i]) &&
            eo_mdns_same(&b->entry[i]->instance, instance))
            return b->entry[i];
    for (int s = 0; make && s < ANNOUNCE_SERVICE_COUNT; s++) {
        if ((b->config.services & 1u << s) == 0 ||
            !eo_mdns_child(instance, &b->type[s]) ||
            (e = eo_browse_add(b)) == NULL)
            continue;
        e->service = (enum announce_service)s;
        eo_browse_set_instance(e, instance);
        e->ask_ms = eo_loop_now(b->loop) + HOLD_MS;
        return e;
    }
    return NULL;
}

void eo_browse_heard_of(const struct browse *b, struct browse_entry *e,
                        uint32_t ttl)
{
    const uint64_t now = eo_loop_now(b->loop);

    if (ttl == 0) {
        e->alive_until_ms = now + GOODBYE_MS;
        return;
    }
    if (e->seen_ms == 0)
        e->seen_ms = now;
    e->ttl_ms = (ttl < 86400 ? ttl : 86400) * BROWSE_SECOND;
    e->alive_until_ms = now + e->ttl_ms;
}
