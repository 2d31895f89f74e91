/* esp8266.c -- ESP8266 images: Arduino's (eboot and sketch in one) and others.
 *
 * An Arduino image is what lies in flash from 0: eboot with a header of its
 * own, filler to 4096, the sketch with another header.  Since core 2.7.0 two
 * words hold the file's length and CRC; where they are depends on the core
 * (docs/PROTOCOLS.md).
 */
#include <string.h>

#include "base/buf.h"
#include "image/crc.h"
#include "image/esp_image.h"
#include "image/signature.h"

enum {
    APP = 4096,              /* where the sketch begins */
    WORDS_CORE_2_7 = 4088,   /* length and CRC, in the eboot sector */
    WORDS_CORE_3 = APP + 16, /* ... and in the sketch's first segment */
    FILLER = 0xaa,
    EBOOT = 0x4010f000, /* where every eboot is loaded */
    SDK_V2_MAGIC = 0xea
};

static const struct {
    uint8_t nibble;
    const char *text;
    size_t bytes;
} FLASH_SIZES[] = {
    {0, "512K", 512u << 10}, {1, "256K", 256u << 10}, {2, "1M", 1u << 20},
    {3, "2M", 2u << 20},     {4, "4M", 4u << 20},     {5, "2M", 2u << 20},
    {6, "4M", 4u << 20},     {8, "8M", 8u << 20},     {9, "16M", 16u << 20},
};

static void describe_flash(struct findings *f, const uint8_t *bytes,
                           size_t len)
{
    static const struct {
        uint8_t nibble, mhz;
    } SPEEDS[] = {{0x0, 40}, {0x1, 26}, {0x2, 20}, {0xf, 80}};
    const uint8_t size = bytes[3] >> 4, speed = bytes[3] & 15;

    eo_esp_flash_mode(f, bytes[2], 2);
    for (size_t i = 0; i < sizeof FLASH_SIZES / sizeof *FLASH_SIZES; i++)
        if (FLASH_SIZES[i].nibble == size) {
            eo_fact(f, "flash_size", "%s", FLASH_SIZES[i].text);
            if (len > FLASH_SIZES[i].bytes)
                eo_problem(f, ESPOTA_ERROR, 3,
                           "the image is larger than the flash of %s it is "
                           "built for", FLASH_SIZES[i].text);
        }
    for (size_t i = 0; i < sizeof SPEEDS / sizeof *SPEEDS; i++)
        if (SPEEDS[i].nibble == speed)
            eo_fact_number(f, "flash_mhz", SPEEDS[i].mhz);
}

/* ---- Arduino ------------------------------------------------------------ */

static bool probe_app(const uint8_t *bytes, size_t len)
{
    return eo_esp_is_esp8266(bytes, len) &&
           (eo_le32(bytes + 8) == EBOOT ||
            (len > APP && bytes[APP] == ESP_MAGIC));
}

static uint32_t crc_without(const uint8_t *bytes, size_t len, size_t hole)
{
    static const uint8_t ZEROS[8];
    uint32_t crc = eo_crc32_mpeg(EO_CRC_START, bytes, hole);

    crc = eo_crc32_mpeg(crc, ZEROS, sizeof ZEROS);
    return eo_crc32_mpeg(crc, bytes + hole + 8, len - hole - 8);
}

/* The place of the words depends on the core.  In a complete file the length
 * word shows it.  Otherwise, eboot has one segment up to 2.7 and two since 3.0,
 * and before 2.7 there is filler in place of the words. */
static size_t place_of_words(const uint8_t *bytes, size_t len)
{
    if (eo_le32(bytes + WORDS_CORE_3) == len)
        return WORDS_CORE_3;
    if (eo_le32(bytes + WORDS_CORE_2_7) == len)
        return WORDS_CORE_2_7;
    if (bytes[1] >= 2)
        return WORDS_CORE_3;
    for (size_t i = 0; i < 8; i++)
        if (bytes[WORDS_CORE_2_7 + i] != FILLER)
            return WORDS_CORE_2_7;
    return 0;
}

static void check_words(struct findings *f, const uint8_t *bytes, size_t len,
                        size_t at)
{
    const uint32_t said = eo_le32(bytes + at), crc = eo_le32(bytes + at + 4);
    uint32_t is;

    if (said > len)
        eo_problem(f, ESPOTA_ERROR, at,
                   "cut short: %u bytes are announced, the file has %zu",
                   (unsigned)said, len);
    else if (said < len)
        eo_problem_advice(f, ESPOTA_ERROR, ESPOTA_ADVICE_TAKE_APP, said,
                          "%u bytes are announced, the file has %zu: something "
                          "follows the image", (unsigned)said, len);
    else if ((is = crc_without(bytes, len, at)) != crc)
        eo_problem(f, ESPOTA_ERROR, at + 4,
                   "damaged: the CRC is %08x, the bytes give %08x",
                   (unsigned)crc, (unsigned)is);
    else
        eo_fact(f, "crc32", "%08x", (unsigned)crc);
}

static void describe_app(struct findings *f, const uint8_t *bytes, size_t len)
{
    struct esp_walk eboot, app;
    size_t words;

    f->chip = "ESP8266";
    describe_flash(f, bytes, len);
    eo_esp_walk(&eboot, bytes, len, ESP8266_HEADER, 0);
    if (eo_esp_complain(f, &eboot, bytes, len, ESP8266_HEADER))
        return;
    if (len < APP + ESP8266_HEADER + 16) {
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: the bootloader is there, the program is not");
        return;
    }
    if (bytes[APP] != ESP_MAGIC) {
        eo_problem(f, ESPOTA_ERROR, APP,
                   "damaged: the program does not begin with 0xe9");
        return;
    }
    words = place_of_words(bytes, len);
    eo_fact(f, "core", "%s",
            words == WORDS_CORE_3     ? "3.0 or later"
            : words == WORDS_CORE_2_7 ? "2.7"
                                      : "before 2.7");
    eo_fact_number(f, "segments", bytes[APP + 1]);
    eo_fact(f, "entry", "0x%08x", (unsigned)eo_le32(bytes + APP + 4));
    if (words != 0)
        check_words(f, bytes, len, words);
    else
        eo_problem(f, ESPOTA_NOTE, WORDS_CORE_2_7,
                   "built by a core before 2.7: no length and no CRC to check");
    f->base += APP;
    eo_esp_walk(&app, bytes + APP, len - APP, ESP8266_HEADER,
                words == WORDS_CORE_3 ? WORDS_CORE_3 - APP : 0);
    if (!eo_esp_complain(f, &app, bytes + APP, len - APP, ESP8266_HEADER) &&
        words == 0 && app.end < len - APP)
        eo_problem(f, ESPOTA_WARNING, app.end,
                   "%zu bytes follow the end of the image",
                   len - APP - app.end);
    f->base -= APP;
}

size_t eo_esp8266_sketch_len(const uint8_t *bytes, size_t len)
{
    struct esp_walk app;

    if (len > APP && probe_app(bytes, len)) {
        eo_esp_walk(&app, bytes + APP, len - APP, ESP8266_HEADER, 0);
        if (app.ok)
            return APP + app.end;
    }
    return eo_signature_payload(bytes, len);
}

/* The app may be followed by what was merged with it, usually a filesystem.
 * The length word in the image says where the app ends, or else its segments
 * do. */
static int find_app(struct image_part *part, const uint8_t *bytes, size_t len,
                    struct espota_error *err)
{
    const bool whole = len >= APP + ESP8266_HEADER + 16;
    const size_t words = whole ? place_of_words(bytes, len) : 0;
    const size_t said = words != 0 ? eo_le32(bytes + words)
                        : whole    ? eo_esp8266_sketch_len(bytes, len)
                                   : len;
    struct text t;

    (void)err;
    part->at = 0;
    part->len = said > words + 8 && said < len ? said : len;
    eo_text_init(&t, part->words, sizeof part->words);
    eo_text_add(&t, "the first %zu bytes, where the app says that it ends",
                part->len);
    return 0;
}

const struct image_kind eo_kind_esp8266_app = {
    .name = "esp8266-app",
    .what = "an ESP8266 firmware",
    .role = ROLE_APP,
    .inflates = true,
    .probe = probe_app,
    .describe = describe_app,
    .app = find_app,
};

/* ---- others ------------------------------------------------------------- */

static bool probe_sdk(const uint8_t *bytes, size_t len)
{
    return eo_esp_is_esp8266(bytes, len) ||
           (len >= 8 && bytes[0] == SDK_V2_MAGIC && bytes[1] == 4 &&
            eo_le32(bytes + 4) >> 20 == 0x401);
}

static void describe_sdk(struct findings *f, const uint8_t *bytes, size_t len)
{
    struct esp_walk w;

    f->chip = "ESP8266";
    describe_flash(f, bytes, len);
    if (bytes[0] != ESP_MAGIC)
        return; /* a v2 boot header: only the SDK knows its layout */
    eo_fact_number(f, "segments", bytes[1]);
    eo_fact(f, "entry", "0x%08x", (unsigned)eo_le32(bytes + 4));
    eo_esp_walk(&w, bytes, len, ESP8266_HEADER, 0);
    eo_esp_complain(f, &w, bytes, len, ESP8266_HEADER);
}

const struct image_kind eo_kind_esp8266_sdk = {
    .name = "esp8266-sdk",
    .what = "an ESP8266 image of another SDK",
    .role = ROLE_NOTHING,
    .unfit = "it comes without the bootloader of Arduino and ESPHome devices",
    .instead = "flash it over a cable, or build it with the Arduino core",
    .probe = probe_sdk,
    .describe = describe_sdk,
};
