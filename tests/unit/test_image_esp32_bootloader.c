/* test_image_esp32_bootloader.c -- bootloaders, with and without descriptor. */
#include "support/test.h"

#include "support/sight.h"

static void c3(struct forged *f)
{
    forge_esp32_bootloader(f, 5);
}

/* 0x42000000 is flash: 4 KiB at such an address make an app. */
static void older(struct forged *f)
{
    forge_esp32_plain(f, 9, 0x3fcd0000, 0x403c0000);
}

#define BOOT "esp32-bootloader", "ESP32-C3"
#define UNFIT "a bootloader is not firmware", NOWHERE

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"with a descriptor", c3, WHOLE, 0, 0, BOOT, false, "idf_version", "v5.5.1", UNFIT},
    {"when it was built", c3, WHOLE, 0, 0, BOOT, false, "built", "Jan  2 2026 12:34:56", UNFIT},
    {"without a descriptor", older, WHOLE, 0, 0, "esp32-bootloader", "ESP32-S3", false, "segments", "2", UNFIT},
    {"damaged", c3, FLIP, 1000, 0, BOOT, false, NULL, NULL, "damaged: the checksum", 4239},
    {"cut short", c3, CUT, 4000, 0, BOOT, false, NULL, NULL, "claims 4200 bytes", 24},
    {"something behind", c3, APPEND, 100, 0xff, BOOT, false, NULL, NULL, UNFIT},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/esp32_bootloader", SIGHTS,
                     sizeof SIGHTS / sizeof *SIGHTS);
}
