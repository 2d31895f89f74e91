/* mdns_builtin.c -- the addresses of a name in .local, asked for by ourselves:
 * no daemon, no privilege, an answer within a millisecond (RFC 6762). */
#include <errno.h>

#include "base/mem.h"
#include "names/candidates.h"
#include "names/lookup.h"
#include "names/mdns_link.h"
#include "os/sock.h"

/* When to ask, in ms; then every 2 s.  Packets are lost, and a device that
 * has just answered to all must keep silent for a second. */
static const uint32_t SCHEDULE[] = {0, 250, 750, 1750, 2750, 3750};

enum {
    SCHEDULED = sizeof SCHEDULE / sizeof *SCHEDULE,
    LATER_MS = 2000,
    AGAIN_MS = 100 /* this machine had no socket to give */
};

struct builtin {
    struct espota_loop *loop;
    struct lookup_config config;
    struct mdns_name name;
    char *only;
    struct mdns_link *link; /* NULL: not to be had yet */
    struct timer timer, deadline;
    unsigned asked; /* rounds */
    unsigned sent;  /* packets */
    int send_errno;
    struct espota_error failed; /* before it began */
};

static void on_failed(void *ctx)
{
    struct builtin *b = ctx;

    eo_timer_stop(b->loop, &b->deadline);
    b->config.ended(b->config.ctx, &b->failed);
}

static void on_deadline(void *ctx)
{
    struct builtin *b = ctx;
    char names[256];
    struct text t;
    struct espota_error err;

    eo_timer_stop(b->loop, &b->timer);
    if (b->link == NULL) {
        b->config.ended(b->config.ctx, &b->failed);
        return;
    }
    eo_text_init(&t, names, sizeof names);
    eo_mdns_link_add_names(&t, b->link);
    if (b->sent == 0)
        eo_fail_hint(&err, ESPOTA_E_RESOLVE,
                     "does a firewall on this machine forbid it? An address "
                     "instead of the name works without mDNS",
                     "cannot send mDNS queries on %s: %s", names,
                     eo_sock_text(b->send_errno));
    else
        eo_fail_hint(&err, ESPOTA_E_RESOLVE,
                     "is the device on, and on the same network? Guest Wi-Fi "
                     "and VLANs often block multicast; try its IP address",
                     "no answer to mDNS within %g s (asked on %s)",
                     b->config.timeout_ms / 1000.0, names);
    b->config.ended(b->config.ctx, &err);
}

static void ask(struct builtin *b, uint16_t type, enum mdns_from from)
{
    uint8_t bytes[12 + MDNS_NAME_MAX + 4];
    struct mdns_writer w;
    struct mdns_record question = {
        .section = MDNS_QUESTION,
        .name = b->name,
        .type = type,
        .top = from == MDNS_FROM_OWN,
    };
    int sent;

    eo_mdns_begin(&w, bytes, sizeof bytes,
                  from == MDNS_FROM_OWN ? eo_mdns_link_id(b->link) : 0, 0);
    eo_mdns_put(&w, &question);
    sent = eo_mdns_link_send(b->link, from, bytes, eo_mdns_len(&w));
    if (sent == 0)
        b->send_errno = errno;
    b->sent += (unsigned)sent;
}

/* One question a packet: LEAmDNS forgets the id where there are two. */
static void ask_all(struct builtin *b, enum mdns_from from)
{
    if (b->config.family != 6)
        ask(b, MDNS_A, from);
    if (b->config.family != 4)
        ask(b, MDNS_AAAA, from);
}

static void on_time(void *ctx)
{
    struct builtin *b = ctx;
    uint32_t wait = LATER_MS;

    ask_all(b, MDNS_FROM_OWN);
    if (b->asked > 0)
        ask_all(b, MDNS_FROM_SHARED);
    b->asked++;
    if (b->asked < SCHEDULED)
        wait = SCHEDULE[b->asked] - SCHEDULE[b->asked - 1];
    eo_timer_start(b->loop, &b->timer, wait, on_time, b);
}

static void on_heard(void *ctx, const struct mdns_heard *h)
{
    struct builtin *b = ctx;
    struct mdns_packet packet = h->packet;
    struct mdns_record rec;

    while (eo_mdns_next(&packet, &rec) == 1) {
        struct addr a;

        if (rec.section == MDNS_QUESTION || rec.ttl == 0 ||
            !eo_mdns_same(&rec.name, &b->name) ||
            !((rec.type == MDNS_A && b->config.family != 6) ||
              (rec.type == MDNS_AAAA && b->config.family != 4)))
            continue;
        eo_addr_from_bytes(&a, rec.type == MDNS_A ? 4 : 6,
                           rec.data);
        b->config.found(b->config.ctx, &a, h->iface->index,
                        eo_teller(&h->from));
    }
}

static void builtin_free(void *p)
{
    struct builtin *b = p;

    if (b == NULL)
        return;
    eo_timer_stop(b->loop, &b->timer);
    eo_timer_stop(b->loop, &b->deadline);
    eo_mdns_link_free(b->link);
    eo_free(b->only);
    eo_free(b);
}

/* A want of this machine passes: the first question waits for its end. */
static void open_link(void *ctx)
{
    struct builtin *b = ctx;
    const struct mdns_link_config link = {b->only, on_heard, b};

    if (eo_mdns_link_new(&b->link, b->loop, &link, &b->failed) == 0)
        on_time(b);
    else if (b->failed.category == ESPOTA_E_INTERNAL)
        eo_timer_start(b->loop, &b->timer, AGAIN_MS, open_link, b);
    else
        eo_timer_start(b->loop, &b->timer, 0, on_failed, b);
}

static void *builtin_start(struct espota_loop *loop,
                           const struct lookup_config *c)
{
    struct builtin *b = eo_calloc(1, sizeof *b);

    if (b == NULL)
        return NULL;
    b->loop = loop;
    b->config = *c;
    b->only = eo_strdup(c->only);
    b->config.name = b->config.only = NULL;
    if (c->only != NULL && b->only == NULL) {
        builtin_free(b);
        return NULL;
    }
    if (eo_mdns_name(&b->name, c->name) != 0) {
        eo_fail(&b->failed, ESPOTA_E_RESOLVE, "not a name that a host can "
                                              "have");
        eo_timer_start(loop, &b->timer, 0, on_failed, b);
        return b;
    }
    eo_timer_start(loop, &b->deadline, c->timeout_ms, on_deadline, b);
    open_link(b);
    return b;
}

const struct lookup_ops eo_lookup_builtin = {
    true,
    builtin_start,
    builtin_free,
};
