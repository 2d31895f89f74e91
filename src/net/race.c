/* race.c -- connect to the first of several addresses that answers. */
#include "net/race.h"

#include <errno.h>

#include "base/mem.h"
#include "net/iface.h"
#include "net/unreachable.h"

enum { STAGGER_MS = 250 }; /* RFC 8305 section 5 */

struct runner {
    struct race *race;
    struct addr addr;
    os_socket fd; /* none: not started, or out of the race */
    struct watch *watch;
};

struct race {
    struct espota_loop *loop;
    char *bind;
    race_fn *fn;
    void *ctx;
    uint32_t timeout_ms;
    struct timer stagger, deadline;
    struct espota_error first; /* of the address that was tried first */
    size_t n, started, out;
    struct runner runner[]; /* n of them */
};

static void drop(struct runner *r)
{
    eo_watch_free(r->watch);
    r->watch = NULL;
    if (r->fd >= 0)
        eo_sock_close(r->fd);
    r->fd = -1;
}

void eo_race_free(struct race *race)
{
    if (race == NULL)
        return;
    for (size_t i = 0; i < race->started; i++)
        drop(&race->runner[i]);
    eo_timer_stop(race->loop, &race->stagger);
    eo_timer_stop(race->loop, &race->deadline);
    eo_free(race->bind);
    eo_free(race);
}

/* The losers are closed before the winner is announced: on a single-session
 * device one of them may be the connection it would serve first. */
static void finish(struct race *race, os_socket fd, const struct addr *winner,
                   const struct espota_error *err)
{
    for (size_t i = 0; i < race->started; i++)
        drop(&race->runner[i]);
    eo_timer_stop(race->loop, &race->stagger);
    eo_timer_stop(race->loop, &race->deadline);
    race->fn(race->ctx, fd, winner, err);
}

static void blame(struct race *race, const struct addr *addr, int sys)
{
    race->out++;
    if (race->out == 1)
        eo_unreachable(&race->first, addr, race->bind != NULL, sys);
}

static void start_next(void *ctx);

/* A runner is out of the race, so the next one need not wait.  Each turn
 * starts another runner, so that this ends with the last of them. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void lose(struct runner *r, int sys)
{
    struct race *race = r->race;

    blame(race, &r->addr, sys);
    drop(r);
    if (race->out == race->n)
        finish(race, -1, NULL, &race->first);
    else if (race->started < race->n)
        start_next(race);
}

static void on_ready(void *ctx, int ready)
{
    struct runner *r = ctx;
    const int sys = eo_sock_error(r->fd);
    os_socket fd;

    (void)ready;
    if (sys != 0) {
        lose(r, sys);
        return;
    }
    fd = r->fd;
    eo_watch_free(r->watch);
    r->watch = NULL;
    r->fd = -1;
    finish(r->race, fd, &r->addr, NULL);
}

static int start_one(struct race *race, struct runner *r)
{
    const int family = r->addr.family;
    struct addr local;

    if (race->bind != NULL && eo_addr_local(&local, race->bind, family) != 0)
        return eo_is_want_of_fds(errno) ? errno : EADDRNOTAVAIL;
    r->fd = eo_tcp_connect(&r->addr, race->bind != NULL ? &local : NULL);
    if (r->fd < 0)
        return errno;
    r->watch = eo_watch_new(race->loop, r->fd, ESPOTA_WRITE, on_ready, r);
    return r->watch != NULL ? 0 : ENOMEM;
}

/* That is not the address's fault: a runner may still win, or give up a
 * descriptor. */
static void put_back(struct race *race, int sys)
{
    struct espota_error err;

    race->started--;
    if (race->started > race->out) {
        eo_timer_start(race->loop, &race->stagger, STAGGER_MS, start_next,
                       race);
        return;
    }
    eo_unreachable(&err, &race->runner[race->started].addr,
                   race->bind != NULL, sys);
    finish(race, -1, NULL, &err);
}

/* NOLINTNEXTLINE(misc-no-recursion): see lose() */
static void start_next(void *ctx)
{
    struct race *race = ctx;
    struct runner *r = &race->runner[race->started++];
    const int sys = start_one(race, r);

    /* Started early because one lost: it must not start twice. */
    eo_timer_stop(race->loop, &race->stagger);
    if (eo_is_want_of_fds(sys)) {
        put_back(race, sys);
        return;
    }
    if (sys != 0) {
        lose(r, sys);
        return;
    }
    if (race->started < race->n)
        eo_timer_start(race->loop, &race->stagger, STAGGER_MS, start_next,
                       race);
}

static void on_deadline(void *ctx)
{
    struct race *race = ctx;
    struct espota_error err;

    eo_unreachable_silent(&err, &race->runner[0].addr, race->n,
                          race->timeout_ms);
    finish(race, -1, NULL, &err);
}

struct race *eo_race_start(struct espota_loop *loop, const struct addr *addr,
                           size_t n, const char *bind, uint32_t timeout_ms,
                           race_fn *fn, void *ctx)
{
    struct race *race =
        eo_calloc(1, sizeof *race + n * sizeof race->runner[0]);

    if (race == NULL || n == 0)
        goto fail;
    *race = (struct race){.loop = loop, .fn = fn, .ctx = ctx, .n = n,
                          .timeout_ms = timeout_ms};
    for (size_t i = 0; i < n; i++)
        race->runner[i] = (struct runner){race, addr[i], -1, NULL};
    if (bind != NULL && (race->bind = eo_strdup(bind)) == NULL)
        goto fail;
    /* By a timer, so that nobody is called back before this returns. */
    eo_timer_start(loop, &race->stagger, 0, start_next, race);
    eo_timer_start(loop, &race->deadline, timeout_ms, on_deadline, race);
    return race;
fail:
    eo_race_free(race);
    return NULL;
}
