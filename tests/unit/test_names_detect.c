/* test_names_detect.c -- which protocol, from which facts; and on loopback, where
 * there is no mDNS to ask. */
#include "support/test.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "names/detect.h"

static const struct row {
    const char *what;
    struct detect_facts facts;
    enum detect_verdict verdict;
} ROWS[] = {
    {"nothing is known: wait for a record",
     {.may_announce = true}, DETECT_UNDECIDED},
    {"no record came: try the port", {0}, DETECT_PROBE},
    {"a record", {.announced = true}, DETECT_ANNOUNCED},
    {"a record outweighs a refusal",
     {.announced = true, .tcp = DETECT_TCP_REFUSED}, DETECT_ANNOUNCED},
    {"a connection stands", {.tcp = DETECT_TCP_OPEN}, DETECT_ESPHOME},
    {"refused", {.tcp = DETECT_TCP_REFUSED}, DETECT_ARDUINO},
    {"refused, but a record may come",
     {.tcp = DETECT_TCP_REFUSED, .may_announce = true}, DETECT_UNDECIDED},
    {"left alone, but a record may come",
     {.listens_only = true, .may_announce = true}, DETECT_UNDECIDED},
    {"left alone, a record", {.listens_only = true, .announced = true},
     DETECT_ANNOUNCED},
    {"left alone, no record", {.listens_only = true}, DETECT_NOTHING},
    {"silent for long enough", {.tcp_over = true}, DETECT_ARDUINO},
};

static void test_decisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (eo_detect_decide(&ROWS[i].facts) != ROWS[i].verdict)
            fail_msg("%s", ROWS[i].what);
    assert_true(DETECT_MDNS_MS + DETECT_TCP_MS < 3000);
}

struct outcome {
    bool done, doubted;
    char protocol[16], why[96];
    int fd;
    enum espota_category category;
};

static void on_detected(void *ctx, const struct detected *got,
                        const struct espota_error *err)
{
    struct outcome *o = ctx;

    assert_false(o->done);
    o->done = true;
    if (got == NULL) {
        o->category = err->category;
        return;
    }
    snprintf(o->protocol, sizeof o->protocol, "%s",
             got->protocol != NULL ? got->protocol : "none");
    snprintf(o->why, sizeof o->why, "%s", got->why);
    o->doubted = got->doubt != NULL;
    o->fd = got->fd;
}

static struct outcome detect(const struct addr *addr, bool listens_only)
{
    struct outcome o = {.fd = -1};
    struct espota_loop *l = eo_loop_new();
    struct detect *d = eo_detect_start(
        l,
        &(struct detect_config){
            .name = "127.0.0.1", .addr = addr, .n_addr = 1,
            .listens_only = listens_only},
        on_detected, &o);

    assert_non_null(d);
    assert_false(o.done);
    for (int i = 0; i < 600 && !o.done; i++)
        assert_int_equal(eo_loop_turn(l, 100), 0);
    assert_true(o.done);
    eo_detect_free(d);
    eo_loop_free(l);
    return o;
}

static void test_the_connection_is_handed_over(void **state)
{
    struct addr a, peer;
    struct outcome o;
    int listener, fd = -1;

    (void)state;
    assert_int_equal(eo_addr_parse(&a, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&a, 4);
    assert_true(listener >= 0);
    assert_int_equal(eo_sock_local(listener, &a), 0);
    o = detect(&a, true);
    assert_string_equal(o.protocol, "none");
    assert_int_equal(o.fd, -1);
    assert_int_equal(eo_tcp_accept(listener, &peer), -1); /* nobody called */
    o = detect(&a, false);
    assert_string_equal(o.protocol, "esphome");
    assert_false(o.doubted);
    assert_true(o.fd >= 0);
    assert_int_equal(poll(&(struct pollfd){.fd = listener, .events = POLLIN},
                          1, 30000),
                     1);
    fd = eo_tcp_accept(listener, &peer);
    assert_true(fd >= 0);
    assert_int_equal(eo_send(o.fd, "x", 1), 1); /* it is that very one */
    /* and no other was made */
    assert_int_equal(eo_tcp_accept(listener, &peer), -1);
    close(o.fd);
    close(fd);
    close(listener);
}

static void test_a_refused_port_is_arduinos(void **state)
{
    struct addr a;
    struct outcome o;
    int listener;

    (void)state;
    assert_int_equal(eo_addr_parse(&a, "127.0.0.1"), 0);
    listener = eo_tcp_listen(&a, 4);
    assert_int_equal(eo_sock_local(listener, &a), 0);
    close(listener);
    o = detect(&a, false);
    assert_string_equal(o.protocol, "arduino");
    assert_true(o.doubted);
    assert_int_equal(o.fd, -1);
    assert_non_null(strstr(o.why, "refuses TCP"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_the_connection_is_handed_over),
        cmocka_unit_test(test_a_refused_port_is_arduinos),
    };

    return cmocka_run_group_tests_name("names/detect", tests, NULL, NULL);
}
