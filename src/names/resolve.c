/* resolve.c -- who is asked for a name, and whose answer is taken:
 * eo_resolve_start() -> look-ups -> on_found()/on_ended() -> settle() -> give()
 */
#include "names/resolve.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "names/candidates.h"
#include "names/lookup.h"

enum {
    TIMEOUT_MS = 5000,
    LOOKUPS_MAX = 8,
    /* How long mDNS may take to answer before DNS is believed: two lost
     * questions, and a device that sleeps between beacons. */
    LOCAL_MS = 1500,
    BARE_MS = 600 /* a bare name may well be DNS's own */
};

/* A row each; the best reason for a failure is that of the first. */
static const struct way {
    const char *word; /* --resolver WORD */
    const struct lookup_ops *ops; /* NULL: left out of this build */
} WAYS[] = {
    {.word = "builtin", .ops = &eo_lookup_builtin},
    {
        .word = "avahi",
#ifdef EO_WITH_AVAHI
        .ops = &eo_lookup_avahi,
#endif
    },
    {
        .word = "dnssd",
#ifdef EO_WITH_DNSSD
        .ops = &eo_lookup_dnssd,
#endif
    },
    {.word = "system", .ops = &eo_lookup_system},
};

enum { N_WAYS = sizeof WAYS / sizeof *WAYS };

/* One look-up under way. */
struct asked {
    struct resolve *resolve;
    const struct way *way;
    void *lookup;
    bool ended;
    struct espota_error why;
};

struct resolve {
    struct espota_loop *loop;
    resolve_fn *fn;
    void (*log)(void *ctx, const char *line);
    void *ctx;
    struct timer timer, deadline;
    uint64_t began;
    struct ifaces ifs;
    struct candidates found;
    struct candidates by_system; /* held back: mDNS may still answer */
    uint64_t mdns_until;         /* for so long */
    const struct lookup_ops *winner;
    const char *how;           /* where nobody need be asked */
    struct espota_error wrong; /* where nobody can be asked */
    struct asked asked[LOOKUPS_MAX];
    size_t n_asked;
};

const char *eo_resolver_at(size_t i)
{
    return i == 0 ? "auto" : i <= N_WAYS ? WAYS[i - 1].word : NULL;
}

bool eo_resolver_known(const char *word)
{
    for (size_t i = 0; i <= N_WAYS; i++)
        if (strcmp(eo_resolver_at(i), word) == 0)
            return true;
    return false;
}

static bool is_built_in(const char *word)
{
    for (size_t i = 0; i < N_WAYS; i++)
        if (strcmp(WAYS[i].word, word) == 0)
            return WAYS[i].ops != NULL;
    return false;
}

const char *eo_resolve_library(void)
{
    static const char *const WHICH[] = {NULL, "Avahi", "dns_sd",
                                        "Avahi, dns_sd"};

    return WHICH[is_built_in("avahi") + 2 * is_built_in("dnssd")];
}

/* ---- results ------------------------------------------------------------ */

static void say(struct resolve *r, const char *fmt, ...) EO_PRINTF(2, 3);

static void say(struct resolve *r, const char *fmt, ...)
{
    char line[384];
    va_list ap;

    if (r->log == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    r->log(r->ctx, line);
}

static void stop(struct resolve *r)
{
    eo_timer_stop(r->loop, &r->timer);
    eo_timer_stop(r->loop, &r->deadline);
    for (size_t i = 0; i < r->n_asked; i++)
        r->asked[i].way->ops->free(r->asked[i].lookup);
    r->n_asked = 0;
}

/* mDNS was believed, and the system knows only other addresses. */
static bool is_doubtful(const struct resolve *r)
{
    for (size_t i = 0; i < r->by_system.n; i++)
        for (size_t k = 0; k < r->found.n; k++)
            if (eo_addr_same_host(&r->by_system.at[i].addr,
                                  &r->found.at[k].addr))
                return false;
    return r->by_system.n > 0;
}

static void give(struct resolve *r)
{
    char doubt[2 * ADDR_TEXT + 80], one[ADDR_TEXT], other[ADDR_TEXT];
    struct addr addr[CANDIDATES_MAX];
    struct resolved got = {r->how, addr, r->found.n, NULL};
    struct text t;

    if (got.how == NULL)
        got.how = r->winner->multicast ? "mdns" : "dns";
    for (size_t i = 0; i < got.n; i++)
        addr[i] = r->found.at[i].addr;
    if (is_doubtful(r)) {
        eo_addr_text(&addr[0], false, one);
        eo_addr_text(&r->by_system.at[0].addr, false, other);
        eo_text_init(&t, doubt, sizeof doubt);
        eo_text_add(&t, "mDNS says %s and is believed; the system's name "
                        "service says %s",
                    one, other);
        got.doubt = doubt;
    }
    stop(r);
    r->fn(r->ctx, &got, NULL);
}

static void fail(struct resolve *r, const struct espota_error *err)
{
    const struct espota_error copy = *err;

    stop(r);
    r->fn(r->ctx, NULL, &copy);
}

static void fail_ambiguous(struct resolve *r, const struct candidate *a,
                           const struct candidate *b)
{
    char one[ADDR_TEXT], other[ADDR_TEXT];
    struct espota_error err;

    eo_addr_text(&a->addr, false, one);
    eo_addr_text(&b->addr, false, other);
    eo_fail_advice(&err, ESPOTA_E_RESOLVE,
                 a->arrival == b->arrival ? ESPOTA_ADVICE_NONE
                                          : ESPOTA_ADVICE_BIND,
                 a->arrival == b->arrival
                     ? "two devices have this name: give the address of the "
                       "one that is meant"
                     : "name one by its address, or the interface",
                 "%s (%s) and %s (%s) both answer", one,
                 eo_iface_by_index(&r->ifs, a->arrival)->name, other,
                 eo_iface_by_index(&r->ifs, b->arrival)->name);
    fail(r, &err);
}

/* All have ended, or time is up, and there is no address. */
static void fail_all(struct resolve *r)
{
    const struct asked *first = NULL;
    struct espota_error err;

    for (size_t i = 0; i < r->n_asked && first == NULL; i++)
        if (r->asked[i].ended)
            first = &r->asked[i];
    if (r->found.unscoped.family != 0) {
        char text[ADDR_TEXT];

        eo_addr_text(&r->found.unscoped, false, text);
        eo_fail(&err, ESPOTA_E_RESOLVE,
                "has only the link-local address %s and its interface is "
                "unknown; give %s%%%s",
                text, text, r->ifs.n > 0 ? r->ifs.at[0].name : "eth0");
    } else if (first != NULL) {
        err = first->why;
    } else {
        eo_fail(&err, ESPOTA_E_RESOLVE, "no answer from the name service");
    }
    fail(r, &err);
}

/* ---- deciding ----------------------------------------------------------- */

static bool all_ended(const struct resolve *r)
{
    for (size_t i = 0; i < r->n_asked; i++)
        if (!r->asked[i].ended)
            return false;
    return true;
}

static bool mdns_is_over(const struct resolve *r)
{
    for (size_t i = 0; i < r->n_asked; i++)
        if (r->asked[i].way->ops->multicast && !r->asked[i].ended)
            return eo_loop_now(r->loop) >= r->mdns_until;
    return true;
}

static void decide(void *ctx)
{
    struct resolve *r = ctx;
    const struct candidate *one, *other;

    if (r->found.n == 0 && r->by_system.n > 0) {
        r->found = r->by_system;
        r->by_system.n = 0;
        r->winner = &eo_lookup_system;
    }
    if (r->found.n == 0)
        fail_all(r);
    else if (eo_candidates_ambiguous(&r->found, &one, &other))
        fail_ambiguous(r, one, other);
    else
        give(r);
}

/* Something changed.  What follows comes from a timer, since a look-up must
 * not be freed while it talks. */
static void settle(struct resolve *r)
{
    int wait = eo_candidates_wait(&r->found);

    if (wait < 0 && r->by_system.n > 0)
        wait = mdns_is_over(r)
                   ? 0
                   : (int)(r->mdns_until - eo_loop_now(r->loop));
    if (all_ended(r))
        wait = 0;
    if (wait < 0 || (r->timer.running &&
                     r->timer.due <= eo_loop_now(r->loop) + (uint64_t)wait))
        return;
    eo_timer_start(r->loop, &r->timer, (uint64_t)wait, decide, r);
}

/* A DNS server that has an answer for everything may say that a name is this
 * machine: that is of no use. */
static struct candidates *place_for(struct resolve *r, const struct asked *a,
                                    const struct addr *addr)
{
    return r->mdns_until > 0 && !a->way->ops->multicast &&
                   !eo_addr_is_loopback(addr)
               ? &r->by_system
               : &r->found;
}

static void on_found(void *ctx, const struct addr *addr, unsigned arrival,
                     uint32_t teller)
{
    struct asked *a = ctx;
    struct resolve *r = a->resolve;
    const struct iface *i = eo_iface_by_index(&r->ifs, arrival);
    struct candidates *place = place_for(r, a, addr);
    char text[ADDR_TEXT];

    /* A daemon may live in another network namespace than we do. */
    if (i == NULL)
        arrival = 0;
    if (!eo_candidates_add(place, addr, arrival, teller, &r->ifs))
        return;
    if (place == &r->found && r->winner == NULL)
        r->winner = a->way->ops;
    eo_addr_text(addr, false, text);
    eo_loop_update(r->loop);
    say(r, "%s: %s after %u ms%s%s", a->way->word, text,
        (unsigned)(eo_loop_now(r->loop) - r->began),
        i != NULL ? " on " : "", i != NULL ? i->name : "");
    settle(r);
}

static void on_ended(void *ctx, const struct espota_error *why)
{
    struct asked *a = ctx;

    a->ended = true;
    a->why = *why;
    if (a->resolve->found.n + a->resolve->by_system.n == 0)
        say(a->resolve, "%s: %s", a->way->word, why->message);
    settle(a->resolve);
}

/* ---- asking ------------------------------------------------------------- */

static int ask(struct resolve *r, const struct way *way, const char *name,
               const struct resolve_config *c)
{
    struct asked *a = &r->asked[r->n_asked];
    const struct lookup_config lookup = {
        .name = name,
        .family = c->family,
        .only = c->bind,
        .timeout_ms = c->timeout_ms,
        .found = on_found,
        .ended = on_ended,
        .ctx = a,
    };

    *a = (struct asked){.resolve = r, .way = way};
    a->lookup = way->ops->start(r->loop, &lookup);
    if (a->lookup == NULL)
        return -1;
    r->n_asked++;
    return 0;
}

static int ask_everybody(struct resolve *r, const struct resolve_config *c)
{
    const bool all = strcmp(c->resolver, "auto") == 0;
    const bool bare = eo_name_kind(c->name) == NAME_BARE;
    char local[NAME_SPACE];
    const bool has_mdns = eo_name_for_mdns(c->name, local);

    if (has_mdns)
        r->mdns_until = r->began + (bare ? BARE_MS : LOCAL_MS);
    for (size_t i = 0; i < N_WAYS; i++) {
        const struct lookup_ops *ops = WAYS[i].ops;

        if (ops == NULL || (!all && strcmp(WAYS[i].word, c->resolver) != 0))
            continue;
        if (!ops->multicast && ask(r, &WAYS[i], c->name, c) != 0)
            return -1;
        if (has_mdns && (ops->multicast || bare) &&
            ask(r, &WAYS[i], local, c) != 0)
            return -1;
    }
    return 0;
}

static void decide_wrong(void *ctx)
{
    struct resolve *r = ctx;

    fail(r, &r->wrong);
}

/* The address of a name that --resolve gave, or NULL. */
static const char *given(const struct resolve_config *c)
{
    for (size_t i = 0; i < c->n_given; i++) {
        const char *equals = strchr(c->given[i], '=');
        const size_t n = equals != NULL ? (size_t)(equals - c->given[i]) : 0;

        if (n == strlen(c->name) && n < NAME_SPACE) {
            char name[NAME_SPACE];

            memcpy(name, c->given[i], n);
            name[n] = '\0';
            if (eo_same_nocase(name, c->name))
                return equals + 1;
        }
    }
    return NULL;
}

/* A link-local address says nothing without an interface: take the only one
 * it can be. */
static int add_scope(struct resolve *r, struct addr *a, const char *text,
                     const char *bind)
{
    if (!eo_addr_link_local(a) || a->scope != 0)
        return 0;
    if (eo_ifaces(&r->ifs, bind) == 0 && r->ifs.n == 1) {
        a->scope = r->ifs.at[0].index;
        return 0;
    }
    return eo_fail(&r->wrong, ESPOTA_E_RESOLVE,
                   "is a link-local address and its interface is unknown; "
                   "give %s%%%s",
                   text, r->ifs.n > 0 ? r->ifs.at[0].name : "eth0");
}

static int take_literal(struct resolve *r, const struct resolve_config *c,
                        const char *text, const char *how)
{
    struct addr a;
    const int rc = eo_addr_parse(&a, text);

    if (rc == -2)
        return eo_fail_hint(&r->wrong, ESPOTA_E_RESOLVE,
                            "give the name of one of this machine's "
                            "interfaces: fe80::1%eth0",
                            "the interface behind the %% is not known here");
    if (rc != 0)
        return eo_fail(&r->wrong, ESPOTA_E_USAGE, "\"%s\" is not an address",
                       text);
    if (c->family != 0 && c->family != a.family)
        return eo_fail(&r->wrong, ESPOTA_E_RESOLVE,
                       "%s is not an IPv%d address, and no other was asked for",
                       text, c->family);
    if (add_scope(r, &a, text, c->bind) != 0)
        return -1;
    r->how = how;
    r->found.at[0].addr = a;
    r->found.n = 1;
    return 0;
}

static int begin(struct resolve *r, const struct resolve_config *c)
{
    const char *known = given(c);
    struct addr a;

    if (known != NULL)
        return take_literal(r, c, known, "given");
    if (eo_addr_parse(&a, c->name) != -1)
        return take_literal(r, c, c->name, "literal");
    if (strlen(c->name) >= NAME_SPACE - sizeof ".local")
        return eo_fail(&r->wrong, ESPOTA_E_USAGE,
                       "this is longer than a name can be");
    if (eo_ifaces(&r->ifs, NULL) != 0)
        r->ifs.n = 0;
    if (ask_everybody(r, c) != 0)
        return eo_fail(&r->wrong, ESPOTA_E_INTERNAL,
                       "out of memory, or of threads");
    if (r->n_asked == 0)
        return eo_fail_advice(&r->wrong, ESPOTA_E_USAGE,
                              ESPOTA_ADVICE_ANY_RESOLVER, NULL,
                              eo_resolver_known(c->resolver)
                                  ? "the resolver \"%s\" only knows names in "
                                    ".local, or was left out of this build"
                                  : "there is no resolver \"%s\"",
                              c->resolver);
    /* After an answer by mDNS, look-ups without a thread are not awaited. */
    eo_timer_start(r->loop, &r->deadline,
                   (r->mdns_until > 0 ? 1 : 2) * c->timeout_ms +
                       CANDIDATES_GRACE_MS,
                   decide, r);
    return 0;
}

struct resolve *eo_resolve_start(struct espota_loop *loop,
                                 const struct resolve_config *config,
                                 resolve_fn *fn, void *ctx)
{
    struct resolve *r = eo_calloc(1, sizeof *r);
    struct resolve_config c = *config;

    if (r == NULL)
        return NULL;
    if (c.timeout_ms == 0)
        c.timeout_ms = TIMEOUT_MS;
    if (c.resolver == NULL)
        c.resolver = "auto";
    r->loop = loop;
    r->fn = fn;
    r->log = c.log;
    r->ctx = ctx;
    r->began = eo_loop_now(loop);
    if (begin(r, &c) != 0) {
        stop(r);
        eo_timer_start(loop, &r->timer, 0, decide_wrong, r);
    } else if (r->how != NULL) {
        eo_timer_start(loop, &r->timer, 0, decide, r);
    }
    return r;
}

void eo_resolve_free(struct resolve *r)
{
    if (r == NULL)
        return;
    stop(r);
    eo_free(r);
}
