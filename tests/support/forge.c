/* forge.c -- images made byte by byte, by the layouts in docs/PROTOCOLS.md
 * and with nothing of the code that reads them but CRC and digests.
 */
#include "support/test.h"

#include "support/forge.h"

#include "base/buf.h"
#include "crypto/digest.h"
#include "image/crc.h"

void forge_reset(struct forged *f)
{
    f->len = 0;
}

void forge_put(struct forged *f, const void *bytes, size_t n)
{
    assert_true(n <= sizeof f->bytes - f->len);
    memcpy(f->bytes + f->len, bytes, n);
    f->len += n;
}

void forge_fill(struct forged *f, uint8_t byte, size_t upto)
{
    assert_true(upto >= f->len && upto <= sizeof f->bytes);
    memset(f->bytes + f->len, byte, upto - f->len);
    f->len = upto;
}

void forge_le32(struct forged *f, uint32_t v)
{
    uint8_t b[4];

    eo_put_le32(b, v);
    forge_put(f, b, sizeof b);
}

void forge_set_le32(struct forged *f, size_t at, uint32_t v)
{
    eo_put_le32(f->bytes + at, v);
}

/* Bytes that differ from place to place, and are no code. */
static void put_noise(struct forged *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        forge_put(f, &(uint8_t){(uint8_t)(i * 7 + (i >> 8))}, 1);
}

static void put_segment(struct forged *f, uint32_t address, size_t len)
{
    forge_le32(f, address);
    forge_le32(f, (uint32_t)len);
    put_noise(f, len);
}

/* Pads to 16 and puts the checksum over the n segments from at. */
static void put_checksum(struct forged *f, size_t from, size_t header)
{
    const unsigned n = f->bytes[from + 1];
    size_t at = from + header;
    uint8_t sum = 0xef;

    for (unsigned i = 0; i < n; i++) {
        const uint32_t len = eo_le32(f->bytes + at + 4);

        for (uint32_t j = 0; j < len; j++)
            sum ^= f->bytes[at + 8 + j];
        at += 8 + len;
    }
    forge_fill(f, 0, from + ((at - from) | 15));
    forge_put(f, &sum, 1);
}

/* ---- ESP8266 ------------------------------------------------------------ */

void forge_esp8266(struct forged *f, enum forged_core core)
{
    const uint8_t segments = core == CORE_3 ? 2 : 1;
    const size_t words = core == CORE_3 ? 4112 : 4088;

    forge_reset(f);
    forge_put(f, (uint8_t[]){0xe9, segments, 3, 0x20}, 4);
    forge_le32(f, 0x4010f480);
    put_segment(f, 0x4010f000, 500);
    if (segments == 2)
        put_segment(f, 0x3fff20b8, 40);
    put_checksum(f, 0, 8);
    forge_fill(f, 0xaa, 4096);
    forge_put(f, (uint8_t[]){0xe9, 1, 3, 0x20}, 4);
    forge_le32(f, 0x401000c0);
    put_segment(f, 0x40201010, 4087);
    if (core == CORE_3) /* the words are patched in over zeros */
        memset(f->bytes + words, 0, 8);
    put_checksum(f, 4096, 8);
    if (core == CORE_2_4)
        return;
    memset(f->bytes + words, 0, 8); /* the CRC counts them as zeros */
    forge_set_le32(f, words + 4, eo_crc32_mpeg(EO_CRC_START, f->bytes, f->len));
    forge_set_le32(f, words, (uint32_t)f->len);
}

/* ---- ESP32 -------------------------------------------------------------- */

static void put_esp32_header(struct forged *f, uint16_t chip, uint8_t segments)
{
    forge_put(f, (uint8_t[]){0xe9, segments, 2, 0x20}, 4);
    forge_le32(f, 0x40081234);
    forge_put(f, (uint8_t[]){0xee, 0, 0, 0, (uint8_t)chip, (uint8_t)(chip >> 8),
                             0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 1}, 16);
}

static void put_hash(struct forged *f, size_t from)
{
    uint8_t hash[DIGEST_MAX];

    assert_int_equal(eo_digest(DIGEST_SHA256,
                               &(struct piece){f->bytes + from, f->len - from},
                               1, hash), 0);
    forge_put(f, hash, 32);
}

static void put_field(uint8_t *at, const char *text)
{
    memcpy(at, text, strlen(text));
}

static void put_app(struct forged *f, uint16_t chip)
{
    const size_t from = f->len;
    uint8_t *desc;

    put_esp32_header(f, chip, 2);
    put_segment(f, 0x3f400020, 300);
    put_segment(f, 0x400d0020, 333);
    desc = f->bytes + from + 32;
    memset(desc, 0, 256);
    eo_put_le32(desc, 0xabcd5432);
    put_field(desc + 16, "1.2.3");
    put_field(desc + 48, "thing");
    put_field(desc + 80, "12:34:56");
    put_field(desc + 96, "Jan  2 2026");
    put_field(desc + 112, "v5.5.1");
    memset(desc + 144, 0x5a, 32);
    put_checksum(f, from, 24);
    put_hash(f, from);
}

void forge_esp32_app(struct forged *f, uint16_t chip)
{
    forge_reset(f);
    put_app(f, chip);
}

static void put_bootloader(struct forged *f, uint16_t chip)
{
    const size_t from = f->len;

    put_esp32_header(f, chip, 1);
    put_segment(f, 0x3fff0030, 4200);
    memset(f->bytes + from + 32, 0, 80);
    f->bytes[from + 32] = 0x50;
    put_field(f->bytes + from + 40, "v5.5.1");
    put_field(f->bytes + from + 72, "Jan  2 2026 12:34:56");
    put_checksum(f, from, 24);
    put_hash(f, from);
}

void forge_esp32_bootloader(struct forged *f, uint16_t chip)
{
    forge_reset(f);
    put_bootloader(f, chip);
}

static void put_entry(struct forged *f, uint8_t type, uint8_t subtype,
                      uint32_t at, uint32_t len, const char *label)
{
    uint8_t e[32] = {0xaa, 0x50, type, subtype};

    eo_put_le32(e + 4, at);
    eo_put_le32(e + 8, len);
    put_field(e + 12, label);
    forge_put(f, e, sizeof e);
}

/* Behind the entries, which begin at from: their MD5, and filler. */
static void end_table(struct forged *f, size_t from)
{
    uint8_t md5[32] = {0xeb, 0xeb}, sum[DIGEST_MAX];

    memset(md5 + 2, 0xff, 14);
    assert_int_equal(eo_digest(DIGEST_MD5,
                               &(struct piece){f->bytes + from, f->len - from},
                               1, sum), 0);
    memcpy(md5 + 16, sum, 16);
    forge_put(f, md5, sizeof md5);
    forge_fill(f, 0xff, from + 0xc00);
}

static void put_table(struct forged *f, uint32_t app_at)
{
    const size_t from = f->len;

    put_entry(f, 1, 0, 0x9000, 0x2000, "otadata");
    put_entry(f, 1, 2, 0xb000, 0x5000, "nvs");
    put_entry(f, 0, 0x10, app_at, 0x1c0000, "app0");
    put_entry(f, 0, 0x11, app_at + 0x1c0000, 0x1c0000, "app1");
    end_table(f, from);
}

void forge_esp32_table(struct forged *f)
{
    forge_reset(f);
    put_table(f, 0x10000);
}

void forge_esp32_merged(struct forged *f, uint16_t chip, size_t bootloader_at,
                        size_t table_at, size_t app_at, size_t from)
{
    forge_reset(f);
    forge_fill(f, 0xff, bootloader_at);
    put_bootloader(f, chip);
    forge_fill(f, 0xff, table_at);
    put_table(f, (uint32_t)(app_at + from));
    forge_fill(f, 0xff, app_at);
    put_app(f, chip);
}

void forge_esp32_factory(struct forged *f, uint16_t chip, size_t bootloader_at)
{
    forge_esp32_merged(f, chip, bootloader_at, 0x8000, 0x10000, 0);
}

void forge_esp32_slots(struct forged *f, const uint8_t *subtypes, size_t n)
{
    enum { FIRST = 0x10000, SLOT = 0x1000 };

    forge_reset(f);
    put_bootloader(f, 9);
    forge_fill(f, 0xff, 0x8000);
    put_entry(f, 1, 0, 0x9000, 0x2000, "otadata");
    for (size_t i = 0; i < n; i++)
        put_entry(f, 0, subtypes[i], (uint32_t)(FIRST + i * SLOT), SLOT,
                  ((const char[]){'s', 'l', 'o', 't', (char)('0' + i), '\0'}));
    end_table(f, 0x8000);
    for (size_t i = 0; i < n; i++) {
        forge_fill(f, 0xff, FIRST + i * SLOT);
        put_app(f, 9);
    }
}

void forge_esp32_plain(struct forged *f, uint16_t chip, uint32_t first,
                       uint32_t second)
{
    forge_reset(f);
    put_esp32_header(f, chip, 2);
    put_segment(f, first, 4200);
    put_segment(f, second, 333);
    put_checksum(f, 0, 24);
    put_hash(f, 0);
}

void forge_esp32_hash_flag(struct forged *f, uint8_t flag)
{
    f->bytes[23] = flag;
    f->len -= 32;
    put_hash(f, 0);
}

/* ---- RP2 ---------------------------------------------------------------- */

static void put_arduino_layout(struct forged *f, uint32_t fs_start,
                               uint32_t fs_end)
{
    put_noise(f, 0x2ff0 - f->len);
    forge_le32(f, fs_start);
    forge_le32(f, fs_end);
    forge_le32(f, fs_end);
    forge_le32(f, fs_end - 0x10000000);
    forge_le32(f, 0x20042000); /* initial stack */
    forge_le32(f, 0x100030e3); /* reset, Thumb */
}

void forge_rp2040(struct forged *f, uint32_t fs_start, uint32_t fs_end)
{
    forge_reset(f);
    put_noise(f, 252);
    forge_le32(f, eo_crc32_mpeg(EO_CRC_START, f->bytes, 252));
    put_arduino_layout(f, fs_start, fs_end);
    put_noise(f, 1001);
}

static void put_block(struct forged *f, int32_t next)
{
    forge_le32(f, 0xffffded3);
    forge_le32(f, 0x10210142);
    forge_le32(f, 0x000001ff);
    forge_le32(f, (uint32_t)next);
    forge_le32(f, 0xab123579);
}

void forge_rp2350(struct forged *f)
{
    const size_t first = 0x124, last = 0x3400;

    forge_reset(f);
    put_noise(f, first);
    put_block(f, (int32_t)(last - first));
    put_arduino_layout(f, 0x10200000, 0x10300000);
    put_noise(f, last - f->len);
    put_block(f, (int32_t)(first - last));
}

/* ---- UF2 ---------------------------------------------------------------- */

static void put_uf2_block(struct forged *f, uint32_t family, uint32_t flags,
                          uint32_t address, uint32_t n, uint32_t i,
                          uint32_t count)
{
    const size_t from = f->len;

    forge_le32(f, 0x0a324655);
    forge_le32(f, 0x9e5d5157);
    forge_le32(f, flags);
    forge_le32(f, address);
    forge_le32(f, n);
    forge_le32(f, i);
    forge_le32(f, count);
    forge_le32(f, family);
    put_noise(f, n);
    forge_fill(f, 0, from + 508);
    forge_le32(f, 0x0ab16f30);
}

void forge_uf2(struct forged *f, uint32_t family, int libretiny)
{
    const uint32_t count = libretiny ? 4 : 3;
    uint32_t i = 0;

    forge_reset(f);
    if (libretiny) {
        put_uf2_block(f, family, 0xa000, 0, 0, i++, count);
        memcpy(f->bytes + 32,
               "\x09\xc8\x25\xca" "cb3s\0\0\0\0"  /* BOARD */
               "\x0a\xbc\xc7\x9f" "2026.7\0\0"    /* VERSION */
               "\x05\x92\x84\x6c\x02", 29);       /* OTA format 2 */
    }
    for (uint32_t a = 0x10000000; i < count; i++, a += 256)
        put_uf2_block(f, family, 0x2000, a, 256, i, count);
}

void forge_uf2_absolute(struct forged *f, uint32_t family)
{
    struct forged *rest = calloc(1, sizeof *rest);

    assert_non_null(rest);
    forge_uf2(rest, family, 0);
    forge_reset(f);
    put_uf2_block(f, 0xe48bff57, 0x2000, 0x10ffff00, 256, 0, 2);
    forge_put(f, rest->bytes, rest->len);
    free(rest);
}

/* ---- Beken -------------------------------------------------------------- */

static void put_rbl(struct forged *f)
{
    const size_t from = f->len;

    forge_put(f, "RBL\0\2\1\0\0", 8);
    forge_le32(f, 1748449022);
    forge_fill(f, 0, from + 96);
    put_field(f->bytes + from + 12, "app");
    put_field(f->bytes + from + 28, "25.05.28");
    put_noise(f, 320);
    forge_set_le32(f, from + 76, eo_crc32(f->bytes + from + 96, 320));
    forge_set_le32(f, from + 84, 700);
    forge_set_le32(f, from + 88, 320);
    forge_set_le32(f, from + 92, eo_crc32(f->bytes + from, 92));
}

void forge_rbl(struct forged *f)
{
    forge_reset(f);
    put_rbl(f);
}

void forge_ug(struct forged *f)
{
    uint32_t sum = 0;

    forge_reset(f);
    forge_le32(f, 0xaa55aa55);
    forge_fill(f, 0, 28);
    put_field(f->bytes + 4, "25.05.28");
    forge_le32(f, 0x55aa55aa);
    put_rbl(f);
    for (size_t i = 32; i < f->len; i++)
        sum += f->bytes[i];
    eo_put_be32(f->bytes + 16, (uint32_t)f->len - 32);
    eo_put_be32(f->bytes + 20, sum);
    sum = 0;
    for (size_t i = 0; i < 24; i++)
        sum += f->bytes[i];
    eo_put_be32(f->bytes + 24, sum);
}

/* ---- filesystems -------------------------------------------------------- */

void forge_littlefs(struct forged *f, uint32_t block, uint32_t count)
{
    forge_reset(f);
    forge_le32(f, 1);
    forge_le32(f, 0xf7ff0ff0);
    forge_put(f, "littlefs", 8);
    forge_le32(f, 0x1000e02f);
    forge_le32(f, 0x00020001);
    forge_le32(f, block);
    forge_le32(f, count);
    forge_fill(f, 0xff, (size_t)block * count);
}

/* One file of one page in each block of 4096. */
void forge_spiffs(struct forged *f, uint32_t blocks)
{
    forge_reset(f);
    for (uint32_t i = 0; i < blocks; i++) {
        const uint8_t id = (uint8_t)(i + 1);
        const size_t from = f->len;

        forge_put(f, (uint8_t[]){id, 0x80, id, 0}, 4);
        forge_fill(f, 0xff, from + 256);
        forge_put(f, (uint8_t[]){id, 0x80, 0, 0, 0xf8}, 5);
        forge_fill(f, 0xff, from + 512);
        forge_put(f, (uint8_t[]){id, 0, 0, 0, 0xfc}, 5);
        forge_fill(f, 0xff, from + 4096);
    }
}
