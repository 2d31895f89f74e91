/* test_api_discover.c -- entries become devices: what is told, in which words. */
#include "support/discover_stage.h"

#include <errno.h>

/* ---- all at the end -------------------------------------------------------- */

static void test_all_are_told_at_the_end_by_name(void **state)
{
    static const struct device PRINTER = {
        "laser", HTTP, 80, "10.77.0.9", {"ty=Laser", NULL}};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG());
    say(&KITCHEN, 120, 120);
    say(&PRINTER, 120, 120); /* none of ours */
    say(&ATTIC, 120, 120);
    pass(&s, 1990);
    expect(&s, "");
    assert_true(espota_loop_live(s.loop));
    pass(&s, 20);
    expect(&s, "+ attic arduino 8266 10.77.0.3\n"
               "+ kitchen esphome 3232 10.77.0.2\n");
    assert_false(espota_loop_live(s.loop));
    assert_int_equal(espota_loop_run(s.loop, -1, NULL), ESPOTA_LOOP_DONE);
    close_stage(&s);
}

static void test_who_was_asked_just_before_gets_a_second(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.timeout_ms = 1));
    say(&KITCHEN, 120, 120);
    pass(&s, 990);
    assert_true(espota_loop_live(s.loop));
    pass(&s, 20);
    assert_false(espota_loop_live(s.loop));
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    close_stage(&s);
}

/* A web page beside an update service of the same device is not told. */
static void test_the_better_service_is_told(void **state)
{
    static const struct device PAGE = {
        "kitchen", HTTP, 80, "10.77.0.2", {"version=2026.9.0", NULL}};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG());
    say(&PAGE, 120, 120);
    say(&KITCHEN, 120, 120);
    pass(&s, 2100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    close_stage(&s);

    open_stage(&s, ESPOTA_DISCOVER_CONFIG());
    say(&PAGE, 120, 120);
    pass(&s, 2100);
    expect(&s, "+ kitchen esphome 0 10.77.0.2\n");
    close_stage(&s);
}

static void test_incomplete_ones_are_not_told(void **state)
{
    struct stage s;
    struct voice v;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG());
    voice_begin(&v);
    voice_ptr(&v, ESPHOME, "half." ESPHOME, 120);
    voice_srv(&v, "half." ESPHOME, "half.local", 6053, 120);
    voice_end(&v);
    pass(&s, 2100);
    expect(&s, "");
    close_stage(&s);
}

/* ---- by name ---------------------------------------------------------------- */

static void test_names_with_and_without_local(void **state)
{
    static const char *const NAMES[] = {"kitchen", "hall.local", "cellar"};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.names = NAMES, .n_names = 3));
    say(&KITCHEN, 120, 120);
    say(&ATTIC, 120, 120);
    say_name("hall.local", "10.77.0.7", 120);
    pass(&s, 2100);
    expect(&s, "+ hall ? 0 10.77.0.7 (safe)\n"
               "+ kitchen esphome 3232 10.77.0.2\n");
    assert_true(fake_count("cellar.local", MDNS_A, MDNS_FROM_OWN) > 0);
    close_stage(&s);
}

static void test_a_name_that_is_none(void **state)
{
    static const char *const NAMES[] = {"a..b"};
    struct espota_loop *loop = eo_loop_new();
    struct espota_discover *d = NULL;
    struct espota_error err = {0};

    (void)state;
    assert_int_equal(espota_discover_new(
                         &d, loop,
                         &ESPOTA_DISCOVER_CONFIG(.names = NAMES, .n_names = 1),
                         &err),
                     -1);
    assert_false(espota_loop_live(loop));
    espota_loop_free(loop);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_null(d);
}

/* ---- what is said of one ------------------------------------------------------- */

static void on_details(void *ctx, enum espota_device_news news,
                       const struct espota_device *d)
{
    struct stage *s = ctx;

    (void)news;
    eo_text_add(&s->text, "%s|%s|%s|%s|%s|%s|%s\n", d->name, d->host, d->auth,
                d->board, d->platform, d->version,
                d->mac != NULL ? d->mac : "(none)");
    for (size_t i = 0; i < d->n_txt; i++)
        eo_text_add(&s->text, "%s=%s\n", d->txt[i].key,
                    d->txt[i].value != NULL ? d->txt[i].value : "(none)");
}

static void test_texts_are_safe_and_whole(void **state)
{
    static const struct device HOSTILE = {
        "a\033[2Jb", ESPHOME, 6053, "10.77.0.2",
        {"board=\"d1\"\a", "platform=\"ESP32\"", "api_encryption=x", NULL}};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.on_device = on_details));
    say(&HOSTILE, 120, 120);
    pass(&s, 2100);
    expect(&s, "a\\x1b[2Jb|a\\x1b[2Jb.local|key|\"d1\"\\x07|ESP32|(null)|(none)\n"
               "board=\"d1\"\\x07\n"
               "platform=ESP32\n"
               "api_encryption=x\n");
    close_stage(&s);
}

static void on_many(void *ctx, enum espota_device_news news,
                    const struct espota_device *d)
{
    struct stage *s = ctx;

    (void)news;
    for (size_t i = 0; i < d->n_txt; i++) {
        assert_int_equal(d->txt[i].key[0], 'k');
        assert_true(d->txt[i].value == NULL);
    }
    eo_text_add(&s->text, "%zu", d->n_txt);
}

static void test_more_texts_than_anybody_needs(void **state)
{
    const struct device d = {"many", ESPHOME, 6053, "10.77.0.2", {NULL}};
    const char *pairs[101];
    char space[100][8];
    struct stage s;
    struct voice v;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.on_device = on_many));
    say(&d, 120, 120);
    for (int i = 0; i < 100; i++) {
        snprintf(space[i], sizeof space[i], "k%d", i);
        pairs[i] = space[i];
    }
    pairs[100] = NULL;
    voice_begin(&v);
    voice_txt(&v, "many." ESPHOME, pairs, 120);
    voice_end(&v);
    pass(&s, 2100);
    expect(&s, "64");
    close_stage(&s);
}

/* ---- beginning and end ---------------------------------------------------------- */

static void test_it_ends_where_the_loop_cannot_wait(void **state)
{
    struct stage s;

    (void)state;
    for (int watch = 0; watch < 2; watch++) {
        open_stage(&s, ESPOTA_DISCOVER_CONFIG(.watch = watch != 0));
        assert_true(espota_loop_live(s.loop));
        espota_loop_give_up(s.loop, ENOMEM);
        assert_false(espota_loop_live(s.loop));
        say(&KITCHEN, 120, 120);
        pass(&s, 3000);
        expect(&s, watch ? "+ kitchen esphome 3232 10.77.0.2\n" : "");
        close_stage(&s);
    }
}

static void test_in_a_foreign_loop(void **state)
{
    struct espota_fd fds[4];
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG());
    assert_int_equal(espota_loop_timeout(s.loop), 0); /* the first question */
    assert_int_equal(espota_loop_fds(s.loop, fds, 4), 0);
    espota_loop_process(s.loop, fds, 0);
    assert_in_range(espota_loop_timeout(s.loop), 1, 250);
    close_stage(&s);
}

static void test_no_network(void **state)
{
    struct espota_loop *loop = eo_loop_new();
    struct espota_discover *d = NULL;
    struct espota_error err = {0};

    (void)state;
    fake.none = true;
    assert_int_equal(
        espota_discover_new(&d, loop, &ESPOTA_DISCOVER_CONFIG(), &err), -1);
    fake.none = false;
    assert_int_equal(err.category, ESPOTA_E_RESOLVE);
    assert_null(d);
    espota_discover_free(NULL);
    espota_loop_free(loop);
}

static void test_every_lack_of_memory_is_reported(void **state)
{
    static const char *const NAMES[] = {"a", "b"};
    bool done = false;

    (void)state;
    for (unsigned long n = 1; !done && n < 100; n++) {
        struct espota_loop *loop = eo_loop_new();
        struct espota_discover *d = NULL;
        struct espota_error err = {0};

        eo_alloc_fail_at(n, 0);
        done = espota_discover_new(&d, loop,
                                   &ESPOTA_DISCOVER_CONFIG(.names = NAMES,
                                                           .n_names = 2,
                                                           .bind = "127.0.0.1"),
                                   &err) == 0;
        eo_alloc_fail_at(0, 0);
        if (!done) {
            assert_null(d);
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        }
        espota_discover_free(d);
        espota_loop_free(loop);
    }
    assert_true(done);
}

/* Each tells its own MAC, and is one whatever it says once more. */
static void test_two_of_one_name(void **state)
{
    static const struct device ONE = {
        "kitchen", ESPHOME, 6053, "10.77.0.2",
        {"platform=ESP32", "mac=aabbcc000002", NULL}};
    static const struct device OTHER = {
        "kitchen", ESPHOME, 6053, "10.77.0.3",
        {"platform=ESP32", "mac=aabbcc000003", NULL}};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.timeout_ms = 2000));
    pass(&s, 100);
    say(&ONE, 120, 120);
    say(&OTHER, 120, 120);
    say(&ONE, 120, 120);
    pass(&s, 2100);
    if (strstr(s.told, "10.77.0.2") == NULL ||
        strstr(s.told, "10.77.0.3") == NULL || strstr(s.told, "+ kitchen") ==
                                                   strrchr(s.told, '+'))
        fail_msg("%s", s.told);
    close_stage(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_of_one_name),
        cmocka_unit_test(test_all_are_told_at_the_end_by_name),
        cmocka_unit_test(test_who_was_asked_just_before_gets_a_second),
        cmocka_unit_test(test_the_better_service_is_told),
        cmocka_unit_test(test_incomplete_ones_are_not_told),
        cmocka_unit_test(test_names_with_and_without_local),
        cmocka_unit_test(test_a_name_that_is_none),
        cmocka_unit_test(test_texts_are_safe_and_whole),
        cmocka_unit_test(test_more_texts_than_anybody_needs),
        cmocka_unit_test(test_it_ends_where_the_loop_cannot_wait),
        cmocka_unit_test(test_in_a_foreign_loop),
        cmocka_unit_test(test_no_network),
        cmocka_unit_test(test_every_lack_of_memory_is_reported),
    };

    return cmocka_run_group_tests_name("api/discover", tests, NULL, NULL);
}
