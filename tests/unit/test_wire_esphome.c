/* test_wire_esphome.c -- ESPHome's greeting and refusals. */
#include "support/test.h"

#include "wire/esphome.h"

static void test_the_greeting(void **state)
{
    (void)state;
    assert_memory_equal(EO_ESPHOME_MAGIC, "\x6c\x26\xf7\x5c\x45", 5);
}

/* What the contract with users fixes: the exit status of each code. */
static void test_categories_of_codes(void **state)
{
    static const struct {
        uint8_t code;
        enum espota_category category;
    } ROWS[] = {
        {0x80, ESPOTA_E_PROTOCOL}, {0x81, ESPOTA_E_REFUSED},
        {0x82, ESPOTA_E_AUTH},     {0x83, ESPOTA_E_DEVICE},
        {0x84, ESPOTA_E_DEVICE},   {0x85, ESPOTA_E_REFUSED},
        {0x86, ESPOTA_E_REFUSED},  {0x87, ESPOTA_E_REFUSED},
        {0x88, ESPOTA_E_REFUSED},  {0x89, ESPOTA_E_REFUSED},
        {0x8a, ESPOTA_E_REFUSED},  {0x8b, ESPOTA_E_CHECKSUM},
        {0x8c, ESPOTA_E_REFUSED},  {0x8d, ESPOTA_E_POLICY},
        {0x8e, ESPOTA_E_REFUSED},  {0x8f, ESPOTA_E_REFUSED},
        {0x90, ESPOTA_E_DEVICE},   {0x91, ESPOTA_E_REFUSED},
        {0x92, ESPOTA_E_DEVICE},   {0x93, ESPOTA_E_POLICY},
        {0x94, ESPOTA_E_POLICY},   {0xff, ESPOTA_E_DEVICE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct esphome_refusal r = eo_esphome_refusal(ROWS[i].code, NULL);

        assert_int_equal(r.code, ROWS[i].code);
        assert_int_equal(r.category, ROWS[i].category);
        assert_string_not_equal(r.name, "UNLISTED");
    }
}

static void test_invalid_bootstrapping_keeps_its_words(void **state)
{
    static const char WORDS[] = "Invalid bootstrapping";

    (void)state;
    assert_memory_equal(eo_esphome_refusal(0x85, "ESP8266").text, WORDS,
                        sizeof WORDS - 1);
}

static void test_every_byte_has_an_answer(void **state)
{
    unsigned unlisted = 0;

    (void)state;
    for (unsigned code = 0x80; code <= 0xff; code++) {
        const struct esphome_refusal r =
            eo_esphome_refusal((uint8_t)code, NULL);

        assert_int_equal(r.code, code);
        assert_true(r.text[0] != '\0' && r.hint[0] != '\0');
        unlisted += strcmp(r.name, "UNLISTED") == 0;
    }
    assert_int_equal(unlisted, 128 - 22);
}

static void test_in_the_data_0x80_is_about_the_image(void **state)
{
    (void)state;
    assert_int_equal(eo_esphome_refusal_in_data(0x80, NULL).category,
                     ESPOTA_E_REFUSED);
    for (unsigned code = 0x81; code <= 0xff; code++)
        assert_ptr_equal(eo_esphome_refusal_in_data((uint8_t)code, NULL).text,
                         eo_esphome_refusal((uint8_t)code, NULL).text);
}

/* Nobody with an ESP32 is told of a UF2, nor is one with a BK7231 of less. */
static void test_a_failed_write_is_explained_by_the_chip(void **state)
{
    static const struct {
        const char *chip;
        bool uf2, flash;
    } ROWS[] = {
        {"ESP32", false, true},    {"ESP32-C6", false, true},
        {"ESP8266", false, true},  {"RP2040", false, true},
        {"BK7231T", true, false},  {"BK7238", true, false},
        {"RTL8710B", true, false}, {"LN882H", true, false},
        {NULL, true, false},       {"SAMD21", true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const char *hint = eo_esphome_refusal(0x83, ROWS[i].chip).hint;

        assert_int_equal(strstr(hint, "uf2") != NULL, ROWS[i].uf2);
        assert_int_equal(strstr(hint, "worn") != NULL, ROWS[i].flash);
        assert_string_equal(
            eo_esphome_refusal_in_data(0x83, ROWS[i].chip).hint, hint);
        assert_string_equal(eo_esphome_refusal(0x84, ROWS[i].chip).hint,
                            eo_esphome_refusal(0x84, NULL).hint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_greeting),
        cmocka_unit_test(test_categories_of_codes),
        cmocka_unit_test(test_invalid_bootstrapping_keeps_its_words),
        cmocka_unit_test(test_every_byte_has_an_answer),
        cmocka_unit_test(test_in_the_data_0x80_is_about_the_image),
        cmocka_unit_test(test_a_failed_write_is_explained_by_the_chip),
    };

    return cmocka_run_group_tests_name("wire/esphome", tests, NULL, NULL);
}
