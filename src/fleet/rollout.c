/* rollout.c -- which devices may begin now, if any. */
#include "fleet/rollout.h"

#include <stdio.h>

/* ---- amounts ------------------------------------------------------------- */

/* At least one: a percentage of a few devices must not come to none. */
static size_t at_least_one(struct espota_amount a, size_t total)
{
    size_t n = a.percent ? (total * a.n + 99) / 100 : a.n;

    if (n == 0)
        n = 1;
    return n < total ? n : total;
}

/* How many devices of a wave may fail; a percentage is rounded down. */
static size_t may_fail(struct espota_amount a, size_t size)
{
    return a.percent ? size * a.n / 100 : a.n;
}

static bool is_reached(struct espota_amount limit, size_t failed, size_t total)
{
    if (limit.n == 0 || failed == 0)
        return false;
    return limit.percent ? failed * 100 >= total * limit.n : failed >= limit.n;
}

/* ---- the plan ------------------------------------------------------------ */

/* How many waves end after that device, and where the first of them ends. */
static unsigned waves_behind(const struct rollout *r, size_t device,
                             size_t *end)
{
    unsigned n = 0;
    size_t last = device;

    *end = r->total;
    for (size_t i = 0; i < r->rules.n_waves; i++) {
        const size_t to = at_least_one(r->rules.waves[i], r->total);

        if (to <= last)
            continue;
        if (n++ == 0)
            *end = to;
        last = to;
    }
    return n + (last < r->total);
}

static void begin_canaries(struct rollout *r)
{
    size_t end;

    r->canaries = true;
    r->goal = at_least_one(r->rules.canary, r->total);
    r->to = r->goal;
    r->wave = 1;
    r->of = 1 + waves_behind(r, r->to, &end);
}

static void begin_wave(struct rollout *r)
{
    const unsigned left = waves_behind(r, r->from, &r->to);

    r->canaries = false;
    if (r->of == 0)
        r->of = left;
    r->wave = r->of - left + 1;
}

/* ---- steps --------------------------------------------------------------- */

static size_t allowed_here(const struct rollout *r)
{
    return r->canaries ? 0 : may_fail(r->rules.wave_max_fail, r->to - r->from);
}

static void tell(const struct rollout *r, struct espota_wave *news,
                 enum espota_wave_state state)
{
    *news = (struct espota_wave){
        .state = state,
        .wave = r->wave,
        .of = r->of,
        .devices = r->canaries ? r->goal : r->to - r->from,
        .succeeded = r->here.succeeded,
        .failed = r->here.failed,
        .allowed = allowed_here(r),
        .why = state == ESPOTA_WAVE_STOPPED ? r->why : NULL,
    };
}

static bool close_gate(struct rollout *r, enum rollout_gate gate)
{
    r->gate = gate;
    return false;
}

static bool has_ended(const struct rollout *r)
{
    return r->here.n == r->to - r->from;
}

static bool pass(struct rollout *r, struct espota_wave *news)
{
    tell(r, news, ESPOTA_WAVE_PASSED);
    r->begun = false;
    r->from = r->to;
    return true;
}

static bool step_canaries(struct rollout *r, struct espota_wave *news)
{
    const size_t updated = r->here.outcome[ESPOTA_UPDATED];
    const size_t no_proof = r->here.n - updated - r->here.failed;
    const size_t to = r->from + r->goal + no_proof;

    if (r->here.failed > 0)
        return close_gate(r, ROLLOUT_AT_CANARIES);
    r->to = to < r->total ? to : r->total;
    /* If all have ended, no device is left to protect. */
    return has_ended(r) && pass(r, news);
}

static bool step_wave(struct rollout *r, struct espota_wave *news)
{
    const bool gates = r->rules.n_waves > 0 && r->to < r->total;

    if (!has_ended(r))
        return false;
    if (gates && r->here.failed > allowed_here(r))
        return close_gate(r, ROLLOUT_AT_WAVE);
    return pass(r, news);
}

static bool begin(struct rollout *r, struct espota_wave *news)
{
    if (r->from >= r->total)
        return false; /* more may be added */
    r->here = (struct espota_counts){0};
    if (r->rules.canary.n > 0 && r->from == 0)
        begin_canaries(r);
    else
        begin_wave(r);
    r->begun = true;
    tell(r, news, ESPOTA_WAVE_BEGIN);
    return true;
}

bool eo_rollout_step(struct rollout *r, struct espota_wave *news)
{
    if (r->gate != ROLLOUT_OPEN)
        return false;
    if (!r->begun)
        return begin(r, news);
    /* The canaries' own gate comes first, because it says more. */
    if (r->canaries && r->here.failed > 0)
        return step_canaries(r, news);
    if (is_reached(r->rules.max_fail, r->all.failed, r->total))
        return close_gate(r, ROLLOUT_AT_LIMIT);
    return r->canaries ? step_canaries(r, news) : step_wave(r, news);
}

/* ---- outside ------------------------------------------------------------- */

void eo_rollout_init(struct rollout *r, const struct rollout_rules *rules)
{
    *r = (struct rollout){.rules = *rules};
}

void eo_rollout_add(struct rollout *r)
{
    /* The last wave is the rest, including devices that are added later. */
    if (r->begun && !r->canaries && r->to == r->total)
        r->to++;
    r->total++;
}

size_t eo_rollout_limit(const struct rollout *r)
{
    return r->begun && r->gate == ROLLOUT_OPEN ? r->to : 0;
}

size_t eo_rollout_reach(const struct rollout *r)
{
    return r->to;
}

void eo_rollout_ended(struct rollout *r, const struct espota_result *result)
{
    espota_counts_add(&r->here, result);
    espota_counts_add(&r->all, result);
}

bool eo_rollout_is_closed(const struct rollout *r)
{
    return r->gate != ROLLOUT_OPEN;
}

void eo_rollout_stop(struct rollout *r, struct espota_wave *news)
{
    const struct espota_amount limit = r->rules.max_fail;

    switch (r->gate) {
    case ROLLOUT_OPEN:
        break;
    case ROLLOUT_AT_CANARIES:
        snprintf(r->why, sizeof r->why, "%zu of %zu %s failed", r->here.failed,
                 r->goal, r->goal == 1 ? "canary" : "canaries");
        break;
    case ROLLOUT_AT_WAVE:
        snprintf(r->why, sizeof r->why,
                 "%zu of %zu failed in wave %u of %u, where %zu may",
                 r->here.failed, r->to - r->from, r->wave, r->of,
                 allowed_here(r));
        break;
    case ROLLOUT_AT_LIMIT:
        snprintf(r->why, sizeof r->why,
                 "%zu of %zu devices failed, and the limit is %u%s",
                 r->all.failed, r->total, limit.n, limit.percent ? " %" : "");
        break;
    }
    tell(r, news, ESPOTA_WAVE_STOPPED);
}
