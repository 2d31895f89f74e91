/* test_sim_esphome_table.c -- firmware ages, and the words for misbehaviour. */
#include "support/test.h"

#include "sim_esphome/device.h"

static void test_the_release_decides(void **state)
{
    static const struct row {
        const char *release;
        int version;
        bool md5, sha256, gzip, extended, stale, empty, any_case;
        unsigned magic_ms, handshake_ms, idle_ms;
    } ROWS[] = {
        {"2018.10", 1, 1, 0, 0, 0, 1, 0, 0, 1000, 0, 0},
        {"2021.8", 1, 1, 0, 0, 0, 1, 0, 0, 1000, 0, 0},
        {"2021.10.3", 1, 1, 0, 0, 0, 1, 0, 0, 1000, 0, 0},
        {"2021.11", 1, 1, 0, 1, 0, 1, 0, 0, 1000, 0, 0},
        {"2024.1", 1, 1, 0, 1, 0, 1, 0, 0, 1000, 0, 0},
        {"2024.2", 2, 1, 0, 1, 0, 1, 0, 0, 1000, 0, 0},
        {"2025.6", 2, 1, 0, 1, 0, 1, 0, 0, 1000, 0, 0},
        {"2025.9", 2, 1, 0, 1, 0, 1, 0, 0, 10000, 0, 90000},
        {"2025.10", 2, 1, 1, 1, 0, 1, 1, 0, 0, 20000, 90000},
        {"2025.12.1", 2, 1, 1, 1, 0, 1, 1, 1, 0, 20000, 90000},
        {"2026.1", 2, 0, 1, 1, 0, 1, 1, 1, 0, 20000, 90000},
        {"2026.5", 2, 0, 1, 1, 1, 1, 1, 1, 0, 20000, 90000},
        {"2026.8", 2, 0, 1, 1, 1, 0, 1, 1, 0, 20000, 90000},
        {"2026.9", 2, 0, 1, 1, 1, 0, 1, 1, 0, 20000, 105000},
        {"2027.3", 2, 0, 1, 1, 1, 0, 1, 1, 0, 20000, 105000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct esphome_age *a = eo_sim_esphome_age(ROWS[i].release);

        assert_non_null(a);
        assert_int_equal(a->version, ROWS[i].version);
        assert_int_equal(a->md5, ROWS[i].md5);
        assert_int_equal(a->sha256, ROWS[i].sha256);
        assert_int_equal(a->gzip, ROWS[i].gzip);
        assert_int_equal(a->extended, ROWS[i].extended);
        assert_int_equal(a->stale_ok, ROWS[i].stale);
        assert_int_equal(a->empty, ROWS[i].empty);
        assert_int_equal(a->any_case, ROWS[i].any_case);
        assert_int_equal(a->magic_ms, ROWS[i].magic_ms);
        assert_int_equal(a->handshake_ms, ROWS[i].handshake_ms);
        assert_int_equal(a->idle_ms, ROWS[i].idle_ms);
    }
}

/* How it waits, listens and is deaf. */
static void test_the_release_decides_on_manners(void **state)
{
    static const struct row {
        const char *release;
        bool blocking, mute, noise, new_md5;
        int backlog;
        unsigned read_ms, control_ms;
    } ROWS[] = {
        {"2018.10", 1, 0, 0, 0, 4, 1000, 1000},
        {"2021.12", 1, 0, 0, 0, 4, 1000, 1000},
        {"2024.6", 1, 0, 0, 0, 4, 1000, 1000},
        {"2025.8", 1, 0, 0, 0, 4, 1000, 1000},
        {"2025.9", 0, 1, 0, 0, 4, 90000, 90000},
        {"2025.10", 0, 0, 0, 0, 4, 0, 90000},
        {"2025.12", 0, 0, 0, 0, 4, 0, 90000},
        {"2026.1", 0, 0, 0, 1, 1, 0, 90000},
        {"2026.7", 0, 0, 0, 1, 1, 0, 90000},
        {"2026.8", 0, 0, 0, 1, 1, 0, 90000},
        {"2026.10", 0, 0, 1, 1, 1, 0, 105000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct esphome_age *a = eo_sim_esphome_age(ROWS[i].release);

        assert_non_null(a);
        assert_int_equal(a->blocking, ROWS[i].blocking);
        assert_int_equal(a->mute, ROWS[i].mute);
        assert_int_equal(a->noise, ROWS[i].noise);
        assert_int_equal(a->new_md5, ROWS[i].new_md5);
        assert_int_equal(a->backlog, ROWS[i].backlog);
        assert_int_equal(a->read_ms, ROWS[i].read_ms);
        assert_int_equal(a->control_ms, ROWS[i].control_ms);
    }
}

static void test_the_platform_decides(void **state)
{
    static const struct row {
        enum esphome_platforms platform;
        enum image_checks check;
        size_t sector;
        unsigned no_space, bad_md5;
        bool inflates, raw;
    } ROWS[] = {
        {ESP32, CHECK_E9, 1024, 0x89, 0x8b, 0, 0},
        {ESP8266, CHECK_E9_OR_GZIP, 4096, 0x88, 0x84, 1, 1},
        {RP2040, CHECK_NOTHING, 4096, 0x8c, 0x84, 1, 1},
        {BK72XX, CHECK_UF2, 512, 0x89, 0x84, 0, 0},
    };

    (void)state;
    assert_int_equal(sizeof ROWS / sizeof *ROWS, N_PLATFORMS);
    for (size_t i = 0; i < N_PLATFORMS; i++) {
        const struct esphome_platform *p =
            &EO_SIM_ESPHOME_PLATFORM[ROWS[i].platform];

        assert_string_equal(p->name,
                            EO_SIM_ESPHOME_PLATFORM_NAMES[ROWS[i].platform]);
        assert_int_equal(p->check, ROWS[i].check);
        assert_int_equal(p->sector, ROWS[i].sector);
        assert_int_equal(p->no_space, ROWS[i].no_space);
        assert_int_equal(p->bad_md5, ROWS[i].bad_md5);
        assert_int_equal(p->inflates, ROWS[i].inflates);
        assert_int_equal(p->raw, ROWS[i].raw);
    }
}

static void test_what_is_no_release(void **state)
{
    static const char *const TEXTS[] = {"",       "2026",    "2026.",
                                        "2026.0", "2026.13", "2018.9",
                                        "1.9",    "new",     "2026.x"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_null(eo_sim_esphome_age(TEXTS[i]));
}

static void test_places(void **state)
{
    struct esphome_where w;

    (void)state;
    assert_int_equal(eo_sim_esphome_where(&w, "end", NULL), 0);
    assert_int_equal(w.step, STEP_END);
    assert_int_equal(eo_sim_esphome_where(&w, "data:40960", NULL), 0);
    assert_int_equal(w.step, STEP_DATA);
    assert_int_equal(w.bytes, 40960);
    assert_int_equal(eo_sim_esphome_where(&w, "data", NULL), 0);
    assert_int_equal(w.bytes, 0);
    assert_int_equal(eo_sim_esphome_where(&w, "data:", NULL), -1);
    assert_int_equal(eo_sim_esphome_where(&w, "data:x", NULL), -1);
    assert_int_equal(eo_sim_esphome_where(&w, "end:3", NULL), -1);
    assert_int_equal(eo_sim_esphome_where(&w, "", NULL), -1);
    assert_int_equal(eo_sim_esphome_where(&w, "nowhere", NULL), -1);
}

static void test_every_step_has_its_own_word(void **state)
{
    struct esphome_where w;

    (void)state;
    for (int i = 0; i < N_STEPS; i++) {
        const char *word = eo_sim_esphome_step_name((enum esphome_step)i);

        assert_int_equal(eo_sim_esphome_where(&w, word, NULL), 0);
        assert_int_equal(w.step, i);
    }
}

static void test_faults_have_defaults_and_arguments(void **state)
{
    struct fault f[N_FAULTS] = {{false}};

    (void)state;
    assert_int_equal(eo_sim_esphome_fault(f, "silent", NULL), 0);
    assert_true(f[FAULT_SILENT].on);
    assert_int_equal(f[FAULT_SILENT].where.step, STEP_VERSION);
    assert_int_equal(eo_sim_esphome_fault(f, "reset@data:8192", NULL), 0);
    assert_int_equal(f[FAULT_RESET].where.step, STEP_DATA);
    assert_int_equal(f[FAULT_RESET].where.bytes, 8192);
    assert_int_equal(eo_sim_esphome_fault(f, "drip", NULL), 0);
    assert_int_equal(f[FAULT_DRIP].n, 1000);
    assert_int_equal(eo_sim_esphome_fault(f, "drop-ack@3", NULL), 0);
    assert_int_equal(f[FAULT_DROP_ACK].n, 3);
    assert_int_equal(eo_sim_esphome_fault(f, "coalesce", NULL), 0);
    assert_true(f[FAULT_COALESCE].on);
    assert_false(f[FAULT_CLOSE].on);
}

static void test_faults_that_are_none_name_the_nearest(void **state)
{
    struct fault f[N_FAULTS] = {{false}};
    struct espota_error err = {0};

    (void)state;
    assert_int_equal(eo_sim_esphome_fault(f, "rest@data", &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_non_null(strstr(err.message, "\"reset\""));
    assert_int_equal(eo_sim_esphome_fault(f, "drop-ack@0", &err), -1);
    assert_int_equal(eo_sim_esphome_fault(f, "drip@soon", &err), -1);
    assert_int_equal(eo_sim_esphome_fault(f, "coalesce@end", &err), -1);
}

static void test_refusals(void **state)
{
    static const char *const WRONG[] = {"",     "85",    "0x8",       "0x855",
                                        "0xgg", "0x85@", "0x85@later"};
    struct refusal r = {false};

    (void)state;
    assert_int_equal(eo_sim_esphome_refuse(&r, "0x8A", NULL), 0);
    assert_true(r.on);
    assert_int_equal(r.code, 0x8a);
    assert_int_equal(r.where.step, STEP_PREPARE);
    assert_int_equal(eo_sim_esphome_refuse(&r, "0xff@data:1", NULL), 0);
    assert_int_equal(r.code, 0xff);
    assert_int_equal(r.where.bytes, 1);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_int_equal(eo_sim_esphome_refuse(&r, WRONG[i], NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_release_decides),
        cmocka_unit_test(test_the_release_decides_on_manners),
        cmocka_unit_test(test_the_platform_decides),
        cmocka_unit_test(test_what_is_no_release),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_every_step_has_its_own_word),
        cmocka_unit_test(test_faults_have_defaults_and_arguments),
        cmocka_unit_test(test_faults_that_are_none_name_the_nearest),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests_name("sim_esphome/table", tests, NULL, NULL);
}
