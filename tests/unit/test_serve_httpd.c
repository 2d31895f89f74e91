/* test_serve_httpd.c -- answers on our loop: with epoll, and without as on
 * systems that have none. */
#include "support/test.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "support/few_descriptors.h"

#include "base/mem.h"
#include "base/str.h"
#include "serve/httpd.h"

#ifdef EO_WITH_HTTP_SERVE

enum { LIMIT_MS = 20000, BODY = 300000, SMALL = 8192, CLIENTS = 20 };

static char body[BODY];

struct stage {
    struct espota_loop *loop;
    struct http_serve *serve;
    struct addr at;
    unsigned asked, released, ended;
    size_t len;      /* of an answer; 0: all */
    size_t done;     /* what the last progress said */
    char why[100];   /* of the last end; "": all was sent */
    char log[256];   /* the last line */
    unsigned logs;
    char path[300];
};

static void on_release(void *held)
{
    ((struct stage *)held)->released++;
}

static int on_request(void *ctx, const struct http_request *r,
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

static void on_progress(void *ctx, void *tag, size_t done)
{
    struct stage *s = ctx;

    assert_ptr_equal(tag, s);
    assert_true(done <= BODY);
    s->done = done;
}

static void on_end(void *ctx, void *tag, size_t done, const char *why)
{
    struct stage *s = ctx;

    assert_ptr_equal(tag, s);
    s->ended++;
    s->done = done;
    snprintf(s->why, sizeof s->why, "%s", why != NULL ? why : "");
    if (why == NULL)
        assert_int_equal(done, s->len != 0 ? s->len : BODY);
}

static void on_log(void *ctx, const char *text)
{
    struct stage *s = ctx;

    snprintf(s->log, sizeof s->log, "%s", text);
    s->logs++;
}

static struct http_serve_config config_of(struct stage *s, bool no_epoll)
{
    struct http_serve_config c = {
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

static void open_small_stage(struct stage *s, bool no_epoll,
                             unsigned max_clients)
{
    struct http_serve_config c;
    struct espota_error err;

    memset(s, 0, sizeof *s);
    s->loop = eo_loop_new();
    c = config_of(s, no_epoll);
    c.max_clients = max_clients;
    if (eo_http_serve_new(&s->serve, &c, &err) != 0)
        fail_msg("%s", err.message);
}

static void open_stage(struct stage *s, bool no_epoll)
{
    open_small_stage(s, no_epoll, 100);
}

static void close_stage(struct stage *s)
{
    eo_http_serve_free(s->serve);
    eo_loop_free(s->loop);
}

/* ---- clients --------------------------------------------------------------- */

struct client {
    int fd;
    char head[1024];
    size_t n; /* bytes read */
    bool whole, over;
};

static void ask(struct stage *s, struct client *c, const char *request)
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
static void take(struct client *c)
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

static void turn_until(struct stage *s, const bool *condition,
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

static void turn_until_ended(struct stage *s, unsigned ended,
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

/* ---- tests ------------------------------------------------------------------ */

static void test_an_image_is_sent(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct stage s;
        struct client c;

        open_stage(&s, no_epoll);
        ask(&s, &c, GET);
        turn_until(&s, &c.whole, &c, 1);
        turn_until_ended(&s, 1, &c, 1);
        assert_memory_equal(c.head, "HTTP/1.1 200 ", 13);
        assert_non_null(strstr(c.head, "x-MD5: 0123456789abcdef"));
        assert_non_null(strstr(c.head, "x-version: 2.0\r\n"));
        assert_non_null(strstr(c.head, "Content-Length: 300000\r\n"));
        assert_non_null(strstr(c.head, "\r\nETag: \"0123456789abcdef"));
        assert_non_null(strstr(c.head, "\r\nAccept-Ranges: bytes\r\n"));
        assert_null(strstr(c.head, "Content-Range"));
        assert_string_equal(s.why, "");
        assert_int_equal(s.released, 1);
        close(c.fd);
        close_stage(&s);
    }
}

static void test_many_at_once(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct client c[CLIENTS];
        struct stage s;

        open_stage(&s, no_epoll);
        for (int i = 0; i < CLIENTS; i++)
            ask(&s, &c[i], GET);
        turn_until_ended(&s, CLIENTS, c, CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            turn_until(&s, &c[i].whole, c, CLIENTS);
            close(c[i].fd);
        }
        assert_int_equal(s.asked, CLIENTS);
        assert_int_equal(s.released, CLIENTS);
        close_stage(&s);
    }
}

/* Those who say half a request have a minute, and more of them are there than
 * places: who asks is served at once all the same, and keeps no place. */
static void test_who_asks_finds_a_place(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct client idle[CLIENTS], c;
        struct stage s;

        open_small_stage(&s, no_epoll, 8);
        for (int i = 0; i < CLIENTS; i++)
            ask(&s, &idle[i], "GET /ima");
        ask(&s, &c, GET);
        turn_until(&s, &c.over, &c, 1);
        assert_true(c.whole);
        assert_non_null(strstr(c.head, "Connection: close\r\n"));
        turn_until_ended(&s, 1, &c, 1);
        assert_string_equal(s.log, "others needed its place");
        for (int i = 0; i < CLIENTS; i++)
            close(idle[i].fd);
        close(c.fd);
        close_stage(&s);
    }
}

/* Descriptors come and go: the next client gets that of the last. */
static void test_one_after_another(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct stage s;

        open_stage(&s, no_epoll);
        for (unsigned i = 1; i <= 5; i++) {
            struct client c;

            ask(&s, &c, "GET /none HTTP/1.1\r\nConnection: close\r\n\r\n");
            turn_until(&s, &c.over, &c, 1);
            assert_memory_equal(c.head, "HTTP/1.1 404 ", 13);
            assert_int_equal(s.asked, i);
            assert_int_equal(s.released, i);
            assert_string_equal(s.path, "/none");
            close(c.fd);
        }
        assert_int_equal(s.ended, 0); /* nobody wanted to know */
        close_stage(&s);
    }
}

static void test_one_that_leaves(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct stage s;
        struct client c;

        open_stage(&s, no_epoll);
        ask(&s, &c, GET);
        while (s.asked == 0)
            eo_loop_turn(s.loop, 5);
        close(c.fd); /* with bytes unread: a reset */
        turn_until_ended(&s, 1, NULL, 0);
        assert_string_equal(s.why, "it closed the connection");
        assert_int_equal(s.released, 1);
        close_stage(&s);
    }
}

static void test_what_becomes_of_an_answer_that_was_taken_in(void **state)
{
    enum { READS_AND_CLOSES, REFUSES, FALLS_SILENT, ENDS };
    static const char *const WHY[ENDS] = {
        [REFUSES] = "it closed the connection and left some of it unread"};

    (void)state;
    for (int i = 0; i < 2 * ENDS; i++) {
        const int end = i / 2;
        struct stage s;
        struct client c;

        open_stage(&s, i % 2);
        s.len = 1000;
        ask(&s, &c, GET);
        while (s.asked == 0)
            eo_loop_turn(s.loop, 5);
        if (end == READS_AND_CLOSES) {
            turn_until(&s, &c.over, &c, 1);
            assert_memory_equal(c.head, "HTTP/1.1 206 ", 13);
            assert_non_null(strstr(
                c.head, "Content-Range: bytes 299000-299999/300000\r\n"));
        }
        for (int k = 0; k < 20; k++)
            eo_loop_turn(s.loop, 5); /* it is all there, and nobody has it */
        assert_int_equal(s.ended, 0);
        if (end != FALLS_SILENT)
            close(c.fd);
        turn_until_ended(&s, 1, NULL, 0);
        assert_string_equal(s.why, WHY[end] != NULL ? WHY[end] : "");
        if (end == FALLS_SILENT)
            close(c.fd);
        close_stage(&s);
    }
}

static void test_the_server_ends(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct stage s;
        struct client c;

        open_stage(&s, no_epoll);
        ask(&s, &c, GET);
        while (s.asked == 0)
            eo_loop_turn(s.loop, 5);
        assert_int_equal(s.ended, 0);
        eo_http_serve_free(s.serve); /* it has taken nothing yet */
        s.serve = NULL;
        assert_int_equal(s.ended, 1);
        assert_string_equal(s.why, "the server ended");
        assert_int_equal(s.released, 1);
        close(c.fd);
        close_stage(&s);
    }
}

static void test_the_deadlines(void **state)
{
    static const struct {
        const char *what, *request;
        uint32_t header_ms, stall_ms, total_ms;
        const char *why, *log; /* why NULL: there was no answer to end */
    } ROWS[] = {
        {"no request", "GET /image HT", 200, 60000, 60000, NULL,
         "its request did not come"},
        {"takes nothing", GET, 60000, 200, 60000,
         "it took nothing for too long", NULL},
        {"takes too long", GET, 60000, 60000, 200, "it was too slow", NULL},
    };

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof ROWS / sizeof *ROWS); i++) {
        struct stage s = {.loop = eo_loop_new()};
        struct http_serve_config config = config_of(&s, i % 2);
        struct espota_error err;
        struct client c;

        config.header_ms = ROWS[i / 2].header_ms;
        config.stall_ms = ROWS[i / 2].stall_ms;
        config.total_ms = ROWS[i / 2].total_ms;
        assert_int_equal(eo_http_serve_new(&s.serve, &config, &err), 0);
        ask(&s, &c, ROWS[i / 2].request);
        if (ROWS[i / 2].why == NULL) {
            turn_until(&s, &c.over, &c, 1);
            for (int k = 0; k < 1000 && s.log[0] == '\0'; k++)
                eo_loop_turn(s.loop, 5);
            assert_string_equal(s.log, ROWS[i / 2].log);
            assert_int_equal(s.asked, 0);
        } else {
            turn_until_ended(&s, 1, NULL, 0);
            assert_string_equal(s.why, ROWS[i / 2].why);
            assert_true(s.done < BODY);
        }
        close(c.fd);
        close_stage(&s);
    }
}

static void test_a_certificate_that_is_none(void **state)
{
    struct stage s = {.loop = eo_loop_new()};
    struct http_serve_config c = config_of(&s, false);
    struct espota_error err = {0};

    (void)state;
    c.tls_cert = "no certificate";
    c.tls_key = "no key";
    assert_int_equal(eo_http_serve_new(&s.serve, &c, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(close(c.listener), -1); /* it was taken over */
    eo_loop_free(s.loop);
}

/* How many of that many turns have something to do at once. */
static unsigned wake_ups(struct stage *s, unsigned turns)
{
    unsigned n = 0;

    for (unsigned i = 0; i < turns; i++) {
        struct espota_fd fds[4];
        struct pollfd polls[4];
        const size_t n_fds = eo_loop_fds(s->loop, fds, 4);

        assert_true(n_fds <= 4);
        for (size_t k = 0; k < n_fds; k++)
            polls[k] = (struct pollfd){.fd = fds[k].fd, .events = POLLIN};
        n += poll(polls, n_fds, 0) > 0 || eo_loop_timeout(s->loop) == 0;
        eo_loop_turn(s->loop, 0);
    }
    return n;
}

/* Nobody else is there who could give a descriptor back. */
static void test_no_descriptor_for_the_first(void **state)
{
    enum { TURNS = 100 };

    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        struct stage s = {0};
        struct rlimit before;
        struct client c;
        unsigned n;

        needs_few_descriptors();
        open_stage(&s, no_epoll);
        ask(&s, &c, GET);
        few_descriptors(next_descriptor(), &before);
        n = wake_ups(&s, TURNS);
        for (int i = 0; i < 4; i++)
            eo_loop_turn(s.loop, LIMIT_MS); /* it listens again, in vain */
        many_descriptors(&before);
        assert_int_equal(s.asked, 0);
        assert_in_range(n, 1, TURNS / 2);
        assert_non_null(strstr(s.log, "resource limit"));
        assert_in_range(s.logs, 1, 2); /* of one attempt */
        turn_until(&s, &c.whole, &c, 1);
        turn_until_ended(&s, 1, &c, 1);
        close(c.fd);
        close_stage(&s);
    }
}

static void test_every_lack_of_memory(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        bool done = false;

        for (unsigned long n = 1; !done && n < 50; n++) {
            struct stage s = {.loop = eo_loop_new()};
            struct http_serve_config c = config_of(&s, no_epoll);
            struct espota_error err = {0};

            eo_alloc_fail_at(n, 0);
            done = eo_http_serve_new(&s.serve, &c, &err) == 0;
            eo_alloc_fail_at(0, 0);
            if (!done)
                assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            close_stage(&s);
        }
        assert_true(done);
        /* A connection for which there is no room is closed; others live. */
        for (unsigned long n = 1; n < 4; n++) {
            struct stage s;
            struct client c;

            open_stage(&s, no_epoll);
            ask(&s, &c, GET);
            eo_alloc_fail_at(n, 0);
            for (int i = 0; i < 20; i++)
                eo_loop_turn(s.loop, 5);
            eo_alloc_fail_at(0, 0);
            close(c.fd);
            ask(&s, &c, GET);
            turn_until(&s, &c.whole, &c, 1);
            close(c.fd);
            close_stage(&s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_image_is_sent),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_who_asks_finds_a_place),
        cmocka_unit_test(test_one_after_another),
        cmocka_unit_test(test_one_that_leaves),
        cmocka_unit_test(test_what_becomes_of_an_answer_that_was_taken_in),
        cmocka_unit_test(test_the_server_ends),
        cmocka_unit_test(test_the_deadlines),
        cmocka_unit_test(test_a_certificate_that_is_none),
        cmocka_unit_test(test_no_descriptor_for_the_first),
        cmocka_unit_test(test_every_lack_of_memory),
    };

    return cmocka_run_group_tests_name("serve/httpd", tests, NULL, NULL);
}

#else

int main(void)
{
    return 0;
}

#endif
