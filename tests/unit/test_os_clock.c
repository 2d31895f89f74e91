/* test_os_clock.c -- the clocks of the system, in its unit. */
#include "support/test.h"

#include <time.h>

#include "os/clock.h"

static void test_sleeping_takes_its_time(void **state)
{
    const uint64_t before = eo_monotonic_ms();
    uint64_t took;

    (void)state;
    eo_sleep_ms(1100);
    took = eo_monotonic_ms() - before;
    assert_true(took >= 1099);
    assert_true(took < 30000); /* and not a thousand times as long */
}

static void test_the_time_of_day(void **state)
{
    const uint64_t before = (uint64_t)time(NULL);
    const uint64_t now = eo_wall_ms() / 1000;

    (void)state;
    assert_true(now + 1 >= before); /* the second of time() may be late */
    assert_true(now <= (uint64_t)time(NULL) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sleeping_takes_its_time),
        cmocka_unit_test(test_the_time_of_day),
    };

    return cmocka_run_group_tests_name("os/clock", tests, NULL, NULL);
}
