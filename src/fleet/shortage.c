/* shortage.c -- jobs that wait for descriptors. */
#include "fleet/shortage.h"

enum {
    AGAIN_MS = 250,
    HOPE_MS = 10000 /* other programs may free some descriptors */
};

bool eo_shortage_is(const struct shortage *s)
{
    return s->first != NULL;
}

static void on_clock(void *ctx);

static void match_clock(struct shortage *s)
{
    if (s->first == NULL)
        eo_timer_stop(s->loop, &s->timer);
    else if (!s->timer.running)
        eo_timer_start(s->loop, &s->timer, AGAIN_MS, on_clock, s);
}

static void take_out(struct shortage *s, struct short_of *w)
{
    struct short_of **at = &s->first;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    w->queued = false;
    s->queued--;
    match_clock(s);
    if (s->first == NULL)
        s->on_over(s->ctx);
}

/* Wakes from a timer, never from inside the job that ended. */
static void wake_first(struct shortage *s)
{
    struct short_of *w = s->first;

    if (w == NULL)
        return;
    take_out(s, w);
    w->woken = true;
    s->woken++;
    eo_timer_start(s->loop, &w->timer, 0, w->wake, w->ctx);
}

static void on_clock(void *ctx)
{
    struct shortage *s = ctx;

    if (s->woken == 0)
        wake_first(s);
    match_clock(s);
}

/* A job that was woken in vain was the first, and becomes the first again. */
static void put_in(struct shortage *s, struct short_of *w, bool before)
{
    struct short_of **at = &s->first;

    while (!before && *at != NULL)
        at = &(*at)->next;
    w->next = *at;
    *at = w;
    w->queued = true;
    s->queued++;
    match_clock(s);
}

bool eo_shortage_wait(struct shortage *s, struct short_of *w,
                      void (*wake)(void *ctx), void *ctx)
{
    const bool again = w->woken;
    const uint64_t now = eo_loop_now(s->loop);

    s->woken -= again;
    w->woken = false;
    if (s->at_work > s->queued + 1)
        s->alone_ms = 0;
    else if (s->alone_ms == 0)
        s->alone_ms = now;
    if (s->alone_ms != 0 && now - s->alone_ms >= HOPE_MS)
        return false;
    w->wake = wake;
    w->ctx = ctx;
    put_in(s, w, again);
    return true;
}

void eo_shortage_leave(struct shortage *s, struct short_of *w)
{
    eo_timer_stop(s->loop, &w->timer);
    if (w->queued)
        take_out(s, w);
    s->woken -= w->woken;
    w->woken = false;
}

void eo_shortage_over(struct shortage *s, struct short_of *w)
{
    if (!w->woken)
        return;
    eo_shortage_leave(s, w);
    s->alone_ms = 0;
    wake_first(s); /* there may be more descriptors */
}

void eo_shortage_begun(struct shortage *s)
{
    s->at_work++;
}

void eo_shortage_ended(struct shortage *s)
{
    s->at_work--;
    wake_first(s);
}

void eo_shortage_stop(struct shortage *s)
{
    eo_timer_stop(s->loop, &s->timer);
}
