/* test_fleet_job_short.c -- a job in a process without descriptors, in a time
 * that the test makes.
 */
#include "support/fleet_seen.h"
#include "support/test.h"

#include "support/clock.h"
#include "support/few_descriptors.h"

enum { FOR_EVER_MS = 300000, NOBODYS_PORT = 1 };

struct ended {
    uint64_t after_ms;
    enum espota_category category;
    unsigned attempts;
};

/* At the port of nobody; after so long descriptors are to be had again. */
static struct ended run(struct espota_target *t, uint64_t few_ms)
{
    struct fleet_seen s = {0};
    struct rlimit before;
    bool few = true;
    const uint64_t began = clock_ms;

    needs_few_descriptors();
    seen_add(seen_fleet(&s, 0), t);
    few_descriptors(next_descriptor(), &before);
    while (espota_loop_live(s.loop) && clock_ms - began < FOR_EVER_MS) {
        struct espota_fd fds[4];
        const size_t n = espota_loop_fds(s.loop, fds, 4);

        if (few && clock_ms - began >= few_ms) {
            many_descriptors(&before);
            few = false;
        }
        for (size_t i = 0; i < n; i++)
            fds[i].ready = fds[i].want;
        espota_loop_process(s.loop, fds, n);
        clock_ms += 10;
    }
    if (few)
        many_descriptors(&before);
    seen_free(&s);
    assert_int_equal(s.ends[0], 1);
    return (struct ended){clock_ms - began, s.error[0].category,
                          s.result[0].attempts};
}

static struct espota_target nobody(const char *protocol)
{
    struct espota_target t = seen_target(NOBODYS_PORT);

    t.protocol = protocol;
    t.retries = 0;
    return t;
}

static const char *const PROTOCOLS[] = {
    "esphome",
    "auto",
    "arduino",
#ifdef EO_WITH_HTTP_PUSH
    "web",
#endif
};

enum { N_PROTOCOLS = sizeof PROTOCOLS / sizeof *PROTOCOLS };

static void test_it_waits_and_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_PROTOCOLS; i++) {
        struct espota_target t = nobody(PROTOCOLS[i]);
        const struct ended e = run(&t, 7000);

        assert_int_not_equal(e.category, ESPOTA_E_INTERNAL);
        assert_true(e.after_ms >= 7000);
        assert_int_equal(e.attempts, 1); /* all of it is one */
    }
}

static void test_not_for_ever(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_PROTOCOLS; i++) {
        struct espota_target t = nobody(PROTOCOLS[i]);
        const struct ended e = run(&t, FOR_EVER_MS);

        assert_int_equal(e.category, ESPOTA_E_INTERNAL);
        assert_true(e.after_ms >= 10000);
        assert_true(e.after_ms < 11000);
        assert_int_equal(e.attempts, 1);
    }
}

static void test_no_longer_than_it_may(void **state)
{
    struct espota_target t = nobody("esphome");
    struct ended e;

    (void)state;
    t.max_ms = 3000;
    e = run(&t, FOR_EVER_MS);
    assert_int_equal(e.category, ESPOTA_E_INTERNAL);
    assert_true(e.after_ms >= 3000);
    assert_true(e.after_ms < 3500);
}

/* Where it would be skipped if it were absent: nobody knows that. */
static void test_it_is_not_absent(void **state)
{
    struct espota_target t = nobody("esphome");
    struct ended e;

    (void)state;
    t.skip_absent = true;
    e = run(&t, FOR_EVER_MS);
    assert_int_equal(e.category, ESPOTA_E_INTERNAL);
    assert_true(e.after_ms >= 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_waits_and_goes_on),
        cmocka_unit_test(test_not_for_ever),
        cmocka_unit_test(test_no_longer_than_it_may),
        cmocka_unit_test(test_it_is_not_absent),
    };

    return cmocka_run_group_tests_name("fleet/job_short", tests, seen_prepare,
                                       seen_clean_up);
}
