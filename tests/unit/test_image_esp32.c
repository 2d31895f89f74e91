/* test_image_esp32.c -- apps of the ESP32 family, and what follows them. */
#include "support/test.h"

#include "support/sight.h"

#include "crypto/digest.h"

static void app(struct forged *f)
{
    forge_esp32_app(f, 0);
}

static void app_c6(struct forged *f)
{
    forge_esp32_app(f, 13);
}

static void app_of_no_chip(struct forged *f)
{
    forge_esp32_app(f, 77);
}

/* Padded to a sector, then a sector that begins E7 02 and has the digest. */
static void signed_v2(struct forged *f)
{
    uint8_t digest[DIGEST_MAX];

    app(f);
    forge_fill(f, 0xff, 4096);
    assert_int_equal(eo_digest(DIGEST_SHA256, &(struct piece){f->bytes, 4096},
                               1, digest), 0);
    forge_put(f, "\xe7\x02\0\0", 4);
    forge_put(f, digest, 32);
    forge_fill(f, 0x77, 8192);
}

static void signed_v1(struct forged *f)
{
    app(f);
    forge_le32(f, 0);
    for (uint8_t i = 0; i < 64; i++)
        forge_put(f, &i, 1);
}

static void signed_arduino(struct forged *f)
{
    app(f);
    for (int i = 0; i < 512; i++)
        forge_put(f, &(uint8_t){(uint8_t)(i < 256 ? i * 31 : 0)}, 1);
}

static void ram_program(struct forged *f)
{
    uint8_t sum = 0xef;

    forge_reset(f);
    forge_put(f, (uint8_t[]){0xe9, 1, 0, 0, 0, 0, 8, 0x40, 0xee, 0, 0, 0, 5, 0,
                             0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 24);
    forge_le32(f, 0x3fc80000);
    forge_le32(f, 31);
    forge_fill(f, 0, 63);
    forge_put(f, &sum, 1);
}

/* The hash is right, and announced by another value than the usual 1. */
static void flag_2(struct forged *f)
{
    app(f);
    forge_esp32_hash_flag(f, 2);
}

static void flag_255(struct forged *f)
{
    app(f);
    forge_esp32_hash_flag(f, 255);
}

/* Other systems write no descriptor, and run from flash as well. */
static void zephyr(struct forged *f)
{
    forge_esp32_plain(f, 0, 0x40080000, 0x400d0020);
}

static void zephyr_s2(struct forged *f)
{
    forge_esp32_plain(f, 2, 0x40022000, 0x3f000020);
}

static void zephyr_c3(struct forged *f)
{
    forge_esp32_plain(f, 5, 0x40380000, 0x42000020);
}

static void zephyr_p4(struct forged *f)
{
    forge_esp32_plain(f, 18, 0x4ff00000, 0x40000020);
}

#define APP "esp32-app", "ESP32"
#define ANY NULL, NULL
#define NONE NULL, NOWHERE
enum { LEN = 720, SUM = 687 }; /* of the forged app: all, its checksum byte */

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"an app", app, WHOLE, 0, 0, APP, true, "project", "thing", NONE},
    {"its version", app, WHOLE, 0, 0, APP, true, "fw_version", "1.2.3", NONE},
    {"when it was built", app, WHOLE, 0, 0, APP, true, "built", "Jan  2 2026 12:34:56", NONE},
    {"an ESP32-C6's", app_c6, WHOLE, 0, 0, "esp32-app", "ESP32-C6", true, "chip_id", "13", NONE},
    {"a chip of tomorrow", app_of_no_chip, WHOLE, 0, 0, "esp32-app", NULL, true, "chip_id", "77",
     "no chip of id 77", 12},
    {"a byte of the program", app, FLIP, 500, 0, APP, false, ANY, "damaged: the checksum", SUM},
    {"a byte of the header", app, SET8, 4, 0x35, APP, false, ANY, "damaged: the SHA-256", SUM + 1},
    {"a byte of the hash", app, FLIP, LEN - 1, 0, APP, false, ANY, "damaged: the SHA-256", SUM + 1},
    {"the hash announced by 2", flag_2, WHOLE, 0, 0, APP, true, ANY, NONE},
    {"by 2, and wrong", flag_2, FLIP, LEN - 1, 0, APP, false, ANY, "damaged: the SHA-256", SUM + 1},
    {"by 255, and missing", flag_255, CUT, SUM + 1, 0, APP, false, ANY, "the SHA-256 at the end is missing", SUM + 1},
    {"by 0: there is none", app, SET8, 23, 0, APP, true, ANY, "32 bytes follow the image", SUM + 1},
    {"Zephyr's", zephyr, WHOLE, 0, 0, APP, true, ANY, "or not by ESP-IDF", 32},
    {"Zephyr's for an S2", zephyr_s2, WHOLE, 0, 0, "esp32-app", "ESP32-S2", true, ANY, "or not by ESP-IDF", 32},
    {"Zephyr's for a C3", zephyr_c3, WHOLE, 0, 0, "esp32-app", "ESP32-C3", true, ANY, "or not by ESP-IDF", 32},
    {"Zephyr's for a P4", zephyr_p4, WHOLE, 0, 0, "esp32-app", "ESP32-P4", true, ANY, "or not by ESP-IDF", 32},
    {"half", app, CUT, 400, 0, APP, false, ANY, "segment 2 of 2 claims 333 bytes, 60 are left", 332},
    {"without its checksum", app, CUT, SUM, 0, APP, false, ANY, "ends before its checksum", SUM},
    {"without its hash", app, CUT, SUM + 1, 0, APP, false, ANY, "the SHA-256 at the end is missing", SUM + 1},
    {"one byte short", app, CUT, LEN - 1, 0, APP, false, ANY, "the SHA-256 at the end is missing", SUM + 1},
    {"the header alone", app, CUT, 24, 0, APP, false, ANY, "segment 1 of 2 is missing", 24},
    {"not even that", app, CUT, 13, 0, "esp32-app", NULL, false, ANY, "the header has 24 bytes, the file 13", 13},
    {"255 segments", app, SET8, 1, 255, APP, false, ANY, "damaged: 255 segments", 1},
    {"a segment of 4 GiB", app, SET32, 28, 0xffffffff, APP, false, ANY, "claims 4294967295 bytes", 24},
    {"a segment that ends at 2^32", app, SET32, 28, 0xffffffe0, APP, false, ANY, "claims 4294967264 bytes", 24},
    {"filler behind", app, APPEND, 16, 0xff, APP, true, ANY, "16 bytes of filler (0xff)", LEN},
    {"secure boot v2", signed_v2, WHOLE, 0, 0, APP, true, "signature", "secure boot v2", NONE},
    {"secure boot v2, for other bytes", signed_v2, FLIP, 4100, 0, APP, false, ANY, "the signature is not for these bytes", 4100},
    {"secure boot v1", signed_v1, WHOLE, 0, 0, APP, true, "signature", "secure boot v1", NONE},
    {"Arduino's Update", signed_arduino, WHOLE, 0, 0, APP, true, "signature", "Arduino Update block", NONE},
    {"something behind", signed_arduino, CUT, LEN + 99, 0, APP, true, ANY, "99 bytes follow the image, and are not a signature", LEN},
    {"for RAM", ram_program, WHOLE, 0, 0, "esp32-ram", "ESP32-C3", false, "segments", "1", "into RAM", NOWHERE},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/esp32", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
