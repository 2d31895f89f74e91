/* test_api_discover_watch.c -- who comes, changes and leaves. */
#include "support/discover_stage.h"

static void test_news_of_one_device(void **state)
{
    struct stage s;
    struct device moved = KITCHEN;

    (void)state;
    moved.address = "10.77.0.4";
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.watch = true));
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    expect(&s, "");
    say(&moved, 120, 120);
    pass(&s, 100);
    expect(&s, "* kitchen esphome 3232 10.77.0.4\n");
    say(&ATTIC, 120, 120);
    say(&ATTIC, 0, 0);
    pass(&s, 1100);
    expect(&s, "+ attic arduino 8266 10.77.0.3\n"
               "- attic arduino 8266 10.77.0.3\n");
    assert_true(espota_loop_live(s.loop));
    close_stage(&s);
}

/* Who asked for a device by its name sees one device, not its parts. */
static void test_who_was_told_once_leaves_once(void **state)
{
    static const char *const NAMES[] = {"kitchen"};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.names = NAMES, .n_names = 1,
                                          .watch = true));
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    say(&KITCHEN, 0, 0);
    pass(&s, 1500);
    expect(&s, "- kitchen esphome 3232 10.77.0.2\n");
    say_name("kitchen.local", "10.77.0.2", 120);
    pass(&s, 100);
    expect(&s, "+ kitchen ? 0 10.77.0.2 (safe)\n");
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    close_stage(&s);
}

/* The page of a device came first, then its update service: the page is no
 * device that leaves. */
static void test_a_page_does_not_leave_beside_its_device(void **state)
{
    static const struct device PAGE = {
        "kitchen", HTTP, 80, "10.77.0.2", {"version=2026.9.0", NULL}};
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.watch = true));
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    say(&PAGE, 120, 120);
    pass(&s, 100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    say(&PAGE, 0, 120);
    pass(&s, 1500);
    expect(&s, "");
    say(&KITCHEN, 0, 0);
    pass(&s, 1500);
    expect(&s, "- kitchen esphome 3232 10.77.0.2\n");
    close_stage(&s);
}

/* ESPHome's safe mode: the service goes, the name stays. */
static void test_safe_mode_is_noticed(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.watch = true));
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    say(&KITCHEN, 0, 0);
    pass(&s, 1500);
    expect(&s, "- kitchen esphome 3232 10.77.0.2\n");
    assert_true(fake_count("kitchen.local", MDNS_A, MDNS_FROM_OWN) > 0);

    say_name("kitchen.local", "10.77.0.2", 120);
    pass(&s, 100);
    expect(&s, "+ kitchen ? 0 10.77.0.2 (safe)\n");
    say_name("kitchen.local", "10.77.0.5", 120);
    pass(&s, 100);
    expect(&s, ""); /* it is in safe mode still, and that was told */
    say_name("kitchen.local", "10.77.0.5", 0);
    pass(&s, 1100);
    expect(&s, "- kitchen ? 0 10.77.0.5 (safe)\n");

    /* It is back, and its name is not listened for any more. */
    say(&KITCHEN, 120, 120);
    pass(&s, 100);
    expect(&s, "+ kitchen esphome 3232 10.77.0.2\n");
    say_name("kitchen.local", "10.77.0.2", 120);
    pass(&s, 100);
    expect(&s, "");
    close_stage(&s);
}

/* A building loses its power: the names of some are listened for. */
static void test_many_leave_at_once(void **state)
{
    struct stage s;
    unsigned links = 0;

    (void)state;
    open_stage(&s, ESPOTA_DISCOVER_CONFIG(.watch = true));
    for (uint32_t ttl = 120;; ttl = 0) {
        for (int i = 0; i < 20; i++) {
            char name[20];
            struct device d = KITCHEN;

            snprintf(name, sizeof name, "n%02d", i);
            d.name = name;
            say(&d, ttl, ttl);
        }
        pass(&s, 1500);
        if (ttl == 0)
            break;
    }
    for (size_t i = 0; i < FAKE_LINKS; i++)
        links += fake.open[i] != NULL;
    assert_int_equal(links, 1 + 16);
    close_stage(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_news_of_one_device),
        cmocka_unit_test(test_who_was_told_once_leaves_once),
        cmocka_unit_test(test_a_page_does_not_leave_beside_its_device),
        cmocka_unit_test(test_safe_mode_is_noticed),
        cmocka_unit_test(test_many_leave_at_once),
    };

    return cmocka_run_group_tests_name("api/discover, watching", tests, NULL, NULL);
}
