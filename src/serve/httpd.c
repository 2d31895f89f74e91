/* httpd.c -- libmicrohttpd, run by our loop.
 *
 * libmicrohttpd uses no threads.  Where it has epoll, its one descriptor is
 * watched; elsewhere the sockets that it lists are.
 */
#include "serve/httpd.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "serve/httpd_inside.h"

#if MHD_VERSION < 0x00097002
#error "libmicrohttpd 0.9.71 or later is needed"
#endif

enum {
    REQUEST_MAX = 8192, /* bytes of a request with its headers */
    DEAF_MS = 100,
    SPARE = 16 /* places beyond ours: at its own limit libmicrohttpd rejects
                  the next client, but we want to choose ourselves */
};

const char *eo_httpd_library(void)
{
    return "libmicrohttpd";
}

/* ---- turning ------------------------------------------------------------- */

static void on_ready(void *ctx, int ready);

/* The sets for select(). */
struct sets {
    fd_set in, out, bad;
};

static void watch_socket(struct httpd *s, struct watch **w, os_socket fd,
                         const struct sets *sets)
{
    const int want = s->deaf ? 0
                             : (FD_ISSET((MHD_socket)fd, &sets->in)
                                    ? ESPOTA_READ : 0) |
                                   (FD_ISSET((MHD_socket)fd, &sets->out)
                                        ? ESPOTA_WRITE : 0);

    if (*w == NULL && want != 0)
        *w = eo_watch_new(s->c.loop, fd, want, on_ready, s);
    else if (*w != NULL)
        eo_watch_want(*w, want);
}

/* Without epoll: watches the sockets that we know, which are all there are.
 * The sets cannot be searched for others: where a socket is a handle, it is not
 * a small number to count up to. */
static void watch_sets(struct httpd *s)
{
    struct sets sets;
    MHD_socket max = MHD_INVALID_SOCKET;

    FD_ZERO(&sets.in);
    FD_ZERO(&sets.out);
    FD_ZERO(&sets.bad);
    if (MHD_get_fdset2(s->daemon, &sets.in, &sets.out, &sets.bad, &max,
                       FD_SETSIZE) != MHD_YES)
        return;
    watch_socket(s, &s->listening, s->c.listener, &sets);
    for (struct conn *c = s->conns; c != NULL; c = c->next)
        watch_socket(s, &c->watch, c->fd, &sets);
}

static void watch(struct httpd *s)
{
    if (s->epoll == NULL)
        watch_sets(s);
    else
        eo_watch_want(s->epoll, s->deaf ? 0 : ESPOTA_READ);
}

static unsigned connections(const struct httpd *s)
{
    return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
        ->num_connections;
}

static void run(struct httpd *s)
{
    s->running = true;
    s->left = false;
    MHD_run(s->daemon);
    s->running = false;
}

static void turn(void *ctx)
{
    struct httpd *s = ctx;
    MHD_UNSIGNED_LONG_LONG ms;

    if (s->running)
        return;
    run(s);
    watch(s);
    /* If libmicrohttpd was at its limit, it listens again only when it is run
     * once more, and nothing else may cause that. */
    if (s->left)
        eo_timer_start(s->c.loop, &s->run, 0, turn, s);
    else if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
        eo_timer_start(s->c.loop, &s->run, ms, turn, s);
}

static void listen_again(void *ctx)
{
    struct httpd *s = ctx;

    s->deaf = false;
    watch(s);
}

/* Something is ready.  A client that cannot be accepted for want of a
 * descriptor waits until another one leaves.  If there is no other one,
 * libmicrohttpd would try again without a pause, so we stop listening for
 * DEAF_MS. */
static void on_ready(void *ctx, int ready)
{
    struct httpd *s = ctx;
    const unsigned long came = s->n_came;
    const bool empty = connections(s) == 0;

    (void)ready;
    turn(s);
    s->deaf = s->was_deaf =
        empty && s->n_came == came && connections(s) == 0;
    if (!s->deaf)
        return;
    watch(s);
    eo_timer_start(s->c.loop, &s->run, DEAF_MS, listen_again, s);
}

/* ---- starting ------------------------------------------------------------ */

/* Does not decode: paths are decoded where they are checked. */
static size_t leave_escaped(void *ctx, struct MHD_Connection *connection,
                            char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static void on_log(void *ctx, const char *fmt, va_list ap)
    EO_PRINTF(2, 0);

static void on_log(void *ctx, const char *fmt, va_list ap)
{
    struct httpd *s = ctx;
    char raw[256], text[256];
    struct text t;

    if (s->was_deaf)
        return; /* it repeats this at each attempt */
    vsnprintf(raw, sizeof raw, fmt, ap);
    raw[strcspn(raw, "\n")] = '\0';
    eo_text_init(&t, text, sizeof text);
    eo_text_add_safe(&t, raw, strlen(raw));
    s->c.on_log(s->c.ctx, text);
}

/* ---- outside ------------------------------------------------------------- */

static int start(struct httpd *s, bool epoll)
{
    const struct httpd_config *c = &s->c;
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)c->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)c->tls_key},
        /* Older versions are broken; devices that speak TLS speak 1.2. */
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };

    s->daemon = MHD_start_daemon(
        MHD_USE_ERROR_LOG | (epoll ? MHD_USE_EPOLL : 0) |
            (c->tls_cert != NULL ? MHD_USE_TLS : 0),
        0, NULL, NULL, eo_serve_access, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, s,
        MHD_OPTION_LISTEN_SOCKET, c->listener, MHD_OPTION_CONNECTION_LIMIT,
        c->max_clients + SPARE, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)REQUEST_MAX, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, eo_serve_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, eo_serve_connection, s, MHD_OPTION_ARRAY,
        c->tls_cert != NULL ? tls : tls + 3, MHD_OPTION_END);
    return s->daemon != NULL ? 0 : -1;
}

int eo_httpd_new(struct httpd **out, const struct httpd_config *c,
                 struct espota_error *err)
{
    const bool epoll =
        !c->no_epoll && MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES;
    struct httpd *s = eo_calloc(1, sizeof *s);

    if (s == NULL)
        goto no_memory;
    s->c = *c;
    if (c->tls_cert != NULL &&
        MHD_is_feature_supported(MHD_FEATURE_SSL) != MHD_YES) {
        eo_fail(err, ESPOTA_E_USAGE, "this libmicrohttpd was built without TLS");
        goto fail;
    }
    if (!epoll && s->c.max_clients > FD_SETSIZE - 64)
        s->c.max_clients = FD_SETSIZE - 64;
    if (start(s, epoll) != 0) {
        eo_fail(err, ESPOTA_E_USAGE, "%s",
                c->tls_cert != NULL
                    ? "the server does not start; are certificate and key PEM, "
                      "and a pair?"
                    : "the server does not start");
        goto fail;
    }
    if (epoll) {
        s->epoll = eo_watch_new(
            c->loop,
            MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
            ESPOTA_READ, on_ready, s);
        if (s->epoll == NULL)
            goto no_memory;
    } else {
        watch_sets(s);
        if (s->listening == NULL)
            goto no_memory;
    }
    *out = s;
    return 0;
no_memory:
    eo_fail_memory(err);
fail:
    if (s == NULL || s->daemon == NULL)
        eo_sock_close(c->listener);
    eo_httpd_free(s);
    return -1;
}

void eo_httpd_free(struct httpd *s)
{
    if (s == NULL)
        return;
    eo_timer_stop(s->c.loop, &s->run);
    eo_watch_free(s->epoll);
    eo_watch_free(s->listening);
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    eo_timer_stop(s->c.loop, &s->look);
    eo_timer_stop(s->c.loop, &s->wait);
    eo_serve_end_lingering(s);
    eo_free(s);
}
