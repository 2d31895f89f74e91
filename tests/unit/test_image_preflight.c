/* test_image_preflight.c -- which image is sent to which device. */
#include "support/test.h"

#include "support/forge.h"

#include "base/str.h"
#include "image/esp32.h"
#include "image/preflight.h"

static void esp8266(struct forged *f)
{
    forge_esp8266(f, CORE_3);
}

static void cut_esp8266(struct forged *f)
{
    esp8266(f);
    f->len = 7000;
}

static void esp32(struct forged *f)
{
    forge_esp32_app(f, 0);
}

static void esp32c3(struct forged *f)
{
    forge_esp32_app(f, 5);
}

static void factory(struct forged *f)
{
    forge_esp32_factory(f, 5, 0);
}

static void pico(struct forged *f)
{
    forge_rp2040(f, 0x10100000, 0x10200000);
}

static void pico2(struct forged *f)
{
    forge_rp2350(f);
}

static void pico_no_fs(struct forged *f)
{
    forge_rp2040(f, 0x10100000, 0x10100000);
}

static void pico_uf2(struct forged *f)
{
    forge_uf2(f, 0xe48bff56, 0);
}

static void beken_uf2(struct forged *f)
{
    forge_uf2(f, 0x7b3ef230, 1);
}

static void littlefs(struct forged *f)
{
    forge_littlefs(f, 4096, 4);
}

static void noise(struct forged *f)
{
    forge_reset(f);
    forge_fill(f, 0x03, 1000);
}

#define APP ESPOTA_TYPE_APP
#define FS ESPOTA_TYPE_FILESYSTEM

static const struct row {
    const char *name;
    void (*make)(struct forged *);
    struct espota_check check;
    const char *refusal; /* part of it; NULL: it may go */
    const char *warning; /* part of the first; NULL: none */
} ROWS[] = {
    {"an ESP8266's, anywhere", esp8266, {.type = APP}, NULL, NULL},
    {"an ESP32's, anywhere", esp32, {.type = APP}, NULL, NULL},
    {"by its port", esp8266, {.port = 8266}, NULL, NULL},
    {"to another's port", esp8266, {.port = 3232},
     "f.bin is for ESP8266, and port 3232 belongs to ESP32 devices", NULL},
    {"to a port that says nothing", esp8266, {.port = 4242}, NULL, NULL},
    {"to a Pico's port", esp32, {.port = 2040}, "belongs to RP2", NULL},
    {"a Pico's to an ESP32's", pico, {.port = 3232}, "is for RP2040", NULL},
    {"LibreTiny to its port", beken_uf2, {.port = 8892}, NULL, NULL},
    {"what the device says counts more than its port", esp8266,
     {.port = 3232, .chip = "ESP8266"}, NULL, NULL},
    {"the platform of the device", esp32c3, {.chip = "ESP32"}, NULL, NULL},
    {"another platform", esp32c3, {.chip = "ESP8266"},
     "is for ESP32-C3, and the device is an ESP8266", NULL},
    {"the chip of the device", esp32c3, {.chip = "esp32-c3"}, NULL, NULL},
    {"another chip", esp32c3, {.chip = "ESP32-S3"},
     "the device is an ESP32-S3", NULL},
    {"a board that tells the chip", esp32c3,
     {.chip = "ESP32", .board = "esp32-c3-devkitm-1"}, NULL, NULL},
    {"a board of another chip", esp32,
     {.chip = "ESP32", .board = "seeed_xiao_esp32s3"},
     "is for ESP32, and the device is an ESP32-S3", NULL},
    {"a board nobody knows", esp32c3, {.chip = "ESP32", .board = "featherx"},
     NULL, NULL},
    {"RP2350 where the platform is called RP2040", pico2,
     {.chip = "RP2040", .board = "rpipico2w"}, NULL, NULL},
    {"RP2350 on an RP2040", pico2, {.chip = "RP2040", .board = "rpipicow"},
     "is for RP2350, and the device is an RP2040", NULL},
    {"an ESP8266 board of Arduino", esp32, {.board = "ESP8266_WEMOS_D1MINI"},
     "the device is an ESP8266", NULL},
    {"a D1 mini that is an ESP32", esp32, {.board = "wemos_d1_mini32"}, NULL,
     NULL},
    {"a Pico of Arduino", pico, {.board = "RASPBERRY_PI_PICO_W"}, NULL, NULL},
    {"a platform of ESPHome we know nothing of", esp32, {.chip = "nRF52"},
     NULL, NULL},
    {"another Beken", beken_uf2, {.chip = "BK7231T"}, "is a BK7231T", NULL},
    {"a Beken of a kind", beken_uf2, {.chip = "BK72XX"}, NULL, NULL},

    {"a factory image", factory, {.type = APP}, "is an ESP32 factory image",
     NULL},
    {"a UF2 to a Pico", pico_uf2, {.protocol = "esphome", .port = 2040},
     "is a UF2 file, not a firmware", NULL},
    {"a UF2 by ArduinoOTA", beken_uf2, {.protocol = "arduino"},
     "no ArduinoOTA device takes", NULL},
    {"damaged", cut_esp8266, {.type = APP},
     "cut short: 8208 bytes are announced, the file has 7000 (at byte 4112)",
     NULL},
    {"not recognised", noise, {.type = APP}, "not recognised as firmware",
     NULL},
    {"a filesystem as firmware", littlefs, {.type = APP},
     "is a LittleFS filesystem, not a firmware", NULL},
    {"a firmware as filesystem", esp32, {.type = FS},
     "is an ESP32 app, not a filesystem", NULL},
    {"a filesystem", littlefs, {.type = FS}, NULL, NULL},
    {"not recognised, as filesystem", noise, {.type = FS}, NULL, NULL},
    {"a factory image as filesystem", factory, {.type = FS},
     "not a filesystem", NULL},

    {"just as large as there is room", esp32, {.max_bytes = 720}, NULL, NULL},
    {"a byte more", esp32, {.max_bytes = 719}, "room for 719", NULL},
    {"a warning of the image", pico_no_fs, {.type = APP}, NULL,
     "built without a filesystem"},

    {"forced: not recognised", noise, {.force = true}, NULL, "not recognised"},
    {"forced: another chip", esp32, {.chip = "RP2040", .force = true}, NULL,
     "the device is an RP2040"},
    {"forced: a factory image", factory, {.force = true}, NULL, "factory"},
    {"forced: damaged", cut_esp8266, {.force = true}, NULL, "cut short"},
};

struct heard {
    unsigned n;
    char text[320];
};

static void on_warning(void *ctx, const char *code, const char *text)
{
    struct heard *h = ctx;

    assert_true(code[0] != '\0');
    if (h->n++ == 0)
        strncpy(h->text, text, sizeof h->text - 1);
}

static void test_row(void **state)
{
    const struct row *r = *state;
    struct forged *f = malloc(sizeof *f);
    struct findings *found = malloc(sizeof *found);
    struct heard heard = {0};
    struct espota_check check = r->check;
    struct espota_error err = {0};
    int rc;

    assert_non_null(f);
    assert_non_null(found);
    r->make(f);
    eo_identify(found, f->bytes, f->len);
    check.on_warning = on_warning;
    check.ctx = &heard;
    rc = eo_preflight(&(struct preflight_image){.found = found,
                                                .name = "f.bin",
                                                .bytes = f->len},
                      &check, &err);
    if (r->refusal == NULL && rc != 0)
        fail_msg("refused: %s", err.message);
    if (r->refusal != NULL) {
        assert_int_equal(rc, -1);
        assert_int_equal(err.category, ESPOTA_E_IMAGE);
        assert_non_null(err.hint);
        if (strstr(err.message, r->refusal) == NULL)
            fail_msg("expected \"%s\", got \"%s\"", r->refusal, err.message);
    }
    if (r->warning == NULL && heard.n > 0)
        fail_msg("warned: %s", heard.text);
    if (r->warning != NULL && strstr(heard.text, r->warning) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", r->warning, heard.text);
    free(found);
    free(f);
}

/* A chip is one row of one table: its boards are known by it as well. */
static void test_boards_named_like_their_chip(void **state)
{
    const struct esp32_chip *chip;

    (void)state;
    for (size_t i = 0; (chip = eo_esp32_chip_at(i)) != NULL; i++) {
        char board[64];
        struct text t;

        assert_ptr_equal(eo_esp32_chip(chip->id), chip);
        assert_true(eo_esp32_is_family(chip->name));
        eo_text_init(&t, board, sizeof board);
        eo_text_add(&t, "%s-devkit-1", chip->name);
        for (char *c = board; *c != '\0'; c++)
            *c = eo_lower(*c);
        assert_string_equal(eo_chip_of_board(board), chip->name);
    }
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1];

    tests[N] = (struct CMUnitTest)cmocka_unit_test(
        test_boards_named_like_their_chip);
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = ROWS[i].name,
            .test_func = test_row,
            .initial_state = (void *)&ROWS[i],
        };
    return cmocka_run_group_tests_name("image/preflight", tests, NULL, NULL);
}
