/* device.c -- the devices: how they are found, asked and flashed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "model/world.h"
#include "names/identity.h"
#include "names/resolve.h"
#include "net/race.h"
#include "session/machine.h"

enum { STEP_MS = 20, RESTART_MS = 1500, LATE_MS = 60000, SILENT_MS = 8000 };

const char *const DEVICE_VERSIONS[IMAGES] = {"1.0.0", "1.1.0"};

/* ---- what becomes of a sending --------------------------------------------- */

enum at { AT_CONNECT, AT_HELLO, AT_PREPARE, AT_DATA, AT_COMMIT, AT_WORD };

/* GOOD first.  Behind the last byte: does it store it, and what does it say? */
static const struct fate {
    const char *name;
    enum at at; /* it ends here */
    enum espota_category says;
    bool stores, silent, goes_back;
} FATES[OUTCOMES] = {
    {"good", AT_WORD, ESPOTA_E_OK, true, false, false},
    {"refuses a connection", AT_CONNECT, ESPOTA_E_CONNECT, 0, 0, 0},
    {"does not answer", AT_HELLO, ESPOTA_E_NO_ANSWER, 0, 0, 0},
    {"is busy", AT_HELLO, ESPOTA_E_BUSY, 0, 0, 0},
    {"refuses the password", AT_HELLO, ESPOTA_E_AUTH, 0, 0, 0},
    {"refuses the image", AT_PREPARE, ESPOTA_E_REFUSED, 0, 0, 0},
    {"breaks off", AT_DATA, ESPOTA_E_BROKEN, 0, 0, 0},
    {"fails to write", AT_DATA, ESPOTA_E_DEVICE, 0, 0, 0},
    {"stores it, word lost", AT_COMMIT, ESPOTA_E_UNKNOWN, true, false, false},
    {"drops it, word lost", AT_COMMIT, ESPOTA_E_UNKNOWN, false, false, false},
    {"says another checksum", AT_COMMIT, ESPOTA_E_CHECKSUM, 0, 0, 0},
    {"refuses its signature", AT_COMMIT, ESPOTA_E_POLICY, 0, 0, 0},
    {"stores it in silence", AT_COMMIT, ESPOTA_E_UNKNOWN, true, true, false},
    {"drops it in silence", AT_COMMIT, ESPOTA_E_UNKNOWN, false, true, false},
    {"stores it, garbled word", AT_COMMIT, ESPOTA_E_PROTOCOL, true, 0, 0},
    {"stores it, line gone", AT_COMMIT, ESPOTA_E_NO_ANSWER, true, 0, 0},
    {"lost part of it", AT_COMMIT, ESPOTA_E_BROKEN, 0, 0, 0},
    {"goes back afterwards", AT_WORD, ESPOTA_E_OK, true, false, true},
};

static size_t device_at(const struct addr *a)
{
    char text[ADDR_TEXT];
    unsigned last = 1;

    eo_addr_text(a, false, text);
    sscanf(text, "10.77.0.%u", &last);
    return last - 1;
}

/* 1: it has no name, 2: it is silent; for two attempts, or 3, 4 for good. */
static unsigned away(size_t d)
{
    const unsigned how = world_turn(d, TURN_AWAY, 5);

    if (how > 2)
        return how - 2;
    return world.device[d].attempts <= 2 ? how : 0;
}

static bool is_here(size_t d)
{
    return world.clock_ms >= world.device[d].away_till && away(d) == 0;
}

static void restart(size_t d)
{
    static const uint64_t AWAY[] = {RESTART_MS, LATE_MS, UINT64_MAX / 2};

    world.device[d].away_till =
        world.clock_ms + AWAY[world_turn(d, TURN_RETURN, 3)];
}

void device_store(size_t d, int image)
{
    world.device[d].runs = image;
    world.device[d].rolled_back = false;
    world.device[d].stored++;
    world_tell("    d%zu has stored image %c", d, 'A' + image);
}

/* ---- names ----------------------------------------------------------------- */

struct resolve {
    struct espota_loop *loop;
    struct timer timer;
    resolve_fn *fn;
    void *ctx;
    size_t device;
};

static void on_name(void *ctx)
{
    struct resolve *r = ctx;
    struct espota_error err;
    struct addr addr;
    char text[32];

    world_point("a name");
    world.device[r->device].attempts++;
    if (away(r->device) == 1) {
        eo_fail(&err, ESPOTA_E_RESOLVE, "no such name");
        r->fn(r->ctx, NULL, &err);
        return;
    }
    snprintf(text, sizeof text, "10.77.0.%zu", r->device + 1);
    if (eo_addr_parse(&addr, text) == 0)
        r->fn(r->ctx, &(struct resolved){.how = "mdns", .addr = &addr, .n = 1},
              NULL);
}

struct resolve *__wrap_eo_resolve_start(struct espota_loop *,
                                        const struct resolve_config *,
                                        resolve_fn *, void *);
struct resolve *__wrap_eo_resolve_start(struct espota_loop *loop,
                                        const struct resolve_config *c,
                                        resolve_fn *fn, void *ctx)
{
    struct resolve *r = eo_calloc(1, sizeof *r);

    *r = (struct resolve){.loop = loop, .fn = fn, .ctx = ctx};
    r->device = (size_t)(c->name[1] - '0');
    eo_timer_start(loop, &r->timer, STEP_MS, on_name, r);
    return r;
}

void __wrap_eo_resolve_free(struct resolve *);
void __wrap_eo_resolve_free(struct resolve *r)
{
    if (r != NULL)
        eo_timer_stop(r->loop, &r->timer);
    eo_free(r);
}

/* ---- what they say they run ------------------------------------------------ */

struct identity {
    struct espota_loop *loop;
    struct timer timer;
    void (*on_end)(void *ctx, const struct identity_facts *);
    void *ctx;
    size_t device;
    uint64_t end;
};

static void on_look(void *ctx)
{
    struct identity *l = ctx;
    const struct device *d = &world.device[l->device];
    struct identity_facts facts = {.platform = "ESP8266"};

    world_point("an answer");
    if (world.h.device[l->device][DEVICE_ANNOUNCES_NOT] % 2 == 0 &&
        is_here(l->device)) {
        snprintf(facts.version, sizeof facts.version, "%s",
                 d->runs < 0 ? "0.9.0" : DEVICE_VERSIONS[d->runs]);
        world_tell("    d%zu says that it runs %s", l->device, facts.version);
        l->on_end(l->ctx, &facts);
    } else if (world.clock_ms >= l->end) {
        l->on_end(l->ctx, NULL);
    } else {
        eo_timer_start(l->loop, &l->timer, l->end - world.clock_ms, on_look, l);
    }
}

struct identity *__wrap_eo_identity_start(struct espota_loop *,
                                      const struct identity_config *);
struct identity *__wrap_eo_identity_start(struct espota_loop *loop,
                                      const struct identity_config *c)
{
    struct identity *l = eo_calloc(1, sizeof *l);

    *l = (struct identity){.loop = loop, .on_end = c->on_end, .ctx = c->ctx};
    l->device = device_at(c->addr);
    l->end = world.clock_ms + c->timeout_ms;
    eo_timer_start(loop, &l->timer, STEP_MS, on_look, l);
    return l;
}

void __wrap_eo_identity_free(struct identity *);
void __wrap_eo_identity_free(struct identity *l)
{
    if (l != NULL)
        eo_timer_stop(l->loop, &l->timer);
    eo_free(l);
}

/* ---- a knock at their port ------------------------------------------------- */

struct race {
    struct espota_loop *loop;
    struct timer timer;
    race_fn *fn;
    void *ctx;
    size_t device;
};

static void on_race(void *ctx)
{
    struct race *r = ctx;
    struct espota_error err;

    eo_fail(&err, ESPOTA_E_CONNECT, "nobody");
    r->fn(r->ctx, is_here(r->device) ? open("/dev/null", O_RDONLY) : -1, NULL,
          &err);
}

struct race *__wrap_eo_race_start(struct espota_loop *, const struct addr *,
                                  size_t, const char *, uint32_t, race_fn *,
                                  void *);
struct race *__wrap_eo_race_start(struct espota_loop *loop,
                                  const struct addr *addr, size_t n,
                                  const char *bind, uint32_t timeout_ms,
                                  race_fn *fn, void *ctx)
{
    struct race *r = eo_calloc(1, sizeof *r);

    (void)n, (void)bind, (void)timeout_ms;
    *r = (struct race){.loop = loop, .fn = fn, .ctx = ctx};
    r->device = device_at(addr);
    eo_timer_start(loop, &r->timer, STEP_MS, on_race, r);
    return r;
}

void __wrap_eo_race_free(struct race *);
void __wrap_eo_race_free(struct race *r)
{
    if (r != NULL)
        eo_timer_stop(r->loop, &r->timer);
    eo_free(r);
}

/* ---- a sending ------------------------------------------------------------- */

struct sending {
    struct session base;
    struct timer timer;
    const struct fate *fate;
    size_t device;
    int image;
    enum at at;
    bool met, committed;
    enum espota_phase phase;
    enum proto_status status;
    struct espota_hello hello;
};

static void fails(struct sending *s, enum espota_category category)
{
    eo_fail(&s->base.error, category, "%s", s->fate->name);
    s->status = PROTO_FAILED;
    world_tell("    d%zu: %s", s->device, s->fate->name);
}

/* The last byte: it leaves, unless whoever listens forbids it. */
static void hands_over(struct sending *s)
{
    struct device *d = &world.device[s->device];

    d->uncertain = true;
    if (!s->base.c.on_commit(s->base.c.ctx)) {
        fails(s, ESPOTA_E_INTERNAL);
        return;
    }
    if (!world_point("the last byte"))
        return;
    s->committed = true;
    s->base.bytes_out = 100;
    s->phase = ESPOTA_PHASE_COMMIT;
    judge_sent(s->device, s->image);
    if (s->fate->stores)
        device_store(s->device, s->image);
}

/* Its word, or what comes instead. */
static void answers(struct sending *s)
{
    struct device *d = &world.device[s->device];

    if (!s->committed)
        return;
    if (!world.dead && s->fate->stores)
        restart(s->device);
    if (s->fate->says != ESPOTA_E_OK) {
        fails(s, s->fate->says);
        return;
    }
    if (s->fate->goes_back && !world.dead) {
        d->runs = -1;
        d->rolled_back = true;
        world_tell("    d%zu goes back to what it ran before", s->device);
    }
    d->said_yes |= !world.dead;
    s->phase = ESPOTA_PHASE_REBOOT;
}

static void on_step(void *ctx)
{
    static const enum espota_phase PHASES[] = {
        [AT_CONNECT] = ESPOTA_PHASE_CONNECT, [AT_HELLO] = ESPOTA_PHASE_HELLO,
        [AT_PREPARE] = ESPOTA_PHASE_PREPARE, [AT_DATA] = ESPOTA_PHASE_DATA,
        [AT_COMMIT] = ESPOTA_PHASE_DATA};
    struct sending *s = ctx;
    uint64_t wait = STEP_MS;

    world_point("a step of a sending");
    if (s->phase == ESPOTA_PHASE_REBOOT) {
        s->status = PROTO_DONE;
    } else if (s->committed) {
        answers(s);
    } else if (s->at == AT_CONNECT && !is_here(s->device)) {
        fails(s, ESPOTA_E_CONNECT);
    } else if (s->at == s->fate->at && s->at < AT_COMMIT) {
        fails(s, s->fate->says);
    } else {
        s->met |= s->at >= AT_HELLO;
        s->phase = PHASES[s->at];
        if (s->at == AT_COMMIT)
            hands_over(s);
        s->at += s->at < AT_COMMIT;
        wait = s->committed && s->fate->silent ? SILENT_MS : STEP_MS;
    }
    if (s->status == PROTO_RUNNING)
        eo_timer_start(s->base.c.loop, &s->timer, wait, on_step, s);
    s->base.c.on_change(s->base.c.ctx);
}

static const struct sending *of(const struct session *s)
{
    return (const struct sending *)s;
}

static enum proto_status get_status(const struct session *s)
{
    return of(s)->status;
}

static const struct espota_error *get_error(const struct session *s)
{
    return &s->error;
}

static void get_want(const struct session *s, struct proto_want *w)
{
    *w = (struct proto_want){.phase = of(s)->phase,
                             .doing = "as a device",
                             .total = 100,
                             .done = of(s)->committed ? 100 : 50,
                             .hello = of(s)->met ? &of(s)->hello : NULL};
}

static bool connecting(const struct session *s)
{
    return of(s)->at == AT_CONNECT;
}

static bool committed(const struct session *s)
{
    return of(s)->committed;
}

static bool accepted(const struct session *s)
{
    return of(s)->phase == ESPOTA_PHASE_REBOOT;
}

static void free_sending(struct session *s)
{
    eo_timer_stop(s->c.loop, &((struct sending *)s)->timer);
    eo_session_drop(s);
    eo_free(s);
}

struct session *__wrap_eo_machine_start(const struct proto_ops *,
                                        const struct session_config *);
struct session *__wrap_eo_machine_start(const struct proto_ops *ops,
                                        const struct session_config *c)
{
    static const struct session_ops SENDING = {
        .status = get_status,
        .error = get_error,
        .want = get_want,
        .connecting = connecting,
        .committed = committed,
        .confirmed = committed,
        .accepted = accepted,
        .free = free_sending,
    };
    struct sending *s = eo_calloc(1, sizeof *s);
    const size_t d = device_at(&c->addr[0]);
    const unsigned attempt = world.device[d].sendings++;

    (void)ops;
    *s = (struct sending){.device = d};
    if (eo_session_init(&s->base, &SENDING, c) != 0)
        abort();
    s->base.peer = &s->base.addr[0];
    s->image = c->job->image == world.images[1];
    s->fate = &FATES[world_turn(d, TURN_OUTCOME + attempt % ATTEMPTS, OUTCOMES)];
    s->phase = ESPOTA_PHASE_CONNECT;
    s->hello = (struct espota_hello){.protocol = "esphome", .auth = "none"};
    judge_begun(d);
    world_tell("    image %c goes to d%zu", 'A' + s->image, d);
    eo_timer_start(c->loop, &s->timer, STEP_MS, on_step, s);
    return &s->base;
}
