/* rp2.c -- RP2040 and RP2350 programs as they lie in flash from 0x10000000.
 *
 * The board does not check what it is given and installs it at the next start,
 * so this file is the only guard.  An RP2040 image begins with 256 bytes that
 * end with their own CRC; an RP2350 image has a chain of marked blocks.  Below
 * 0x3000, Arduino's core adds the part that installs updates, and a table that
 * says where the filesystem is.
 */
#include "base/buf.h"
#include "image/crc.h"
#include "image/kind.h"

enum {
    BOOT2 = 256,
    TABLE = 0x2ff0,  /* FS_START, FS_END, EEPROM_START, FLASH_LENGTH */
    VECTORS = 0x3000,
    BLOCKS_WITHIN = 4096, /* the first block begins in the first 4 KiB */
    BLOCKS_MAX = 16,
    ITEMS_MAX = 128
};

#define FLASH 0x10000000u
#define BLOCK_START 0xffffded3u
#define BLOCK_END 0xab123579u

static bool has_boot2(const uint8_t *bytes, size_t len)
{
    return len >= BOOT2 && eo_crc32_mpeg(EO_CRC_START, bytes, BOOT2 - 4) ==
                               eo_le32(bytes + BOOT2 - 4);
}

/* Finds the first block that begins at or after from and before below; len if
 * there is none. */
static size_t find_block(const uint8_t *bytes, size_t len, size_t from,
                         size_t below)
{
    for (size_t at = from; at < below && at + 4 <= len; at += 4)
        if (eo_le32(bytes + at) == BLOCK_START)
            return at;
    return len;
}

struct block {
    uint32_t image_type; /* flags of its image definition; 0: it has none */
    int32_t next;        /* from this block's start; 0: the last */
};

static bool read_block(struct block *b, const uint8_t *bytes, size_t len,
                       size_t at)
{
    struct reader r = eo_reader(bytes + at, len - at);

    *b = (struct block){0};
    if (eo_take_le32(&r) != BLOCK_START)
        return false;
    for (int i = 0; i < ITEMS_MAX && !r.bad; i++) {
        const uint32_t item = eo_take_le32(&r);
        const uint32_t words = item & 0x80 ? item >> 8 & 0xffff
                                           : item >> 8 & 0xff;

        if ((item & 0x7f) == 0x7f) {
            b->next = (int32_t)eo_take_le32(&r);
            return eo_take_le32(&r) == BLOCK_END;
        }
        if ((item & 0xff) == 0x42)
            b->image_type = item >> 16;
        if (words == 0 || eo_take(&r, (words - 1) * (size_t)4) == NULL)
            return false;
    }
    return false;
}

static bool probe(const uint8_t *bytes, size_t len)
{
    struct block b;
    const size_t at = find_block(bytes, len, 0, BLOCKS_WITHIN);

    return has_boot2(bytes, len) ||
           (at < len && read_block(&b, bytes, len, at));
}

/* ---- blocks of an RP2350 ------------------------------------------------ */

/* Follows the chain that begins at first: if a block is missing, so is the end
 * of the image. */
static void follow_blocks(struct findings *f, const uint8_t *bytes, size_t len,
                          size_t first)
{
    size_t at = first;
    struct block b;

    for (int i = 0; i < BLOCKS_MAX; i++) {
        int64_t next;

        if (!read_block(&b, bytes, len, at)) {
            eo_problem(f, ESPOTA_ERROR, at,
                       "cut short or damaged: a block of the chain that "
                       "begins at 0x%zx is broken", first);
            return;
        }
        if (b.image_type != 0 && eo_find_fact(f, "cpu") == NULL)
            eo_fact(f, "cpu", "%s",
                    (b.image_type >> 8 & 7) == 1 ? "RISC-V" : "ARM");
        next = (int64_t)at + b.next;
        if (b.next == 0 || next == (int64_t)first)
            return;
        if (next < 0 || next >= (int64_t)len) {
            eo_problem(f, ESPOTA_ERROR, len,
                       "cut short: a block should be at 0x%llx",
                       (unsigned long long)next);
            return;
        }
        at = (size_t)next;
    }
}

/* ---- Arduino's layout --------------------------------------------------- */

static bool in_flash(uint32_t address)
{
    return address >= FLASH && address < FLASH + (32u << 20);
}

static bool arduino_layout(const uint8_t *bytes, size_t len)
{
    const uint8_t *t = bytes + TABLE;

    return len >= VECTORS + 8 && in_flash(eo_le32(t)) &&
           in_flash(eo_le32(t + 4)) && eo_le32(t) <= eo_le32(t + 4);
}

static void describe_layout(struct findings *f, const uint8_t *bytes,
                            size_t len)
{
    const uint32_t fs_start = eo_le32(bytes + TABLE),
                   fs_end = eo_le32(bytes + TABLE + 4),
                   sp = eo_le32(bytes + VECTORS),
                   reset = eo_le32(bytes + VECTORS + 4);
    const char *cpu = eo_find_fact(f, "cpu");

    eo_fact_number(f, "fs_bytes", fs_end - fs_start);
    eo_fact(f, "fs_start", "0x%08x", (unsigned)fs_start);
    if (len > fs_start - FLASH)
        eo_problem(f, ESPOTA_ERROR, fs_start - FLASH,
                   "the program reaches into its filesystem, which begins at "
                   "0x%08x", (unsigned)fs_start);
    if (fs_start == fs_end)
        eo_problem(f, ESPOTA_WARNING, TABLE,
                   "built without a filesystem: after it the board takes no "
                   "further update over the network");
    if (cpu == NULL || cpu[0] == 'A') {
        if (sp >> 24 != 0x20 || !in_flash(reset) || (reset & 1) == 0)
            eo_problem(f, ESPOTA_ERROR, VECTORS,
                       "damaged: these are not start vectors");
    }
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t block = find_block(bytes, len, 0, BLOCKS_WITHIN),
                 app_block = find_block(bytes, len, VECTORS,
                                        VECTORS + BLOCKS_WITHIN);

    if (has_boot2(bytes, len)) {
        f->chip = "RP2040";
    } else {
        f->chip = "RP2350";
        follow_blocks(f, bytes, len, block);
        if (app_block < len)
            follow_blocks(f, bytes, len, app_block);
    }
    if (len < VECTORS + 8)
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short, or not of Arduino's core: there is nothing at "
                   "0x3000");
    else if (!arduino_layout(bytes, len))
        eo_problem(f, ESPOTA_ERROR, TABLE,
                   "not of Arduino's core, which ESPHome uses too: after it "
                   "the board takes no further update over the network");
    else
        describe_layout(f, bytes, len);
}

const struct image_kind eo_kind_rp2_app = {
    .name = "rp2-app",
    .what = "an RP2040 or RP2350 firmware",
    .role = ROLE_APP,
    .inflates = true,
    .probe = probe,
    .describe = describe,
};
