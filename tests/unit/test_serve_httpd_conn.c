/* test_serve_httpd_conn.c -- who may have a place at the server, and for how
 * long: with epoll, and without as on systems that have none. */
#include "support/test.h"

#ifdef EO_WITH_HTTP_SERVE

#include <poll.h>

#include "support/few_descriptors.h"
#include "support/httpd_stage.h"

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
         "it stopped reading", NULL},
        {"takes too long", GET, 60000, 60000, 200, "it was too slow", NULL},
    };

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof ROWS / sizeof *ROWS); i++) {
        struct stage s = {.loop = eo_loop_new()};
        struct httpd_config config = config_of(&s, i % 2);
        struct espota_error err;
        struct client c;

        config.header_ms = ROWS[i / 2].header_ms;
        config.stall_ms = ROWS[i / 2].stall_ms;
        config.total_ms = ROWS[i / 2].total_ms;
        assert_int_equal(eo_httpd_new(&s.serve, &config, &err), 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_asks_finds_a_place),
        cmocka_unit_test(test_the_deadlines),
        cmocka_unit_test(test_no_descriptor_for_the_first),
    };

    return cmocka_run_group_tests_name("serve/httpd_conn", tests, NULL, NULL);
}

#else

int main(void)
{
    return 0;
}

#endif
