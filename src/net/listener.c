/* listener.c -- TCP ports at which devices call back. */
#include "net/listener.h"

#include <errno.h>

#include "base/err.h"
#include "base/mem.h"

enum {
    BACKLOG = 512, /* strangers in it must not keep the device out */
    CALLS_A_TURN = 16,
    LATE_MS = 30000,     /* for which a late call is expected */
    PAUSE_MS = 100, /* when no call can be accepted for lack of descriptors */
    LOOK_EVERY_MS = 1000 /* in case a port was not freed by one of ours */
};

struct listener {
    struct listener *next;
    struct listeners *all;
    struct addr local;
    os_socket fd;
    struct watch *watch;
    struct timer pause;
    struct awaited *first; /* the one who has waited longest */
    bool calling;          /* inside a callback */
};

/* A device that may call late. */
struct late {
    struct late *next;
    struct addr device;
    uint16_t port; /* of ours */
    unsigned calls;
    uint64_t until; /* until then its call is expected; later it is merely
                       remembered */
};

struct listeners {
    struct espota_loop *loop;
    struct listener *first;
    struct late *late;
    bool forgets; /* there was no memory for an entry: a late call may come to
                     any port */
    struct awaited *queue; /* those who wait for a port, longest first */
    struct timer timer;    /* runs while there is a queue */
};

/* ---- lists --------------------------------------------------------------- */

static void append(struct awaited **list, struct awaited *w)
{
    while (*list != NULL)
        list = &(*list)->next;
    w->next = NULL;
    *list = w;
}

static void take_out(struct awaited **list, const struct awaited *w)
{
    while (*list != NULL && *list != w)
        list = &(*list)->next;
    if (*list != NULL)
        *list = w->next;
}

static struct awaited *find(const struct listener *l, const struct addr *device)
{
    struct awaited *w = l->first;

    while (w != NULL && !eo_addr_same_host(&w->device, device))
        w = w->next;
    return w;
}

/* ---- late calls ---------------------------------------------------------- */

static bool same_device(const struct addr *a, const struct addr *b)
{
    return eo_addr_same_host(a, b) && eo_addr_port(a) == eo_addr_port(b);
}

/* A device that may call this port and would be taken for that device; other:
 * that is not the same device. */
static struct late *find_late(const struct listeners *all, uint16_t port,
                              const struct addr *device, bool other)
{
    struct late *x = all->late;

    while (x != NULL && (x->port != port ||
                         !eo_addr_same_host(&x->device, device) ||
                         (other && same_device(&x->device, device))))
        x = x->next;
    return x;
}

static void forget(struct listeners *all, const struct late *x)
{
    struct late **at = &all->late;

    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    eo_free((struct late *)x);
}

static bool somebody_is_late(const struct listeners *all)
{
    const struct late *x = all->late;

    while (x != NULL && x->until <= eo_loop_now(all->loop))
        x = x->next;
    return x != NULL;
}

static bool is_wanted(const struct listener *l)
{
    bool wanted = l->first != NULL;

    for (const struct late *x = l->all->late; x != NULL; x = x->next)
        wanted |= x->port == eo_addr_port(&l->local) &&
                  x->until > eo_loop_now(l->all->loop);
    return wanted;
}

static void on_timer(void *ctx);

static void look_soon(struct listeners *all)
{
    if (all->queue != NULL || all->late != NULL)
        eo_timer_start(all->loop, &all->timer, 0, on_timer, all);
}

/* ---- a port -------------------------------------------------------------- */

static void close_listener(struct listener *l)
{
    struct listener **at = &l->all->first;

    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    eo_timer_stop(l->all->loop, &l->pause);
    eo_watch_free(l->watch);
    eo_sock_close(l->fd);
    eo_free(l);
}

/* Nobody waits for that address at this port. */
static void turned_away(struct listener *l, const struct addr *peer)
{
    struct late *x =
        find_late(l->all, eo_addr_port(&l->local), peer, false);

    if (x == NULL) {
        if (l->first != NULL)
            l->first->on_stranger(l->first->ctx, peer);
    } else if (--x->calls == 0) {
        forget(l->all, x);
        look_soon(l->all);
    }
}

/* ---- descriptors for calls ------------------------------------------------ */

static void give_spare(struct awaited *w)
{
    if (w->spare >= 0)
        eo_sock_close(w->spare);
    w->spare = OS_NO_SOCKET;
}

static void take_spare(struct awaited *w)
{
    w->spare = eo_sock_twin(w->at->fd);
}

static struct awaited *with_spare(const struct listener *l)
{
    struct awaited *w = l->first;

    while (w != NULL && w->spare < 0)
        w = w->next;
    return w;
}

/* Whose spare descriptor it is turns out when the caller is known. */
static os_socket take_call(struct listener *l, struct addr *peer,
                           struct awaited **lender)
{
    os_socket fd = eo_tcp_accept(l->fd, peer);

    *lender = NULL;
    if (fd >= 0 || !eo_is_want_of_fds(errno))
        return fd;
    *lender = with_spare(l);
    if (*lender == NULL) {
        errno = EMFILE;
        return -1;
    }
    give_spare(*lender);
    fd = eo_tcp_accept(l->fd, peer);
    if (fd < 0)
        take_spare(*lender);
    return fd;
}

static void on_pause(void *ctx)
{
    const struct listener *l = ctx;

    eo_watch_want(l->watch, ESPOTA_READ);
}

static void called(struct awaited *w, struct awaited *lender,
                   os_socket fd)
{
    if (lender != NULL && lender != w) {
        lender->spare = w->spare;
        w->spare = -1;
    }
    give_spare(w);
    w->on_called(w->ctx, fd);
}

static void on_call(void *ctx, int ready)
{
    struct listener *l = ctx;

    (void)ready;
    l->calling = true;
    for (int i = 0; is_wanted(l) && i < CALLS_A_TURN; i++) {
        struct addr peer;
        struct awaited *w, *lender;
        const os_socket fd = take_call(l, &peer, &lender);

        if (fd < 0 && eo_is_want_of_fds(errno)) {
            eo_watch_want(l->watch, 0);
            eo_timer_start(l->all->loop, &l->pause, PAUSE_MS, on_pause, l);
        }
        if (fd < 0)
            break;
        w = find(l, &peer);
        if (w != NULL) {
            called(w, lender, fd);
        } else {
            eo_sock_close(fd);
            if (lender != NULL)
                take_spare(lender);
            turned_away(l, &peer);
        }
    }
    l->calling = false;
    if (!is_wanted(l))
        close_listener(l);
}

/* NULL with errno. */
static struct listener *open_listener(struct listeners *all,
                                      const struct addr *local)
{
    struct listener *l;
    const os_socket fd = eo_tcp_listen(local, BACKLOG);

    if (fd < 0)
        return NULL;
    l = eo_calloc(1, sizeof *l);
    if (l != NULL) {
        l->watch = eo_watch_new(all->loop, fd, ESPOTA_READ, on_call, l);
        if (l->watch != NULL && eo_sock_local(fd, &l->local) == 0) {
            l->fd = fd;
            l->all = all;
            l->next = all->first;
            all->first = l;
            return l;
        }
        eo_watch_free(l->watch);
        eo_free(l);
    }
    eo_sock_close(fd);
    errno = ENOMEM;
    return NULL;
}

static struct listener *ours(const struct listeners *all,
                             const struct addr *local)
{
    struct listener *l = all->first;

    while (l != NULL && (!eo_addr_same_host(&l->local, local) ||
                         eo_addr_port(&l->local) != eo_addr_port(local)))
        l = l->next;
    return l;
}

/* ---- the queue ----------------------------------------------------------- */

/* Not a port chosen by the system that another device may still call. */
static struct listener *open_for(struct listeners *all, const struct awaited *w)
{
    struct listener *l = open_listener(all, &w->local), *before = NULL;

    if (l != NULL && eo_addr_port(&w->local) == 0 &&
        find_late(all, eo_addr_port(&l->local), &w->device, true) != NULL) {
        before = l;
        l = open_listener(all, &w->local);
        close_listener(before);
    }
    return l;
}

/* 0: there is a port; 1: later; -1 with errno. */
static int find_port(struct listeners *all, struct awaited *w)
{
    struct listener *l = NULL, *shared = NULL;
    unsigned port = w->port_min;
    bool later = false, never = false;

    do {
        const struct late *x =
            find_late(all, (uint16_t)port, &w->device, true);

        if (x != NULL || (all->forgets && port != 0)) {
            later |= x != NULL && x->until > eo_loop_now(all->loop);
            never = true;
            continue;
        }
        eo_addr_set_port(&w->local, (uint16_t)port);
        l = port != 0 ? ours(all, &w->local) : NULL;
        if (l == NULL) {
            l = open_for(all, w);
            if (l != NULL)
                break;
            if (errno != EADDRINUSE)
                return -1;
        } else {
            later = true;
            if (shared == NULL && find(l, &w->device) == NULL)
                shared = l;
            l = NULL;
        }
    } while (port++ < w->port_max);
    if (l == NULL)
        l = shared;
    if (l == NULL && later)
        return 1;
    if (l == NULL) {
        errno = never ? EBUSY : EADDRINUSE;
        return -1;
    }
    w->at = l;
    take_spare(w);
    if (w->spare < 0) {
        const int sys = errno;

        w->at = NULL;
        if (!l->calling && !is_wanted(l))
            close_listener(l);
        errno = sys;
        return -1;
    }
    append(&l->first, w);
    return 0;
}

static void on_timer(void *ctx)
{
    struct listeners *all = ctx;
    size_t n = 0;

    eo_timer_start(all->loop, &all->timer, LOOK_EVERY_MS, on_timer, all);
    for (const struct awaited *w = all->queue; w != NULL; w = w->next)
        n++;
    for (; n > 0 && all->queue != NULL; n--) {
        struct awaited *w = all->queue;
        int rc;

        all->queue = w->next;
        rc = find_port(all, w);
        if (rc == 1)
            append(&all->queue, w);
        else
            w->on_port(w->ctx, rc == 0 ? 0 : errno);
    }
    for (struct listener *l = all->first, *next; l != NULL; l = next) {
        next = l->next;
        if (!l->calling && !is_wanted(l))
            close_listener(l);
    }
    if (all->queue == NULL && !somebody_is_late(all))
        eo_timer_stop(all->loop, &all->timer);
}

/* ---- outside ------------------------------------------------------------- */

struct listeners *eo_listeners_new(struct espota_loop *loop)
{
    struct listeners *all = eo_calloc(1, sizeof *all);

    if (all != NULL)
        all->loop = loop;
    return all;
}

void eo_listeners_free(struct listeners *all)
{
    if (all == NULL)
        return;
    eo_timer_stop(all->loop, &all->timer);
    while (all->late != NULL)
        forget(all, all->late);
    while (all->first != NULL)
        close_listener(all->first);
    eo_free(all);
}

int eo_await(struct listeners *all, struct awaited *w)
{
    const int rc = find_port(all, w);

    if (rc < 0)
        return -1;
    w->all = all;
    if (rc == 0)
        return 0;
    if (all->queue == NULL)
        eo_timer_start(all->loop, &all->timer, LOOK_EVERY_MS, on_timer, all);
    append(&all->queue, w);
    return 0;
}

uint16_t eo_awaited_port(const struct awaited *w)
{
    return w->at != NULL ? eo_addr_port(&w->at->local) : 0;
}

void eo_await_end(struct awaited *w)
{
    struct listeners *all = w->all;
    struct listener *l = w->at;

    if (all == NULL)
        return;
    w->all = NULL;
    w->at = NULL;
    if (l == NULL) {
        take_out(&all->queue, w);
        return;
    }
    give_spare(w);
    take_out(&l->first, w);
    if (!l->calling && !is_wanted(l))
        close_listener(l);
    look_soon(all);
}

void eo_await_late(struct listeners *all, const struct addr *device,
                   uint16_t port, unsigned calls, bool given)
{
    struct late *x = eo_calloc(1, sizeof *x);

    if (x == NULL) {
        all->forgets = true;
        return;
    }
    *x = (struct late){
        .next = all->late,
        .device = *device,
        .port = port,
        .calls = calls,
        .until = given ? eo_loop_now(all->loop) + LATE_MS : 0,
    };
    all->late = x;
    look_soon(all);
}

void eo_await_settled(struct listeners *all, const struct addr *device)
{
    struct late *x = all->late;

    while (x != NULL) {
        struct late *next = x->next;

        if (same_device(&x->device, device))
            forget(all, x);
        x = next;
    }
    look_soon(all);
}
