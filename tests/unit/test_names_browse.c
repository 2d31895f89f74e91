/* test_names_browse.c -- devices that announce themselves, change and leave. */
#include "support/browse_stage.h"

#include <stdio.h>

/* ---- finding -------------------------------------------------------------- */

static void test_only_the_services_of_interest(void **state)
{
    struct stage s;
    struct voice v;

    (void)state;
    open_stage(&s,
               (struct browse_config){.services = 1u << ANNOUNCE_ARDUINO});
    say_all(6053, "10.77.0.2", 120);
    voice_begin(&v);
    voice_ptr(&v, ARDUINO, "attic." ARDUINO, 120);
    /* Records in front of the one that they need. */
    voice_a(&v, "attic.local", "10.77.0.3", 120);
    voice_txt(&v, "attic." ARDUINO, TXT, 120);
    voice_srv(&v, "attic." ARDUINO, "attic.local", 3232, 120);
    voice_end(&v);
    until_news(&s, 1);
    assert_string_equal(s.told[0].host, "attic.local");
    assert_int_equal(s.told[0].port, 3232);
    assert_string_equal(s.told[0].address, "10.77.0.3");
    assert_int_equal(fake_count(ESPHOME, MDNS_PTR, MDNS_FROM_OWN), 0);
    close_stage(&s);
}

/* ---- change and goodbye --------------------------------------------------- */

static void test_changes_are_told_once(void **state)
{
    struct stage s;
    struct voice v;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    say_all(6053, "10.77.0.2", 120);
    until_news(&s, 1);
    say_all(6053, "10.77.0.2", 120);
    say_all(6054, "10.77.0.2", 120);
    until_news(&s, 2);
    assert_int_equal(s.told[1].news, BROWSE_CHANGED);
    assert_int_equal(s.told[1].port, 6054);

    /* It has another address now, and not both. */
    say_all(6054, "10.77.0.9", 120);
    until_news(&s, 3);
    assert_int_equal(s.told[2].news, BROWSE_CHANGED);
    assert_int_equal(s.told[2].n_addresses, 1);
    assert_string_equal(s.told[2].address, "10.77.0.9");

    /* It has another name: the old address is not that of the new one. */
    voice_begin(&v);
    voice_srv(&v, KITCHEN, "kitchen-2.local", 6054, 120);
    voice_end(&v);
    until_asked(&s, "kitchen-2.local", MDNS_A, MDNS_FROM_OWN, 1);
    assert_int_equal(s.n, 3);
    voice_begin(&v);
    voice_a(&v, "kitchen-2.local", "10.77.0.4", 120);
    voice_end(&v);
    until_news(&s, 4);
    assert_string_equal(s.told[3].host, "kitchen-2.local");
    assert_string_equal(s.told[3].address, "10.77.0.4");
    close_stage(&s);
}

static void test_a_goodbye_can_be_taken_back(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    say_all(6053, "10.77.0.2", 120);
    until_news(&s, 1);
    say_all(6053, "10.77.0.2", 0);
    say_all(6053, "10.77.0.2", 120); /* a namesake was meant */
    turn_for(&s, 1300);
    assert_int_equal(s.n, 1);

    say_all(6053, "10.77.0.2", 0);
    until_news(&s, 2);
    assert_int_equal(s.told[1].news, BROWSE_LEFT);
    assert_null(eo_browse_at(s.b, 0));

    say_all(6053, "10.77.0.2", 120);
    until_news(&s, 3);
    assert_int_equal(s.told[2].news, BROWSE_APPEARED);
    close_stage(&s);
}

/* A goodbye of somebody nobody knows makes no entry. */
static void test_a_strangers_goodbye(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    say_all(6053, "10.77.0.2", 0);
    assert_null(eo_browse_at(s.b, 0));
    close_stage(&s);
}

/* ---- by name --------------------------------------------------------------- */

static void test_a_name_that_was_asked_for(void **state)
{
    static const char *const NAMES[] = {HOST};
    struct stage s;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL,
                                          .names = NAMES,
                                          .n_names = 1});
    until_asked(&s, HOST, MDNS_A, MDNS_FROM_SHARED, 1);
    assert_int_equal(fake_count(ESPHOME, MDNS_PTR, MDNS_FROM_OWN), 0);
    assert_true(fake_count(KITCHEN, MDNS_SRV, MDNS_FROM_OWN) > 0);
    assert_true(fake_count("kitchen." ARDUINO, MDNS_TXT, MDNS_FROM_OWN) > 0);
    say_all(6053, "10.77.0.2", 120);
    until_news(&s, 2); /* the name, and its service */
    assert_string_equal(s.told[0].host, HOST);
    assert_string_equal(s.told[1].host, HOST);
    assert_int_equal(s.told[0].port + s.told[1].port, 6053);
    close_stage(&s);
}

static void test_others_are_passed_by(void **state)
{
    static const char *const NAMES[] = {"hall.local"};
    struct stage s;
    size_t n = 0;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL,
                                          .names = NAMES,
                                          .n_names = 1});
    say_all(6053, "10.77.0.2", 120);
    turn_for(&s, 100);
    while (eo_browse_at(s.b, n) != NULL)
        n++;
    assert_int_equal(n, 1 + ANNOUNCE_SERVICE_COUNT);
    assert_int_equal(s.n, 0);
    close_stage(&s);
}

/* What was asked for by name and left is asked for again, soon. */
/* A name alone has no SRV: its address is asked for before it is too old. */
#define LABEL64 \
    "0123456789012345678901234567890123456789012345678901234567890123"
#define LABEL63 \
    "012345678901234567890123456789012345678901234567890123456789012"
#define LABEL60 "012345678901234567890123456789012345678901234567890123456789"

static void test_names_that_are_none(void **state)
{
    static const char *const ROWS[] = {
        "",
        "a..local",
        ".local",
        LABEL64 ".local",
        /* a name, but too long for its services */
        LABEL63 "." LABEL63 "." LABEL63 "." LABEL60 ".a",
    };
    struct espota_loop *loop = eo_loop_new();

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_error err = {0};
        struct browse *b = NULL;

        if (eo_browse_new(&b, loop,
                          &(struct browse_config){.names = &ROWS[i],
                                                  .n_names = 1,
                                                  .services = ALL},
                          &err) == 0) {
            eo_browse_free(b); /* only its first label counts there */
            assert_int_equal(i, 4);
            continue;
        }
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_null(b);
    }
    eo_loop_free(loop);
}

/* ---- limits ---------------------------------------------------------------- */

/* n names that nobody else has, by a hundred. */
static void flood(const char *from, int n)
{
    static int named;

    while (n > 0) {
        struct voice v;

        voice_begin(&v);
        for (int k = 0; k < 100; k++, n--) {
            char instance[60];

            snprintf(instance, sizeof instance, "n%d." ESPHOME, named++);
            voice_ptr(&v, ESPHOME, instance, 120);
        }
        voice_end_from(&v, from);
    }
}

static size_t count(const struct browse *b)
{
    size_t n = 0;

    while (eo_browse_at(b, n) != NULL)
        n++;
    return n;
}

static void test_a_flood_of_names_has_an_end(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    flood("10.77.0.2", BROWSE_SOURCE_MAX + 100);
    assert_int_equal(count(s.b), BROWSE_SOURCE_MAX);
    flood("10.77.0.3", 100); /* the others have their places */
    assert_int_equal(count(s.b), BROWSE_SOURCE_MAX + 100);
    for (int i = 4; i < 10; i++) {
        char from[16];

        snprintf(from, sizeof from, "10.77.0.%d", i);
        flood(from, BROWSE_SOURCE_MAX);
    }
    assert_int_equal(count(s.b), BROWSE_MAX);
    turn_for(&s, 200);
    /* Questions leave in portions. */
    assert_true(fake.n_asked < 40 * 64 * 2);
    assert_int_equal(s.n, 0);
    close_stage(&s);
}

static void test_no_network(void **state)
{
    struct espota_loop *loop = eo_loop_new();
    struct espota_error err = {0};
    struct browse *b = NULL;

    (void)state;
    fake.none = true;
    assert_int_equal(
        eo_browse_new(&b, loop, &(struct browse_config){.services = ALL},
                      &err), -1);
    fake.none = false;
    assert_int_equal(err.category, ESPOTA_E_RESOLVE);
    assert_null(b);
    eo_loop_free(loop);
}

static void test_every_lack_of_memory_is_survived(void **state)
{
    static const char *const NAMES[] = {"a.local", "b.local", "c.local",
                                        "d.local", "e.local"};
    bool done = false;

    (void)state;
    for (unsigned long n = 1; !done && n < 100; n++) {
        struct espota_loop *loop = eo_loop_new();
        struct espota_error err = {0};
        struct browse *b = NULL;

        eo_alloc_fail_at(n, 0);
        done = eo_browse_new(&b, loop,
                             &(struct browse_config){.names = NAMES,
                                                     .n_names = 5,
                                                     .services = ALL},
                             &err) == 0;
        eo_alloc_fail_at(0, 0);
        if (!done) {
            assert_null(b);
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        }
        eo_browse_free(b);
        eo_loop_free(loop);
    }
    assert_true(done);
    /* A device for which there is no room is not known, and that is all. */
    for (unsigned long n = 1; n < 4; n++) {
        struct stage s;

        open_stage(&s, (struct browse_config){.services = ALL});
        eo_alloc_fail_at(n, 0);
        say_all(6053, "10.77.0.2", 120);
        eo_alloc_fail_at(0, 0);
        say_all(6053, "10.77.0.2", 120);
        until_news(&s, 1);
        assert_null(eo_browse_at(s.b, 1));
        close_stage(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_services_of_interest),
        cmocka_unit_test(test_changes_are_told_once),
        cmocka_unit_test(test_a_goodbye_can_be_taken_back),
        cmocka_unit_test(test_a_strangers_goodbye),
        cmocka_unit_test(test_a_name_that_was_asked_for),
        cmocka_unit_test(test_others_are_passed_by),
        cmocka_unit_test(test_names_that_are_none),
        cmocka_unit_test(test_a_flood_of_names_has_an_end),
        cmocka_unit_test(test_no_network),
        cmocka_unit_test(test_every_lack_of_memory_is_survived),
    };

    return cmocka_run_group_tests_name("names/browse", tests, NULL, NULL);
}
