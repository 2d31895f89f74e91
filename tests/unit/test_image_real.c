/* test_image_real.c -- images from the field, each classified as it is known
 * to be.  They are not part of the project: without them this says so.
 */
#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include <espota/image.h>

#include "base/str.h"
#include "image/gzip.h"

#define DIR "../shared/images/"

static const struct real {
    const char *file, *kind, *chip;
    bool ok;
    const char *fact, *value; /* one that tells it was read right */
    const char *problem;      /* part of the first, or NULL */
} REAL[] = {
    {"bk7231t-rbl-kickstart.rbl", "rbl", NULL, false, "fw_version",
     "25.05.28-bk7231t", "UF2"},
    {"bk7231t-uf2-made-kickstart.uf2", "uf2", "BK7231T", true,
     "libretiny_version", "1.9.1", NULL},
    {"bk7231t-ug-kickstart.bin", "tuya-ug", NULL, false, "fw_version",
     "25.05.28", "Tuya"},
    {"esp32-app-encrypted-esptool.bin", "unknown", NULL, false, NULL, NULL,
     "look random"},
    {"esp32-app-esphome2025-daikin.bin", "esp32-app", "ESP32", true, "project",
     "daikin-air-sensor", NULL},
    {"esp32-app-esphome2026-sgre.bin", "esp32-app", "ESP32", true,
     "fw_version", "2026.6.5", NULL},
    {"esp32-app-nodesc-wled013b0.bin", "esp32-app", "ESP32", true,
     "flash_mode", "DOUT", "no app descriptor"},
    {"esp32-app-signedv1-esptool.bin", "esp32-app", "ESP32", true, "signature",
     "secure boot v1", NULL},
    {"esp32-appgz-wled013.bin.gz", "esp32-app", "ESP32", false, "inner_bytes",
     "1255008", "no app descriptor"},
    {"esp32-bootloader-idf52-esptool.bin", "esp32-bootloader", "ESP32", false,
     "idf_version", "v5.2-dev-254-g1950b15", "a bootloader is not firmware"},
    {"esp32-bootloader-old-esptool.bin", "esp32-bootloader", "ESP32", false,
     "entry", "0x4009816c", "without an appended SHA-256"},
    {"esp32-bootloader-signedv2-esptool.bin", "esp32-bootloader", "ESP32",
     false, "signature", "secure boot v2", "older ESP-IDF"},
    {"esp32-factory-esphome2026-ps1.bin", "esp32-factory", "ESP32", false,
     "project", "presence-1", "over a cable"},
    {"esp32-otadata-bootapp0-wled.bin", "esp32-otadata", NULL, false,
     "sequence", "1", "which app"},
    {"esp32-partitions-nomd5-esptool.bin", "esp32-partitions", NULL, false,
     "partitions", "3", "no MD5"},
    {"esp32-ramapp-badhash-esptool.bin", "esp32-ram", "ESP32", false,
     "segments", "2", "the SHA-256 at the end"},
    {"esp32c2-app-idf-mshota.bin", "esp32-app", "ESP32-C2", true,
     "idf_version", "5.4.1", NULL},
    {"esp32c3-app-arduino-sam2695.bin", "esp32-app", "ESP32-C3", true, "built",
     "Nov  4 2025 11:10:32", "Arduino libraries"},
    {"esp32c3-bootloader-arduino-sam2695.bin", "esp32-bootloader", "ESP32-C3",
     false, "built", "Nov  4 2025 11:26:03", "a bootloader is not firmware"},
    {"esp32c3-factory-esphome2025-espcan.bin", "esp32-factory", "ESP32-C3",
     false, "app_bytes", "244368", "over a cable"},
    {"esp32c3-partitions-arduino-sam2695.bin", "esp32-partitions", NULL, false,
     "partition_3", "app1: app 0x11, 1280 KiB at 0x150000",
     "not firmware"},
    {"esp32c5-factory-arduino-waveshare.bin", "esp32-factory", "ESP32-C5",
     false, "bootloader_at", "0x2000", "Arduino libraries"},
    {"esp32c6-app-arduino-sam2695.bin", "esp32-app", "ESP32-C6", true,
     "segments", "4", "Arduino libraries"},
    {"esp32c6-app-idf-otrcp.bin", "esp32-app", "ESP32-C6", true,
     "max_revision", "v0.99", NULL},
    {"esp32c6-factory-esphome2026-grgdo.bin", "esp32-factory", "ESP32-C6",
     false, "fw_version", "2026.3.0", "over a cable"},
    {"esp32c61-ramapp-esptool.bin", "esp32-ram", "ESP32-C61", false, "chip_id",
     "20", "into RAM"},
    {"esp32h2-bootloader-espflash.bin", "esp32-bootloader", "ESP32-H2", false,
     "flash_size", "64M", "a bootloader is not firmware"},
    {"esp32h2-ramapp-esptool.bin", "esp32-ram", "ESP32-H2", false, "chip_id",
     "16", "into RAM"},
    {"esp32h4-ramapp-esptool.bin", "esp32-ram", "ESP32-H4", false, "chip_id",
     "28", "into RAM"},
    {"esp32p4-app-idf-mshota.bin", "esp32-app", "ESP32-P4", true, "project",
     "OTA-WiFi", NULL},
    {"esp32p4-bootloader-espflash.bin", "esp32-bootloader", "ESP32-P4", false,
     "min_revision", "v3.0", "a bootloader is not firmware"},
    {"esp32s2-app-blink-esptool.bin", "esp32-app", "ESP32-S2", true, "project",
     "blink", NULL},
    {"esp32s3-app-arduino-sam2695.bin", "esp32-app", "ESP32-S3", true,
     "flash_size", "8M", "Arduino libraries"},
    {"esp32s3-bootloader-arduino-sam2695.bin", "esp32-bootloader", "ESP32-S3",
     false, "idf_version", "v5.5.1-418-gf1a1df9b2e",
     "a bootloader is not firmware"},
    {"esp32s3-factory-arduino-zifi.bin", "esp32-factory", "ESP32-S3", false,
     "app_chosen_by", "otadata", "Arduino libraries"},
    {"esp32s31-bootloader-espflash.bin", "esp32-bootloader", "ESP32-S31",
     false, "max_revision", "v0.99", "a bootloader is not firmware"},
    {"esp8266-app1m-esphome2022.bin", "esp8266-app", "ESP8266", true,
     "flash_size", "1M", NULL},
    {"esp8266-app1m-wbec.bin", "esp8266-app", "ESP8266", true, "core",
     "3.0 or later", NULL},
    {"esp8266-app4m-esphome2025-pm1.bin", "esp8266-app", "ESP8266", true,
     "crc32", "ab954cfa", NULL},
    {"esp8266-app4m-wbec.bin", "esp8266-app", "ESP8266", true, "flash_mode",
     "DIO", NULL},
    {"esp8266-bootloader-esptool.bin", "esp8266-sdk", "ESP8266", false,
     "segments", "3", "without the bootloader"},
    {"esp8266-core27-tasmota850minimal.bin", "esp8266-app", "ESP8266", true,
     "core", "2.7", NULL},
    {"esp8266-core27gz-tasmota850minimal.bin.gz", "esp8266-app", "ESP8266",
     true, "inner_bytes", "387472", NULL},
    {"esp8266-core31gz-wled.bin.gz", "esp8266-app", "ESP8266", true,
     "flash_size", "2M", NULL},
    {"esp8266-littlefs-wbec.bin", "littlefs", NULL, true, "blocks", "125",
     NULL},
    {"esp8266-nonarduino-nodemcu.bin", "esp8266-sdk", "ESP8266", false,
     "entry", "0x40101844", "without the bootloader"},
    {"esp8266-nonarduino-sdkuser1.bin", "esp8266-sdk", "ESP8266", false, NULL,
     NULL, "without the bootloader"},
    {"esp8266-old-espurna1123core.bin", "esp8266-app", "ESP8266", true, "core",
     "before 2.7", "no length and no CRC"},
    {"esp8266-old-sonoff660minimal.bin", "esp8266-app", "ESP8266", true,
     "core", "before 2.7", "no length and no CRC"},
    {"esp8266-spiffs-singletubeclock.bin", "spiffs", NULL, true, "block_size",
     "4096", NULL},
    {"rp2040-bin-arduino-knxupdater.bin", "rp2-app", "RP2040", true,
     "fs_start", "0x1017f000", NULL},
    {"rp2040-gz-arduino-knxupdater.bin.gz", "rp2-app", "RP2040", true,
     "inner_bytes", "217648", NULL},
    {"rp2040-uf2-arduino-knxupdater.uf2", "uf2", "RP2040", false, "blocks",
     "852", "brick"},
    {"rp2040-uf2-arduino-nofs-freqmeter.uf2", "uf2", "RP2040", false, "blocks",
     "298", "brick"},
    {"rp2040-uf2-nonarduino-siwat.uf2", "uf2", "RP2040", false, "blocks",
     "325", "brick"},
    {"rp2040-uf2-ram-flashnuke.uf2", "uf2", "RP2040", false, "blocks", "50",
     "brick"},
    {"rp2350-bin-arduino-telemetria.bin", "rp2-app", "RP2350", true, "cpu",
     "ARM", "built without a filesystem"},
    {"rp2350-uf2-arduino-telemetria.uf2", "uf2", "RP2350", false, "family",
     "0xe48bff59", "brick"},
    {"wrong-elf-esp32c6.elf", "elf", NULL, false, "machine", "RISC-V",
     "linker"},
    {"wrong-elf-esp8266eboot.elf", "elf", NULL, false, "machine", "Xtensa",
     "linker"},
    {"wrong-hex-arduinouno.hex", "intel-hex", NULL, false, "records", "29",
     "Intel HEX"},
    {"wrong-html404-made.bin", "html", NULL, false, "title", "404 Not Found",
     "a server sent a page"},
    {"wrong-lfspointer-wled.bin", "text", NULL, false, NULL, NULL, "Git LFS"},
    {"wrong-zip-made.bin", "zip", NULL, false, "first_file", "firmware.bin",
     "unpack"},
};

static const char *fact(const struct espota_image_info *info, const char *name)
{
    for (size_t i = 0; i < info->n_facts; i++)
        if (strcmp(info->facts[i].name, name) == 0)
            return info->facts[i].text;
    return "(missing)";
}

static void test_real(void **state)
{
    const struct real *r = *state;
    const struct espota_image_info *info;
    struct espota_image *img;
    char path[256];

    snprintf(path, sizeof path, DIR "%s", r->file);
    if (access(path, R_OK) != 0) {
        printf("skip: %s is not here\n", path);
        skip();
    }
    if (eo_ends_with(r->file, ".gz") && !eo_gzip_have())
        skip_because("this build has no gzip");
    assert_int_equal(
        espota_image_open(&img, path, ESPOTA_COMPRESS_NEVER, NULL), 0);
    info = espota_image_info(img);
    assert_string_equal(info->kind, r->kind);
    if (r->chip == NULL)
        assert_null(info->chip);
    else
        assert_string_equal(info->chip, r->chip);
    if (r->fact != NULL)
        assert_string_equal(fact(info, r->fact), r->value);
    if (r->problem == NULL)
        assert_int_equal(info->n_problems, 0);
    else if (info->n_problems == 0 ||
             strstr(info->problems[0].text, r->problem) == NULL)
        fail_msg("expected \"%s\", first problem is \"%s\"", r->problem,
                 info->n_problems > 0 ? info->problems[0].text : "");
    assert_int_equal(info->ok, r->ok);
    espota_image_free(img);
}

int main(void)
{
    struct CMUnitTest tests[sizeof REAL / sizeof *REAL];

    for (size_t i = 0; i < sizeof REAL / sizeof *REAL; i++)
        tests[i] = (struct CMUnitTest){
            .name = REAL[i].file,
            .test_func = test_real,
            .initial_state = (void *)&REAL[i],
        };
    return cmocka_run_group_tests_name("image: the field", tests, NULL, NULL);
}
