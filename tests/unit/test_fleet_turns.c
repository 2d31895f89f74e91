/* test_fleet_turns.c -- whose turn is next, and how many may work behind one
 * host.
 */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/turns.h"

enum { MANY = 200 };

static struct turns ts;
static struct turn turn[MANY];

/* One for each word. */
static void list(unsigned per_host, const char *hosts)
{
    char host[16];
    int len;

    memset(&ts, 0, sizeof ts);
    ts.per_host = per_host;
    for (size_t i = 0; sscanf(hosts, " %15s%n", host, &len) == 1; i++) {
        assert_int_equal(eo_turns_add(&ts, &turn[i], host), 0);
        hosts += len;
    }
}

static int tear_down(void **state)
{
    (void)state;
    eo_turns_free(&ts);
    memset(&ts, 0, sizeof ts);
    return 0;
}

/* All begin that may, of those below limit: these, in this order. */
static void begins(size_t limit, const char *numbers)
{
    char got[4 * MANY] = "";
    size_t n = 0;
    struct turn *t;

    while ((t = eo_turns_next(&ts, limit)) != NULL) {
        assert_ptr_equal(t, &turn[t->number]);
        assert_ptr_equal(eo_turns_next(&ts, limit), t); /* until it begins */
        eo_turns_begin(&ts, t);
        n += (size_t)sprintf(got + n, "%s%zu", n > 0 ? " " : "", t->number);
    }
    assert_string_equal(got, numbers);
}

static void ends(size_t i)
{
    eo_turns_end(&ts, &turn[i]);
}

static void test_without_a_limit_it_is_the_list(void **state)
{
    (void)state;
    list(0, "a a b a");
    begins(0, "");
    begins(2, "0 1");
    ends(0);
    ends(2); /* it was cancelled */
    begins(4, "3");
}

static void test_no_more_behind_one_host_than_the_limit(void **state)
{
    (void)state;
    list(2, "a a a b a b b");
    begins(7, "0 1 3 5");
    ends(3);
    begins(7, "6");
    ends(0);
    ends(1);
    begins(7, "2 4");
    eo_turns_free(&ts);
    list(1, "a A a.local"); /* names are not understood here */
    begins(3, "0 1 2");
}

static void test_who_waited_longest_is_first(void **state)
{
    (void)state;
    list(1, "a b a b a b a");
    begins(7, "0 1");
    ends(1);
    ends(0);
    begins(7, "2 3");
    ends(2);
    ends(3);
    begins(7, "4 5");
}

static void test_the_limit_of_the_rollout(void **state)
{
    (void)state;
    list(1, "a a b a b");
    begins(2, "0");
    begins(4, "2");
    ends(0);
    ends(2);
    begins(4, "1");
    begins(5, "4");
    ends(1);
    begins(5, "3");
}

static void test_who_ends_while_it_waits_keeps_nobody_up(void **state)
{
    (void)state;
    list(1, "a a a a b a");
    begins(6, "0 4");
    ends(1);  /* in the queue */
    ends(0);  /* 2 is next, and is told to end before its turn comes */
    ends(2);
    begins(6, "3");
    ends(3);
    ends(5);
    begins(6, "");
}

static void test_who_works_already_does_not_work_twice(void **state)
{
    (void)state;
    list(2, "a a");
    begins(1, "0");
    eo_turns_begin(&ts, &turn[0]);
    begins(2, "1");
}

static void test_added_while_others_work(void **state)
{
    (void)state;
    list(1, "a a");
    begins(2, "0");
    assert_int_equal(eo_turns_add(&ts, &turn[2], "a"), 0);
    assert_int_equal(eo_turns_add(&ts, &turn[3], "b"), 0);
    begins(4, "3");
    ends(0);
    begins(4, "1");
    ends(1);
    begins(4, "2");
}

static void test_many_hosts(void **state)
{
    char host[16];

    (void)state;
    list(1, "");
    for (size_t i = 0; i < MANY; i++) {
        snprintf(host, sizeof host, "h%zu", i / 2);
        assert_int_equal(eo_turns_add(&ts, &turn[i], host), 0);
    }
    for (size_t i = 0; i < MANY; i += 2) {
        assert_ptr_equal(eo_turns_next(&ts, MANY), &turn[i]);
        eo_turns_begin(&ts, &turn[i]);
    }
    assert_null(eo_turns_next(&ts, MANY));
    for (size_t i = 0; i < MANY; i += 2)
        ends(i);
    for (size_t i = 1; i < MANY; i += 2) {
        assert_ptr_equal(eo_turns_next(&ts, MANY), &turn[i]);
        eo_turns_begin(&ts, &turn[i]);
    }
    assert_null(eo_turns_next(&ts, MANY));
}

static void test_every_lack_of_memory(void **state)
{
    unsigned lacks = 0;

    (void)state;
    list(1, "");
    for (size_t i = 0; i < 40; i++) {
        char host[16];
        int rc = -1;

        snprintf(host, sizeof host, "h%zu", i);
        for (unsigned long n = 1; rc != 0; n++) {
            eo_alloc_fail_at(n, 0);
            rc = eo_turns_add(&ts, &turn[i], host);
            eo_alloc_fail_at(0, 0);
            lacks += rc != 0;
            assert_int_equal(ts.n, i + (rc == 0));
        }
    }
    assert_true(lacks >= 2 * 40); /* a host and its name, and tables */
    assert_ptr_equal(eo_turns_next(&ts, 40), &turn[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_without_a_limit_it_is_the_list),
        TEST(test_no_more_behind_one_host_than_the_limit),
        TEST(test_who_waited_longest_is_first),
        TEST(test_the_limit_of_the_rollout),
        TEST(test_who_ends_while_it_waits_keeps_nobody_up),
        TEST(test_who_works_already_does_not_work_twice),
        TEST(test_added_while_others_work),
        TEST(test_many_hosts),
        TEST(test_every_lack_of_memory),
    };

    return cmocka_run_group_tests_name("fleet/turns", tests, NULL, NULL);
}
