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

static const struct script *const SCRIPT = &EO_SIM_ESPHOME_SCRIPT;

static void test_every_step_has_its_own_word(void **state)
{
    struct script_where w;

    (void)state;
    for (int i = 0; i < N_STEPS; i++) {
        assert_int_equal(
            eo_sim_script_where(SCRIPT, &w, SCRIPT->steps[i], NULL), 0);
        assert_int_equal(w.step, i);
    }
    assert_null(SCRIPT->steps[N_STEPS]);
    assert_int_equal(eo_sim_script_where(SCRIPT, &w, "data:4096", NULL), 0);
    assert_int_equal(w.step, STEP_DATA);
    assert_int_equal(w.bytes, 4096);
}

static void test_faults_have_defaults_and_arguments(void **state)
{
    struct script_act f[N_FAULTS] = {{false}};

    (void)state;
    for (size_t i = 0; i < N_FAULTS; i++)
        assert_int_equal(
            eo_sim_script_fault(SCRIPT, f, SCRIPT->faults[i].word, NULL), 0);
    assert_int_equal(f[FAULT_SILENT].where.step, STEP_VERSION);
    assert_int_equal(f[FAULT_CORRUPT].where.step, STEP_DATA);
    assert_int_equal(f[FAULT_DRIP].n, 1000);
    assert_int_equal(f[FAULT_STRANGE_VERSION].n, 3);
    assert_int_equal(eo_sim_script_fault(SCRIPT, f, "reset@data:8192", NULL),
                     0);
    assert_int_equal(f[FAULT_RESET].where.step, STEP_DATA);
    assert_int_equal(f[FAULT_RESET].where.bytes, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_release_decides),
        cmocka_unit_test(test_the_release_decides_on_manners),
        cmocka_unit_test(test_the_platform_decides),
        cmocka_unit_test(test_what_is_no_release),
        cmocka_unit_test(test_every_step_has_its_own_word),
        cmocka_unit_test(test_faults_have_defaults_and_arguments),
    };

    return cmocka_run_group_tests_name("sim_esphome/table", tests, NULL, NULL);
}
