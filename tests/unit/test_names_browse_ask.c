/* test_names_browse_ask.c -- what a search asks for, and when. */
#include "support/browse_stage.h"

#include <stdio.h>

static void test_all_services_are_asked_for_in_rounds(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    until_asked(&s, ESPHOME, MDNS_PTR, MDNS_FROM_OWN, 3);
    assert_int_equal(fake.n_asked, 3 * 3 + 2 * 3);
    for (int i = 0; i < ANNOUNCE_SERVICE_COUNT; i++) {
        const char *type = eo_announce_type((enum announce_service)i);

        assert_int_equal(fake_count(type, MDNS_PTR, MDNS_FROM_OWN), 3);
        /* Who was asked over the shared port is silent for a second. */
        assert_int_equal(fake_count(type, MDNS_PTR, MDNS_FROM_SHARED), 2);
    }
    for (size_t i = 0; i < fake.n_asked; i++)
        assert_int_equal(fake.asked[i].alone,
                         fake.asked[i].from == MDNS_FROM_OWN);
    close_stage(&s);
}

static void test_missing_parts_are_asked_for(void **state)
{
    struct stage s;
    struct voice v;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    voice_begin(&v);
    voice_ptr(&v, ESPHOME, KITCHEN, 120);
    voice_end(&v);
    until_asked(&s, KITCHEN, MDNS_SRV, MDNS_FROM_OWN, 1);
    assert_int_equal(fake_count(KITCHEN, MDNS_TXT, MDNS_FROM_OWN), 1);
    assert_int_equal(fake_count(HOST, MDNS_A, MDNS_FROM_OWN), 0);

    voice_begin(&v);
    voice_srv(&v, KITCHEN, HOST, 6053, 120);
    voice_end(&v);
    until_asked(&s, HOST, MDNS_AAAA, MDNS_FROM_OWN, 1);
    assert_true(fake_count(HOST, MDNS_A, MDNS_FROM_OWN) > 0);
    assert_int_equal(s.n, 0);

    voice_begin(&v);
    voice_a(&v, HOST, "10.77.0.2", 120);
    voice_txt(&v, KITCHEN, TXT, 120);
    voice_end(&v);
    until_news(&s, 1);
    assert_int_equal(s.told[0].news, BROWSE_APPEARED);
    assert_int_equal(s.told[0].port, 6053);
    close_stage(&s);
}

static void test_one_family_alone(void **state)
{
    static const struct {
        int family;
        const char *address;
        uint16_t asked, not_asked;
    } ROWS[] = {{4, "10.77.0.2", MDNS_A, MDNS_AAAA},
                {6, "fe80::2%fake0", MDNS_AAAA, MDNS_A}};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct stage s;
        struct voice v;

        open_stage(&s, (struct browse_config){.services = ALL,
                                              .family = ROWS[i].family});
        voice_begin(&v);
        voice_ptr(&v, ESPHOME, KITCHEN, 120);
        voice_srv(&v, KITCHEN, HOST, 6053, 120);
        voice_txt(&v, KITCHEN, TXT, 120);
        voice_end(&v);
        until_asked(&s, HOST, ROWS[i].asked, MDNS_FROM_OWN, 1);
        assert_int_equal(fake_count(HOST, ROWS[i].not_asked, MDNS_FROM_OWN),
                         0);
        voice_begin(&v);
        voice_a(&v, HOST, "fe80::2", 120);
        voice_a(&v, HOST, "10.77.0.2", 120);
        voice_end(&v);
        until_news(&s, 1);
        assert_int_equal(s.told[0].n_addresses, 1);
        assert_memory_equal(s.told[0].address, ROWS[i].address, 7);
        close_stage(&s);
    }
}

static void test_who_is_known_need_not_answer(void **state)
{
    struct stage s;
    unsigned most = 0;

    (void)state;
    open_stage(&s, (struct browse_config){.services = ALL});
    for (int i = 0; i < 60; i++) {
        char instance[80], host[80];
        struct voice v;

        snprintf(instance, sizeof instance, "a-rather-long-name-%02d." ESPHOME,
                 i);
        snprintf(host, sizeof host, "a-rather-long-name-%02d.local", i);
        voice_begin(&v);
        voice_ptr(&v, ESPHOME, instance, 120);
        voice_srv(&v, instance, host, 6053, 120);
        voice_txt(&v, instance, TXT, 120);
        voice_a(&v, host, "10.77.0.2", 120);
        voice_end(&v);
    }
    until_asked(&s, ESPHOME, MDNS_PTR, MDNS_FROM_OWN, 2);
    for (size_t i = 0; i < fake.n_asked; i++) {
        const struct fake_question *q = &fake.asked[i];

        assert_true(q->bytes <= 1232); /* any link carries it whole */
        if (q->known > most)
            most = q->known;
        if (q->from == MDNS_FROM_SHARED)
            assert_int_equal(q->known, 0);
    }
    assert_in_range(most, 20, 59); /* as many as fit */
    assert_int_equal(s.n, 60);
    close_stage(&s);
}

static void test_silence_is_asked_about_and_then_believed(void **state)
{
    struct stage s;

    (void)state;
    open_stage(&s,
               (struct browse_config){.services = ALL, .keep_asking = true});
    say_all(6053, "10.77.0.2", 10);
    until_news(&s, 1);
    turn_for(&s, 7900);
    assert_int_equal(fake_count(KITCHEN, MDNS_SRV, MDNS_FROM_OWN), 0);
    turn_for(&s, 2000);
    assert_int_equal(fake_count(KITCHEN, MDNS_SRV, MDNS_FROM_OWN), 2);
    assert_int_equal(s.n, 1);
    turn_for(&s, 200);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.told[1].news, BROWSE_LEFT);
    close_stage(&s);
}

static void test_a_name_is_not_given_up(void **state)
{
    static const char *const NAMES[] = {HOST};
    struct stage s;
    struct voice v;
    size_t before;

    (void)state;
    open_stage(&s, (struct browse_config){.names = NAMES,
                                          .n_names = 1,
                                          .keep_asking = true});
    voice_begin(&v);
    voice_a(&v, HOST, "10.77.0.2", 120);
    voice_end(&v);
    until_news(&s, 1);
    assert_int_equal(s.told[0].news, BROWSE_APPEARED);
    voice_begin(&v);
    voice_a(&v, HOST, "10.77.0.2", 0);
    voice_end(&v);
    until_news(&s, 2);
    assert_int_equal(s.told[1].news, BROWSE_LEFT);
    before = fake_count(HOST, MDNS_A, MDNS_FROM_OWN);
    until_asked(&s, HOST, MDNS_A, MDNS_FROM_OWN, before + 2);
    voice_begin(&v);
    voice_a(&v, HOST, "10.77.0.5", 120);
    voice_end(&v);
    until_news(&s, 3);
    assert_int_equal(s.told[2].news, BROWSE_APPEARED);
    assert_string_equal(s.told[2].address, "10.77.0.5");
    close_stage(&s);
}

static void test_a_name_is_renewed(void **state)
{
    static const char *const NAMES[] = {HOST};
    struct stage s;
    struct voice v;
    size_t before;

    (void)state;
    open_stage(&s, (struct browse_config){.names = NAMES,
                                          .n_names = 1,
                                          .keep_asking = true});
    voice_begin(&v);
    voice_a(&v, HOST, "10.77.0.2", 10);
    voice_end(&v);
    until_news(&s, 1);
    before = fake_count(HOST, MDNS_A, MDNS_FROM_OWN);
    until_asked(&s, HOST, MDNS_A, MDNS_FROM_OWN, before + 1);
    voice_begin(&v);
    voice_a(&v, HOST, "10.77.0.2", 120);
    voice_end(&v);
    turn_for(&s, 20000);
    assert_int_equal(s.n, 1);
    close_stage(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_services_are_asked_for_in_rounds),
        cmocka_unit_test(test_missing_parts_are_asked_for),
        cmocka_unit_test(test_one_family_alone),
        cmocka_unit_test(test_who_is_known_need_not_answer),
        cmocka_unit_test(test_silence_is_asked_about_and_then_believed),
        cmocka_unit_test(test_a_name_is_not_given_up),
        cmocka_unit_test(test_a_name_is_renewed),
    };

    return cmocka_run_group_tests_name("names/browse_ask", tests, NULL, NULL);
}
