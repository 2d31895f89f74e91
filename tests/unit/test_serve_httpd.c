/* test_serve_httpd.c -- answers on our loop: with epoll, and without as on
 * systems that have none. */
#include "support/test.h"

#ifdef EO_WITH_HTTP_SERVE

#include "support/httpd_stage.h"

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
        eo_httpd_free(s.serve); /* it has taken nothing yet */
        s.serve = NULL;
        assert_int_equal(s.ended, 1);
        assert_string_equal(s.why, "the server ended");
        assert_int_equal(s.released, 1);
        close(c.fd);
        close_stage(&s);
    }
}

static void test_a_certificate_that_is_none(void **state)
{
    struct stage s = {.loop = eo_loop_new()};
    struct httpd_config c = config_of(&s, false);
    struct espota_error err = {0};

    (void)state;
    c.tls_cert = "no certificate";
    c.tls_key = "no key";
    assert_int_equal(eo_httpd_new(&s.serve, &c, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(close(c.listener), -1); /* it was taken over */
    eo_loop_free(s.loop);
}

static void test_every_lack_of_memory(void **state)
{
    (void)state;
    for (int no_epoll = 0; no_epoll < 2; no_epoll++) {
        bool done = false;

        for (unsigned long n = 1; !done && n < 50; n++) {
            struct stage s = {.loop = eo_loop_new()};
            struct httpd_config c = config_of(&s, no_epoll);
            struct espota_error err = {0};

            eo_alloc_fail_at(n, 0);
            done = eo_httpd_new(&s.serve, &c, &err) == 0;
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
        cmocka_unit_test(test_one_after_another),
        cmocka_unit_test(test_one_that_leaves),
        cmocka_unit_test(test_what_becomes_of_an_answer_that_was_taken_in),
        cmocka_unit_test(test_the_server_ends),
        cmocka_unit_test(test_a_certificate_that_is_none),
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
