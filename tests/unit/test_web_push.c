/* test_web_push.c -- a push that has no memory, or nobody to push to.  What
 * devices answer is in tests/e2e/push.bats. */
#include "support/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/peer.h"

#include "base/mem.h"
#include "web/page.h"
#include "web/push.h"

#ifdef EO_WITH_HTTP_PUSH

enum { TIMERS = 15 /* and one: the loop has no room for another */ };

struct stage {
    struct espota_loop *loop;
    struct timer other[TIMERS];
    struct addr nobody;
    int refusing;
    uint32_t answer_ms;
    struct espota_image *image;
    struct web_job web;
    struct session *session;
    unsigned ended;
};

static void on_nothing(void *ctx)
{
    (void)ctx;
}

static void on_change(void *ctx)
{
    struct stage *s = ctx;

    s->ended += eo_session_status(s->session) != PROTO_RUNNING;
}

static void open_stage(struct stage *s, const char *profile)
{
    static const uint8_t IMAGE[1000];

    *s = (struct stage){.loop = eo_loop_new(), .answer_ms = 5000};
    s->refusing = peer_refusing("127.0.0.1", &s->nobody);
    s->web = (struct web_job){.profile = eo_web_profile(profile),
                              .host = "127.0.0.1",
                              .port = eo_addr_port(&s->nobody)};
    for (size_t i = 0; i < TIMERS; i++)
        eo_timer_start(s->loop, &s->other[i], 100000, on_nothing, NULL);
    assert_int_equal(espota_image_wrap(&s->image, IMAGE, sizeof IMAGE,
                                       ESPOTA_COMPRESS_NEVER, NULL), 0);
}

static void start(struct stage *s)
{
    const struct proto_job job = {.image = s->image,
                                  .answer_ms = s->answer_ms,
                                  .stall_ms = 5000};

    s->session = eo_push_start(&s->web, &(struct session_config){
        .loop = s->loop,
        .job = &job,
        .addr = &s->nobody,
        .n_addr = 1,
        .connect_ms = 5000,
        .on_change = on_change,
        .ctx = s,
    });
}

static void close_stage(struct stage *s)
{
    eo_session_free(s->session);
    for (size_t i = 0; i < TIMERS; i++)
        eo_timer_stop(s->loop, &s->other[i]);
    assert_int_equal(eo_loop_timeout(s->loop), -1);
    assert_int_equal(eo_loop_fds(s->loop, NULL, 0), 0);
    eo_loop_free(s->loop);
    espota_image_free(s->image);
    close(s->refusing);
}

static void test_it_cannot_start(void **state)
{
    struct stage s;
    unsigned long n = 0;

    (void)state;
    open_stage(&s, "esphome");
    do {
        eo_session_free(s.session);
        eo_alloc_fail_at(++n, 0);
        start(&s);
        assert_int_equal(s.session == NULL, eo_alloc_count() >= n);
        eo_alloc_fail_at(0, 0);
    } while (s.session == NULL);
    assert_true(n > 2); /* itself and its addresses */
    close_stage(&s);
}

/* Both kinds of a first request: a look, and the image. */
static void test_no_room_for_its_deadline(void **state)
{
    static const char *const PROFILES[] = {"esphome", "sketch"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct stage s;

        open_stage(&s, PROFILES[i]);
        start(&s);
        assert_non_null(s.session);
        eo_alloc_fail_at(1, 1);
        for (int k = 0; k < 100 && s.ended == 0; k++)
            assert_int_equal(eo_loop_turn(s.loop, 1000), 0);
        assert_true(eo_alloc_count() > 0);
        eo_alloc_fail_at(0, 0);
        assert_int_equal(s.ended, 1);
        assert_int_equal(eo_session_status(s.session), PROTO_FAILED);
        assert_int_equal(eo_session_error(s.session)->category,
                         ESPOTA_E_INTERNAL);
        assert_string_equal(eo_session_error(s.session)->message,
                            "out of memory");
        close_stage(&s);
    }
}

/* Whatever it has no memory for on its way: it says so at once, and waits for
 * nobody. */
static void test_no_memory_under_way(void **state)
{
    unsigned long n = 0, made;

    (void)state;
    do {
        struct stage s;

        open_stage(&s, "esp8266");
        start(&s);
        assert_non_null(s.session);
        eo_alloc_fail_at(++n, 1);
        for (int k = 0; k < 100 && s.ended == 0; k++)
            assert_int_equal(eo_loop_turn(s.loop, 1000), 0);
        made = eo_alloc_count();
        eo_alloc_fail_at(0, 0);
        assert_int_equal(s.ended, 1);
        assert_int_equal(eo_session_error(s.session)->category,
                         made >= n ? ESPOTA_E_INTERNAL : ESPOTA_E_CONNECT);
        close_stage(&s);
    } while (made >= n);
    assert_true(n > 2); /* a deadline, and what libcurl wants watched */
}

/* Ends with this for a message, and a hint. */
static void fails(struct stage *s, const char *message, int sys)
{
    const struct espota_error *err;

    start(s);
    assert_non_null(s->session);
    for (int k = 0; k < 1000 && s->ended == 0; k++)
        assert_int_equal(eo_loop_turn(s->loop, 1000), 0);
    assert_int_equal(s->ended, 1);
    assert_true(eo_session_connecting(s->session));
    err = eo_session_error(s->session);
    assert_string_equal(err->message, message);
    assert_int_equal(err->category, ESPOTA_E_CONNECT);
    assert_int_equal(err->sys_errno, sys);
    assert_non_null(err->hint);
}

static void test_refused_names_the_address_and_hints(void **state)
{
    char text[ADDR_TEXT], message[256];
    struct stage s;

    (void)state;
    open_stage(&s, "esp8266");
    eo_addr_text(&s.nobody, true, text);
    snprintf(message, sizeof message, "cannot connect to %s: %s", text,
             strerror(ECONNREFUSED));
    fails(&s, message, ECONNREFUSED);
    close_stage(&s);
}

static void test_silence_names_the_patience(void **state)
{
    char text[ADDR_TEXT], message[256];
    struct stage s;
    int filler[2], silent;

    (void)state;
    open_stage(&s, "esp8266");
    silent = peer_silent("127.0.0.1", &s.nobody, filler);
    s.web.port = eo_addr_port(&s.nobody);
    s.answer_ms = 300;
    eo_addr_text(&s.nobody, true, text);
    snprintf(message, sizeof message,
             "no answer from %s within 1 s while connecting", text);
    fails(&s, message, ETIMEDOUT);
    close_stage(&s);
    close(silent);
    close(filler[0]);
    close(filler[1]);
}

/* ---- a verdict on what is still on its way -------------------------------- */

/* A page whose TCP takes a kilobyte, and that reads no more than it must. */
struct page {
    const char *looks, *judges; /* what it answers to a look, and to an image */
    int listener, fd;
    char head[8192];
    size_t n;
    unsigned answered;
};

static void open_page(struct page *g, struct addr *addr)
{
    const int least = 1;

    assert_int_equal(eo_addr_parse(addr, "127.0.0.1"), 0);
    g->fd = -1;
    g->listener = eo_tcp_listen(addr, 4);
    assert_true(g->listener >= 0);
    assert_int_equal(setsockopt(g->listener, SOL_SOCKET, SO_RCVBUF, &least,
                                sizeof least), 0);
    assert_int_equal(eo_sock_local(g->listener, addr), 0);
}

/* Once it has heard the head of a request; and, the second time, once all of
 * its body has been given away, of which it can have a kilobyte. */
static void turn_page(struct page *g, const struct session *s)
{
    const char *says = g->answered == 0 ? g->looks : g->judges;
    struct addr from;
    ssize_t n;

    if (g->fd < 0) {
        g->fd = eo_tcp_accept(g->listener, &from);
        g->n = 0;
        return;
    }
    if (g->n == 0 || strstr(g->head, "\r\n\r\n") == NULL) {
        n = eo_recv(g->fd, g->head + g->n, sizeof g->head - 1 - g->n);
        g->n += n > 0 ? (size_t)n : 0;
        g->head[g->n] = '\0';
        return;
    }
    if (g->answered > 1 || (g->answered == 1 && !eo_session_committed(s)))
        return;
    assert_int_equal(eo_send(g->fd, says, strlen(says)), strlen(says));
    if (g->answered++ == 0) {
        shutdown(g->fd, SHUT_WR);
        close(g->fd);
        g->fd = -1;
    }
}

#define FINE "200 OK\r\nConnection: close\r\nContent-Length: "

/* libcurl is rid of every byte, and the page has a few: what it says
 * then is said of an image that it cannot have, however it says so. */
static void test_no_verdict_on_what_is_on_its_way(void **state)
{
    static const uint8_t IMAGE[9000];
    static const struct {
        const char *profile, *looks, *judges;
    } ROWS[] = {
        {"esphome", "HTTP/1.1 " FINE "0\r\n\r\n",
         "HTTP/1.1 " FINE "17\r\n\r\nUpdate Successful"},
        {"pico", "HTTP/1.0 " FINE "0\r\n\r\n",
         "HTTP/1.0 " FINE "2\r\n\r\nOK"},
        {"sketch", "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n",
         "HTTP/1.1 " FINE "0\r\n\r\n"},
        {"sketch", "HTTP/1.0 400 No\r\nContent-Length: 0\r\n\r\n",
         "HTTP/1.0 " FINE "0\r\n\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct page page = {.looks = ROWS[i].looks, .judges = ROWS[i].judges};
        const struct espota_error *err;
        struct stage s;

        open_stage(&s, ROWS[i].profile);
        espota_image_free(s.image);
        assert_int_equal(espota_image_wrap(&s.image, IMAGE, sizeof IMAGE,
                                           ESPOTA_COMPRESS_NEVER, NULL), 0);
        open_page(&page, &s.nobody);
        s.web.port = eo_addr_port(&s.nobody);
        start(&s);
        assert_non_null(s.session);
        for (int k = 0; k < 1000 && s.ended == 0; k++) {
            assert_int_equal(eo_loop_turn(s.loop, 10), 0);
            turn_page(&page, s.session);
        }
        assert_int_equal(s.ended, 1);
        assert_int_equal(page.answered, 2);
        assert_true(eo_session_committed(s.session));
        assert_false(eo_session_confirmed(s.session));
        assert_int_equal(eo_session_status(s.session), PROTO_FAILED);
        err = eo_session_error(s.session);
        if (err->category != ESPOTA_E_UNKNOWN ||
            strstr(err->message, "before it had every byte") == NULL)
            fail_msg("row %zu: %d, %s", i, err->category, err->message);
        close_stage(&s);
        close(page.fd);
        close(page.listener);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_verdict_on_what_is_on_its_way),
        cmocka_unit_test(test_refused_names_the_address_and_hints),
        cmocka_unit_test(test_silence_names_the_patience),
        cmocka_unit_test(test_it_cannot_start),
        cmocka_unit_test(test_no_room_for_its_deadline),
        cmocka_unit_test(test_no_memory_under_way),
    };

    return cmocka_run_group_tests_name("web/push", tests, NULL, NULL);
}

#else

int main(void)
{
    print_message("skip: this build has no libcurl\n");
    return 0;
}

#endif
