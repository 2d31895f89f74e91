/* test_fleet_fleet.c -- jobs from their addition to their end, against scripted
 * devices on loopback. */
#include "support/test.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "support/memory.h"
#include "support/peer.h"

#include <espota/espota.h>

#include "base/mem.h"

enum { IMAGE_LEN = 20000, EVENTS_MAX = 200, JOBS_MAX = 8, STALL_MS = 160000 };

/* Not a word of any table: it is looked for in memory. */
static uint8_t image_bytes[IMAGE_LEN];
static struct espota_image *image;

/* ---- what happened ------------------------------------------------------- */

struct seen {
    struct espota_fleet *fleet;
    char order[EVENTS_MAX]; /* one letter an event */
    size_t n;
    unsigned ends[JOBS_MAX];
    struct espota_error error[JOBS_MAX];
    struct espota_result result[JOBS_MAX];
    unsigned retry_attempt, retry_attempts;
    uint32_t retry_delay;
    size_t last_done;
    enum espota_phase cancel_at; /* 0: never */
    int cancel_job;
};

static char letter(const struct espota_event *e)
{
    static const char PHASES[] = "qrcihapdmbv";

    switch (e->kind) {
    case ESPOTA_EVENT_RESOLVED:
        return 'A';
    case ESPOTA_EVENT_PHASE:
        return PHASES[e->phase];
    case ESPOTA_EVENT_HELLO:
        return 'H';
    case ESPOTA_EVENT_PROGRESS:
        return e->done == 0 ? '0' : e->done == e->total ? '1' : '%';
    case ESPOTA_EVENT_COMMIT:
        return 'C';
    case ESPOTA_EVENT_RETRY:
        return 'R';
    case ESPOTA_EVENT_HELD:
        return 'X';
    case ESPOTA_EVENT_WARNING:
        return 'W';
    case ESPOTA_EVENT_LOG:
        return 'l';
    case ESPOTA_EVENT_END:
        return 'E';
    }
    return '?';
}

static void on_event(void *ctx, const struct espota_event *e)
{
    struct seen *s = ctx;
    const char c = letter(e);

    assert_in_range(e->job, 0, JOBS_MAX - 1);
    assert_non_null(e->device);
    assert_int_equal(s->ends[e->job], 0); /* END is the last of its job */
    /* Each job warns that these bytes are no firmware. */
    if (c != '%' && c != 'l' && c != 'W' && s->n + 1 < sizeof s->order)
        s->order[s->n++] = c;
    if (e->kind == ESPOTA_EVENT_PROGRESS) {
        assert_true(e->done <= e->total);
        s->last_done = e->done;
    }
    if (e->kind == ESPOTA_EVENT_RETRY) {
        s->retry_attempt = e->attempt;
        s->retry_attempts = e->attempts;
        s->retry_delay = e->delay_ms;
    }
    if (e->kind == ESPOTA_EVENT_END) {
        s->ends[e->job]++;
        s->error[e->job] = *e->result->error;
        s->result[e->job] = *e->result;
    }
    if (e->kind == ESPOTA_EVENT_PHASE && s->cancel_at != 0 &&
        e->phase == s->cancel_at)
        espota_fleet_cancel(s->fleet, s->cancel_job);
}

static struct espota_fleet *fleet_for(struct seen *s, unsigned max_active)
{
    const struct espota_fleet_config c = {
        .max_active = max_active, .on_event = on_event, .on_event_ctx = s};

    assert_int_equal(espota_fleet_new(&s->fleet, &c, NULL), 0);
    return s->fleet;
}

static struct espota_target at_port(uint16_t port)
{
    return (struct espota_target){
        .host = "127.0.0.1", .port = port, .protocol = "esphome",
        .force = true};
}

static int add(struct espota_fleet *f, const struct espota_target *t)
{
    struct espota_error err = {0};
    const int job = espota_fleet_add(f, image, t, &err);

    if (job < 0)
        fail_msg("add: %s", err.message);
    return job;
}

static void run_one(struct seen *s, const struct espota_target *t)
{
    struct espota_fleet *f = fleet_for(s, 0);

    assert_int_equal(add(f, t), 0);
    espota_fleet_run(f, NULL);
    assert_int_equal(espota_fleet_live(f), 0);
    assert_int_equal(s->ends[0], 1);
    espota_fleet_free(f);
}

/* ---- devices ------------------------------------------------------------- */

#define HELLO {'r', "6"}, {'w', "000240"}
#define OPEN {'w', "41"}
#define PREPARE {'r', "4"}, {'w', "42"}, {'r', "32"}, {'w', "43"}
#define TAKE {'i', "20000"}, {'s', "60"}, {'w', "4445"}
#define GOODBYE {'r', "1"}, {'e', NULL}, {'x', NULL}
#define END {0, NULL}

static const struct peer_line GOOD[] = {HELLO, OPEN, PREPARE, TAKE, GOODBYE,
                                        END};

/* ---- tests --------------------------------------------------------------- */

static void test_events_in_order(void **state)
{
    struct peer *p = peer_start("127.0.0.1", GOOD), *seen_p = malloc(sizeof *p);
    const struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    run_one(&s, &t);
    assert_true(peer_stop(p, seen_p));
    assert_string_equal(s.order, "rAchHpd0C1mbE");
    assert_int_equal(s.result[0].outcome, ESPOTA_UPDATED);
    assert_int_equal(s.result[0].attempts, 1);
    assert_int_equal(s.result[0].bytes_image, IMAGE_LEN);
    assert_int_equal(s.result[0].bytes_wire, 6 + 4 + 32 + IMAGE_LEN + 1);
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    assert_int_equal(seen_p->connections, 1);
    assert_int_equal(seen_p->end, PEER_FIN);
    assert_memory_equal(seen_p->got + 42, image_bytes, IMAGE_LEN);
    free(seen_p);
}

static void test_a_refusal_ends_it(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'w', "00024085"}, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    const struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    run_one(&s, &t);
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
    struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    t.retries = 2;
    t.retry_delay_ms = 120;
    run_one(&s, &t);
    assert_true(peer_stop(p, NULL));
    assert_int_equal(s.result[0].outcome, ESPOTA_UPDATED);
    assert_int_equal(s.result[0].attempts, 2);
    assert_int_equal(s.retry_attempt, 2);
    assert_int_equal(s.retry_attempts, 3);
    assert_int_equal(s.retry_delay, 120);
    assert_true(s.result[0].ms[ESPOTA_PHASE_QUEUED] >= 119);
    assert_non_null(strchr(s.order, 'R'));
}

static void test_retries_are_counted(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_target t = at_port(eo_addr_port(&addr));
    struct seen s = {0};

    (void)state;
    t.retries = 3;
    t.retry_delay_ms = 5;
    run_one(&s, &t);
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
    struct peer *p = peer_start("127.0.0.1", SCRIPT), *seen_p = malloc(sizeof *p);
    struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    t.retries = 5;
    t.retry_delay_ms = 1;
    run_one(&s, &t);
    peer_stop(p, seen_p);
    assert_int_equal(s.error[0].category, ESPOTA_E_UNKNOWN);
    assert_int_equal(s.result[0].outcome, ESPOTA_UNKNOWN);
    assert_int_equal(seen_p->connections, 1);
    free(seen_p);
}

/* 32 hexadecimal digits as ASCII. */
#define NONCE                                                                 \
    "3031323334353637383961626364656630313233343536373839616263646566"

static void test_the_next_password_is_tried(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO,        {'w', "01" NONCE}, {'r', "64"}, {'w', "82"}, {'e', NULL},
        {'x', NULL},  HELLO,             {'w', "01" NONCE},
        {'r', "64"},  {'w', "41"},       PREPARE,     TAKE,        GOODBYE,
        END};
    static const char *const PASSWORDS[] = {"wrong", "right"};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    t.passwords = PASSWORDS;
    t.n_passwords = 2;
    run_one(&s, &t);
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
    struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    t.passwords = PASSWORDS;
    t.n_passwords = 1;
    t.retries = 3;
    run_one(&s, &t);
    peer_stop(p, NULL);
    assert_int_equal(s.error[0].category, ESPOTA_E_AUTH);
    assert_int_equal(s.result[0].attempts, 1);
}

static void test_a_dry_run_sends_nothing(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_target t = at_port(eo_addr_port(&addr));
    struct seen s = {0};

    (void)state;
    t.dry_run = true;
    run_one(&s, &t);
    assert_string_equal(s.order, "rAE");
    assert_int_equal(s.result[0].outcome, ESPOTA_SKIPPED);
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    close(refusing);
}

/* Before the name is looked up: it does not exist. */
static void test_the_wrong_image_goes_nowhere(void **state)
{
    struct seen s = {0};
    struct espota_target t = at_port(1);

    (void)state;
    t.host = "no-such-device.invalid";
    t.force = false;
    run_one(&s, &t);
    assert_string_equal(s.order, "E");
    assert_int_equal(s.error[0].category, ESPOTA_E_IMAGE);
    assert_int_equal(s.result[0].attempts, 0);
    assert_non_null(strstr(s.error[0].message, "not recognised"));
}

static void test_the_whole_job_has_a_limit(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT), *seen_p = malloc(sizeof *p);
    struct espota_target t = at_port(p->port);
    struct seen s = {0};

    (void)state;
    t.max_ms = 200;
    run_one(&s, &t);
    assert_true(peer_stop(p, seen_p));
    assert_int_equal(s.error[0].category, ESPOTA_E_NO_ANSWER);
    assert_int_equal(seen_p->end, PEER_FIN);
    assert_in_range(s.result[0].ms_total, 199, 5000);
    free(seen_p);
}

/* ---- cancelling ---------------------------------------------------------- */

static void test_cancelled_before_it_started(void **state)
{
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 0);
    const struct espota_target t = at_port(9);

    (void)state;
    add(f, &t);
    espota_fleet_cancel(f, 0);
    assert_int_equal(s.n, 0); /* nothing from within */
    assert_int_equal(espota_fleet_run(f, NULL), 1);
    assert_string_equal(s.order, "E");
    assert_int_equal(s.error[0].category, ESPOTA_E_INTERRUPTED);
    assert_int_equal(s.result[0].attempts, 0);
    espota_fleet_free(f);
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
     ESPOTA_PHASE_COMMIT, ESPOTA_E_UNKNOWN, ESPOTA_UNKNOWN},
    {"when it has accepted", {HELLO, OPEN, PREPARE, TAKE, {'e', NULL}, END},
     ESPOTA_PHASE_REBOOT, ESPOTA_E_OK, ESPOTA_UPDATED},
};

static void test_cancel(void **state)
{
    const struct cancel *c = *state;
    const bool talks = c->script[0].what != 0;
    struct peer *p = peer_start("127.0.0.1", c->script),
                *seen_p = malloc(sizeof *p);
    const struct espota_target t = at_port(p->port);
    struct seen s = {.cancel_at = c->at, .cancel_job = -1};

    run_one(&s, &t);
    assert_true(peer_stop(p, seen_p));
    assert_int_equal(s.error[0].category, c->category);
    assert_int_equal(s.result[0].outcome, c->outcome);
    /* In order: a reset could overtake what the device has not read yet. */
    if (talks)
        assert_int_equal(seen_p->end, PEER_FIN);
    free(seen_p);
}

static void test_cancelling_two_leaves_the_third(void **state)
{
    struct peer *p = peer_start("127.0.0.1", GOOD);
    const struct espota_target t = at_port(p->port);
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 0);

    (void)state;
    for (int i = 0; i < 3; i++)
        add(f, &t);
    espota_fleet_cancel(f, 0);
    espota_fleet_cancel(f, 2);
    espota_fleet_cancel(f, 77); /* no such job: nothing */
    assert_int_equal(espota_fleet_run(f, NULL), 2);
    assert_true(peer_stop(p, NULL));
    assert_int_equal(s.error[0].category, ESPOTA_E_INTERRUPTED);
    assert_int_equal(s.error[1].category, ESPOTA_E_OK);
    assert_int_equal(s.error[2].category, ESPOTA_E_INTERRUPTED);
    espota_fleet_free(f);
}

static void test_a_stop_flag_ends_all(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    const struct espota_target t = at_port(p->port);
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 1);
    const volatile int stop = 2;

    (void)state;
    for (int i = 0; i < 3; i++)
        add(f, &t);
    assert_int_equal(espota_fleet_run(f, &stop), 3);
    assert_string_equal(s.order, "EEE");
    espota_fleet_free(f);
    /* The device was never called: let its thread go. */
    close(eo_tcp_connect(&p->addr, NULL));
    peer_stop(p, NULL);
}

/* ---- several ------------------------------------------------------------- */

/* Each in turn, in the order they were added: the device takes one at a time,
 * and would hold the second connection back. */
static void test_max_active_and_order(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, OPEN, PREPARE, TAKE, GOODBYE, HELLO, OPEN, PREPARE, TAKE,
        GOODBYE, HELLO, OPEN, PREPARE, TAKE, GOODBYE, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    const struct espota_target t = at_port(p->port);
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 1);

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(add(f, &t), i);
    assert_int_equal(espota_fleet_live(f), 3);
    assert_int_equal(espota_fleet_run(f, NULL), 0);
    assert_true(peer_stop(p, NULL));
    assert_string_equal(s.order,
                        "rAchHpd0C1mbErAchHpd0C1mbErAchHpd0C1mbE");
    espota_fleet_free(f);
}

static void test_a_foreign_loop_drives_it(void **state)
{
    struct peer *a = peer_start("127.0.0.1", GOOD);
    struct peer *b = peer_start("127.0.0.1", GOOD);
    const struct espota_target t[] = {at_port(a->port), at_port(b->port)};
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 0);

    (void)state;
    add(f, &t[0]);
    add(f, &t[1]);
    while (espota_fleet_live(f) > 0) {
        struct espota_fd fds[8];
        struct pollfd polls[8];
        const size_t n = espota_fleet_fds(f, fds, 8);
        const int timeout = espota_fleet_timeout(f);

        assert_true(n <= 8);
        assert_true(n > 0 || timeout >= 0); /* something is waited for */
        assert_true(timeout <= STALL_MS);
        for (size_t i = 0; i < n; i++)
            polls[i] = (struct pollfd){
                .fd = fds[i].fd,
                .events = (short)((fds[i].want & ESPOTA_READ ? POLLIN : 0) |
                                  (fds[i].want & ESPOTA_WRITE ? POLLOUT : 0))};
        assert_true(poll(polls, n, timeout) >= 0);
        for (size_t i = 0; i < n; i++)
            fds[i].ready =
                (uint8_t)((polls[i].revents & ~POLLOUT ? ESPOTA_READ : 0) |
                          (polls[i].revents & ~POLLIN ? ESPOTA_WRITE : 0));
        espota_fleet_process(f, fds, n);
    }
    assert_true(peer_stop(a, NULL));
    assert_true(peer_stop(b, NULL));
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    assert_int_equal(s.error[1].category, ESPOTA_E_OK);
    espota_fleet_free(f);
}

static void test_freed_while_at_work(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT), *seen_p = malloc(sizeof *p);
    const struct espota_target t = at_port(p->port);
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 0);

    (void)state;
    add(f, &t);
    while (strchr(s.order, 'h') == NULL) {
        struct espota_fd fds[4];
        const size_t n = espota_fleet_fds(f, fds, 4);

        for (size_t i = 0; i < n; i++)
            fds[i].ready = fds[i].want;
        espota_fleet_process(f, fds, n);
        usleep(1000);
    }
    espota_fleet_free(f);
    espota_fleet_free(NULL);
    assert_true(peer_stop(p, seen_p));
    assert_int_equal(seen_p->end, PEER_FIN);
    assert_int_equal(s.ends[0], 0);
    free(seen_p);
}

static void test_targets_that_make_no_sense(void **state)
{
    static const struct {
        struct espota_target target;
        const char *message;
    } ROWS[] = {
        {{.host = NULL}, "the target has no name"},
        {{.host = ""}, "the target has no name"},
        {{.host = "x", .protocol = "telnet"},
         "this build has no protocol \"telnet\""},
        {{.host = "x", .family = 5}, "there is no IPv5"},
    };
    struct seen s = {0};
    struct espota_fleet *f = fleet_for(&s, 0);

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_error err;

        assert_int_equal(espota_fleet_add(f, image, &ROWS[i].target, &err),
                         -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_string_equal(err.message, ROWS[i].message);
    }
    assert_int_equal(espota_fleet_live(f), 0);
    assert_int_equal(espota_fleet_run(f, NULL), 0);
    espota_fleet_free(f);
}

/* ---- memory -------------------------------------------------------------- */

static void test_a_password_is_nowhere_afterwards(void **state)
{
    static const struct peer_line SCRIPT[] = {
        HELLO, {'w', "01" NONCE}, {'r', "64"}, {'w', "41"}, PREPARE, TAKE,
        GOODBYE, END};
    char password[SECRET_LEN + 1];
    const char *const passwords[] = {password};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    struct espota_target t = at_port(p->port);
    struct seen s = {0};
    int found;

    (void)state;
    secret_make(0, password);
    t.passwords = passwords;
    t.n_passwords = 1;
    run_one(&s, &t);
    assert_true(peer_stop(p, NULL));
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    eo_wipe(password, sizeof password);
    found = secret_left(0);
    if (found < 0) {
        printf("skip: this system or build cannot look at its memory\n");
        skip();
    }
    assert_int_equal(found, 0);
}

/* Whatever allocation fails: a documented category, one END, no leak. */
static void test_out_of_memory(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    const char *const passwords[] = {"one", "two"};
    struct espota_target t = at_port(eo_addr_port(&addr));

    (void)state;
    t.bind = "127.0.0.1";
    t.passwords = passwords;
    t.n_passwords = 2;
    t.retries = 1;
    t.retry_delay_ms = 1;
    for (int forever = 0; forever < 2; forever++)
        for (unsigned long n = 1, more = 1; more; n++) {
            const struct espota_fleet_config c = {.on_event = on_event};
            struct espota_fleet_config config = c;
            struct espota_error err = {0};
            struct seen s = {0};
            struct espota_fleet *f;
            int job = -1;

            config.on_event_ctx = &s;
            eo_alloc_fail_at(n, forever);
            if (espota_fleet_new(&f, &config, &err) == 0) {
                job = espota_fleet_add(f, image, &t, &err);
                espota_fleet_run(f, NULL);
                espota_fleet_free(f);
            }
            more = eo_alloc_count() >= n;
            eo_alloc_fail_at(0, 0);
            assert_int_equal(s.ends[0], job == 0);
            if (job != 0)
                assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            else if (s.error[0].category != ESPOTA_E_INTERNAL)
                assert_int_equal(s.error[0].category, ESPOTA_E_CONNECT);
        }
    close(refusing);
}

static int prepare(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof image_bytes; i++)
        image_bytes[i] = (uint8_t)(i * 7 + i / 256);
    return espota_image_wrap(&image, image_bytes, sizeof image_bytes,
                             ESPOTA_COMPRESS_NEVER, NULL);
}

static int clean_up(void **state)
{
    (void)state;
    espota_image_free(image);
    return 0;
}

int main(void)
{
    enum { N = sizeof CANCELS / sizeof *CANCELS };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_events_in_order),
        cmocka_unit_test(test_a_refusal_ends_it),
        cmocka_unit_test(test_a_broken_line_is_tried_again),
        cmocka_unit_test(test_retries_are_counted),
        cmocka_unit_test(test_behind_the_last_byte_nothing_is_sent_again),
        cmocka_unit_test(test_the_next_password_is_tried),
        cmocka_unit_test(test_the_last_password_was_wrong_too),
        cmocka_unit_test(test_a_dry_run_sends_nothing),
        cmocka_unit_test(test_the_wrong_image_goes_nowhere),
        cmocka_unit_test(test_the_whole_job_has_a_limit),
        cmocka_unit_test(test_cancelled_before_it_started),
        cmocka_unit_test(test_cancelling_two_leaves_the_third),
        cmocka_unit_test(test_a_stop_flag_ends_all),
        cmocka_unit_test(test_max_active_and_order),
        cmocka_unit_test(test_a_foreign_loop_drives_it),
        cmocka_unit_test(test_freed_while_at_work),
        cmocka_unit_test(test_targets_that_make_no_sense),
        cmocka_unit_test(test_a_password_is_nowhere_afterwards),
        cmocka_unit_test(test_out_of_memory),
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
    return cmocka_run_group_tests_name("fleet/fleet", tests, prepare,
                                       clean_up);
}
