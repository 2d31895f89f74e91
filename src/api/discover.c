/* discover.c -- the public face of browse.c: entries become devices, with
 * words for people. */
#include <espota/discover.h>

#include <stdlib.h>
#include <string.h>

#include "base/given.h"
#include "base/mem.h"
#include "base/str.h"
#include "names/browse.h"
#include "names/name.h"
#include "net/iface.h"

enum {
    TIMEOUT_MS = 2000,
    TIMEOUT_MIN_MS = 1000, /* a device just asked may be silent that long */
    TXT_MAX = 64,
    TXT_SPACE = 5 * BROWSE_TXT_MAX, /* every byte escaped, and terminators */
    GONE_MAX = 16,
    ALL_SERVICES = (1u << ANNOUNCE_SERVICE_COUNT) - 1
};

static const char SAFE_MODE[] =
    "answers to its name but announces no service: it may be in safe mode";

/* A device as it is shown, and the space for its text. */
struct shown {
    struct espota_device pub;
    char name[MDNS_NAME_TEXT], host[MDNS_NAME_TEXT];
    char address[CANDIDATES_MAX][ADDR_TEXT];
    const char *addresses[CANDIDATES_MAX];
    struct announced announced;
    struct espota_txt txt[TXT_MAX];
    char txt_space[TXT_SPACE];
};

/* An ESPHome device that left, while we check whether its name still
 * answers. */
struct gone {
    struct espota_discover *discover;
    struct browse *browse; /* NULL: free */
    struct mdns_name host;
};

struct espota_discover {
    struct espota_discover_config config; /* names: only at the start */
    char *bind;
    struct espota_loop *loop;
    struct member member; /* of the loop */
    struct browse *browse;
    struct timer end;
    bool ended;
    struct gone gone[GONE_MAX];
    struct shown shown;
};

/* ---- an entry, as a device ---------------------------------------------- */

static const char *said(const char *value)
{
    return value[0] != '\0' ? value : NULL;
}

static const char *part(struct text *t, const char *bytes, size_t len)
{
    const char *at = t->at + t->len;

    eo_text_add_safe(t, bytes, len);
    if (t->len + 1 < t->cap)
        t->at[++t->len] = '\0';
    return at;
}

static void show_txt(struct shown *s, const struct browse_entry *e)
{
    struct reader r = eo_reader(e->txt, e->txt_len);
    struct mdns_pair raw;
    struct text t;

    eo_text_init(&t, s->txt_space, sizeof s->txt_space);
    while (s->pub.n_txt < TXT_MAX && eo_mdns_pair(&r, &raw)) {
        const struct mdns_pair p = eo_announce_unquoted(raw);
        struct espota_txt *to = &s->txt[s->pub.n_txt++];

        to->key = part(&t, p.key, p.key_len);
        to->value = p.value != NULL ? part(&t, p.value, p.value_len) : NULL;
    }
    s->pub.txt = s->txt;
}

static void show_names(struct shown *s, const struct browse_entry *e)
{
    struct text t;
    const char *label;
    size_t len;

    label = eo_mdns_first(e->instance.len > 0 ? &e->instance : &e->host, &len);
    eo_text_init(&t, s->name, sizeof s->name);
    eo_text_add_safe(&t, label, len);
    s->pub.name = s->name;
    eo_text_init(&t, s->host, sizeof s->host);
    eo_mdns_add_text(&t, &e->host);
    s->pub.host = said(s->host);
    for (size_t i = 0; i < e->addresses.n; i++) {
        eo_addr_text(&e->addresses.at[i].addr, false, s->address[i]);
        s->addresses[i] = s->address[i];
    }
    s->pub.addresses = s->addresses;
    s->pub.n_addresses = e->addresses.n;
}

/* False: it is not a device that we can update. */
static bool show(struct shown *s, const struct browse_entry *e)
{
    const struct announced *a = &s->announced;

    s->pub = (struct espota_device){0};
    show_names(s, e);
    show_txt(s, e);
    if (e->instance.len == 0) {
        s->pub.remark = SAFE_MODE;
        return true;
    }
    eo_announce_read(&s->announced, e->service, e->port, e->txt, e->txt_len);
    s->pub.protocol = a->protocol;
    s->pub.profile = a->profile;
    s->pub.port = a->port;
    s->pub.auth = a->auth;
    s->pub.board = said(a->board);
    s->pub.platform = said(a->platform);
    s->pub.version = said(a->version);
    s->pub.mac = said(a->mac);
    s->pub.config_hash = said(a->config_hash);
    s->pub.friendly_name = said(a->friendly_name);
    return a->protocol != NULL;
}

static void tell(struct espota_discover *d, enum espota_device_news news,
                 const struct browse_entry *e)
{
    if (show(&d->shown, e))
        d->config.on_device(d->config.on_device_ctx, news, &d->shown.pub);
}

/* ---- all at the end ------------------------------------------------------ */

static bool same_host(const struct browse_entry *a,
                      const struct browse_entry *b)
{
    return a != b && a->host.len > 0 && eo_mdns_same(&a->host, &b->host);
}

/* A bare name or a web page is only worth reporting if the same host announces
 * nothing better. */
static bool outdone(const struct browse *b, const struct browse_entry *e)
{
    const struct browse_entry *other;

    if (e->instance.len > 0 && e->service != ANNOUNCE_HTTP)
        return false;
    for (size_t i = 0; (other = eo_browse_at(b, i)) != NULL; i++)
        if (same_host(e, other) && eo_browse_complete(other) &&
            other->instance.len > 0 &&
            (e->instance.len == 0 || other->service != ANNOUNCE_HTTP))
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    const struct browse_entry *const *x = a, *const *y = b;
    const struct mdns_name *m = &(*x)->instance, *n = &(*y)->instance;
    const size_t len = m->len < n->len ? m->len : n->len;
    const int order =
        len > 1 ? memcmp(m->wire + 1, n->wire + 1, len - 1) : 0;

    return order != 0 ? order : (int)m->len - (int)n->len;
}

static void tell_all(struct espota_discover *d)
{
    const struct browse_entry **list, *e;
    size_t n = 0, k = 0;

    while (eo_browse_at(d->browse, n) != NULL)
        n++;
    list = eo_calloc(n + 1, sizeof *list);
    if (list == NULL)
        return;
    for (size_t i = 0; (e = eo_browse_at(d->browse, i)) != NULL; i++)
        if (eo_browse_complete(e) && !outdone(d->browse, e))
            list[k++] = e;
    qsort(list, k, sizeof *list, by_name);
    for (size_t i = 0; i < k; i++)
        tell(d, ESPOTA_DEVICE_APPEARED, list[i]);
    eo_free(list);
}

static void on_end(void *ctx)
{
    struct espota_discover *d = ctx;

    tell_all(d);
    d->ended = true;
}

/* ---- news ---------------------------------------------------------------- */

static void on_gone_answers(void *ctx, enum browse_news news,
                            const struct browse_entry *e)
{
    struct gone *g = ctx;

    if (news == BROWSE_APPEARED || news == BROWSE_LEFT)
        tell(g->discover,
             news == BROWSE_LEFT ? ESPOTA_DEVICE_LEFT : ESPOTA_DEVICE_APPEARED,
             e);
}

/* ESPHome in safe mode has neither its API nor the service that goes with it,
 * but keeps its name. */
static void ask_for_gone(struct espota_discover *d,
                         const struct browse_entry *e)
{
    char host[MDNS_NAME_TEXT];
    const char *const names[] = {host};
    struct text t;

    eo_text_init(&t, host, sizeof host);
    eo_mdns_add_text(&t, &e->host);
    for (size_t i = 0; i < GONE_MAX; i++) {
        struct gone *g = &d->gone[i];

        if (g->browse != NULL)
            continue;
        g->discover = d;
        g->host = e->host;
        if (eo_browse_new(&g->browse, d->loop,
                          &(struct browse_config){.only = d->config.bind,
                                                  .family = d->config.family,
                                                  .names = names,
                                                  .n_names = 1,
                                                  .keep_asking = true,
                                                  .news = on_gone_answers,
                                                  .ctx = g},
                          NULL) != 0)
            g->browse = NULL;
        return;
    }
}

static void is_back(struct espota_discover *d, const struct browse_entry *e)
{
    for (size_t i = 0; i < GONE_MAX; i++) {
        struct gone *g = &d->gone[i];

        if (g->browse != NULL && eo_mdns_same(&g->host, &e->host)) {
            eo_browse_free(g->browse);
            g->browse = NULL;
        }
    }
}

static bool is_news(void *ctx, const struct browse_entry *e)
{
    const struct espota_discover *d = ctx;

    return d->config.watch && !outdone(d->browse, e);
}

static void on_news(void *ctx, enum browse_news news,
                    const struct browse_entry *e)
{
    static const enum espota_device_news NEWS[] = {
        [BROWSE_APPEARED] = ESPOTA_DEVICE_APPEARED,
        [BROWSE_CHANGED] = ESPOTA_DEVICE_CHANGED,
        [BROWSE_LEFT] = ESPOTA_DEVICE_LEFT,
    };
    struct espota_discover *d = ctx;

    tell(d, NEWS[news], e);
    /* We listen anyway for devices that were asked for by name. */
    if (e->service != ANNOUNCE_ESPHOME || e->instance.len == 0 ||
        d->config.n_names > 0)
        return;
    if (news == BROWSE_LEFT)
        ask_for_gone(d, e);
    else
        is_back(d, e);
}

/* ---- beginning and end --------------------------------------------------- */

static int start(struct espota_discover *d, struct espota_error *err)
{
    const struct espota_discover_config *c = &d->config;
    char (*space)[NAME_SPACE] = eo_calloc(c->n_names + 1, sizeof *space);
    const char **names = eo_calloc(c->n_names + 1, sizeof *names);
    int rc = -1;

    if (space == NULL || names == NULL) {
        eo_fail_memory(err);
        goto out;
    }
    for (size_t i = 0; i < c->n_names; i++) {
        if (!eo_name_for_mdns(c->names[i], space[i])) {
            eo_fail(err, ESPOTA_E_USAGE,
                    "\"%s\" is not a name that mDNS knows: those are bare, or "
                    "end in .local",
                    c->names[i]);
            goto out;
        }
        names[i] = space[i];
    }
    rc = eo_browse_new(&d->browse, d->loop,
                       &(struct browse_config){.only = c->bind,
                                               .family = c->family,
                                               .services = ALL_SERVICES,
                                               .names = names,
                                               .n_names = c->n_names,
                                               .keep_asking = c->watch,
                                               .news = on_news,
                                               .worth = is_news,
                                               .ctx = d},
                       err);
out:
    eo_free(names);
    eo_free(space);
    return rc;
}

static bool is_live(const void *ctx)
{
    return !((const struct espota_discover *)ctx)->ended;
}

static void give_up(void *ctx, int sys)
{
    struct espota_discover *d = ctx;

    (void)sys; /* the loop says why */
    eo_timer_stop(d->loop, &d->end);
    d->ended = true;
}

int espota_discover_new(struct espota_discover **out, struct espota_loop *loop,
                        const struct espota_discover_config *given,
                        struct espota_error *err)
{
    struct espota_discover_config own;
    const struct espota_discover_config *c = &own;
    struct espota_discover *d;
    uint32_t ms;

    if (EO_GIVEN(struct espota_discover_config, on_device_ctx, &own, given,
                err) != 0)
        return -1;
    d = eo_calloc(1, sizeof *d);
    if (d == NULL)
        return eo_fail_memory(err);
    ms = c->timeout_ms != 0 ? c->timeout_ms : TIMEOUT_MS;
    d->loop = loop;
    d->member = (struct member){is_live, give_up, d, NULL};
    eo_loop_join(loop, &d->member);
    d->config = *c;
    d->config.bind = d->bind = eo_strdup(c->bind);
    if (c->bind != NULL && d->bind == NULL) {
        eo_fail_memory(err);
        goto fail;
    }
    if (c->bind != NULL && eo_addr_check_local(c->bind, err) != 0)
        goto fail;
    if (ms < TIMEOUT_MIN_MS)
        ms = TIMEOUT_MIN_MS;
    if (start(d, err) != 0)
        goto fail;
    d->config.names = NULL;
    if (!c->watch)
        eo_timer_start(d->loop, &d->end, ms, on_end, d);
    *out = d;
    return 0;
fail:
    espota_discover_free(d);
    return -1;
}

void espota_discover_free(struct espota_discover *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < GONE_MAX; i++)
        eo_browse_free(d->gone[i].browse);
    eo_browse_free(d->browse);
    eo_timer_stop(d->loop, &d->end);
    eo_loop_leave(d->loop, &d->member);
    eo_free(d->bind);
    eo_free(d);
}
