/* mdns.c -- the mDNS responder of the simulated devices: one pair of sockets,
 * and a voice for each device. */
#include "sim/mdns.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "net/iface.h"
#include "os/datagram.h"
#include "sim/sim.h"
#include "wire/mdns.h"

enum {
    PROBE_GAP_MS = 250,
    PROBES = 3,
    ANNOUNCE_GAP_MS = 1000,
    ANNOUNCES = 2,
    QUIET_MS = 1000, /* between two multicast answers */
    DELAY_MS = 20,   /* before an answer that others may give too ... */
    DELAY_SPAN_MS = 100, /* ... spread, so as not to collide */
    TTL_HOST_S = 120,
    TTL_SERVICE_S = 4500,
    TTL_LEGACY_S = 10, /* for legacy unicast clients */
    LEGACY_MAX = 512,
    PACKET = 1460
};

/* The records of a device that can be asked for. */
enum part { PART_PTR = 1, PART_SRV = 2, PART_TXT = 4, PART_HOST = 8 };

struct voice {
    struct responder *all;
    struct device *device;
    struct announcement said;
    struct mdns_name host, service, instance;
    enum { MUTE, PROBING, AWAKE } state;
    unsigned step; /* probes or announcements so far */
    struct timer timer;
    struct timer later;     /* a multicast answer is due ... */
    unsigned later_parts;   /* ... with these */
    uint64_t spoken_ms;     /* last multicast; 0: never */
};

struct responder {
    struct sim *sim;
    int in, out; /* bound to the group, and to our address */
    struct watch *watch;
    struct addr group, local;
    size_t n;
    struct voice voice[]; /* n of them, one a device */
};

/* ---- records ------------------------------------------------------------- */

void eo_sim_announce_pair(struct announcement *a, const char *fmt, ...)
{
    char pair[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(pair, sizeof pair, fmt, ap);
    va_end(ap);
    eo_mdns_put_pair(a->txt, &a->txt_len, sizeof a->txt, pair);
}

static uint32_t ttl_of(enum part part, uint32_t most)
{
    const uint32_t ttl =
        part == PART_HOST || part == PART_SRV ? TTL_HOST_S : TTL_SERVICE_S;

    return ttl < most ? ttl : most;
}

static void put(struct mdns_writer *w, const struct voice *v, enum part part,
                enum mdns_section section, uint32_t most, bool legacy)
{
    size_t len;
    const uint8_t *bytes = eo_addr_bytes(&v->all->local, &len);
    struct mdns_record rec = {
        .section = section,
        .name = part == PART_PTR    ? v->service
                : part == PART_HOST ? v->host
                                    : v->instance,
        .top = part != PART_PTR && !legacy,
        .ttl = ttl_of(part, most),
        .target = part == PART_PTR ? v->instance : v->host,
        .port = v->said.port,
    };

    switch (part) {
    case PART_PTR:
        rec.type = MDNS_PTR;
        break;
    case PART_SRV:
        rec.type = MDNS_SRV;
        break;
    case PART_TXT:
        rec.type = MDNS_TXT;
        rec.data = v->said.txt;
        rec.len = v->said.txt_len;
        break;
    case PART_HOST:
        rec.type = len == 4 ? MDNS_A : MDNS_AAAA;
        rec.data = bytes;
        rec.len = (uint16_t)len;
        break;
    }
    eo_mdns_put(w, &rec); /* records that do not fit are omitted */
}

/* Puts the records asked for as answers, and the related ones as additional. */
static void put_parts(struct mdns_writer *w, const struct voice *v,
                      unsigned parts, uint32_t most, bool legacy)
{
    const unsigned rest =
        parts & PART_PTR ? ~parts : parts & PART_SRV ? ~parts & PART_HOST : 0;

    for (unsigned p = PART_PTR; p <= PART_HOST; p <<= 1)
        if (parts & p)
            put(w, v, (enum part)p, MDNS_ANSWER, most, legacy);
    for (unsigned p = PART_PTR; p <= PART_HOST; p <<= 1)
        if (rest & p)
            put(w, v, (enum part)p, MDNS_ADDITIONAL, most, legacy);
}

static void send_to(const struct responder *r, const struct addr *to,
                    const struct mdns_writer *w)
{
    /* A failed send is ignored: a radio loses packets, too. */
    eo_udp_send(r->out, w->at, eo_mdns_len(w), to);
}

static unsigned all_parts(const struct voice *v)
{
    return v->service.len > 0 ? PART_PTR | PART_SRV | PART_TXT | PART_HOST
                              : PART_HOST;
}

static void say_to_all(struct voice *v, unsigned parts, uint32_t most)
{
    uint8_t bytes[PACKET];
    struct mdns_writer w;

    eo_mdns_begin(&w, bytes, sizeof bytes, 0, MDNS_REPLY | MDNS_AUTHORITATIVE);
    put_parts(&w, v, parts, most, false);
    send_to(v->all, &v->all->group, &w);
    v->spoken_ms = eo_loop_now(v->all->sim->loop);
}

/* ---- the life of a voice ------------------------------------------------- */

static void probe(struct voice *v)
{
    uint8_t bytes[PACKET];
    struct mdns_writer w;
    const struct mdns_record question = {
        .section = MDNS_QUESTION,
        .name = v->host,
        .type = MDNS_ANY,
        .top = true,
    };

    eo_mdns_begin(&w, bytes, sizeof bytes, 0, 0);
    eo_mdns_put(&w, &question);
    put(&w, v, PART_HOST, MDNS_AUTHORITY, UINT32_MAX, true);
    send_to(v->all, &v->all->group, &w);
}

static void next_step(void *ctx)
{
    struct voice *v = ctx;
    struct espota_loop *loop = v->all->sim->loop;

    if (v->state == PROBING && v->step++ < PROBES) {
        probe(v);
        eo_timer_start(loop, &v->timer, PROBE_GAP_MS, next_step, v);
        return;
    }
    if (v->state == PROBING) {
        v->state = AWAKE;
        v->step = 0;
    }
    say_to_all(v, all_parts(v), UINT32_MAX);
    if (++v->step < ANNOUNCES)
        eo_timer_start(loop, &v->timer, ANNOUNCE_GAP_MS, next_step, v);
}

static void describe(struct voice *v)
{
    const struct sim_config *c = &v->device->sim->common;
    const struct profile *p = v->device->sim->profile;
    char text[300];
    const char *label;
    size_t len;

    snprintf(text, sizeof text, c->count > 1 ? "%s-%u.local" : "%s.local",
             c->mdns, v->device->number);
    eo_mdns_name(&v->host, text); /* the name was checked at the start */
    v->service = v->instance = (struct mdns_name){0};
    v->said = (struct announcement){0};
    p->announce(v->device, &v->said);
    if (c->safe_mode)
        return;
    label = eo_mdns_first(&v->host, &len);
    eo_mdns_name(&v->service, v->said.service);
    eo_mdns_prefix(&v->instance, label, len, &v->service);
}

static struct voice *voice_of(const struct device *d)
{
    struct responder *r = d->sim->mdns;

    return r != NULL ? &r->voice[d->number] : NULL;
}

void eo_sim_mdns_up(struct device *d)
{
    struct voice *v = voice_of(d);

    if (v == NULL)
        return;
    describe(v);
    v->state = PROBING;
    v->step = 0;
    v->spoken_ms = 0;
    eo_timer_start(d->sim->loop, &v->timer, PROBE_GAP_MS, next_step, v);
}

void eo_sim_mdns_down(struct device *d)
{
    struct voice *v = voice_of(d);

    if (v == NULL)
        return;
    eo_timer_stop(d->sim->loop, &v->timer);
    eo_timer_stop(d->sim->loop, &v->later);
    v->later_parts = 0;
    if (v->state == AWAKE)
        say_to_all(v, all_parts(v), 0);
    v->state = MUTE;
}

/* ---- answering ----------------------------------------------------------- */

static bool is_type(const struct mdns_record *rec, uint16_t type)
{
    return rec->type == type || rec->type == MDNS_ANY;
}

static unsigned parts_asked(const struct voice *v,
                            const struct mdns_record *question)
{
    size_t len;
    unsigned parts = 0;

    eo_addr_bytes(&v->all->local, &len);
    if (eo_mdns_same(&question->name, &v->host) &&
        is_type(question, len == 4 ? MDNS_A : MDNS_AAAA))
        parts |= PART_HOST;
    if (eo_mdns_same(&question->name, &v->service) &&
        is_type(question, MDNS_PTR))
        parts |= PART_PTR;
    if (!eo_mdns_same(&question->name, &v->instance))
        return parts;
    return parts | (is_type(question, MDNS_SRV) ? PART_SRV : 0) |
           (is_type(question, MDNS_TXT) ? PART_TXT : 0);
}

static void on_later(void *ctx)
{
    struct voice *v = ctx;

    say_to_all(v, v->later_parts, UINT32_MAX);
    v->later_parts = 0;
}

static void answer_all(struct voice *v, unsigned parts)
{
    struct espota_loop *loop = v->all->sim->loop;
    const uint64_t delay =
        parts & PART_PTR
            ? DELAY_MS + v->device->number * 37u % DELAY_SPAN_MS
            : 0;

    if (v->spoken_ms != 0 && eo_loop_now(loop) - v->spoken_ms < QUIET_MS)
        return;
    v->later_parts |= parts;
    eo_timer_start(loop, &v->later, delay, on_later, v);
}

/* LEAmDNS repeats the id and the question only if there is one question. */
static void answer_one(struct voice *v, unsigned parts,
                       const struct mdns_packet *query, const struct addr *from)
{
    const bool legacy = eo_addr_port(from) != MDNS_PORT;
    const bool again = legacy && (query->left[MDNS_QUESTION] == 1 ||
                                  !v->said.leamdns);
    struct mdns_packet packet = *query;
    struct mdns_record rec;
    uint8_t bytes[PACKET];
    struct mdns_writer w;

    eo_mdns_begin(&w, bytes, legacy ? LEGACY_MAX : sizeof bytes,
                  again ? query->id : 0, MDNS_REPLY | MDNS_AUTHORITATIVE);
    while (again && eo_mdns_next(&packet, &rec) == 1 &&
           rec.section == MDNS_QUESTION) {
        rec.top = false;
        eo_mdns_put(&w, &rec);
    }
    put_parts(&w, v, parts, legacy ? TTL_LEGACY_S : UINT32_MAX, legacy);
    send_to(v->all, from, &w);
}

static void hear(struct voice *v, const struct mdns_packet *query,
                 const struct addr *from)
{
    struct mdns_packet packet = *query;
    struct mdns_record rec;
    unsigned parts = 0;
    bool alone = eo_addr_port(from) != MDNS_PORT;

    while (eo_mdns_next(&packet, &rec) == 1) {
        if (rec.section == MDNS_QUESTION) {
            const unsigned asked = parts_asked(v, &rec);

            parts |= asked;
            alone |= asked != 0 && rec.top;
        } else if (rec.section == MDNS_ANSWER && rec.type == MDNS_PTR &&
                   eo_mdns_same(&rec.target, &v->instance) &&
                   rec.ttl >= TTL_SERVICE_S / 2) {
            parts &= ~(unsigned)PART_PTR; /* the client knows it already */
        }
    }
    if (parts == 0)
        return;
    if (alone)
        answer_one(v, parts, query, from);
    else
        answer_all(v, parts);
}

static void on_packet(void *ctx, int ready)
{
    struct responder *r = ctx;
    uint8_t bytes[MDNS_PACKET_MAX];
    struct arrival a;
    struct mdns_packet packet;
    const ptrdiff_t n = eo_udp_recv(r->in, bytes, sizeof bytes, &a);

    (void)ready;
    if (n < 0 || eo_mdns_open(&packet, bytes, (size_t)n) != 0 ||
        (packet.flags & MDNS_REPLY) != 0)
        return;
    for (size_t i = 0; i < r->n; i++)
        if (r->voice[i].state == AWAKE)
            hear(&r->voice[i], &packet, &a.from);
}

/* ---- sockets ------------------------------------------------------------- */

static int join(struct responder *r, unsigned index)
{
    if (r->local.family == 4)
        eo_multicast_own_groups(r->in);
    eo_multicast_by(r->out, index, &r->local);
    return eo_multicast_join(r->in, &r->group, index, &r->local);
}

static int open_sockets(struct responder *r, const char *bind)
{
    struct ifaces ifs;

    if (eo_addr_parse(&r->local, bind) != 0 || eo_ifaces(&ifs, bind) != 0 ||
        ifs.n == 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    eo_addr_parse(&r->group,
                  r->local.family == 6 ? "ff02::fb" : "224.0.0.251");
    if (r->local.family == 6)
        r->group.scope = ifs.at[0].index;
    eo_addr_set_port(&r->group, MDNS_PORT);
    eo_addr_set_port(&r->local, MDNS_PORT);
    r->in = eo_udp_bind(&r->group, true);
    r->out = eo_udp_bind(&r->local, true);
    return r->in >= 0 && r->out >= 0 ? join(r, ifs.at[0].index) : -1;
}

static int check_name(const struct sim_config *c, struct espota_error *err)
{
    struct mdns_name name;
    char text[300];

    snprintf(text, sizeof text, "%s-%u.local", c->mdns, c->count);
    if (strchr(c->mdns, '.') != NULL || eo_mdns_name(&name, text) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--mdns takes a name without dots, not \"%s\"", c->mdns);
    return 0;
}

int eo_sim_mdns_open(struct sim *s, struct espota_error *err)
{
    const size_t n = s->common.count;
    struct responder *r;

    if (check_name(&s->common, err) != 0)
        return -1;
    r = eo_calloc(1, sizeof *r + n * sizeof r->voice[0]);
    if (r == NULL)
        return eo_fail_memory(err);
    s->mdns = r;
    r->sim = s;
    r->in = r->out = -1;
    if (open_sockets(r, s->common.bind) != 0)
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                           "cannot speak mDNS on %s: %s", s->common.bind,
                           eo_sock_text(errno));
    r->watch = eo_watch_new(s->loop, r->in, ESPOTA_READ, on_packet, r);
    if (r->watch == NULL)
        return eo_fail_memory(err);
    for (r->n = 0; r->n < n; r->n++) {
        r->voice[r->n].all = r;
        r->voice[r->n].device = eo_sim_device(s, (unsigned)r->n);
    }
    return 0;
}

void eo_sim_mdns_close(struct responder *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n; i++)
        eo_sim_mdns_down(r->voice[i].device);
    eo_watch_free(r->watch);
    if (r->in >= 0)
        eo_sock_close(r->in);
    if (r->out >= 0)
        eo_sock_close(r->out);
    r->sim->mdns = NULL;
    eo_free(r);
}
