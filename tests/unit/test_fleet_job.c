/* test_fleet_job.c -- one job from its addition to its end, against a scripted
 * device on loopback.
 */
#include "support/fleet_seen.h"
#include "support/test.h"

#include <unistd.h>

static void test_events_in_order(void **state)
{
    struct peer *p = peer_start("127.0.0.1", SEEN_GOOD),
                *seen_p = malloc(sizeof *p);
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    seen_run_one(&s, &t);
    assert_true(peer_stop(p, seen_p));
    assert_string_equal(s.order, "rAchHpd0C1mbE");
    assert_int_equal(s.result[0].outcome, ESPOTA_UPDATED);
    assert_int_equal(s.result[0].attempts, 1);
    assert_int_equal(s.result[0].bytes_image, SEEN_IMAGE_LEN);
    assert_int_equal(s.result[0].bytes_wire, 6 + 4 + 32 + SEEN_IMAGE_LEN + 1);
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    assert_int_equal(seen_p->connections, 1);
    assert_int_equal(seen_p->end, PEER_FIN);
    assert_memory_equal(seen_p->got + 42, seen_bytes, SEEN_IMAGE_LEN);
    free(seen_p);
}

static void test_a_refusal_ends_it(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'w', "00024085"}, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    seen_run_one(&s, &t);
    peer_stop(p, NULL);
    assert_int_equal(s.error[0].category, ESPOTA_E_REFUSED);
    assert_string_equal(s.error[0].device, "0x85");
    assert_int_equal(s.result[0].outcome, ESPOTA_REFUSED);
}

static void test_a_broken_line_is_tried_again(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'R', NULL}, HELLO, OPEN, PREPARE, TAKE, GOODBYE, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    t.retries = 2;
    t.retry_delay_ms = 120;
    seen_run_one(&s, &t);
    assert_true(peer_stop(p, NULL));
    assert_int_equal(s.result[0].outcome, ESPOTA_UPDATED);
    assert_int_equal(s.result[0].attempts, 2);
    assert_int_equal(s.retry_attempt, 2);
    assert_int_equal(s.retry_attempts, 3);
    assert_int_equal(s.retry_delay, 120);
    assert_true(s.result[0].ms[ESPOTA_PHASE_QUEUED] >= 119);
    assert_non_null(strchr(s.order, 'R'));
}

/* Whoever has the port that was given, and closes it without a word, is asked a
 * second time only if it is known to be an ESPHome device. */
static void test_who_closes_without_a_word(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'x', NULL}, {'r', "6"}, {'x', NULL}, {'r', "6"},
        {'x', NULL}, END};
    static const struct {
        const char *protocol;
        unsigned attempts;
    } ROWS[] = {{"auto", 1}, {"esphome", 3}};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct peer *p = peer_start("127.0.0.1", SCRIPT);
        struct espota_target t = seen_target(p->port);
        struct fleet_seen s = {0};

        t.protocol = ROWS[i].protocol;
        t.retries = 2;
        t.retry_delay_ms = 1;
        seen_run_one(&s, &t);
        assert_int_equal(s.error[0].category, ESPOTA_E_BROKEN);
        assert_int_equal(s.result[0].attempts, ROWS[i].attempts);
        assert_int_equal(s.error[0].advice, ESPOTA_ADVICE_OTHER_PORT);
        for (unsigned k = ROWS[i].attempts; k < 3; k++) { /* let it go */
            const int fd = eo_tcp_connect(&p->addr, NULL);
            char byte;

            assert_int_equal(eo_send(fd, "123456", 6), 6);
            while (eo_recv(fd, &byte, 1) < 0)
                continue;
            close(fd);
        }
        peer_stop(p, NULL);
    }
}

static void test_retries_are_counted(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_target t = seen_target(eo_addr_port(&addr));
    struct fleet_seen s = {0};

    (void)state;
    t.retries = 3;
    t.retry_delay_ms = 5;
    seen_run_one(&s, &t);
    assert_int_equal(s.result[0].attempts, 4);
    assert_int_equal(s.error[0].category, ESPOTA_E_CONNECT);
    assert_string_equal(s.order, "rAcRqrAcRqrAcRqrAcE");
    close(refusing);
}

/* Sent once more only where the device itself said that it did not take it. */
static void test_behind_the_last_byte_nothing_is_sent_again(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, OPEN, PREPARE, {'i', "20000"}, {'R', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT),
                *seen_p = malloc(sizeof *p);
    struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    t.retries = 5;
    t.retry_delay_ms = 1;
    seen_run_one(&s, &t);
    peer_stop(p, seen_p);
    assert_int_equal(s.error[0].category, ESPOTA_E_UNKNOWN);
    assert_int_equal(s.result[0].outcome, ESPOTA_UNKNOWN);
    assert_int_equal(seen_p->connections, 1);
    free(seen_p);
}

/* 32 hexadecimal digits as ASCII. */
static void test_the_next_password_is_tried(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO,        {'w', "01" NONCE}, {'r', "64"}, {'w', "82"}, {'e', NULL},
        {'x', NULL},  HELLO,             {'w', "01" NONCE},
        {'r', "64"},  {'w', "41"},       PREPARE,     TAKE,        GOODBYE,
        END};
    static const char *const PASSWORDS[] = {"wrong", "right"};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    t.passwords = PASSWORDS;
    t.n_passwords = 2;
    seen_run_one(&s, &t);
    assert_true(peer_stop(p, NULL));
    assert_int_equal(s.result[0].outcome, ESPOTA_UPDATED);
    assert_int_equal(s.result[0].attempts, 2);
    assert_null(strchr(s.order, 'R')); /* no fault */
}

static void test_the_last_password_was_wrong_too(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, {'w', "01" NONCE}, {'r', "64"}, {'w', "82"}, {'e', NULL}, END};
    static const char *const PASSWORDS[] = {"wrong"};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    t.passwords = PASSWORDS;
    t.n_passwords = 1;
    t.retries = 3;
    seen_run_one(&s, &t);
    peer_stop(p, NULL);
    assert_int_equal(s.error[0].category, ESPOTA_E_AUTH);
    assert_int_equal(s.result[0].attempts, 1);
}

static void test_a_dry_run_sends_nothing(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_target t = seen_target(eo_addr_port(&addr));
    struct fleet_seen s = {0};

    (void)state;
    t.dry_run = true;
    seen_run_one(&s, &t);
    assert_string_equal(s.order, "rAE");
    assert_int_equal(s.result[0].outcome, ESPOTA_SKIPPED);
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    close(refusing);
}

/* Before the name is looked up: it does not exist. */
static void test_the_wrong_image_goes_nowhere(void **state)
{
    struct fleet_seen s = {0};
    struct espota_target t = seen_target(1);

    (void)state;
    t.host = "no-such-device.invalid";
    t.force = false;
    seen_run_one(&s, &t);
    assert_string_equal(s.order, "E");
    assert_int_equal(s.error[0].category, ESPOTA_E_IMAGE);
    assert_int_equal(s.result[0].attempts, 0);
    assert_non_null(strstr(s.error[0].message, "not recognised"));
}

static void test_the_whole_job_has_a_limit(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT),
                *seen_p = malloc(sizeof *p);
    struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};

    (void)state;
    t.max_ms = 2000; /* the greeting must come to its end in it */
    seen_run_one(&s, &t);
    assert_true(peer_stop(p, seen_p));
    assert_int_equal(s.error[0].category, ESPOTA_E_NO_ANSWER);
    assert_int_equal(seen_p->end, PEER_FIN);
    assert_in_range(s.result[0].ms_total, 1999, 30000);
    free(seen_p);
}

/* ---- cancelling ---------------------------------------------------------- */

static void test_cancelled_before_it_started(void **state)
{
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);
    const struct espota_target t = seen_target(9);

    (void)state;
    seen_add(f, &t);
    espota_fleet_cancel(f, 0);
    assert_int_equal(s.n, 0); /* nothing from within */
    assert_int_equal(seen_run(&s), 1);
    assert_string_equal(s.order, "E");
    assert_int_equal(s.error[0].category, ESPOTA_E_INTERRUPTED);
    assert_int_equal(s.result[0].attempts, 0);
    seen_free(&s);
}

static const struct cancel {
    const char *name;
    struct peer_line script[20];
    enum espota_phase at;
    enum espota_category category;
    enum espota_outcome outcome;
} CANCELS[] = {
    {"while resolving", {END}, ESPOTA_PHASE_RESOLVE, ESPOTA_E_INTERRUPTED,
     ESPOTA_FAILED},
    {"while greeting", {{'e', NULL}, END}, ESPOTA_PHASE_HELLO,
     ESPOTA_E_INTERRUPTED, ESPOTA_FAILED},
    {"while erasing", {HELLO, OPEN, {'e', NULL}, END}, ESPOTA_PHASE_PREPARE,
     ESPOTA_E_INTERRUPTED, ESPOTA_FAILED},
    {"in the data", {HELLO, OPEN, PREPARE, {'e', NULL}, END},
     ESPOTA_PHASE_DATA, ESPOTA_E_INTERRUPTED, ESPOTA_FAILED},
    {"behind the last byte",
     {HELLO, OPEN, PREPARE, {'i', "20000"}, {'e', NULL}, END},
     ESPOTA_PHASE_COMMIT, ESPOTA_E_INTERRUPTED, ESPOTA_UNKNOWN},
    {"when it has accepted", {HELLO, OPEN, PREPARE, TAKE, {'e', NULL}, END},
     ESPOTA_PHASE_REBOOT, ESPOTA_E_OK, ESPOTA_UPDATED},
};

static void test_cancel(void **state)
{
    const struct cancel *c = *state;
    const bool talks = c->script[0].what != 0;
    struct peer *p = peer_start("127.0.0.1", c->script),
                *seen_p = malloc(sizeof *p);
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {.cancel_at = c->at, .cancel_job = -1};

    seen_run_one(&s, &t);
    assert_true(peer_stop(p, seen_p));
    assert_int_equal(s.error[0].category, c->category);
    assert_int_equal(s.result[0].outcome, c->outcome);
    /* In order: a reset could overtake what the device has not read yet. */
    if (talks)
        assert_int_equal(seen_p->end, PEER_FIN);
    free(seen_p);
}

int main(void)
{
    enum { N = sizeof CANCELS / sizeof *CANCELS };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_events_in_order),
        cmocka_unit_test(test_a_refusal_ends_it),
        cmocka_unit_test(test_a_broken_line_is_tried_again),
        cmocka_unit_test(test_who_closes_without_a_word),
        cmocka_unit_test(test_retries_are_counted),
        cmocka_unit_test(test_behind_the_last_byte_nothing_is_sent_again),
        cmocka_unit_test(test_the_next_password_is_tried),
        cmocka_unit_test(test_the_last_password_was_wrong_too),
        cmocka_unit_test(test_a_dry_run_sends_nothing),
        cmocka_unit_test(test_the_wrong_image_goes_nowhere),
        cmocka_unit_test(test_the_whole_job_has_a_limit),
        cmocka_unit_test(test_cancelled_before_it_started),
    };
    enum { MORE = sizeof others / sizeof *others };
    struct CMUnitTest tests[N + MORE];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = CANCELS[i].name,
            .test_func = test_cancel,
            .initial_state = (void *)&CANCELS[i],
        };
    memcpy(tests + N, others, sizeof others);
    return cmocka_run_group_tests_name("fleet/job", tests, seen_prepare,
                                       seen_clean_up);
}
