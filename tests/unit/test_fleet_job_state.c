/* test_fleet_job_state.c -- a job obeys what is known of its device, and whoever
 * cannot write down what is about to happen. */
#include "support/fleet_seen.h"
#include "support/test.h"

#include <unistd.h>

struct seen {
    struct espota_fleet *fleet;
    int veto; /* this happening; -1: none */
    char states[40]; /* an initial each */
    size_t n;
    struct espota_result result;
    struct espota_error error;
};

static void on_event(void *ctx, const struct espota_event *e)
{
    static const struct espota_error WHY = {.category = ESPOTA_E_INTERNAL,
                                            .message = "no room"};
    struct seen *s = ctx;

    if (e->kind == ESPOTA_EVENT_COMMIT || e->kind == ESPOTA_EVENT_STATE) {
        if (s->n + 1 < sizeof s->states)
            s->states[s->n++] = espota_state_name(e->state)[0];
        if ((int)e->happening == s->veto)
            espota_fleet_veto(s->fleet, e->job, &WHY);
    } else {
        espota_fleet_veto(s->fleet, e->job, &WHY); /* not now: no-op */
    }
    if (e->kind == ESPOTA_EVENT_END) {
        s->result = *e->result;
        s->error = *e->result->error;
        s->result.error = &s->error;
    }
}

static void run(struct seen *s, const struct espota_target *t)
{
    const struct espota_fleet_config c =
        ESPOTA_FLEET_CONFIG(.on_event = on_event, .on_event_ctx = s);

    struct espota_loop *loop;

    assert_int_equal(espota_loop_new(&loop, NULL), 0);
    assert_int_equal(espota_fleet_new(&s->fleet, loop, &c, NULL), 0);
    seen_add(s->fleet, t);
    assert_int_equal(espota_loop_run(loop, -1, NULL), ESPOTA_LOOP_DONE);
    espota_fleet_free(s->fleet);
    espota_loop_free(loop);
}

static void test_what_is_told(void **state)
{
    struct peer *p = peer_start("127.0.0.1", SEEN_GOOD);
    const struct espota_target t = seen_target(p->port);
    struct seen s = {.veto = -1};

    (void)state;
    run(&s, &t);
    assert_true(peer_stop(p, NULL));
    assert_string_equal(s.states, "bsh"); /* begun, sent, has */
    assert_int_equal(s.result.state, ESPOTA_STATE_HAS);
    assert_int_equal(s.result.outcome, ESPOTA_UPDATED);
}

static void test_the_turn_is_forbidden(void **state)
{
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    const struct espota_target t = seen_target(eo_addr_port(&addr));
    struct seen s = {.veto = ESPOTA_HAPPENED_BEGIN};

    (void)state;
    run(&s, &t);
    close(refusing);
    assert_int_equal(s.result.attempts, 0);
    assert_int_equal(s.result.outcome, ESPOTA_FAILED);
    assert_int_equal(s.result.state, ESPOTA_STATE_NONE);
    assert_string_equal(s.error.message, "no room");
}

static void test_the_last_byte_is_forbidden(void **state)
{
    static const struct peer_line SCRIPT[] = {
        {'r', "6"}, {'w', "000140"}, OPEN, PREPARE, {'e', NULL}, END};
    struct peer *p = peer_start("127.0.0.1", SCRIPT),
                *seen = malloc(sizeof *seen);
    struct espota_target t = seen_target(p->port);
    struct seen s = {.veto = ESPOTA_HAPPENED_COMMIT};

    (void)state;
    t.retries = 3; /* of no use */
    t.retry_delay_ms = 1;
    run(&s, &t);
    assert_true(peer_stop(p, seen));
    assert_true(seen->n_extra < SEEN_IMAGE_LEN);
    assert_int_equal(seen->connections, 1);
    assert_int_equal(s.result.outcome, ESPOTA_FAILED);
    assert_int_equal(s.result.state, ESPOTA_STATE_BEGUN);
    assert_int_equal(s.error.category, ESPOTA_E_INTERNAL);
    free(seen);
}

/* These bytes are no firmware: it ends before its turn, and what is known of it
 * stays. */
static void test_a_failure_before_its_turn_settles_nothing(void **state)
{
    static const enum espota_state MAY[] = {ESPOTA_STATE_SENT,
                                            ESPOTA_STATE_MAYBE};
    struct addr addr;
    const int refusing = peer_refusing("127.0.0.1", &addr);
    struct espota_target t = seen_target(eo_addr_port(&addr));

    (void)state;
    t.force = false;
    for (size_t i = 0; i < sizeof MAY / sizeof *MAY; i++) {
        struct seen s = {.veto = -1};

        t.known = MAY[i];
        run(&s, &t);
        assert_int_equal(s.result.outcome, ESPOTA_UNKNOWN);
        assert_int_equal(espota_result_status(&s.result), 30);
        assert_int_equal(s.result.state, MAY[i]);
    }
    close(refusing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told),
        cmocka_unit_test(test_the_turn_is_forbidden),
        cmocka_unit_test(test_the_last_byte_is_forbidden),
        cmocka_unit_test(test_a_failure_before_its_turn_settles_nothing),
    };

    return cmocka_run_group_tests_name("fleet/job, what is known", tests,
                                       seen_prepare, seen_clean_up);
}
