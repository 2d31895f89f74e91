/* test_image_esp8266.c -- ESP8266 images of three generations, whole and not. */
#include "support/test.h"

#include "support/sight.h"

static void core_2_4(struct forged *f)
{
    forge_esp8266(f, CORE_2_4);
}

static void core_2_7(struct forged *f)
{
    forge_esp8266(f, CORE_2_7);
}

static void core_3(struct forged *f)
{
    forge_esp8266(f, CORE_3);
}

/* One header, IRAM first: what NodeMCU and bootloaders of the SDK look like. */
static void other_sdk(struct forged *f)
{
    uint8_t sum = 0xef;

    forge_reset(f);
    forge_put(f, (uint8_t[]){0xe9, 1, 0, 0}, 4);
    forge_le32(f, 0x40100294);
    forge_le32(f, 0x40100000);
    forge_le32(f, 15);
    forge_fill(f, 0x11, 31);
    for (int i = 0; i < 15; i++)
        sum ^= 0x11;
    forge_put(f, &sum, 1);
}

static void sdk_v2(struct forged *f)
{
    forge_reset(f);
    forge_put(f, (uint8_t[]){0xea, 4, 0, 0x60, 4, 0, 0x10, 0x40}, 8);
    forge_fill(f, 0x22, 64);
}

#define APP "esp8266-app", "ESP8266"
#define SDK "esp8266-sdk", "ESP8266"
#define ANY NULL, NULL
#define NONE NULL, NOWHERE

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"core 3", core_3, WHOLE, 0, 0, APP, true, "core", "3.0 or later", NONE},
    {"core 2.7", core_2_7, WHOLE, 0, 0, APP, true, "core", "2.7", NONE},
    {"core 2.4 has no words", core_2_4, WHOLE, 0, 0, APP, true, "core", "before 2.7",
     "before 2.7: no length", 4088},
    {"mode, size and speed", core_3, SET32, 0, 0x9f0002e9, APP, false, "flash_size", "16M",
     "damaged: the CRC", 4116},
    {"flash mode", core_2_4, SET8, 2, 2, APP, true, "flash_mode", "DIO", "before 2.7", 4088},
    {"no such flash mode", core_2_4, SET8, 2, 9, APP, true, ANY, "no flash mode 9", 2},
    {"core 3, a byte of the program", core_3, FLIP, 6000, 0, APP, false, ANY, "damaged: the CRC", 4116},
    {"core 2.7, a byte of the program", core_2_7, FLIP, 6000, 0, APP, false, ANY, "damaged: the CRC", 4092},
    {"core 2.4, a byte of the program", core_2_4, FLIP, 6000, 0, APP, false, ANY, "damaged: the checksum", 8207},
    {"a byte of eboot", core_3, FLIP, 100, 0, APP, false, ANY, "damaged: the checksum", 575},
    {"core 3, half", core_3, CUT, 6000, 0, APP, false, ANY, "cut short: 8208 bytes are announced", 4112},
    {"core 2.7, half", core_2_7, CUT, 6000, 0, APP, false, ANY, "cut short: 8208 bytes are announced", 4088},
    {"core 2.4, half", core_2_4, CUT, 6000, 0, APP, false, ANY, "segment 1 of 1 claims 4087 bytes, 1888 are left", 4104},
    {"one byte short", core_3, CUT, 8207, 0, APP, false, ANY, "cut short", 4112},
    {"one byte short, old", core_2_4, CUT, 8207, 0, APP, false, ANY, "ends before its checksum", 8207},
    {"eboot alone", core_3, CUT, 3000, 0, APP, false, ANY, "the bootloader is there, the program is not", 3000},
    {"within eboot", core_3, CUT, 300, 0, APP, false, ANY, "segment 1 of 2 claims 500 bytes", 8},
    {"16 bytes too many", core_3, APPEND, 16, 0, APP, false, ANY, "something follows the image", 8208},
    {"16 bytes too many, old", core_2_4, APPEND, 16, 0, APP, true, ANY, "16 bytes follow", 8208},
    {"no program", core_3, FLIP, 4096, 0, APP, false, ANY, "does not begin with 0xe9", 4096},
    {"200 segments", core_2_4, SET8, 4097, 200, APP, false, ANY, "damaged: 200 segments", 4097},
    {"no segment", core_2_4, SET8, 4097, 0, APP, false, ANY, "damaged: 0 segments", 4097},
    {"a segment of 4 GiB", core_2_4, SET32, 4108, 0xffffffff, APP, false, ANY, "claims 4294967295 bytes", 4104},
    {"flash size", core_2_4, SET8, 3, 0x10, APP, true, "flash_size", "256K", "before 2.7", 4088},

    {"another SDK", other_sdk, WHOLE, 0, 0, SDK, false, "segments", "1", "without the bootloader", NOWHERE},
    {"another SDK, damaged", other_sdk, FLIP, 20, 0, SDK, false, ANY, "the checksum", 31},
    {"an SDK's v2 header", sdk_v2, WHOLE, 0, 0, SDK, false, ANY, "without the bootloader", NOWHERE},
};
/* clang-format on */

int main(void)
{
    return sight_all("image/esp8266", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
