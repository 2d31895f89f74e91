/* browse_ask.c -- what a search asks for, when, and from which port. */
#include "names/browse_inside.h"

enum {
    FIRST_GAP_MS = 250,     /* between rounds; then twice as long each time */
    NAME_GAP_MAX_MS = 1000, /* a sleeper is awake for seconds */
    ROUNDS = 6,             /* of those who do not keep asking */
    ENTRY_ASKED = 6,        /* times for the missing parts of one */
    QUERIES_PER_TICK = 64,
    PAYLOAD = 1200 /* of a query with known answers: fits any frame */
};

static void begin_query(struct browse *b, struct mdns_writer *w, uint8_t *space,
                        size_t cap, enum mdns_from from,
                        const struct mdns_name *name, uint16_t type)
{
    const struct mdns_record question = {
        .section = MDNS_QUESTION,
        .name = *name,
        .type = type,
        .top = from == MDNS_FROM_OWN,
    };

    eo_mdns_begin(w, space, cap,
                  from == MDNS_FROM_OWN ? eo_mdns_link_id(b->link) : 0, 0);
    eo_mdns_put(w, &question);
}

static void ask(struct browse *b, enum mdns_from from,
                const struct mdns_name *name, uint16_t type)
{
    uint8_t bytes[12 + MDNS_NAME_MAX + 4];
    struct mdns_writer w;

    begin_query(b, &w, bytes, sizeof bytes, from, name, type);
    eo_mdns_link_send(b->link, from, bytes, eo_mdns_len(&w));
    b->queries++;
}

/* Known answers are listed, as far as they fit into a packet, so that they are
 * not repeated (RFC 6762 7.1).  Not over the shared port: some devices only
 * answer a bare question. */
static void ask_for_all(struct browse *b, enum announce_service service)
{
    uint8_t bytes[PAYLOAD];
    struct mdns_writer w;

    begin_query(b, &w, bytes, sizeof bytes, MDNS_FROM_OWN, &b->type[service],
                MDNS_PTR);
    for (size_t i = 0; i < b->n; i++) {
        const struct browse_entry *e = b->entry[i];
        struct mdns_record known = {
            .section = MDNS_ANSWER,
            .name = b->type[service],
            .type = MDNS_PTR,
            .ttl = e->ttl_ms / BROWSE_SECOND,
            .target = e->instance,
        };

        if (e->service == service && e->instance.len > 0 &&
            eo_browse_complete(e) && !eo_mdns_put(&w, &known))
            break;
    }
    eo_mdns_link_send(b->link, MDNS_FROM_OWN, bytes, eo_mdns_len(&w));
}

static void ask_round(struct browse *b)
{
    for (int s = 0; s < ANNOUNCE_SERVICE_COUNT; s++) {
        if ((b->config.services & 1u << s) == 0)
            continue;
        ask_for_all(b, (enum announce_service)s);
        if (b->rounds != 1) /* they were told to be silent for a second */
            ask(b, MDNS_FROM_SHARED, &b->type[s], MDNS_PTR);
    }
}

static void ask_missing(struct browse *b, const struct browse_entry *e,
                        enum mdns_from from)
{
    if (e->instance.len > 0 && !e->has_srv)
        ask(b, from, &e->instance, MDNS_SRV);
    if (e->instance.len > 0 && !e->has_txt)
        ask(b, from, &e->instance, MDNS_TXT);
    if (e->host.len > 0 && e->addresses.n == 0) {
        if (b->config.family != 6)
            ask(b, from, &e->host, MDNS_A);
        if (b->config.family != 4)
            ask(b, from, &e->host, MDNS_AAAA);
    }
}

static uint64_t gap(unsigned times, uint64_t max)
{
    const uint64_t ms = (uint64_t)FIRST_GAP_MS << (times < 10 ? times : 10);

    return ms < max ? ms : max;
}

uint64_t eo_browse_ask_round(struct browse *b, uint64_t now)
{
    b->queries = 0;
    if (b->config.n_names > 0)
        return UINT64_MAX;
    if (now >= b->round_ms && (b->rounds < ROUNDS || b->config.keep_asking)) {
        ask_round(b);
        b->round_ms = now + gap(b->rounds++, BROWSE_GAP_MAX_MS);
    }
    return b->round_ms > now ? b->round_ms : UINT64_MAX;
}

/* It is asked once more shortly before it expires. */
static uint64_t renew_ms(const struct browse_entry *e)
{
    return e->alive_until_ms - e->ttl_ms / 5;
}

uint64_t eo_browse_tend(struct browse *b, struct browse_entry *e, uint64_t now)
{
    const bool forever = b->config.keep_asking && e->wanted;

    if (!eo_browse_complete(e)) {
        if (e->asked >= ENTRY_ASKED && !forever)
            return UINT64_MAX;
        if (e->ask_ms > now || b->queries >= QUERIES_PER_TICK)
            return e->ask_ms;
        ask_missing(b, e, MDNS_FROM_OWN);
        if (e->wanted && e->asked > 0)
            ask_missing(b, e, MDNS_FROM_SHARED);
        e->ask_ms = now + gap(e->asked++, NAME_GAP_MAX_MS);
        return e->ask_ms;
    }
    if (!b->config.keep_asking)
        return UINT64_MAX;
    if (now >= renew_ms(e) && e->ask_ms <= now) {
        ask(b, MDNS_FROM_OWN, e->instance.len > 0 ? &e->instance : &e->host,
            e->instance.len > 0 ? MDNS_SRV : MDNS_A);
        e->ask_ms = now + e->ttl_ms / 20 + BROWSE_SECOND;
    }
    return now < renew_ms(e)             ? renew_ms(e)
           : e->ask_ms < e->alive_until_ms ? e->ask_ms
                                           : e->alive_until_ms;
}
