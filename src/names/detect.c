/* detect.c -- which protocol a device speaks: a decision, and its driver. */
#include "names/detect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "names/browse.h"
#include "names/name.h"
#include "net/race.h"

struct detect {
    struct espota_loop *loop;
    detect_fn *fn;
    void *ctx;
    struct browse *browse;
    struct race *race;
    struct timer patience, settle;
    struct detect_facts facts;
    struct announced announced;
    enum announce_service service;
    struct espota_error no_tcp; /* category OK: nothing failed */
    bool unreachable;           /* by any protocol */
    os_socket fd;
    struct addr peer;
    char *bind;
    size_t n_addr;
    struct addr addr[]; /* n_addr of them */
};

enum detect_verdict eo_detect_decide(const struct detect_facts *f)
{
    if (f->announced)
        return DETECT_ANNOUNCED;
    if (f->tcp == DETECT_TCP_OPEN)
        return DETECT_ESPHOME;
    if (f->may_announce)
        return DETECT_UNDECIDED;
    if (f->listens_only)
        return DETECT_NOTHING;
    if (f->tcp == DETECT_TCP_REFUSED || f->tcp_over)
        return DETECT_ARDUINO;
    return DETECT_PROBE;
}

/* ---- telling ------------------------------------------------------------- */

static void stop(struct detect *d)
{
    eo_timer_stop(d->loop, &d->patience);
    eo_timer_stop(d->loop, &d->settle);
    eo_browse_free(d->browse);
    d->browse = NULL;
    eo_race_free(d->race);
    d->race = NULL;
}

static void give(struct detect *d, struct detected *what, const char *why)
{
    what->why = why;
    what->fd = d->fd;
    what->peer = &d->peer;
    d->fd = OS_NO_SOCKET;
    stop(d);
    d->fn(d->ctx, what, NULL);
}

static const char *told(const char *value)
{
    return value[0] != '\0' ? value : NULL;
}

static void give_announced(struct detect *d)
{
    const char *type = eo_announce_type(d->service);
    struct detected what = {
        .protocol = d->announced.protocol,
        .profile = d->announced.profile,
        .port = d->announced.port,
        .platform = told(d->announced.platform),
        .board = told(d->announced.board),
    };
    char why[64];

    snprintf(why, sizeof why, "it announces %.*s",
             (int)(strlen(type) - strlen(".local")), type);
    give(d, &what, why);
}

static void give_port(struct detect *d, struct detected *what,
                      const char *does)
{
    char why[64];

    snprintf(why, sizeof why, "port %u %s",
             (unsigned)eo_addr_port(&d->addr[0]), does);
    give(d, what, why);
}

static void fail(struct detect *d, const struct espota_error *err)
{
    const struct espota_error copy = *err;

    stop(d);
    d->fn(d->ctx, NULL, &copy);
}

/* ---- finding out --------------------------------------------------------- */

static void probe(struct detect *d);

static void on_settle(void *ctx)
{
    struct detect *d = ctx;

    switch (eo_detect_decide(&d->facts)) {
    case DETECT_UNDECIDED:
        return;
    case DETECT_PROBE:
        probe(d);
        return;
    case DETECT_ANNOUNCED:
        give_announced(d);
        return;
    case DETECT_NOTHING:
        give(d, &(struct detected){.protocol = NULL}, "it announces nothing");
        return;
    case DETECT_ESPHOME:
        give_port(d, &(struct detected){.protocol = "esphome"},
                  "takes a TCP connection");
        return;
    case DETECT_ARDUINO:
        if (d->unreachable) {
            fail(d, &d->no_tcp);
            return;
        }
        give_port(d,
                  &(struct detected){.protocol = "arduino",
                                     .doubt = &d->no_tcp},
                  d->facts.tcp == DETECT_TCP_REFUSED
                      ? "refuses TCP connections"
                      : "does not answer to TCP");
        return;
    }
}

/* Nobody is called back, and nothing is freed, from inside the callbacks that
 * found it. */
static void settle(struct detect *d)
{
    eo_timer_start(d->loop, &d->settle, 0, on_settle, d);
}

static void on_news(void *ctx, enum browse_news news,
                    const struct browse_entry *e)
{
    struct detect *d = ctx;

    if (news == BROWSE_LEFT || e->instance.len == 0 || d->facts.announced)
        return;
    eo_announce_read(&d->announced, e->service, e->port, e->txt, e->txt_len);
    if (d->announced.protocol == NULL)
        return;
    d->service = e->service;
    d->facts.announced = true;
    settle(d);
}

static void on_mdns_over(void *ctx)
{
    struct detect *d = ctx;

    d->facts.may_announce = false;
    settle(d);
}

static void on_connected(void *ctx, os_socket fd, const struct addr *winner,
                         const struct espota_error *err)
{
    struct detect *d = ctx;

    if (fd >= 0) {
        d->fd = fd;
        d->peer = *winner;
        d->facts.tcp = DETECT_TCP_OPEN;
    } else {
        d->no_tcp = *err;
        d->facts.tcp_over = true;
        if (err->sys_errno == ECONNREFUSED)
            d->facts.tcp = DETECT_TCP_REFUSED;
        /* Silence may be ArduinoOTA; an unreachable device is unreachable for
         * all protocols. */
        d->unreachable = err->sys_errno != ECONNREFUSED &&
                         err->sys_errno != ETIMEDOUT && err->sys_errno != 0;
    }
    settle(d);
}

static void probe(struct detect *d)
{
    if (d->race != NULL)
        return;
    d->race = eo_race_start(d->loop, d->addr, d->n_addr, d->bind, DETECT_TCP_MS,
                            on_connected, d);
    if (d->race == NULL) {
        d->facts.tcp_over = true;
        settle(d);
    }
}

/* Names of mDNS have records; of addresses only a connection tells. */
static void ask_mdns(struct detect *d, const char *name)
{
    char local[NAME_SPACE];
    const char *const names[] = {local};

    if (!eo_name_for_mdns(name, local))
        return;
    if (eo_browse_new(&d->browse, d->loop,
                      &(struct browse_config){
                          .only = d->bind,
                          .services = 1u << ANNOUNCE_ARDUINO |
                                      1u << ANNOUNCE_ESPHOME |
                                      1u << ANNOUNCE_HTTP,
                          .names = names,
                          .n_names = 1,
                          .news = on_news,
                          .ctx = d,
                      },
                      NULL) != 0)
        d->browse = NULL;
    d->facts.may_announce = d->browse != NULL;
    if (d->browse != NULL)
        eo_timer_start(d->loop, &d->patience, DETECT_MDNS_MS, on_mdns_over, d);
}

struct detect *eo_detect_start(struct espota_loop *loop,
                               const struct detect_config *c, detect_fn *fn,
                               void *ctx)
{
    struct detect *d =
        eo_calloc(1, sizeof *d + c->n_addr * sizeof d->addr[0]);

    if (d == NULL)
        return NULL;
    d->loop = loop;
    d->fn = fn;
    d->ctx = ctx;
    d->fd = OS_NO_SOCKET;
    d->facts.listens_only = c->listens_only;
    d->bind = eo_strdup(c->bind);
    d->n_addr = c->n_addr;
    memcpy(d->addr, c->addr, c->n_addr * sizeof d->addr[0]);
    if (c->bind != NULL && d->bind == NULL) {
        eo_detect_free(d);
        return NULL;
    }
    eo_timer_start(loop, &d->settle, 0, on_settle, d);
    ask_mdns(d, c->name);
    return d;
}

void eo_detect_free(struct detect *d)
{
    if (d == NULL)
        return;
    stop(d);
    if (d->fd >= 0)
        eo_sock_close(d->fd);
    eo_free(d->bind);
    eo_free(d);
}
