/* loop.c -- one poll(2) loop.
 *
 * Watches live in an array that only grows during a turn: a freed one leaves
 * a hole that is closed when no callback is running.  Timers are a pairing heap
 * whose nodes lie in their owners: it has no memory of its own.
 */
#include "net/loop.h"

#include <errno.h>
#include <assert.h>
#include <limits.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/wait.h"
#include "os/wake.h"

struct watch {
    struct espota_loop *loop;
    size_t slot;
    int fd, want;
    watch_fn *fn;
    void *ctx;
};

struct espota_loop {
    uint64_t now;
    struct watch **watch; /* NULL: a hole */
    struct waits *waits; /* a place for each of them */
    size_t n_watch, cap_watch;
    struct timer *earliest; /* the root of the heap; NULL: none runs */
    size_t n_timer;
    uint64_t turns; /* timers ever started */
    unsigned depth; /* callbacks running */
    bool holes;
    struct loop_shared shared[LOOP_SHARES];
    struct member *member; /* a list */
    unsigned held;         /* this many more count as live */
    struct wake wake;
    struct watch *wake_watch; /* NULL: it cannot be woken */
    bool woken;
};

void eo_loop_update(struct espota_loop *l)
{
    l->now = eo_monotonic_ms();
}

struct espota_loop *eo_loop_new(void)
{
    struct espota_loop *l = eo_calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->wake = (struct wake)WAKE_NONE;
    eo_loop_update(l);
    return l;
}

void eo_loop_free(struct espota_loop *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < LOOP_SHARES; i++)
        if (l->shared[i].it != NULL)
            l->shared[i].free(l->shared[i].it);
    eo_watch_free(l->wake_watch);
    eo_wake_close(&l->wake);
    for (size_t i = 0; i < l->n_watch; i++)
        eo_free(l->watch[i]);
    eo_free(l->watch);
    eo_waits_free(l->waits);
    eo_free(l);
}

uint64_t eo_loop_now(const struct espota_loop *l)
{
    return l->now;
}

struct loop_shared *eo_loop_shared(struct espota_loop *l, enum loop_share which)
{
    return &l->shared[which];
}

/* ---- descriptors -------------------------------------------------------- */

static int grow_watches(struct espota_loop *l)
{
    size_t cap = l->cap_watch;
    struct watch **watch = eo_grow(l->watch, l->n_watch, &cap, sizeof *watch);

    if (watch == NULL)
        return -1;
    l->watch = watch;
    if (eo_waits_room(&l->waits, cap) != 0)
        return -1;
    l->cap_watch = cap;
    return 0;
}

struct watch *eo_watch_new(struct espota_loop *l, int fd, int want,
                           watch_fn *fn, void *ctx)
{
    struct watch *w;

    if (l->n_watch == l->cap_watch && grow_watches(l) != 0)
        return NULL;
    w = eo_calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    *w = (struct watch){l, l->n_watch, fd, want, fn, ctx};
    l->watch[l->n_watch++] = w;
    return w;
}

void eo_watch_want(struct watch *w, int want)
{
    w->want = want;
}

static void close_holes(struct espota_loop *l)
{
    size_t n = 0;

    if (!l->holes || l->depth > 0)
        return;
    for (size_t i = 0; i < l->n_watch; i++) {
        if (l->watch[i] == NULL)
            continue;
        l->watch[n] = l->watch[i];
        l->watch[n]->slot = n;
        n++;
    }
    l->n_watch = n;
    l->holes = false;
}

void eo_watch_free(struct watch *w)
{
    if (w == NULL)
        return;
    w->loop->watch[w->slot] = NULL;
    w->loop->holes = true;
    close_holes(w->loop);
    eo_free(w);
}

/* ---- members ------------------------------------------------------------- */

void eo_loop_join(struct espota_loop *l, struct member *m)
{
    m->next = l->member;
    l->member = m;
}

void eo_loop_leave(struct espota_loop *l, struct member *m)
{
    for (struct member **at = &l->member; *at != NULL; at = &(*at)->next) {
        if (*at == m) {
            *at = m->next;
            return;
        }
    }
}

bool eo_loop_live(const struct espota_loop *l)
{
    for (const struct member *m = l->member; m != NULL; m = m->next)
        if (m->live(m->ctx))
            return true;
    return l->held > 0;
}

void eo_loop_hold(struct espota_loop *l)
{
    l->held++;
}

void eo_loop_release(struct espota_loop *l)
{
    if (l->held > 0) /* giving up has released them all */
        l->held--;
}

void eo_loop_give_up(struct espota_loop *l, int sys)
{
    struct member *next;

    l->held = 0;
    for (struct member *m = l->member; m != NULL; m = next) {
        next = m->next; /* it may leave */
        m->give_up(m->ctx, sys);
    }
}

/* ---- waking -------------------------------------------------------------- */

static void on_wake(void *ctx, int ready)
{
    struct espota_loop *l = ctx;

    (void)ready;
    eo_wake_drain(&l->wake);
    l->woken = true;
}

int eo_loop_wakeable(struct espota_loop *l)
{
    if (l->wake_watch != NULL)
        return 0;
    if (eo_wake_open(&l->wake) != 0)
        return -1;
    l->wake_watch =
        eo_watch_new(l, l->wake.read_fd, ESPOTA_READ, on_wake, l);
    if (l->wake_watch == NULL)
        errno = ENOMEM;
    return l->wake_watch != NULL ? 0 : -1;
}

void eo_loop_wake(struct espota_loop *l)
{
    eo_wake_ring(&l->wake);
}

bool eo_loop_woken(struct espota_loop *l)
{
    const bool was = l->woken;

    l->woken = false;
    return was;
}

/* ---- timers ------------------------------------------------------------- */

/* Among those due in the same millisecond, the one that was started first. */
static bool before(const struct timer *a, const struct timer *b)
{
    return a->due != b->due ? a->due < b->due : a->turn < b->turn;
}

/* Merges two heaps, either of which may be NULL: the later root becomes the
 * first child of the other. */
static struct timer *meld(struct timer *a, struct timer *b)
{
    struct timer *root = a, *child = b;

    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    if (before(b, a)) {
        root = b;
        child = a;
    }
    child->next = root->child;
    if (child->next != NULL)
        child->next->prev = child;
    child->prev = root;
    root->child = child;
    return root;
}

static struct timer *next_of(struct timer *t)
{
    struct timer *next = t->next;

    t->next = t->prev = NULL;
    return next;
}

/* Merges siblings into one heap: in pairs from the left, then all from the
 * right, which keeps the heap flat. */
static struct timer *meld_all(struct timer *child)
{
    struct timer *pairs = NULL, *root = NULL;

    while (child != NULL) {
        struct timer *a = child, *b = next_of(a), *pair;

        child = b != NULL ? next_of(b) : NULL;
        pair = meld(a, b);
        pair->next = pairs;
        pairs = pair;
    }
    while (pairs != NULL) {
        struct timer *pair = pairs;

        pairs = next_of(pair);
        root = meld(root, pair);
    }
    return root;
}

static void unlink_child(struct timer *t)
{
    if (t->prev->child == t)
        t->prev->child = t->next;
    else
        t->prev->next = t->next;
    if (t->next != NULL)
        t->next->prev = t->prev;
}

void eo_timer_stop(struct espota_loop *l, struct timer *t)
{
    struct timer *rest;

    if (!t->running)
        return;
    rest = meld_all(t->child);
    if (l->earliest == t) {
        l->earliest = rest;
    } else {
        unlink_child(t);
        l->earliest = meld(l->earliest, rest);
    }
    t->child = t->next = t->prev = NULL;
    t->running = false;
    l->n_timer--;
}

void eo_timer_start(struct espota_loop *l, struct timer *t, uint64_t ms,
                    void (*fn)(void *ctx), void *ctx)
{
    eo_timer_stop(l, t);
    *t = (struct timer){.due = l->now + ms,
                        .turn = l->turns++,
                        .fn = fn,
                        .ctx = ctx,
                        .running = true};
    l->earliest = meld(l->earliest, t);
    l->n_timer++;
}

static void run_timers(struct espota_loop *l)
{
    /* Timers that a callback starts with 0 ms wait for the next turn, so that
     * descriptors are never starved. */
    const uint64_t until = l->now;
    size_t budget = l->n_timer;

    while (budget-- > 0 && l->earliest != NULL && l->earliest->due <= until) {
        struct timer *t = l->earliest;

        eo_timer_stop(l, t);
        l->depth++;
        t->fn(t->ctx);
        l->depth--;
    }
}

/* ---- turning ------------------------------------------------------------ */

int eo_loop_timeout(const struct espota_loop *l)
{
    uint64_t now, left;

    if (l->earliest == NULL)
        return -1;
    now = eo_monotonic_ms();
    if (l->earliest->due <= now)
        return 0;
    left = l->earliest->due - now;
    return left > INT_MAX ? INT_MAX : (int)left;
}

size_t eo_loop_fds(const struct espota_loop *l, struct espota_fd *fds,
                   size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n_watch; i++) {
        const struct watch *w = l->watch[i];

        if (w == NULL || w->want == 0)
            continue;
        if (n < cap)
            fds[n] = (struct espota_fd){w->fd, (uint8_t)w->want, 0};
        n++;
    }
    return n;
}

static void fire(struct espota_loop *l, size_t slot, int fd, int ready)
{
    struct watch *w = slot < l->n_watch ? l->watch[slot] : NULL;

    /* An earlier callback may have freed it, or freed and replaced it. */
    if (w == NULL || w->fd != fd || (w->want & ready) == 0)
        return;
    l->depth++;
    w->fn(w->ctx, ready & w->want);
    l->depth--;
}

void eo_loop_process(struct espota_loop *l, const struct espota_fd *fds,
                     size_t n)
{
    const size_t n_watch = l->n_watch;
    size_t slot = 0; /* both are in the order of eo_loop_fds() */

    eo_loop_update(l);
    l->depth++; /* slots stay where they are until all have been asked */
    for (size_t k = 0; k < n; k++) {
        for (size_t tried = 0; tried < n_watch; tried++) {
            const struct watch *w = l->watch[slot];

            if (w != NULL && w->fd == fds[k].fd)
                break;
            slot = (slot + 1) % n_watch;
        }
        if (fds[k].ready != 0)
            fire(l, slot, fds[k].fd, fds[k].ready);
        if (n_watch > 0) /* a descriptor may be watched twice */
            slot = (slot + 1) % n_watch;
    }
    l->depth--;
    run_timers(l);
    close_holes(l);
}

static_assert((int)ESPOTA_READ == (int)OS_READ &&
                  (int)ESPOTA_WRITE == (int)OS_WRITE,
              "they are handed through");

int eo_loop_turn(struct espota_loop *l, int max_ms)
{
    const size_t n = l->n_watch;
    int wait = eo_loop_timeout(l), got;

    if (max_ms >= 0 && (wait < 0 || max_ms < wait))
        wait = max_ms;
    for (size_t i = 0; i < n; i++) {
        const struct watch *w = l->watch[i];
        const int want = w != NULL ? w->want : 0;

        eo_waits_put(l->waits, i, w != NULL ? w->fd : OS_NO_SOCKET, want);
    }
    got = eo_waits_turn(l->waits, n, wait);
    if (got < 0)
        return -1;
    eo_loop_update(l);
    l->depth++;
    for (size_t i = 0; got > 0 && i < n; i++) {
        os_socket fd; /* a copy: a callback may change the watch */
        const int ready = eo_waits_ready(l->waits, i, &fd);

        if (ready != 0) {
            got--;
            fire(l, i, fd, ready);
        }
    }
    l->depth--;
    run_timers(l);
    close_holes(l);
    return 0;
}
