/* test_api_fleet.c -- several jobs, against scripted devices on loopback; and
 * what is left of them.
 */
#include "support/fleet_seen.h"
#include "support/test.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "support/memory.h"

#include "base/mem.h"

enum { STALL_MS = 160000 };

static void test_cancelling_two_leaves_the_third(void **state)
{
    struct peer *p = peer_start("127.0.0.1", SEEN_GOOD);
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);

    (void)state;
    for (int i = 0; i < 3; i++)
        seen_add(f, &t);
    espota_fleet_cancel(f, 0);
    espota_fleet_cancel(f, 2);
    espota_fleet_cancel(f, 77); /* no such job: nothing */
    assert_int_equal(seen_run(&s), 2);
    assert_true(peer_stop(p, NULL));
    assert_int_equal(s.error[0].category, ESPOTA_E_INTERRUPTED);
    assert_int_equal(s.error[1].category, ESPOTA_E_OK);
    assert_int_equal(s.error[2].category, ESPOTA_E_INTERRUPTED);
    seen_free(&s);
}

static void test_a_signal_ends_all(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT);
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 1);

    (void)state;
    for (int i = 0; i < 3; i++)
        seen_add(f, &t);
    espota_loop_wake(s.loop); /* as its handler does */
    assert_int_equal(espota_loop_run(s.loop, -1, NULL), ESPOTA_LOOP_WOKEN);
    espota_fleet_cancel(f, -1);
    assert_int_equal(seen_run(&s), 3);
    assert_int_equal(s.ends[0] + s.ends[1] + s.ends[2], 3);
    seen_free(&s);
    /* Perhaps the device was never called: let its thread go. */
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
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 1);

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(seen_add(f, &t), i);
    assert_true(espota_loop_live(s.loop));
    assert_int_equal(seen_run(&s), 0);
    assert_true(peer_stop(p, NULL));
    assert_string_equal(s.order,
                        "rAchHpd0C1mbErAchHpd0C1mbErAchHpd0C1mbE");
    seen_free(&s);
}

static void test_a_foreign_loop_drives_it(void **state)
{
    struct peer *a = peer_start("127.0.0.1", SEEN_GOOD);
    struct peer *b = peer_start("127.0.0.1", SEEN_GOOD);
    const struct espota_target t[] = {seen_target(a->port),
                                      seen_target(b->port)};
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);

    (void)state;
    seen_add(f, &t[0]);
    seen_add(f, &t[1]);
    while (espota_loop_live(s.loop)) {
        struct espota_fd fds[8];
        struct pollfd polls[8];
        const size_t n = espota_loop_fds(s.loop, fds, 8);
        const int timeout = espota_loop_timeout(s.loop);

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
        espota_loop_process(s.loop, fds, n);
    }
    assert_true(peer_stop(a, NULL));
    assert_true(peer_stop(b, NULL));
    assert_int_equal(s.error[0].category, ESPOTA_E_OK);
    assert_int_equal(s.error[1].category, ESPOTA_E_OK);
    seen_free(&s);
}

static void test_freed_while_at_work(void **state)
{
    static const struct peer_line SCRIPT[] = {HELLO, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT),
                *seen_p = malloc(sizeof *p);
    const struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);

    (void)state;
    seen_add(f, &t);
    while (strchr(s.order, 'h') == NULL) {
        struct espota_fd fds[4];
        const size_t n = espota_loop_fds(s.loop, fds, 4);

        for (size_t i = 0; i < n; i++)
            fds[i].ready = fds[i].want;
        espota_loop_process(s.loop, fds, n);
        usleep(1000);
    }
    seen_free(&s);
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
    struct fleet_seen s = {0};
    struct espota_fleet *f = seen_fleet(&s, 0);

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_target target = ROWS[i].target;
        struct espota_error err;

        target.size = sizeof target;
        assert_int_equal(espota_fleet_add(f, seen_image, &target, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_string_equal(err.message, ROWS[i].message);
    }
    assert_false(espota_loop_live(s.loop));
    assert_int_equal(seen_run(&s), 0);
    seen_free(&s);
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
    struct espota_target t = seen_target(p->port);
    struct fleet_seen s = {0};
    int found;

    (void)state;
    secret_make(0, password);
    t.passwords = passwords;
    t.n_passwords = 1;
    seen_run_one(&s, &t);
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
    struct espota_target t = seen_target(eo_addr_port(&addr));

    (void)state;
    t.bind = "127.0.0.1";
    t.passwords = passwords;
    t.n_passwords = 2;
    t.retries = 1;
    t.retry_delay_ms = 1;
    for (int forever = 0; forever < 2; forever++)
        for (unsigned long n = 1, more = 1; more; n++) {
            const struct espota_fleet_config c =
                ESPOTA_FLEET_CONFIG(.on_event = seen_on_event);
            struct espota_fleet_config config = c;
            struct espota_error err = {0};
            struct fleet_seen s = {0};
            int job = -1;

            config.on_event_ctx = &s;
            eo_alloc_fail_at(n, forever);
            if (espota_loop_new(&s.loop, &err) == 0 &&
                espota_fleet_new(&s.fleet, s.loop, &config, &err) == 0) {
                job = espota_fleet_add(s.fleet, seen_image, &t, &err);
                seen_run(&s);
            }
            seen_free(&s);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancelling_two_leaves_the_third),
        cmocka_unit_test(test_a_signal_ends_all),
        cmocka_unit_test(test_max_active_and_order),
        cmocka_unit_test(test_a_foreign_loop_drives_it),
        cmocka_unit_test(test_freed_while_at_work),
        cmocka_unit_test(test_targets_that_make_no_sense),
        cmocka_unit_test(test_a_password_is_nowhere_afterwards),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("api/fleet", tests, seen_prepare,
                                       seen_clean_up);
}
