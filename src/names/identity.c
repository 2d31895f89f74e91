/* identity.c -- what one device says it runs. */
#include "names/identity.h"

#include <string.h>

#include "base/mem.h"
#include "names/browse.h"
#include "names/name.h"

/* How long services may lag behind: a name answers before they do. */
enum { SERVICE_LAG_MS = 700 };

struct identity {
    struct espota_loop *loop;
    void (*on_end)(void *ctx, const struct identity_facts *);
    void (*on_goodbye)(void *ctx);
    void *ctx;
    struct browse *browse; /* NULL: there is nobody to ask */
    struct addr addr;      /* len 0: by name */
    struct timer end;
    struct identity_facts facts;
    bool heard;
};

static void on_time(void *ctx)
{
    struct identity *k = ctx;

    k->on_end(k->ctx, k->heard ? &k->facts : NULL);
}

/* Never from within the browse: it could not be freed there. */
static void end_in(struct identity *k, uint64_t ms)
{
    if (!k->end.running || eo_loop_now(k->loop) + ms < k->end.due)
        eo_timer_start(k->loop, &k->end, ms, on_time, k);
}

static void keep(char to[ANNOUNCE_VALUE], const char *from, size_t len)
{
    if (len >= ANNOUNCE_VALUE)
        len = ANNOUNCE_VALUE - 1;
    memcpy(to, from, len);
    to[len] = '\0';
}

static void read_facts(struct identity_facts *f, const struct browse_entry *e)
{
    static const char PROJECT[] = "project_version";
    struct reader r = eo_reader(e->txt, e->txt_len);
    struct announced a;
    struct mdns_pair p;

    eo_announce_read(&a, e->service, e->port, e->txt, e->txt_len);
    keep(f->version, a.version, strlen(a.version));
    keep(f->config_hash, a.config_hash, strlen(a.config_hash));
    keep(f->platform, a.platform, strlen(a.platform));
    while (eo_mdns_pair(&r, &p))
        if (p.key_len == sizeof PROJECT - 1 && p.value != NULL &&
            memcmp(p.key, PROJECT, p.key_len) == 0)
            keep(f->project_version, p.value, p.value_len);
}

static bool is_wanted(const struct identity *k, const struct browse_entry *e)
{
    if (k->addr.family == 0)
        return true; /* only its own name is asked for */
    for (size_t i = 0; i < e->addresses.n; i++)
        if (eo_addr_same_host(&e->addresses.at[i].addr, &k->addr))
            return true;
    return false;
}

static void on_news(void *ctx, enum browse_news news,
                    const struct browse_entry *e)
{
    struct identity *k = ctx;

    if (k->on_goodbye != NULL) {
        if (news == BROWSE_LEFT)
            k->on_goodbye(k->ctx);
        return;
    }
    if (news == BROWSE_LEFT || !eo_browse_complete(e) || !is_wanted(k, e))
        return;
    k->heard = true;
    if (e->instance.len == 0) {
        end_in(k, SERVICE_LAG_MS);
        return;
    }
    read_facts(&k->facts, e);
    /* A web page may be all it announces, or the lesser of two services. */
    end_in(k, k->facts.version[0] != '\0' || e->service != ANNOUNCE_HTTP
                  ? 0
                  : SERVICE_LAG_MS);
}

struct identity *eo_identity_start(struct espota_loop *loop,
                                   const struct identity_config *c)
{
    struct identity *k = eo_calloc(1, sizeof *k);
    char local[NAME_SPACE];
    const char *const names[] = {local};
    const bool by_name = eo_name_for_mdns(c->host, local);
    struct espota_error err;

    if (k == NULL)
        return NULL;
    k->loop = loop;
    k->on_end = c->on_end;
    k->on_goodbye = c->on_goodbye;
    k->ctx = c->ctx;
    if (!by_name)
        k->addr = *c->addr;
    if (eo_addr_is_loopback(c->addr) ||
        (c->on_goodbye != NULL && !by_name) ||
        eo_browse_new(&k->browse, loop,
                      &(struct browse_config){
                          .only = c->bind,
                          .family = c->family,
                          .services = (1u << ANNOUNCE_SERVICE_COUNT) - 1,
                          .names = by_name ? names : NULL,
                          .n_names = by_name,
                          .keep_asking = true,
                          .goodbyes = c->on_goodbye != NULL,
                          .news = on_news,
                          .ctx = k,
                      },
                      &err) != 0)
        k->browse = NULL; /* it ends at once, with nothing heard */
    if (k->on_goodbye == NULL)
        eo_timer_start(loop, &k->end, k->browse != NULL ? c->timeout_ms : 0,
                       on_time, k);
    return k;
}

void eo_identity_free(struct identity *k)
{
    if (k == NULL)
        return;
    eo_timer_stop(k->loop, &k->end);
    eo_browse_free(k->browse);
    eo_free(k);
}
