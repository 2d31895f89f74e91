/* httpd_stage.h -- a server whose owner has one image, and clients of it.
 */
#ifndef TEST_SUPPORT_HTTPD_STAGE_H
#define TEST_SUPPORT_HTTPD_STAGE_H

#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "serve/httpd.h"

enum { LIMIT_MS = 20000, BODY = 300000, SMALL = 8192, CLIENTS = 20 };

static char body[BODY];

struct stage {
    struct espota_loop *loop;
    struct httpd *serve;
    struct addr at;
    unsigned asked, released, ended;
    size_t len;      /* of an answer; 0: all */
    size_t done;     /* what the last progress said */
    char why[100];   /* of the last end; "": all was sent */
    char log[256];   /* the last line */
    unsigned logs;
    char path[300];
};

static inline void on_release(void *held)
{
    ((struct stage *)held)->released++;
}

static inline int on_request(void *ctx, const struct http_request *r,
                      struct http_reply *reply)
{
    struct stage *s = ctx;

    s->asked++;
    snprintf(s->path, sizeof s->path, "%s", r->pull.path);
    *reply = (struct http_reply){
        .body = "none", .len = 4, .release = on_release, .held = s};
    if (strcmp(r->pull.path, "/image") != 0)
        return 404;
    reply->body = body;
    reply->len = s->len != 0 ? s->len : BODY;
    reply->total = BODY;
    reply->first = BODY - reply->len;
    reply->type = "application/octet-stream";
    reply->md5 = "0123456789abcdef0123456789abcdef";
    reply->version = "2.0";
    reply->tag = s;
    return reply->len < BODY ? 206 : 200;
}

static inline void on_progress(void *ctx, void *tag, size_t done)
{
    struct stage *s = ctx;

    assert_ptr_equal(tag, s);
    assert_true(done <= BODY);
    s->done = done;
}

static inline void on_end(void *ctx, void *tag, size_t done, const char *why)
{
    struct stage *s = ctx;

    assert_ptr_equal(tag, s);
    s->ended++;
    s->done = done;
    snprintf(s->why, sizeof s->why, "%s", why != NULL ? why : "");
    if (why == NULL)
        assert_int_equal(done, s->len != 0 ? s->len : BODY);
}

static inline void on_log(void *ctx, const char *text)
{
    struct stage *s = ctx;

    snprintf(s->log, sizeof s->log, "%s", text);
    s->logs++;
}

static inline struct httpd_config config_of(struct stage *s, bool no_epoll)
{
    struct httpd_config c = {
        .loop = s->loop,
        .max_clients = 100,
        .header_ms = 60000,
        .stall_ms = 60000,
        .total_ms = 60000,
        .no_epoll = no_epoll,
        .on_request = on_request,
        .on_progress = on_progress,
        .on_end = on_end,
        .on_log = on_log,
        .ctx = s,
    };

    assert_int_equal(eo_addr_parse(&s->at, "127.0.0.1"), 0);
    c.listener = eo_tcp_listen(&s->at, 64);
    assert_true(c.listener >= 0);
    assert_int_equal(eo_sock_local(c.listener, &s->at), 0);
    return c;
}

static inline void open_small_stage(struct stage *s, bool no_epoll,
                             unsigned max_clients)
{
    struct httpd_config c;
    struct espota_error err;

    memset(s, 0, sizeof *s);
    s->loop = eo_loop_new();
    c = config_of(s, no_epoll);
    c.max_clients = max_clients;
    if (eo_httpd_new(&s->serve, &c, &err) != 0)
        fail_msg("%s", err.message);
}

static inline void open_stage(struct stage *s, bool no_epoll)
{
    open_small_stage(s, no_epoll, 100);
}

static inline void close_stage(struct stage *s)
{
    eo_httpd_free(s->serve);
    eo_loop_free(s->loop);
}

/* ---- clients --------------------------------------------------------------- */

struct client {
    int fd;
    char head[1024];
    size_t n; /* bytes read */
    bool whole, over;
};

static inline void ask(struct stage *s, struct client *c, const char *request)
{
    memset(c, 0, sizeof *c);
    c->fd = eo_tcp_connect_small(&s->at, NULL, SMALL, 0);
    assert_true(c->fd >= 0);
    /* Loopback: it connects at once, and takes a few bytes. */
    for (uint64_t end = eo_loop_now(s->loop) + LIMIT_MS;;) {
        if (eo_send(c->fd, request, strlen(request)) ==
            (ssize_t)strlen(request))
            return;
        eo_loop_turn(s->loop, 5);
        assert_true(eo_loop_now(s->loop) < end);
    }
}

/* Reads what has come; the body must be the very one. */
static inline void take(struct client *c)
{
    static char bytes[65536];
    ssize_t n;

    while (!c->over && (n = eo_recv(c->fd, bytes, sizeof bytes)) >= 0) {
        c->over = n == 0;
        for (ssize_t i = 0; i < n; i++, c->n++)
            if (c->n < sizeof c->head - 1)
                c->head[c->n] = bytes[i];
    }
    {
        const char *end = strstr(c->head, "\r\n\r\n");
        const size_t head = end != NULL ? (size_t)(end - c->head) + 4 : 0;

        c->whole = head > 0 && c->n == head + BODY;
    }
}

static inline void turn_until(struct stage *s, const bool *condition,
                       struct client *clients, size_t n)
{
    const uint64_t end = eo_loop_now(s->loop) + LIMIT_MS;

    while (!*condition && eo_loop_now(s->loop) < end) {
        eo_loop_turn(s->loop, 5);
        for (size_t i = 0; i < n; i++)
            take(&clients[i]);
    }
    assert_true(*condition);
}

static inline void turn_until_ended(struct stage *s, unsigned ended,
                             struct client *clients, size_t n)
{
    const uint64_t end = eo_loop_now(s->loop) + LIMIT_MS;

    while (s->ended < ended && eo_loop_now(s->loop) < end) {
        eo_loop_turn(s->loop, 5);
        for (size_t i = 0; i < n; i++)
            take(&clients[i]);
    }
    assert_int_equal(s->ended, ended);
}

#define GET "GET /image HTTP/1.1\r\nHost: a\r\n\r\n"

#endif
