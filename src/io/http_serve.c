/* http_serve.c -- libmicrohttpd, turned by our loop.
 *
 * It runs without threads.  Where it has epoll, its one descriptor is watched;
 * elsewhere those it names are.  Its own timeouts count from the last byte, so
 * that a client that sends or takes one now and then could stay for ever:
 * deadlines are kept here, and a connection that misses one is shut down under
 * libmicrohttpd's feet, which it takes for the peer's doing.
 */
#include "io/http_serve.h"

#include <unistd.h>

#ifdef EO_WITH_HTTP_SERVE

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "base/mem.h"
#include "base/str.h"

#if MHD_VERSION < 0x00097002
#error "libmicrohttpd 0.9.71 or later is needed"
#endif

enum {
    BLOCK = 16384,       /* of a body at a time */
    REQUEST_MAX = 8192,  /* bytes of a request with its headers */
    LOOK_EVERY_MS = 250, /* at progress and deadlines */
    LINGER_EVERY_MS = 20 /* at bodies that wait for the last confirmation */
};

struct exchange {
    struct conn *conn;     /* NULL: lingering */
    struct exchange *next; /* lingering */
    int fd;                /* lingering: a descriptor of our own */
    struct http_reply reply;
    uint64_t began, moved_at; /* moved_at: when it last took something */
    size_t given, taken;
    bool answered, ended;
};

struct conn {
    struct http_serve *server;
    struct conn *next, **link;
    struct exchange *exchange; /* NULL: between requests */
    int fd;
    uint64_t since; /* when it began to owe us a request */
    bool asked;      /* it sent at least one request */
    const char *cut; /* why we ended it; NULL: we did not */
};

struct http_serve {
    struct http_serve_config c;
    struct MHD_Daemon *daemon;
    struct timer run, look, wait;
    struct watch *epoll;
    struct watch **watch; /* without epoll: by descriptor */
    size_t n_watch;
    struct conn *conns;
    struct exchange *lingering;
    bool running; /* inside MHD_run() */
};

const char *eo_http_serve_library(void)
{
    return "libmicrohttpd";
}

/* ---- turning ------------------------------------------------------------- */

static void turn(void *ctx);

static void on_ready(void *ctx, int ready)
{
    (void)ready;
    turn(ctx);
}

/* Without epoll: watch what select() would be asked for. */
static void watch_sets(struct http_serve *s)
{
    fd_set in, out, bad;
    MHD_socket max = -1;

    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&bad);
    if (MHD_get_fdset2(s->daemon, &in, &out, &bad, &max, FD_SETSIZE) != MHD_YES)
        return;
    for (int fd = 0; fd < (int)s->n_watch; fd++) {
        const int want =
            fd > max ? 0
                     : (FD_ISSET(fd, &in) ? ESPOTA_READ : 0) |
                           (FD_ISSET(fd, &out) ? ESPOTA_WRITE : 0);

        if (s->watch[fd] == NULL && want != 0)
            s->watch[fd] =
                eo_watch_new(s->c.loop, fd, want, on_ready, s);
        else if (s->watch[fd] != NULL && want == 0) {
            eo_watch_free(s->watch[fd]);
            s->watch[fd] = NULL;
        } else if (s->watch[fd] != NULL)
            eo_watch_want(s->watch[fd], want);
    }
}

static void turn(void *ctx)
{
    struct http_serve *s = ctx;
    MHD_UNSIGNED_LONG_LONG ms;

    if (s->running)
        return;
    s->running = true;
    if (s->epoll != NULL)
        MHD_run(s->daemon);
    else
        MHD_run_wait(s->daemon, 0);
    s->running = false;
    if (s->epoll == NULL)
        watch_sets(s);
    if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
        eo_timer_start(s->c.loop, &s->run, ms, turn, s);
}

/* ---- deadlines and progress ---------------------------------------------- */

static void cut(struct conn *c, const char *why)
{
    if (c->cut != NULL)
        return;
    c->cut = why;
    shutdown(c->fd, SHUT_RDWR);
}

static void look_at_answer(struct http_serve *s, struct conn *c, uint64_t now)
{
    struct exchange *x = c->exchange;
    const long unacked = eo_tcp_unacked(c->fd);
    const size_t waiting = unacked > 0 ? (size_t)unacked : 0;
    const size_t taken = waiting < x->given ? x->given - waiting : 0;

    if (taken > x->taken) {
        x->taken = taken;
        x->moved_at = now;
        if (x->reply.tag != NULL)
            s->c.on_progress(s->c.ctx, x->reply.tag, taken);
    }
    if (now - x->moved_at > s->c.stall_ms)
        cut(c, "it took nothing for too long");
    else if (now - x->began > s->c.total_ms)
        cut(c, "it was too slow");
}

static void look(void *ctx)
{
    struct http_serve *s = ctx;
    const uint64_t now = eo_loop_now(s->c.loop);

    for (struct conn *c = s->conns; c != NULL; c = c->next) {
        if (c->exchange != NULL && c->exchange->answered)
            look_at_answer(s, c, now);
        else if (now - c->since > s->c.header_ms)
            cut(c, "its request did not come");
    }
    if (s->conns != NULL)
        eo_timer_start(s->c.loop, &s->look, LOOK_EVERY_MS, look, s);
}

/* ---- the last bytes ------------------------------------------------------ */

/* All was handed to the kernel, which is not to say that the peer took it:
 * whoever is told that an image was delivered may rely on it. */

static const char *linger_over(struct http_serve *s, struct exchange *x,
                               bool *over)
{
    const long unacked = eo_tcp_unacked(x->fd);
    char byte;

    *over = true;
    if (unacked <= 1) /* the end of the stream counts as one */
        return NULL;
    if (recv(x->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
        errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        return "it closed the connection";
    if ((size_t)unacked < x->reply.len - x->taken) {
        x->taken = x->reply.len - (size_t)unacked;
        x->moved_at = eo_loop_now(s->c.loop);
        s->c.on_progress(s->c.ctx, x->reply.tag, x->taken);
    }
    if (eo_loop_now(s->c.loop) - x->moved_at > s->c.stall_ms)
        return "it took nothing for too long";
    *over = false;
    return NULL;
}

static void end_lingering(struct http_serve *s, struct exchange *x,
                          const char *why)
{
    s->c.on_end(s->c.ctx, x->reply.tag, why == NULL ? x->reply.len : x->taken,
                why);
    close(x->fd);
    eo_free(x);
}

static void wait_for_last(void *ctx)
{
    struct http_serve *s = ctx;
    struct exchange **at = &s->lingering;

    while (*at != NULL) {
        struct exchange *x = *at;
        bool over;
        const char *why = linger_over(s, x, &over);

        if (!over) {
            at = &x->next;
            continue;
        }
        *at = x->next;
        end_lingering(s, x, why);
    }
    if (s->lingering != NULL)
        eo_timer_start(s->c.loop, &s->wait, LINGER_EVERY_MS, wait_for_last, s);
}

static bool linger(struct http_serve *s, struct exchange *x)
{
    if (eo_tcp_unacked(x->conn->fd) <= 1)
        return false;
    x->fd = dup(x->conn->fd);
    if (x->fd < 0)
        return false;
    x->conn = NULL;
    x->next = s->lingering;
    s->lingering = x;
    if (s->wait.slot == 0)
        eo_timer_start(s->c.loop, &s->wait, LINGER_EVERY_MS, wait_for_last, s);
    return true;
}

static void on_connection(void *ctx, struct MHD_Connection *connection,
                          void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_serve *s = ctx;
    struct conn *c = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(
            connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        c = eo_calloc(1, sizeof *c);
        *socket_context = c;
        if (c == NULL)
            return; /* its requests are refused */
        *c = (struct conn){.server = s,
                           .next = s->conns,
                           .link = &s->conns,
                           .fd = info->connect_fd,
                           .since = eo_loop_now(s->c.loop)};
        if (c->next != NULL)
            c->next->link = &c->next;
        s->conns = c;
        if (s->look.slot == 0)
            eo_timer_start(s->c.loop, &s->look, LOOK_EVERY_MS, look, s);
        return;
    }
    if (c == NULL)
        return;
    if (c->cut != NULL && !c->asked)
        s->c.on_log(s->c.ctx, c->cut);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    eo_free(c);
    *socket_context = NULL;
}

/* ---- requests ------------------------------------------------------------ */

static void copy_header(char *to, size_t cap, const char *value)
{
    if (strlen(value) < cap) /* one that does not fit is none */
        memcpy(to, value, strlen(value) + 1);
}

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind,
                                 const char *name, const char *value)
{
    struct http_request *r = ctx;

    (void)kind;
    if (value == NULL)
        value = "";
    if (eo_same_nocase(name, "Authorization"))
        copy_header(r->authorization, sizeof r->authorization, value);
    else if (eo_same_nocase(name, "Host"))
        copy_header(r->host, sizeof r->host, value);
    else
        eo_pull_header(&r->pull, name, value);
    return MHD_YES;
}

/* libmicrohttpd sends the headers alone and then the body.  An ESP32 looks for
 * the first byte of the body 100 ms after the headers, and ESPHome for the
 * whole of an MD5 in the same read: nothing leaves until there is a segment. */
static void hold_back(int fd, bool hold)
{
    const int on = hold;

#if defined(TCP_CORK)
    setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
#elif defined(TCP_NOPUSH)
    setsockopt(fd, IPPROTO_TCP, TCP_NOPUSH, &on, sizeof on);
#else
    (void)fd;
    (void)on;
#endif
}

static ssize_t read_body(void *ctx, uint64_t at, char *to, size_t max)
{
    struct exchange *x = ctx;
    const size_t left = x->reply.len - (size_t)at, n = left < max ? left : max;

    /* From the second piece on it would only make the rest wait: where the
     * window is smaller than a segment, 200 ms for each. */
    if (x->given > 0 && at == x->given && at <= BLOCK)
        hold_back(x->conn->fd, false);
    memcpy(to, (const char *)x->reply.body + at, n);
    x->given = (size_t)at + n;
    return (ssize_t)n;
}

static void add(struct MHD_Response *response, const char *name,
                const char *value)
{
    if (value != NULL)
        MHD_add_response_header(response, name, value);
}

static struct MHD_Response *make_response(struct exchange *x)
{
    const struct http_reply *reply = &x->reply;
    struct MHD_Response *response;

    if (reply->tag != NULL)
        response = MHD_create_response_from_callback(reply->len, BLOCK,
                                                     read_body, x, NULL);
    else
        response = MHD_create_response_from_buffer(
            reply->len, (void *)(uintptr_t)reply->body,
            MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return NULL;
    add(response, "Content-Type", reply->type);
    add(response, "x-MD5", reply->md5);
    add(response, "x-version", reply->version);
    if (reply->challenge)
        add(response, "WWW-Authenticate", "Basic realm=\"espota-c\"");
    if (reply->status == 405)
        add(response, "Allow", "GET, HEAD");
    return response;
}

static enum MHD_Result answer(struct exchange *x, struct MHD_Connection *to)
{
    struct MHD_Response *response = make_response(x);
    enum MHD_Result rc;

    if (response == NULL)
        return MHD_NO;
    hold_back(x->conn->fd, true);
    rc = MHD_queue_response(to, (unsigned)x->reply.status, response);
    MHD_destroy_response(response);
    x->answered = rc == MHD_YES;
    return rc;
}

static struct addr peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct addr peer = {.len = 0};

    if (info == NULL || info->client_addr == NULL)
        return peer;
    if (info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six =
            (const struct sockaddr_in6 *)(const void *)info->client_addr;
        struct sockaddr_in four = {.sin_family = AF_INET,
                                   .sin_port = six->sin6_port};

        if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
            memcpy(&four.sin_addr, six->sin6_addr.s6_addr + 12, 4);
            memcpy(&peer.sa, &four, sizeof four);
            peer.len = sizeof four;
            return peer;
        }
    }
    peer.len = info->client_addr->sa_family == AF_INET6
                   ? sizeof(struct sockaddr_in6)
                   : sizeof(struct sockaddr_in);
    memcpy(&peer.sa, info->client_addr, peer.len);
    return peer;
}

static enum MHD_Result ask(struct http_serve *s, struct exchange *x,
                           struct MHD_Connection *connection,
                           const char *method, const char *url)
{
    struct http_request r = {.authorization = ""};
    const struct addr peer = peer_of(connection);

    r.peer = &peer;
    eo_pull_start(&r.pull, method, url);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &r);
    s->c.on_request(s->c.ctx, &r, &x->reply);
    eo_wipe(r.authorization, sizeof r.authorization);
    return answer(x, connection);
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *connection,
                                 const char *url, const char *method,
                                 const char *http, const char *upload,
                                 size_t *upload_len, void **request)
{
    struct http_serve *s = ctx;
    struct conn *c = MHD_get_connection_info(
                         connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
                         ->socket_context;
    struct exchange *x = *request;

    (void)http;
    (void)upload;
    if (x != NULL && *upload_len > 0) {
        *upload_len = 0; /* nobody wants a body, not even of a GET */
        return MHD_YES;
    }
    if (x != NULL)
        return x->answered ? MHD_YES : ask(s, x, connection, method, url);
    if (c == NULL || c->cut != NULL)
        return MHD_NO;
    x = eo_calloc(1, sizeof *x);
    if (x == NULL)
        return MHD_NO;
    *request = x;
    x->conn = c;
    x->began = x->moved_at = eo_loop_now(s->c.loop);
    c->exchange = x;
    c->asked = true;
    /* An answer at this first call ends the connection: right for those that
     * are about to send a body. */
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return MHD_YES;
    return ask(s, x, connection, method, url);
}

static const char *why_ended(const struct exchange *x,
                             enum MHD_RequestTerminationCode code)
{
    if (x->conn->cut != NULL)
        return x->conn->cut;
    switch (code) {
    case MHD_REQUEST_TERMINATED_COMPLETED_OK:
        return NULL;
    case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN:
        return "the server ended";
    case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED:
    case MHD_REQUEST_TERMINATED_WITH_ERROR:
    case MHD_REQUEST_TERMINATED_READ_ERROR:
    case MHD_REQUEST_TERMINATED_CLIENT_ABORT:
        break;
    }
    return "it closed the connection";
}

static void on_completed(void *ctx, struct MHD_Connection *connection,
                         void **request, enum MHD_RequestTerminationCode code)
{
    struct http_serve *s = ctx;
    struct exchange *x = *request;
    const char *why;

    (void)connection;
    if (x == NULL)
        return;
    why = why_ended(x, code);
    hold_back(x->conn->fd, false);
    *request = NULL;
    x->conn->exchange = NULL;
    x->conn->since = eo_loop_now(s->c.loop);
    if (x->reply.release != NULL)
        x->reply.release(x->reply.held);
    if (x->reply.tag != NULL && why == NULL && linger(s, x))
        return;
    if (x->reply.tag != NULL)
        s->c.on_end(s->c.ctx, x->reply.tag,
                    why == NULL ? x->reply.len : x->taken, why);
    eo_free(x);
}

/* Paths are decoded where they are judged. */
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
    struct http_serve *s = ctx;
    char raw[256], text[256];
    struct text t;

    vsnprintf(raw, sizeof raw, fmt, ap);
    raw[strcspn(raw, "\n")] = '\0';
    eo_text_init(&t, text, sizeof text);
    eo_text_add_safe(&t, raw, strlen(raw));
    s->c.on_log(s->c.ctx, text);
}

/* ---- outside ------------------------------------------------------------- */

static int start(struct http_serve *s, bool epoll)
{
    const struct http_serve_config *c = &s->c;
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)c->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)c->tls_key},
        {MHD_OPTION_END, 0, NULL},
    };

    s->daemon = MHD_start_daemon(
        MHD_USE_ERROR_LOG | (epoll ? MHD_USE_EPOLL : 0) |
            (c->tls_cert != NULL ? MHD_USE_TLS : 0),
        0, NULL, NULL, on_access, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, s,
        MHD_OPTION_LISTEN_SOCKET, c->listener, MHD_OPTION_CONNECTION_LIMIT,
        c->max_clients, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)REQUEST_MAX, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY,
        c->tls_cert != NULL ? tls : tls + 2, MHD_OPTION_END);
    return s->daemon != NULL ? 0 : -1;
}

int eo_http_serve_new(struct http_serve **out,
                      const struct http_serve_config *c,
                      struct espota_error *err)
{
    const bool epoll =
        !c->no_epoll && MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES;
    struct http_serve *s = eo_calloc(1, sizeof *s);

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
        s->n_watch = FD_SETSIZE;
        s->watch = eo_calloc(s->n_watch, sizeof(struct watch *));
        if (s->watch == NULL)
            goto no_memory;
        watch_sets(s);
    }
    *out = s;
    return 0;
no_memory:
    eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
fail:
    if (s == NULL || s->daemon == NULL)
        close(c->listener);
    eo_http_serve_free(s);
    return -1;
}

void eo_http_serve_free(struct http_serve *s)
{
    if (s == NULL)
        return;
    eo_timer_stop(s->c.loop, &s->run);
    eo_watch_free(s->epoll);
    for (size_t fd = 0; fd < s->n_watch; fd++)
        eo_watch_free(s->watch[fd]);
    eo_free(s->watch);
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    eo_timer_stop(s->c.loop, &s->look);
    eo_timer_stop(s->c.loop, &s->wait);
    while (s->lingering != NULL) {
        struct exchange *x = s->lingering;

        s->lingering = x->next;
        end_lingering(s, x, "the server ended");
    }
    eo_free(s);
}

#else

int eo_http_serve_new(struct http_serve **out,
                      const struct http_serve_config *c,
                      struct espota_error *err)
{
    (void)out;
    close(c->listener);
    return eo_fail(err, ESPOTA_E_USAGE,
                   "this build cannot serve: libmicrohttpd was left out");
}

void eo_http_serve_free(struct http_serve *s)
{
    (void)s;
}

const char *eo_http_serve_library(void)
{
    return NULL;
}

#endif
