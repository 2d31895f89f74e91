/* resolve.c -- a name becomes addresses: literals at once, all else by the
 * system's getaddrinfo on a helper thread that may be abandoned.
 */
#include "io/resolve.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum { ADDR_MAX = 16, TIMEOUT_MS = 5000, STACK = 256 * 1024 };

/* Shared with the thread; whoever leaves last frees it. */
struct query {
    pthread_mutex_t lock;
    bool abandoned, ended;
    char *name;
    int family;
    int wake; /* written once when ended */
    int gai;  /* getaddrinfo's result */
    struct addr addr[ADDR_MAX];
    size_t n;
};

struct resolve {
    struct loop *loop;
    resolve_fn *fn;
    void *ctx;
    char *name;
    uint32_t timeout_ms;
    struct timer timer;
    struct addr literal;
    struct query *query;
    int wake;
    struct watch *watch;
};

/* ---- the thread ---------------------------------------------------------- */

static void query_free(struct query *q)
{
    close(q->wake);
    pthread_mutex_destroy(&q->lock);
    eo_free(q->name);
    eo_free(q);
}

static void keep(struct query *q, const struct addrinfo *list)
{
    for (; list != NULL && q->n < ADDR_MAX; list = list->ai_next) {
        struct addr *a = &q->addr[q->n];

        if (list->ai_addrlen > sizeof a->sa)
            continue;
        memcpy(&a->sa, list->ai_addr, list->ai_addrlen);
        a->len = list->ai_addrlen;
        q->n++;
    }
}

static void *look_up(void *ctx)
{
    struct query *q = ctx;
    const struct addrinfo hints = {
        .ai_family = q->family == 4   ? AF_INET
                     : q->family == 6 ? AF_INET6
                                      : AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *list = NULL;
    const int gai = getaddrinfo(q->name, NULL, &hints, &list);
    bool alone;

    pthread_mutex_lock(&q->lock);
    q->gai = gai;
    keep(q, list);
    q->ended = true;
    alone = q->abandoned;
    if (!alone)
        (void)!write(q->wake, "", 1); /* the pipe is empty: it has room */
    pthread_mutex_unlock(&q->lock);
    if (list != NULL)
        freeaddrinfo(list);
    if (alone)
        query_free(q);
    return NULL;
}

static int spawn(struct query *q)
{
    pthread_attr_t attr;
    pthread_t thread;
    int rc;

    if (pthread_attr_init(&attr) != 0)
        return -1;
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK);
    rc = pthread_create(&thread, &attr, look_up, q);
    pthread_attr_destroy(&attr);
    return rc == 0 ? 0 : -1;
}

/* ---- this side ----------------------------------------------------------- */

static void abandon(struct query *q)
{
    bool ended;

    pthread_mutex_lock(&q->lock);
    q->abandoned = true;
    ended = q->ended;
    pthread_mutex_unlock(&q->lock);
    if (ended)
        query_free(q);
}

void eo_resolve_free(struct resolve *r)
{
    if (r == NULL)
        return;
    eo_timer_stop(r->loop, &r->timer);
    eo_watch_free(r->watch);
    if (r->query != NULL) {
        close(r->wake);
        abandon(r->query);
    }
    eo_free(r->name);
    eo_free(r);
}

static void fail(struct resolve *r, const char *hint, const char *why)
{
    struct espota_error err;

    eo_fail_hint(&err, ESPOTA_E_RESOLVE, hint, "%s: %s", r->name, why);
    r->fn(r->ctx, NULL, &err);
}

static void on_literal(void *ctx)
{
    struct resolve *r = ctx;

    r->fn(r->ctx, &(struct resolved){"literal", &r->literal, 1}, NULL);
}

static void on_bad_scope(void *ctx)
{
    fail(ctx, "give the name of one of this machine's interfaces: fe80::1%eth0",
         "the interface behind the % is not known here");
}

static void on_timeout(void *ctx)
{
    fail(ctx, "is the name right? An address works as well",
         "no answer from the name service in time");
}

static void on_wake(void *ctx, int ready)
{
    struct resolve *r = ctx;
    struct query *q = r->query;

    (void)ready;
    eo_timer_stop(r->loop, &r->timer);
    eo_watch_want(r->watch, 0);
    /* The thread has unlocked or is about to; after this it is gone. */
    pthread_mutex_lock(&q->lock);
    pthread_mutex_unlock(&q->lock);
    if (q->n > 0)
        r->fn(r->ctx, &(struct resolved){"dns", q->addr, q->n}, NULL);
    else
        fail(r, "is the name right, and the device on? Its address works as "
                "well",
             q->gai != 0 ? gai_strerror(q->gai) : "has no address");
}

static int start_query(struct resolve *r, const struct resolve_config *c)
{
    int pipes[2];
    struct query *q = eo_calloc(1, sizeof *q);

    if (q == NULL || pipe(pipes) != 0) {
        eo_free(q);
        return -1;
    }
    fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
    fcntl(pipes[1], F_SETFD, FD_CLOEXEC);
    pthread_mutex_init(&q->lock, NULL);
    q->wake = pipes[1];
    q->family = c->family;
    q->name = eo_strdup(c->name);
    r->wake = pipes[0];
    r->watch = eo_watch_new(r->loop, r->wake, ESPOTA_READ, on_wake, r);
    if (q->name == NULL || r->watch == NULL || spawn(q) != 0) {
        close(r->wake);
        query_free(q);
        return -1;
    }
    r->query = q;
    return eo_timer_start(r->loop, &r->timer, r->timeout_ms, on_timeout, r);
}

struct resolve *eo_resolve_start(struct loop *loop,
                                 const struct resolve_config *c, resolve_fn *fn,
                                 void *ctx)
{
    struct resolve *r = eo_calloc(1, sizeof *r);
    int rc;

    if (r == NULL)
        return NULL;
    r->loop = loop;
    r->fn = fn;
    r->ctx = ctx;
    r->timeout_ms = c->timeout_ms != 0 ? c->timeout_ms : TIMEOUT_MS;
    r->name = eo_strdup(c->name);
    if (r->name == NULL) {
        eo_free(r);
        return NULL;
    }
    switch (eo_addr_parse(&r->literal, c->name)) {
    case 0:
        rc = eo_timer_start(loop, &r->timer, 0, on_literal, r);
        break;
    case -2:
        rc = eo_timer_start(loop, &r->timer, 0, on_bad_scope, r);
        break;
    default:
        rc = start_query(r, c);
    }
    if (rc != 0) {
        eo_resolve_free(r);
        return NULL;
    }
    return r;
}
