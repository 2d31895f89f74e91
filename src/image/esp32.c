/* esp32.c -- the ESP32 family: headers, apps and programs for RAM.
 *
 * An image is a header of 24 bytes, segments, a checksum and (nearly always)
 * the SHA-256 of all that; signatures come after it.  The first segment of an
 * app begins with a descriptor that names project and version.
 */
#include "image/esp32.h"

#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/digest.h"

enum {
    DESC = ESP32_HEADER + 8, /* the first byte of the first segment */
    APP_DESC_MAGIC_LEN = 4,
    APP_DESC_LEN = 256,
    BOOT_DESC_MAGIC = 0x50,
    HASH_APPENDED = 23, /* in the header: whether there is one */
    HASH = 32,
    SECTOR = 4096,
    LATER_CHIPS = 0xffff,
    ARDUINO_SIGNATURE = 512,
    SIGNATURE_V1 = 68 /* a zero word, and the signature */
};

static const uint8_t APP_DESC_MAGIC[] = {0x32, 0x54, 0xcd, 0xab};

static const struct esp32_chip CHIPS[] = {
    {0, 0x1000, "ESP32"},      {2, 0x1000, "ESP32-S2"},
    {5, 0, "ESP32-C3"},        {9, 0, "ESP32-S3"},
    {12, 0, "ESP32-C2"},       {13, 0, "ESP32-C6"},
    {16, 0, "ESP32-H2"},       {18, 0x2000, "ESP32-P4"},
    {20, 0, "ESP32-C61"},      {23, 0x2000, "ESP32-C5"},
    {25, 0, "ESP32-H21"},      {28, 0x2000, "ESP32-H4"},
    {31, 0, "ESP32-E22"},      {32, 0x2000, "ESP32-S31"},
};

const struct esp32_chip *eo_esp32_chip(uint16_t id)
{
    for (size_t i = 0; i < sizeof CHIPS / sizeof *CHIPS; i++)
        if (CHIPS[i].id == id)
            return &CHIPS[i];
    return NULL;
}

const struct esp32_chip *eo_esp32_chip_at(size_t i)
{
    return i < sizeof CHIPS / sizeof *CHIPS ? &CHIPS[i] : NULL;
}

size_t eo_esp32_bootloader_room(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof CHIPS / sizeof *CHIPS; i++)
        if (strcmp(CHIPS[i].name, name) == 0)
            return ESP32_TABLE_AT - CHIPS[i].bootloader_at;
    return 0;
}

bool eo_esp32_is_family(const char *chip)
{
    return chip != NULL && eo_starts_with(chip, "ESP32");
}

/* ---- what is it? -------------------------------------------------------- */

bool eo_esp32_has_app_desc(const uint8_t *bytes, size_t len)
{
    return len >= DESC + APP_DESC_MAGIC_LEN &&
           memcmp(bytes + DESC, APP_DESC_MAGIC, APP_DESC_MAGIC_LEN) == 0;
}

/* 50 00 00 00, a version word, then the text of the IDF version. */
static bool has_boot_desc(const uint8_t *bytes, size_t len)
{
    return len >= DESC + 80 && eo_le32(bytes + DESC) == BOOT_DESC_MAGIC &&
           bytes[DESC + 8] > ' ' && bytes[DESC + 8] < 0x7f;
}

/* Where flash is mapped.  The later chips are alike, except for the P4. */
static const struct mapped {
    uint16_t chip;
    uint32_t from, to;
} MAPPED[] = {
    {0, 0x3f400000, 0x3f800000},        {0, 0x400d0000, 0x40400000},
    {2, 0x3f000000, 0x3f400000},        {2, 0x40080000, 0x40800000},
    {18, 0x40000000, 0x44000000},       {LATER_CHIPS, 0x3c000000, 0x3e000000},
    {LATER_CHIPS, 0x42000000, 0x44000000},
};

/* Only apps have segments that stay in flash.  This test is for apps without a
 * descriptor: old ones of the first ESP32, and those of other systems. */
static bool runs_from_flash(const struct esp_walk *w, uint16_t chip)
{
    const bool later = chip != 0 && chip != 2 && chip != 18;

    for (size_t i = 0; i < sizeof MAPPED / sizeof *MAPPED; i++)
        for (unsigned k = 0; k < w->n; k++)
            if (MAPPED[i].chip == (later ? LATER_CHIPS : chip) &&
                w->segment[k].address >= MAPPED[i].from &&
                w->segment[k].address < MAPPED[i].to)
                return true;
    return false;
}

enum esp32_sort eo_esp32_sort(const uint8_t *bytes, size_t len)
{
    struct esp_walk w;

    if (len < 2 || bytes[0] != ESP_MAGIC || eo_esp_is_esp8266(bytes, len))
        return ESP32_NOT;
    if (len < DESC + APP_DESC_MAGIC_LEN || eo_esp32_has_app_desc(bytes, len))
        return ESP32_APP;
    if (has_boot_desc(bytes, len))
        return ESP32_BOOTLOADER;
    eo_esp_walk(&w, bytes, len, ESP32_HEADER, 0);
    if (!w.ok || runs_from_flash(&w, eo_le16(bytes + 12)))
        return ESP32_APP;
    /* Older bootloaders have no descriptor, but none is this small. */
    return len >= 4096 ? ESP32_BOOTLOADER : ESP32_RAM;
}

/* ---- header, segments, hash --------------------------------------------- */

static void describe_header(struct findings *f, const uint8_t *bytes)
{
    static const char *const SIZES[] = {"1M",  "2M",  "4M",  "8M",
                                        "16M", "32M", "64M", "128M"};
    static const struct {
        uint8_t nibble, mhz;
    } SPEEDS[] = {{0x0, 40}, {0x1, 26}, {0x2, 20}, {0xf, 80}};
    const uint16_t id = eo_le16(bytes + 12), least = eo_le16(bytes + 15),
                   most = eo_le16(bytes + 17);
    const struct esp32_chip *chip = eo_esp32_chip(id);
    const uint8_t size = bytes[3] >> 4;

    if (chip != NULL)
        f->chip = chip->name;
    else
        eo_problem(f, ESPOTA_WARNING, 12, "there is no chip of id %u known",
                   (unsigned)id);
    eo_fact_number(f, "chip_id", id);
    eo_esp_flash_mode(f, bytes[2], 2);
    if (size < sizeof SIZES / sizeof *SIZES)
        eo_fact(f, "flash_size", "%s", SIZES[size]);
    /* Later chips count from other clocks. */
    for (size_t i = 0; i < sizeof SPEEDS / sizeof *SPEEDS; i++)
        if ((id == 0 || id == 2 || id == 5 || id == 9) &&
            SPEEDS[i].nibble == (bytes[3] & 15))
            eo_fact_number(f, "flash_mhz", SPEEDS[i].mhz);
    eo_fact_number(f, "segments", bytes[1]);
    eo_fact(f, "entry", "0x%08x", (unsigned)eo_le32(bytes + 4));
    if (least > 0)
        eo_fact(f, "min_revision", "v%u.%u", least / 100u, least % 100u);
    /* 0 and 65535 both mean that no limit was set. */
    if (most > 0 && most < 65535)
        eo_fact(f, "max_revision", "v%u.%u", most / 100u, most % 100u);
}

/* The bootloader treats every value but 0 as true. */
static bool hash_appended(const uint8_t *bytes)
{
    return bytes[HASH_APPENDED] != 0;
}

size_t eo_esp32_hash_at(const uint8_t *bytes, size_t len)
{
    struct esp_walk w;

    eo_esp_walk(&w, bytes, len, ESP32_HEADER, 0);
    return w.ok && hash_appended(bytes) && len - w.end >= HASH ? w.end : 0;
}

static size_t check_hash(struct findings *f, const uint8_t *bytes, size_t len,
                         size_t end)
{
    uint8_t is[DIGEST_MAX];
    char hex[2 * HASH + 1];

    if (!hash_appended(bytes)) {
        eo_problem(f, ESPOTA_NOTE, HASH_APPENDED,
                   "built without an appended SHA-256");
        return end;
    }
    if (len - end < HASH) {
        eo_problem(f, ESPOTA_ERROR, end,
                   "cut short: the SHA-256 at the end is missing");
        return 0;
    }
    eo_hex(hex, bytes + end, HASH);
    eo_fact(f, "image_sha256", "%s", hex);
    if (eo_digest(DIGEST_SHA256, &(struct piece){bytes, end}, 1, is) == 0 &&
        memcmp(is, bytes + end, HASH) != 0)
        eo_problem(f, ESPOTA_ERROR, end,
                   "damaged: the SHA-256 at the end is not that of the bytes");
    return end + HASH;
}

size_t eo_esp32_describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    struct esp_walk w;

    eo_esp_walk(&w, bytes, len, ESP32_HEADER, 0);
    if (len >= ESP32_HEADER)
        describe_header(f, bytes);
    eo_esp_complain(f, &w, bytes, len, ESP32_HEADER);
    return w.ok ? check_hash(f, bytes, len, w.end) : 0;
}

/* ---- the descriptor ----------------------------------------------------- */

/* A sketch that is built with the prebuilt libraries has their descriptor. */
static bool is_library(const char *project)
{
    return project != NULL && eo_ends_with(project, "arduino-lib-builder");
}

void eo_esp32_app_desc(struct findings *f, const uint8_t *bytes, size_t len)
{
    static const uint8_t NONE[HASH];
    const uint8_t *d = bytes + DESC;
    char hex[2 * HASH + 1];

    if (len < DESC + APP_DESC_LEN)
        return; /* cut short: already reported */
    if (!eo_esp32_has_app_desc(bytes, len)) {
        eo_problem(f, ESPOTA_NOTE, DESC,
                   "no app descriptor, so no project and no version: it was "
                   "built by ESP-IDF 3.2 or older, or not by ESP-IDF (Zephyr, "
                   "for one)");
        return;
    }
    eo_fact_field(f, "project", d + 48, 32);
    eo_fact_field(f, "fw_version", d + 16, 32);
    if (d[96] != '\0') /* a reproducible build leaves date and time empty */
        eo_fact(f, "built", "%.16s%s%.16s", (const char *)d + 96,
                d[80] != '\0' ? " " : "", (const char *)d + 80);
    eo_fact_field(f, "idf_version", d + 112, 32);
    eo_hex(hex, d + 144, HASH);
    if (memcmp(d + 144, NONE, HASH) != 0)
        eo_fact(f, "elf_sha256", "%s", hex);
    if (eo_le32(d + 4) != 0)
        eo_fact_number(f, "secure_version", eo_le32(d + 4));
    if (is_library(eo_find_fact(f, "project")))
        eo_problem(f, ESPOTA_NOTE, DESC,
                   "project, version and build time are those of the Arduino "
                   "libraries, not of the sketch");
}

/* ---- what follows ------------------------------------------------------- */

static bool all_same(const uint8_t *bytes, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (bytes[i] != bytes[0])
            return false;
    return true;
}

static size_t next_sector(size_t at)
{
    return (at + SECTOR - 1) / SECTOR * SECTOR;
}

/* Whether the block at that sector signs everything before it. */
static bool signs(const uint8_t *bytes, size_t at)
{
    uint8_t is[DIGEST_MAX];

    return eo_digest(DIGEST_SHA256, &(struct piece){bytes, at}, 1, is) == 0 &&
           memcmp(is, bytes + at + 4, HASH) == 0;
}

/* Version 2: the image is padded to a sector.  The next sector holds up to
 * three blocks, each with the digest of everything before that sector. */
static bool secure_boot_v2(struct findings *f, const uint8_t *bytes,
                           size_t len, size_t image_len)
{
    const size_t at = next_sector(image_len);

    if (at > len || len - at != SECTOR || bytes[at] != 0xe7)
        return false;
    eo_fact(f, "signature", "secure boot v%u", (unsigned)bytes[at + 1]);
    if (!signs(bytes, at))
        eo_problem(f, ESPOTA_ERROR, at + 4,
                   "damaged: the signature is not for these bytes");
    return true;
}

void eo_esp32_tail(struct findings *f, const uint8_t *bytes, size_t len,
                   size_t image_len)
{
    const uint8_t *tail = bytes + image_len;
    const size_t n = len - image_len;

    if (image_len == 0 || n == 0 || secure_boot_v2(f, bytes, len, image_len))
        return;
    if (all_same(tail, n))
        eo_problem(f, ESPOTA_WARNING, image_len,
                   "%zu bytes of filler (0x%02x) follow the image", n,
                   (unsigned)tail[0]);
    else if (n >= SIGNATURE_V1 && n <= 80 && eo_le32(tail) == 0)
        eo_fact(f, "signature", "secure boot v1");
    else if (n == ARDUINO_SIGNATURE)
        eo_fact(f, "signature", "Arduino Update block");
    else
        eo_problem(f, ESPOTA_WARNING, image_len,
                   "%zu bytes follow the image, and are not a signature", n);
}

/* Version 1, where something may follow: the rest of the sector is filler. */
static bool secure_boot_v1(const uint8_t *bytes, size_t len, size_t end)
{
    const size_t sector = next_sector(end + SIGNATURE_V1),
                 upto = sector < len ? sector : len;

    if (len - end < SIGNATURE_V1 || eo_le32(bytes + end) != 0 ||
        all_same(bytes + end + 4, SIGNATURE_V1 - 4))
        return false;
    for (size_t i = end + SIGNATURE_V1; i < upto; i++)
        if (bytes[i] != 0xff)
            return false;
    return true;
}

size_t eo_esp32_app_len(const uint8_t *bytes, size_t len)
{
    struct esp_walk w;
    size_t end, sector;

    eo_esp_walk(&w, bytes, len, ESP32_HEADER, 0);
    if (!w.ok)
        return 0;
    end = w.end;
    if (hash_appended(bytes)) {
        if (len - end < HASH)
            return 0;
        end += HASH;
    }
    sector = next_sector(end);
    if (sector <= len && len - sector >= SECTOR && bytes[sector] == 0xe7 &&
        signs(bytes, sector))
        return sector + SECTOR;
    return secure_boot_v1(bytes, len, end) ? end + SIGNATURE_V1 : end;
}

/* ---- the kinds ---------------------------------------------------------- */

static bool probe_app(const uint8_t *bytes, size_t len)
{
    return eo_esp32_sort(bytes, len) == ESP32_APP;
}

static void describe_app(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t image_len = eo_esp32_describe(f, bytes, len);

    eo_esp32_app_desc(f, bytes, len);
    eo_esp32_tail(f, bytes, len, image_len);
}

const struct image_kind eo_kind_esp32_app = {
    .name = "esp32-app",
    .what = "an ESP32 app",
    .role = ROLE_APP,
    .slotted = true,
    .probe = probe_app,
    .describe = describe_app,
};

static bool probe_ram(const uint8_t *bytes, size_t len)
{
    return eo_esp32_sort(bytes, len) == ESP32_RAM;
}

static void describe_ram(struct findings *f, const uint8_t *bytes, size_t len)
{
    eo_esp32_describe(f, bytes, len);
}

const struct image_kind eo_kind_esp32_ram = {
    .name = "esp32-ram",
    .what = "an ESP32 program for RAM",
    .role = ROLE_NOTHING,
    .unfit = "it is made to be loaded into RAM over a cable",
    .instead = "flash the app of the same project",
    .probe = probe_ram,
    .describe = describe_ram,
};
