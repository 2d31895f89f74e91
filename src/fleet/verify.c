/* verify.c -- is the device back, and does it run what it was given? */
#include "fleet/verify.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/race.h"
#include "wire/chip.h"

enum {
    LEAVING_MS = 2000, /* it takes so long to go: an answer before is stale */
    LOOK_MS = 2500,
    KNOCK_MS = 2000,
    PAUSE_MS = 1500,
    /* Whoever says the old version so late has started it again. */
    SETTLED_MS = 12000,
    /* A minute until it is confirmed, and what a restart takes. */
    WATCH_MS = 75000,
    WATCH_PAUSE_MS = 5000,
    SILENT_MS = 30000 /* several answers missed: it is gone */
};

struct verify {
    struct loop *loop;
    struct verify_config c;
    struct addr addr;
    uint64_t began;
    uint64_t same_ms;  /* since then it has run the right one; 0: never */
    uint64_t heard_ms; /* when it announced itself last */
    struct timer timer, limit;
    struct look *look;
    struct race *race;
    struct look_facts facts;
    bool announced, answered;
    struct verify_result result;
};

/* ---- judging ------------------------------------------------------------- */

enum verify_match eo_verify_match(const struct verify_expect *want,
                                  const struct look_facts *f)
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

/* Texts compare as releases do, which begin with the year. */
bool eo_verify_may_roll_back(const struct look_facts *f)
{
    const struct chip_family *family = eo_chip_family(f->platform);

    return family != NULL && family->rolls_back &&
           strcmp(f->version, "2026") > 0;
}

const char *eo_verify_version(const struct look_facts *f)
{
    return f->project_version[0] != '\0' ? f->project_version : f->version;
}

static void finish(struct verify *v, enum espota_category category)
{
    static const char LOOK[] =
        "look what the device runs before you flash it again";
    struct espota_error *err = &v->result.error;

    v->result.category = category;
    v->result.facts = v->announced ? &v->facts : NULL;
    if (category == ESPOTA_E_NOT_BACK && v->same_ms != 0)
        eo_fail_hint(err, category,
                     "look at the device: it may restart again and again",
                     "it came back with %s, and has fallen silent since",
                     eo_verify_version(&v->facts));
    else if (category == ESPOTA_E_NOT_BACK)
        eo_fail_hint(err, category,
                     "look at the device; it may be waiting for Wi-Fi, or be "
                     "in safe mode under another name",
                     "it took the image and did not come back within %u s",
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
    else if (category == ESPOTA_E_UNKNOWN)
        eo_fail_hint(err, category, LOOK,
                     "it is back, but does not say what it runs");
    eo_timer_stop(v->loop, &v->timer);
    eo_timer_stop(v->loop, &v->limit);
    v->c.on_end(v->c.ctx, &v->result);
}

/* It runs what it should; may it still go back? */
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

/* What is known is enough?  last: there will be no more. */
static bool judge(struct verify *v, bool last)
{
    const uint64_t now = eo_loop_now(v->loop);
    const bool settled = now - v->began >= SETTLED_MS || v->same_ms != 0;
    const bool back = v->announced || v->answered;
    const bool must_match =
        v->c.mode == ESPOTA_VERIFY_VERSION || v->c.outcome_is_open;
    const enum verify_match match =
        v->announced ? eo_verify_match(&v->c.expect, &v->facts)
                     : VERIFY_CANNOT_TELL;

    if (match == VERIFY_SAME && must_watch(v) && !last)
        return false;
    if (match == VERIFY_SAME && now - v->heard_ms > SILENT_MS)
        finish(v, ESPOTA_E_NOT_BACK);
    else if (match == VERIFY_SAME || (back && !must_match))
        finish(v, ESPOTA_E_OK);
    else if (match == VERIFY_OTHER && (settled || last))
        finish(v, ESPOTA_E_OTHER_VERSION);
    else if (last && back)
        finish(v, ESPOTA_E_UNKNOWN);
    else if (last)
        finish(v, ESPOTA_E_NOT_BACK);
    else
        return false;
    return true;
}

/* ---- asking again and again ------------------------------------------------ */

static void look(void *ctx);

static void rest(struct verify *v)
{
    eo_timer_start(v->loop, &v->timer,
                   v->same_ms != 0 ? WATCH_PAUSE_MS : PAUSE_MS, look, v);
}

static void on_knock(void *ctx, int fd, const struct addr *winner,
                     const struct espota_error *err)
{
    struct verify *v = ctx;

    (void)winner, (void)err;
    if (fd >= 0) {
        shutdown(fd, SHUT_RDWR);
        close(fd);
        v->answered = true;
    }
    eo_race_free(v->race);
    v->race = NULL;
    if (!judge(v, false))
        rest(v);
}

static void on_look(void *ctx, const struct look_facts *facts)
{
    struct verify *v = ctx;

    if (facts != NULL) {
        v->facts = *facts;
        v->announced = true;
        v->heard_ms = eo_loop_now(v->loop);
    }
    eo_look_free(v->look);
    v->look = NULL;
    if (judge(v, false))
        return;
    if (!v->announced && !v->answered && v->c.has_tcp)
        v->race = eo_race_start(v->loop, &v->addr, 1, v->c.bind, KNOCK_MS,
                                on_knock, v);
    if (v->race == NULL)
        rest(v);
}

static void look(void *ctx)
{
    struct verify *v = ctx;

    v->look = eo_look_start(
        v->loop, &(struct look_config){
                     .host = v->c.host,
                     .addr = &v->addr,
                     .bind = v->c.bind,
                     .family = v->c.family,
                     .timeout_ms = LOOK_MS,
                     .on_end = on_look,
                     .ctx = v,
                 });
    if (v->look == NULL)
        rest(v);
}

static void on_limit(void *ctx)
{
    judge(ctx, true);
}

struct verify *eo_verify_start(struct loop *loop,
                               const struct verify_config *c)
{
    struct verify *v = eo_calloc(1, sizeof *v);

    if (v == NULL)
        return NULL;
    v->loop = loop;
    v->c = *c;
    v->addr = *c->addr;
    v->began = eo_loop_now(loop);
    eo_timer_start(loop, &v->timer, LEAVING_MS, look, v);
    eo_timer_start(loop, &v->limit, c->timeout_ms, on_limit, v);
    return v;
}

void eo_verify_free(struct verify *v)
{
    if (v == NULL)
        return;
    eo_timer_stop(v->loop, &v->timer);
    eo_timer_stop(v->loop, &v->limit);
    eo_look_free(v->look);
    eo_race_free(v->race);
    eo_free(v);
}
