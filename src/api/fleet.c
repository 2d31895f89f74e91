/* fleet.c -- the queue of jobs. */
#include <espota/fleet.h>

#include <string.h>

#include "base/err.h"
#include "base/given.h"
#include "base/mem.h"
#include "fleet/job.h"
#include "fleet/rollout.h"
#include "fleet/shortage.h"
#include "fleet/target.h"
#include "fleet/turns.h"
#include "net/listener.h"
#include "net/loop.h"
#include "os/sock.h"

enum {
    MAX_ACTIVE = 64,
    LOOKING_MAX = 256, /* in addition to those */
    ALL = -1
};

struct slot {
    struct espota_fleet *fleet;
    struct job *job; /* NULL: ended and freed */
    struct turn turn;
    bool cancelled;
    bool dozes;  /* its device is asleep: it takes no turn */
    bool counts; /* the rollout knows how it ended */
    struct slot *next_to_free;
    bool looks;  /* its device is looked for: it has a turn, but is not begun */
    bool seen;   /* ... and the device is there */
    bool sure;
};

struct espota_fleet {
    struct espota_fleet_config c;
    struct rollout rollout;
    struct espota_loop *loop;
    struct listeners *listeners; /* the ports that the devices call */
    struct shortage shortage;    /* of descriptors */
    struct slot **slot;
    size_t n, cap;
    struct turns turns;
    size_t first;  /* all slots before it had their turn or have ended */
    size_t told;   /* the rollout knows every end so far before this slot */
    size_t running; /* begun, and not ended */
    size_t active;  /* ... and awake */
    struct slot *to_free; /* ended and counted since the last chores */
    size_t looking, seen; /* slots that look; slots seen, but not begun */
    struct espota_counts counts;
    struct espota_error stopped; /* OK, or why nothing more is begun */
    uint64_t next_start; /* not before this time of the loop */
    struct timer pace;    /* until next_start */
    struct timer chores;  /* something ended or was added: what may start? */
    struct timer cancels; /* runs while a cancelled job does not know it yet */
    struct member member; /* of the loop */
};

static void do_chores(void *ctx);
static void cancel_wanted(void *ctx);

/* Does the chores from a timer: never from inside a job, and never before the
 * loop turns. */
static void on_news(void *ctx)
{
    struct espota_fleet *f = ctx;

    eo_timer_start(f->loop, &f->chores, 0, do_chores, f);
}

static void give_up(void *ctx, int sys);

static bool is_live(const void *ctx)
{
    const struct espota_fleet *f = ctx;

    return f->counts.n < f->n;
}

int espota_fleet_new(struct espota_fleet **out, struct espota_loop *loop,
                     const struct espota_fleet_config *given,
                     struct espota_error *err)
{
    struct espota_fleet_config c;
    struct espota_fleet *f;

    if (EO_GIVEN(struct espota_fleet_config, wave_max_fail, &c, given, err) != 0)
        return -1;
    f = eo_calloc(1, sizeof *f);
    if (f == NULL || (f->listeners = eo_listeners_new(loop)) == NULL) {
        eo_free(f);
        return eo_fail_memory(err);
    }
    f->loop = loop;
    f->member = (struct member){is_live, give_up, f, NULL};
    eo_loop_join(loop, &f->member);
    f->c = c;
    f->turns.per_host = c.per_host;
    f->shortage = (struct shortage){.loop = f->loop, .on_over = on_news, .ctx = f};
    eo_rollout_init(&f->rollout,
                    &(struct rollout_rules){.canary = c.canary,
                                            .waves = c.waves,
                                            .n_waves = c.n_waves,
                                            .wave_max_fail = c.wave_max_fail,
                                            .max_fail = c.stop_after});
    if (f->c.max_active == 0)
        f->c.max_active = MAX_ACTIVE;
    eo_raise_fd_limit();
    *out = f;
    return 0;
}

/* ---- starting and ending ------------------------------------------------- */

static void free_ended(struct espota_fleet *f)
{
    while (f->to_free != NULL) {
        struct slot *s = f->to_free;

        f->to_free = s->next_to_free;
        eo_job_free(s->job);
        s->job = NULL;
    }
    while (f->first < f->n &&
           (f->slot[f->first]->turn.state != TURN_WAITS ||
            f->slot[f->first]->job == NULL))
        f->first++;
}

static struct slot *next_waiting(struct espota_fleet *f, size_t limit)
{
    const struct turn *t = eo_turns_next(&f->turns, limit);

    return t != NULL ? f->slot[t->number] : NULL;
}

static void skip_rest(struct espota_fleet *f)
{
    for (size_t i = f->looking > 0 ? 0 : f->first; i < f->n; i++)
        if ((f->slot[i]->turn.state == TURN_WAITS || f->slot[i]->looks) &&
            f->slot[i]->job != NULL)
            eo_job_skip(f->slot[i]->job, &f->stopped);
}

void espota_fleet_stop(struct espota_fleet *f, const struct espota_error *why)
{
    if (f->stopped.category == ESPOTA_E_OK) {
        f->stopped = *why;
        /* Whatever the cause, for the waiting devices it is a gate. */
        f->stopped.category = ESPOTA_E_FLEET_STOPPED;
    }
    on_news(f);
}

/* ---- the rollout --------------------------------------------------------- */

/* Each end counts once, when the rollout has reached its device.  A device
 * cancelled before that belongs to a later wave. */
static void count_end(struct espota_fleet *f, struct slot *s)
{
    if (s->counts || !eo_job_ended(s->job))
        return;
    s->counts = true;
    s->next_to_free = f->to_free;
    f->to_free = s;
    eo_rollout_ended(&f->rollout, eo_job_result(s->job));
}

static void tell_wave(const struct espota_fleet *f,
                      const struct espota_wave *wave)
{
    const bool asked = f->c.canary.n > 0 || f->c.n_waves > 0;

    if (f->c.on_event == NULL ||
        (!asked && wave->state != ESPOTA_WAVE_STOPPED))
        return;
    f->c.on_event(f->c.on_event_ctx,
                  &(struct espota_event){.kind = ESPOTA_EVENT_WAVE,
                                         .job = -1,
                                         .wave = wave});
}

static void move_on(struct espota_fleet *f)
{
    struct espota_wave wave;
    struct espota_error why;

    do {
        for (; f->told < eo_rollout_reach(&f->rollout); f->told++)
            if (f->slot[f->told]->job != NULL)
                count_end(f, f->slot[f->told]);
        if (!eo_rollout_step(&f->rollout, &wave))
            break;
        tell_wave(f, &wave);
    } while (true);
    if (!eo_rollout_is_closed(&f->rollout) || f->running > 0 ||
        f->stopped.category != ESPOTA_E_OK)
        return;
    /* All running jobs have ended, so the numbers are final. */
    eo_rollout_stop(&f->rollout, &wave);
    tell_wave(f, &wave);
    eo_fail(&why, ESPOTA_E_FLEET_STOPPED, "not begun: %s", wave.why);
    espota_fleet_stop(f, &why);
}

/* False: by starts_per_min, it is too early for another start. */
static bool may_start_now(struct espota_fleet *f)
{
    const uint64_t now = eo_loop_now(f->loop);

    if (f->c.starts_per_min == 0)
        return true;
    if (now < f->next_start) {
        eo_timer_start(f->loop, &f->pace, f->next_start - now, on_news, f);
        return false;
    }
    f->next_start = now + 60000 / f->c.starts_per_min;
    return true;
}

static void begin(struct espota_fleet *f, struct slot *s)
{
    if (s->looks)
        f->looking--;
    if (s->seen)
        f->seen--;
    s->dozes = s->seen && !s->sure;
    s->looks = s->seen = false;
    eo_turns_begin(&f->turns, &s->turn);
    f->running++;
    f->active += !s->dozes;
    eo_job_start(s->job);
}

/* Begins those whose devices are there, in order, while there are places. */
static void begin_seen(struct espota_fleet *f, size_t limit)
{
    for (size_t i = 0; i < limit && f->seen > 0; i++) {
        struct slot *s = f->slot[i];

        if (s->seen && (!s->sure || f->active < f->c.max_active))
            begin(f, s);
    }
}

/* While all places are taken, finds out which devices are absent.  With a limit
 * on starts there is no such search. */
static void look_for_others(struct espota_fleet *f, size_t limit)
{
    struct slot *s;

    while (f->c.starts_per_min == 0 && f->looking < LOOKING_MAX &&
           f->active >= f->c.max_active && (s = next_waiting(f, limit)) &&
           eo_job_may_look_for(s->job)) {
        f->looking++;
        s->looks = true;
        eo_turns_begin(&f->turns, &s->turn);
        eo_job_look_for(s->job);
    }
}

/* Frees what has ended and starts what may start. */
static void do_chores(void *ctx)
{
    struct espota_fleet *f = ctx;
    size_t limit;
    struct slot *s;

    if (f->cancels.running) { /* do not begin what was cancelled */
        eo_timer_stop(f->loop, &f->cancels);
        cancel_wanted(f);
    }
    move_on(f);
    free_ended(f);
    if (f->stopped.category != ESPOTA_E_OK) {
        skip_rest(f);
        return;
    }
    limit = eo_rollout_limit(&f->rollout);
    if (eo_shortage_is(&f->shortage))
        return; /* no descriptors for other jobs either */
    begin_seen(f, limit);
    while (f->active < f->c.max_active && (s = next_waiting(f, limit)) &&
           may_start_now(f))
        begin(f, s);
    look_for_others(f, limit);
}

static void on_end(void *ctx)
{
    struct slot *s = ctx;
    struct espota_fleet *f = s->fleet;

    espota_counts_add(&f->counts, eo_job_result(s->job));
    if ((size_t)eo_job_number(s->job) < f->told)
        count_end(f, s);
    f->looking -= s->looks;
    f->seen -= s->seen;
    if (s->turn.state == TURN_WORKS && !s->looks) {
        f->running--;
        f->active -= !s->dozes;
    }
    s->looks = s->seen = false;
    eo_turns_end(&f->turns, &s->turn);
    on_news(f);
}

static void on_seen(void *ctx, bool sure)
{
    struct slot *s = ctx;
    struct espota_fleet *f = s->fleet;

    s->seen = true;
    s->sure = sure;
    f->seen++;
    on_news(f);
}

static void on_doze(void *ctx, bool dozes)
{
    struct slot *s = ctx;
    struct espota_fleet *f = s->fleet;

    s->dozes = dozes;
    if (dozes)
        f->active--;
    else
        f->active++;
    on_news(f);
}

static int grow(struct espota_fleet *f)
{
    struct slot **slot = eo_grow(f->slot, f->n, &f->cap, sizeof *slot);

    if (slot == NULL)
        return -1;
    f->slot = slot;
    return 0;
}

int espota_target_check(const struct espota_target *t,
                        struct espota_error *err)
{
    struct target copy;

    if (eo_target_copy(&copy, t, err) != 0)
        return -1;
    eo_target_free(&copy);
    return 0;
}

int espota_fleet_add(struct espota_fleet *f, const struct espota_image *image,
                     const struct espota_target *target,
                     struct espota_error *err)
{
    struct slot *s = eo_calloc(1, sizeof *s);
    const struct job_config config = {
        .loop = f->loop,
        .listeners = f->listeners,
        .shortage = &f->shortage,
        .image = image,
        .target = target,
        .number = (int)f->n,
        .log_level = f->c.log_level,
        .on_event = f->c.on_event,
        .on_event_ctx = f->c.on_event_ctx,
        .on_end = on_end,
        .on_doze = on_doze,
        .on_seen = on_seen,
        .on_end_ctx = s,
    };

    if (s == NULL || grow(f) != 0) {
        eo_free(s);
        return eo_fail_memory(err);
    }
    s->fleet = f;
    if (eo_job_new(&s->job, &config, err) != 0) {
        eo_free(s);
        return -1;
    }
    if (eo_turns_add(&f->turns, &s->turn, eo_job_host(s->job)) != 0) {
        eo_job_free(s->job);
        eo_free(s);
        return eo_fail_memory(err);
    }
    f->slot[f->n++] = s;
    eo_rollout_add(&f->rollout);
    on_news(f);
    return config.number;
}

void espota_fleet_release(struct espota_fleet *f, int job,
                          const struct espota_error *err)
{
    if (job >= 0 && (size_t)job < f->n && f->slot[job]->job != NULL)
        eo_job_release(f->slot[job]->job, err);
}

/* ---- cancelling ---------------------------------------------------------- */

void espota_fleet_veto(struct espota_fleet *f, int job,
                       const struct espota_error *why)
{
    if (job >= 0 && (size_t)job < f->n && f->slot[job]->job != NULL)
        eo_job_veto(f->slot[job]->job, why);
}

static void cancel_wanted(void *ctx)
{
    struct espota_fleet *f = ctx;

    for (size_t i = 0; i < f->n; i++)
        if (f->slot[i]->cancelled && f->slot[i]->job != NULL)
            eo_job_cancel(f->slot[i]->job, NULL);
}

void espota_fleet_cancel(struct espota_fleet *f, int job)
{
    for (size_t i = 0; i < f->n; i++)
        if (job == ALL || (size_t)job == i)
            f->slot[i]->cancelled = true;
    eo_timer_start(f->loop, &f->cancels, 0, cancel_wanted, f);
}

/* The loop cannot go on: cancels every job, so that each has its END event. */
static void give_up(void *ctx, int sys)
{
    struct espota_fleet *f = ctx;
    struct espota_error err;

    eo_fail_sys(&err, ESPOTA_E_INTERNAL, sys, "waiting for the network: %s",
                eo_sock_text(sys));
    for (size_t i = 0; i < f->n; i++)
        if (f->slot[i]->job != NULL)
            eo_job_cancel(f->slot[i]->job, &err);
}

void espota_fleet_free(struct espota_fleet *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->n; i++) {
        eo_job_free(f->slot[i]->job);
        eo_free(f->slot[i]);
    }
    eo_timer_stop(f->loop, &f->pace);
    eo_timer_stop(f->loop, &f->chores);
    eo_timer_stop(f->loop, &f->cancels);
    eo_shortage_stop(&f->shortage);
    eo_loop_leave(f->loop, &f->member);
    eo_turns_free(&f->turns);
    eo_free(f->slot);
    eo_listeners_free(f->listeners);
    eo_free(f);
}

void espota_fleet_counts(const struct espota_fleet *f,
                         struct espota_counts *out)
{
    *out = f->counts;
}
