/* test_wire_chip.c -- what a family of chips is. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "image/esp32.h"
#include "image/preflight.h"
#include "wire/chip.h"

static const struct row {
    const char *chip, *family;
    uint16_t port;
    unsigned core;
    unsigned blocks;
    bool inflates, rolls_back;
} ROWS[] = {
    {"ESP8266", "ESP8266", 8266, ARDUINO_ESP8266, 1, true, false},
    {"ESP8285", "ESP8266", 8266, ARDUINO_ESP8266, 1, true, false},
    {"esp8285", "ESP8266", 8266, ARDUINO_ESP8266, 1, true, false},
    {"ESP32", "ESP32", 3232, ARDUINO_ESP32, 2, false, true},
    {"esp32-c3", "ESP32", 3232, ARDUINO_ESP32, 2, false, true},
    {"RP2040", "RP2", 2040, ARDUINO_PICO, 1, true, false},
    {"rp2350", "RP2", 2040, ARDUINO_PICO, 1, true, false},
    {"BK7231N", "LibreTiny", 8892, ARDUINO_ANY, 1, false, false},
    {"bk72xx", "LibreTiny", 8892, ARDUINO_ANY, 1, false, false},
    {"RTL8710B", "LibreTiny", 8892, ARDUINO_ANY, 1, false, false},
    {"LN882H", "LibreTiny", 8820, ARDUINO_ANY, 1, false, false},
    {"BL602", "LibreTiny", 0, ARDUINO_ANY, 1, false, false},
    {"host", "host", 0, ARDUINO_ANY, 1, false, false},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *r = &ROWS[i];
        const struct chip_family *f = eo_chip_family(r->chip);

        assert_non_null(f);
        assert_string_equal(f->name, r->family);
        assert_int_equal(eo_chip_port(r->chip), r->port);
        assert_int_equal(eo_chip_core_port(r->chip),
                         r->core != ARDUINO_ANY ? r->port : 0);
        assert_int_equal(eo_chip_core(r->chip), r->core);
        assert_int_equal(f->blocks, r->blocks);
        assert_int_equal(f->inflates, r->inflates);
        assert_int_equal(f->rolls_back, r->rolls_back);
    }
}

static void test_what_is_not_known(void **state)
{
    (void)state;
    assert_null(eo_chip_family(NULL));
    assert_null(eo_chip_family("SAMD21"));
    assert_null(eo_chip_family("ESP"));
    assert_int_equal(eo_chip_port("SAMD21"), 0);
    assert_int_equal(eo_chip_port(NULL), 0);
    assert_int_equal(eo_chip_core_port(NULL), 0);
    assert_int_equal(eo_chip_core(NULL), ARDUINO_ANY);
    assert_null(eo_chip_family_of_port(0));
    assert_null(eo_chip_family_of_port(80));
}

/* A row that lies is found here: whoever adds one reads what it lacks. */
static void test_every_row_is_whole(void **state)
{
    const struct chip_family *f, *owner;

    (void)state;
    for (size_t i = 0; (f = eo_chip_family_at(i)) != NULL; i++) {
        assert_true(f->name[0] != '\0');
        assert_non_null(f->prefix[0]);
        assert_in_range(f->blocks, 1, 8);
        for (size_t k = 0; k < CHIP_PREFIXES && f->prefix[k] != NULL; k++)
            assert_ptr_equal(eo_chip_family(f->prefix[k]), f);
        assert_true(f->bare == NULL || eo_chip_family(f->bare) == f);
        owner = eo_chip_family_of_port(f->port);
        if (f->port != 0)
            assert_string_equal(owner->name, f->name);
        for (size_t k = 0; k < CHIP_BOARDS && f->boards[k].word != NULL; k++) {
            assert_ptr_equal(eo_chip_family(f->boards[k].chip), f);
            assert_string_equal(eo_chip_of_board(f->boards[k].word),
                                f->boards[k].chip);
        }
    }
}

static void test_every_esp32_is_of_the_family(void **state)
{
    const struct esp32_chip *chip;

    (void)state;
    for (size_t i = 0; (chip = eo_esp32_chip_at(i)) != NULL; i++)
        assert_string_equal(eo_chip_family(chip->name)->name, "ESP32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_what_is_not_known),
        cmocka_unit_test(test_every_row_is_whole),
        cmocka_unit_test(test_every_esp32_is_of_the_family),
    };

    return cmocka_run_group_tests_name("wire/chip", tests, NULL, NULL);
}
