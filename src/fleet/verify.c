/* verify.c -- is the device back, and does it run what it was given? */
#include "fleet/verify.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "fleet/presence.h"
#include "net/race.h"
#include "os/datagram.h"
#include "wire/chip.h"

/* Windows has another name for it. */
#ifndef EHOSTDOWN
#define EHOSTDOWN EHOSTUNREACH
#endif

enum {
    LEAVING_MS = 2000, /* until it is gone: an earlier answer is stale */
    LOOK_MS = 2500,
    PAUSE_MS = 1500,
    /* Long enough for a lost knock to be repeated once. */
    KNOCK_MS = 1800,
    KNOCK_AGAIN_MS = 400, /* only a simulator restarts faster */
    KNOCK_HERE_MS = 100,
    REFUSAL_HERE_MS = 20, /* this machine refuses a datagram at once */
    NOBODYS_PORT = 9, /* a refusal tells us as much as a connection */
    SAY_MS = 6000, /* wait for its announcement, which is nice to know */
    /* A device that is back and silent for so long will not say it. */
    MUTE_MS = 20000,
    /* A device that still says the old version then has started it again. */
    SETTLED_MS = 12000,
    /* A minute until the firmware is confirmed, plus time for a restart. */
    WATCH_MS = 75000,
    WATCH_PAUSE_MS = 5000,
    SILENT_MS = 30000 /* it missed several answers, so it is gone */
};

struct verify {
    struct espota_loop *loop;
    struct verify_config c;
    struct addr addr;
    bool here; /* on this machine */
    uint64_t began;
    uint64_t same_ms;  /* it was first heard with the right one; 0: never */
    uint64_t heard_ms; /* when it last announced itself */
    struct timer timer, knocks, limit;
    os_socket udp; /* for a knock by UDP; OS_NO_SOCKET: none under way */
    struct identity *look, *goodbye;
    struct race *race;
    struct identity_facts facts;
    bool announced;
    struct presence presence;
    struct verify_result result;
};

/* ---- judging ------------------------------------------------------------- */

enum verify_match eo_verify_match(const struct verify_expect *want,
                                  const struct identity_facts *f)
{
    bool told = false;

    if (want->hash != NULL && f->config_hash[0] != '\0') {
        if (strcmp(want->hash, f->config_hash) != 0)
            return VERIFY_OTHER;
        told = true;
    }
    if (want->version != NULL &&
        (f->version[0] != '\0' || f->project_version[0] != '\0')) {
        if (strcmp(want->version, f->version) != 0 &&
            strcmp(want->version, f->project_version) != 0)
            return VERIFY_OTHER;
        told = true;
    }
    return told ? VERIFY_SAME : VERIFY_CANNOT_TELL;
}

/* Releases begin with the year, so they can be compared as text. */
bool eo_verify_may_roll_back(const struct identity_facts *f)
{
    const struct chip_family *family = eo_chip_family(f->platform);

    return family != NULL && family->rolls_back &&
           strcmp(f->version, "2026") > 0;
}

const char *eo_verify_version(const struct identity_facts *f)
{
    return f->project_version[0] != '\0' ? f->project_version : f->version;
}

static void finish(struct verify *v, enum espota_category category,
                   bool verified)
{
    const bool away = v->presence.away && !v->presence.there;
    struct espota_error *err = &v->result.error;

    v->result.category = category;
    v->result.verified = verified;
    v->result.stayed = !v->presence.away;
    v->result.facts = v->announced && v->heard_ms >= v->presence.back_ms
                          ? &v->facts
                          : NULL;
    if (category == ESPOTA_E_NOT_BACK && v->same_ms != 0)
        eo_fail_hint(err, category,
                     "look at the device: it may restart again and again",
                     "it came back with %s, and has fallen silent since",
                     eo_verify_version(&v->facts));
    else if (category == ESPOTA_E_NOT_BACK)
        eo_fail_hint(err, category,
                     "look at the device; it may be waiting for Wi-Fi, or be "
                     "in safe mode under another name",
                     "it took the image%s and did not come back within %u s",
                     away ? ", went away" : "",
                     (unsigned)(v->c.timeout_ms / 1000));
    else if (category == ESPOTA_E_OTHER_VERSION && v->same_ms != 0)
        eo_fail_hint(err, category,
                     "the new firmware restarted within its first minute: the "
                     "device's log tells why",
                     "it came back with the new version, and was rolled back "
                     "to %s",
                     eo_verify_version(&v->facts));
    else if (category == ESPOTA_E_OTHER_VERSION)
        eo_fail_hint(err, category,
                     "it was rolled back, or the image was not applied: its "
                     "log tells why",
                     "it is back and runs %s%s%s, not %s",
                     eo_verify_version(&v->facts),
                     v->c.expect.hash != NULL ? " with configuration " : "",
                     v->c.expect.hash != NULL ? v->facts.config_hash : "",
                     v->c.expect.version != NULL ? v->c.expect.version
                                                 : v->c.expect.hash);
    else if (category == ESPOTA_E_UNKNOWN && v->announced &&
             eo_verify_match(&v->c.expect, &v->facts) == VERIFY_SAME)
        eo_fail_hint(err, category, EO_CHECK_FIRST,
                     "it says that it runs %s, as it did before: that proves "
                     "nothing",
                     eo_verify_version(&v->facts));
    else if (category == ESPOTA_E_UNKNOWN)
        eo_fail_hint(err, category, EO_CHECK_FIRST,
                     "it is back, but does not say what it runs");
    eo_timer_stop(v->loop, &v->timer);
    eo_timer_stop(v->loop, &v->knocks);
    eo_timer_stop(v->loop, &v->limit);
    v->c.on_end(v->c.ctx, &v->result);
}

/* The device runs what it should; may it still go back? */
static bool must_watch(struct verify *v)
{
    const uint64_t now = eo_loop_now(v->loop);

    if (v->c.mode != ESPOTA_VERIFY_VERSION ||
        !eo_verify_may_roll_back(&v->facts))
        return false;
    if (v->same_ms == 0) {
        v->same_ms = now;
        if (v->c.on_watch != NULL)
            v->c.on_watch(v->c.ctx);
    }
    return now - v->same_ms < WATCH_MS;
}

static void finish_unproved(struct verify *v, bool last)
{
    if (last && !v->presence.there)
        finish(v, ESPOTA_E_NOT_BACK, false);
    else
        finish(v, ESPOTA_E_OK, false);
}

/* The device is back, and may soon say what it runs. */
static bool will_say(const struct verify *v)
{
    return v->c.announces && v->presence.back &&
           v->heard_ms < v->presence.back_ms &&
           eo_loop_now(v->loop) - v->presence.back_ms < SAY_MS;
}

/* Used when it is enough that the device is there. */
static bool judge_presence(struct verify *v, enum presence_is is, bool last)
{
    if ((is == PRESENCE_OPEN || will_say(v)) && !last)
        return false;
    if (is == PRESENCE_BACK)
        finish(v, ESPOTA_E_OK, true);
    else
        finish_unproved(v, last);
    return true;
}

/* The device says that it runs what it should. */
static bool judge_same(struct verify *v, enum presence_is is, bool last)
{
    if (!v->c.provable) {
        if (is == PRESENCE_OPEN && !last)
            return false;
        if (v->c.outcome_is_open)
            finish(v, ESPOTA_E_UNKNOWN, false);
        else
            finish_unproved(v, last);
        return true;
    }
    if (must_watch(v) && !last)
        return false;
    if (eo_loop_now(v->loop) - v->heard_ms > SILENT_MS)
        finish(v, ESPOTA_E_NOT_BACK, false);
    else
        finish(v, ESPOTA_E_OK, true);
    return true;
}

/* The device is there, but will not say what it runs. */
static bool is_mute(const struct verify *v, enum presence_is is)
{
    const uint64_t since =
        v->presence.back ? v->presence.back_ms : v->presence.alive_ms;

    return is != PRESENCE_OPEN &&
           (v->here || eo_loop_now(v->loop) - since >= MUTE_MS);
}

/* Is enough known to decide?  last: nothing more will come. */
static bool judge(struct verify *v, bool last)
{
    const uint64_t now = eo_loop_now(v->loop);
    const bool settled = now - v->began >= SETTLED_MS || v->same_ms != 0;
    const enum presence_is is = eo_presence_is(&v->presence, now);
    const enum verify_match match =
        v->announced ? eo_verify_match(&v->c.expect, &v->facts)
                     : VERIFY_CANNOT_TELL;

    if (v->c.mode != ESPOTA_VERIFY_VERSION && !v->c.outcome_is_open)
        return judge_presence(v, is, last);
    if (match == VERIFY_SAME)
        return judge_same(v, is, last);
    if (match == VERIFY_OTHER && (settled || last))
        finish(v, ESPOTA_E_OTHER_VERSION, false);
    else if (match == VERIFY_CANNOT_TELL && is_mute(v, is))
        finish(v, ESPOTA_E_UNKNOWN, false);
    else if (last)
        finish(v, v->presence.there ? ESPOTA_E_UNKNOWN : ESPOTA_E_NOT_BACK,
               false);
    else
        return false;
    return true;
}

static void see(struct verify *v, enum sight sight)
{
    eo_presence_see(&v->presence, sight, eo_loop_now(v->loop));
}

/* ---- knocking ------------------------------------------------------------ */

static void knock(void *ctx);

/* Uses only results that say something about the device. */
static void see_knock(struct verify *v, os_socket fd, int sys)
{
    if (fd >= 0)
        see(v, SIGHT_ACCEPTED);
    else if (sys == ECONNREFUSED || sys == ECONNRESET)
        see(v, SIGHT_REFUSED);
    else if (sys == ETIMEDOUT || sys == EHOSTUNREACH || sys == EHOSTDOWN)
        see(v, SIGHT_SILENT);
}

static void knock_again(struct verify *v)
{
    if (!judge(v, false) && !v->presence.back)
        eo_timer_start(v->loop, &v->knocks,
                       v->here ? KNOCK_HERE_MS : KNOCK_AGAIN_MS, knock, v);
}

static void on_knock(void *ctx, os_socket fd, const struct addr *winner,
                     const struct espota_error *err)
{
    struct verify *v = ctx;

    (void)winner;
    see_knock(v, fd, fd >= 0 ? 0 : err->sys_errno);
    if (fd >= 0) {
        eo_sock_shut(fd);
        eo_sock_close(fd);
    }
    eo_race_free(v->race);
    v->race = NULL;
    knock_again(v);
}

static void on_udp_time(void *ctx)
{
    struct verify *v = ctx;
    char byte;
    const bool refused =
        eo_recv(v->udp, &byte, 1) < 0 && errno == ECONNREFUSED;

    eo_sock_close(v->udp);
    v->udp = OS_NO_SOCKET;
    see(v, refused ? SIGHT_REFUSED : SIGHT_ACCEPTED);
    knock_again(v);
}

/* The datagram is empty, so it is not an invitation, and a device that is there
 * stays silent. */
static void knock_by_udp(struct verify *v)
{
    v->udp = eo_udp_open(&v->addr, NULL);
    if (v->udp >= 0)
        (void)eo_send(v->udp, "", 0);
    if (v->udp >= 0)
        eo_timer_start(v->loop, &v->knocks, REFUSAL_HERE_MS, on_udp_time, v);
    else
        eo_timer_start(v->loop, &v->knocks, KNOCK_AGAIN_MS, knock, v);
}

static void knock(void *ctx)
{
    struct verify *v = ctx;

    if (v->c.port == 0 && v->here) {
        knock_by_udp(v);
        return;
    }
    v->race = eo_race_start(v->loop, &v->addr, 1, v->c.bind, KNOCK_MS,
                            on_knock, v);
    if (v->race == NULL)
        eo_timer_start(v->loop, &v->knocks, KNOCK_AGAIN_MS, knock, v);
}

/* ---- listening ----------------------------------------------------------- */

static void look(void *ctx);

static void on_goodbye(void *ctx)
{
    see(ctx, SIGHT_GOODBYE);
}

static void on_look(void *ctx, const struct identity_facts *facts)
{
    struct verify *v = ctx;

    if (facts != NULL) {
        v->facts = *facts;
        v->announced = true;
        v->heard_ms = eo_loop_now(v->loop);
        see(v, SIGHT_ANNOUNCED);
    }
    eo_identity_free(v->look);
    v->look = NULL;
    if (!judge(v, false))
        eo_timer_start(v->loop, &v->timer,
                       v->same_ms != 0 ? WATCH_PAUSE_MS : PAUSE_MS, look, v);
}

static struct identity *start_look(struct verify *v,
                                   void (*ended)(void *goodbye))
{
    return eo_identity_start(v->loop, &(struct identity_config){
                                          .host = v->c.host,
                                          .addr = &v->addr,
                                          .bind = v->c.bind,
                                          .family = v->c.family,
                                          .timeout_ms = LOOK_MS,
                                          .on_end = on_look,
                                          .on_goodbye = ended,
                                          .ctx = v,
                                      });
}

static void look(void *ctx)
{
    struct verify *v = ctx;

    v->look = start_look(v, NULL);
    if (v->look == NULL)
        eo_timer_start(v->loop, &v->timer, PAUSE_MS, look, v);
}

/* ---- beginning and end --------------------------------------------------- */

static void on_limit(void *ctx)
{
    judge(ctx, true);
}

struct verify *eo_verify_start(struct espota_loop *loop,
                               const struct verify_config *c)
{
    struct verify *v = eo_calloc(1, sizeof *v);

    if (v == NULL)
        return NULL;
    v->loop = loop;
    v->c = *c;
    v->addr = *c->addr;
    v->here = eo_addr_is_loopback(c->addr);
    v->udp = OS_NO_SOCKET;
    v->began = eo_loop_now(loop);
    v->presence = (struct presence){
        .listens = c->port != 0 || (v->here && c->udp_port != 0),
        .loopback = v->here};
    eo_addr_set_port(&v->addr, c->port != 0                  ? c->port
                               : v->here && c->udp_port != 0 ? c->udp_port
                                                             : NOBODYS_PORT);
    if (!v->here) {
        v->goodbye = start_look(v, on_goodbye); /* works without it, too */
        eo_timer_start(loop, &v->timer, LEAVING_MS, look, v);
    }
    if (c->port != 0 || c->udp_port != 0 || !v->here)
        eo_timer_start(loop, &v->knocks, KNOCK_HERE_MS, knock, v);
    eo_timer_start(loop, &v->limit, c->timeout_ms, on_limit, v);
    return v;
}

void eo_verify_free(struct verify *v)
{
    if (v == NULL)
        return;
    eo_timer_stop(v->loop, &v->timer);
    eo_timer_stop(v->loop, &v->knocks);
    eo_timer_stop(v->loop, &v->limit);
    eo_identity_free(v->look);
    eo_identity_free(v->goodbye);
    eo_race_free(v->race);
    if (v->udp >= 0)
        eo_sock_close(v->udp);
    eo_free(v);
}
