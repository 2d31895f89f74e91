/* uf2.c -- UF2: blocks of 512 bytes, each with its own address and family.
 *
 * A file for an RP2350 may begin with a block of another family, "0 of 2",
 * which goes to an absolute address and works around a chip erratum (E10).
 *
 * LibreTiny devices (Beken, Realtek, Lightning) are updated with UF2 files.  A
 * Raspberry Pi board takes one as a USB drive, but one that comes over the
 * network bricks it.
 */
#include <string.h>

#include "base/buf.h"
#include "image/kind.h"

enum {
    BLOCK = 512,
    DATA = 32,
    DATA_MAX = 476,
    HAS_FAMILY = 0x2000,
    HAS_TAGS = 0x8000,
    NOT_FLASH = 1
};

#define MAGIC_1 0x0a324655u
#define MAGIC_2 0x9e5d5157u
#define MAGIC_3 0x0ab16f30u
#define ABSOLUTE 0xe48bff57u

static const struct family {
    uint32_t id;
    const char *chip;
    bool libretiny;
} FAMILIES[] = {
    {0xe48bff56, "RP2040", false},  {0xe48bff59, "RP2350", false},
    {0xe48bff5a, "RP2350", false},  {0xe48bff5b, "RP2350", false},
    {ABSOLUTE, "RP2350", false},    {0xe48bff58, "RP2350", false},
    {0xada52840, "nRF52840", false}, {0x621e937a, "nRF52833", false},
    {0x1b57745f, "nRF52", false},   {0x675a40b0, "BK7231T", true},
    {0x7b3ef230, "BK7231N", true},  {0xafe81d49, "BK7231Q", true},
    {0x6a82cc42, "BK7251", true},   {0x159ac324, "BK7238", true},
    {0x9fffd543, "RTL8710A", true}, {0x22e0d6fc, "RTL8710B", true},
    {0xe08f7564, "RTL8720C", true}, {0x3379cfe2, "RTL8720D", true},
    {0xa38090a8, "LN882H", true},   {0xde1270b7, "BL60x", true},
};

static const struct family *find_family(uint32_t id)
{
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        if (FAMILIES[i].id == id)
            return &FAMILIES[i];
    return NULL;
}

static bool probe(const uint8_t *bytes, size_t len)
{
    return len >= 8 && eo_le32(bytes) == MAGIC_1 &&
           eo_le32(bytes + 4) == MAGIC_2;
}

/* ---- blocks ------------------------------------------------------------- */

struct blocks {
    uint32_t count, family;
    uint32_t next; /* address after the previous block */
    uint64_t payload;
    bool gap; /* already reported */
};

/* False: something is wrong, and was reported. */
static bool check_block(struct findings *f, struct blocks *all,
                        const uint8_t *b, size_t at)
{
    const uint32_t i = (uint32_t)(at / BLOCK), flags = eo_le32(b + 8),
                   address = eo_le32(b + 12), n = eo_le32(b + 16);

    if (eo_le32(b) != MAGIC_1 || eo_le32(b + 4) != MAGIC_2 ||
        eo_le32(b + BLOCK - 4) != MAGIC_3)
        eo_problem(f, ESPOTA_ERROR, at, "damaged: this is not a UF2 block");
    else if (n > DATA_MAX)
        eo_problem(f, ESPOTA_ERROR, at + 16,
                   "damaged: a block cannot hold %u bytes", (unsigned)n);
    else if (eo_le32(b + 20) != i || eo_le32(b + 24) != all->count)
        eo_problem(f, ESPOTA_ERROR, at + 20,
                   "damaged: block %u of %u is where %u of %u should be",
                   (unsigned)eo_le32(b + 20), (unsigned)eo_le32(b + 24),
                   (unsigned)i, (unsigned)all->count);
    else if ((flags & HAS_FAMILY) == 0 || eo_le32(b + 28) != all->family)
        eo_problem(f, ESPOTA_ERROR, at + 28,
                   "the blocks are not all for the same chip");
    else {
        if (n > 0 && all->payload > 0 && address != all->next && !all->gap) {
            eo_problem(f, ESPOTA_NOTE, at + 12,
                       "a gap: from 0x%08x to 0x%08x", (unsigned)all->next,
                       (unsigned)address);
            all->gap = true;
        }
        all->next = address + n;
        all->payload += (flags & NOT_FLASH) == 0 ? n : 0;
        return true;
    }
    return false;
}

static void check_blocks(struct findings *f, const uint8_t *bytes, size_t len)
{
    struct blocks all = {.count = eo_le32(bytes + 24),
                         .family = eo_le32(bytes + 28)};
    size_t at = 0;

    while (len - at >= BLOCK && check_block(f, &all, bytes + at, at))
        at += BLOCK;
    if (len - at < BLOCK && len != (uint64_t)all.count * BLOCK)
        eo_problem(f, ESPOTA_ERROR, len,
                   "%s: %u blocks of 512 bytes are announced, the file has "
                   "%zu bytes", len < (uint64_t)all.count * BLOCK
                                    ? "cut short" : "damaged",
                   (unsigned)all.count, len);
    eo_fact_number(f, "blocks", all.count);
    eo_fact_number(f, "payload_bytes", all.payload);
}

/* ---- LibreTiny's tags --------------------------------------------------- */

/* A tag may be there twice.  If the values differ, no reader can know which one
 * holds. */
static void read_text(struct findings *f, const char *fact, const uint8_t *tag,
                      size_t at)
{
    const char *before = eo_find_fact(f, fact);
    const size_t len = strnlen((const char *)tag + 4, tag[0] - 4u);

    if (before == NULL)
        eo_fact_field(f, fact, tag + 4, tag[0] - 4u);
    else if (strlen(before) != len || memcmp(before, tag + 4, len) != 0)
        eo_problem(f, ESPOTA_ERROR, at,
                   "damaged: its header gives two values for %s", fact);
}

static void read_tags(struct findings *f, const uint8_t *block)
{
    static const struct {
        uint32_t id;
        const char *fact;
    } TAGS[] = {
        {0xca25c8, "board"},      {0x00de43, "project"},
        {0x9fc7bc, "fw_version"}, {0x59563d, "libretiny_version"},
    };
    const uint32_t n = eo_le32(block + 16);
    size_t at = n < DATA_MAX ? n : DATA_MAX;
    bool ota = false;

    while (at + 4 <= DATA_MAX && block[DATA + at] >= 4 &&
           at + block[DATA + at] <= DATA_MAX) {
        const uint8_t *tag = block + DATA + at;
        const uint32_t id = eo_le32(tag) >> 8;

        for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++)
            if (TAGS[i].id == id)
                read_text(f, TAGS[i].fact, tag, DATA + at);
        if (id == 0x822f30 && tag[0] >= 8)
            eo_fact_number(f, "built_unix", eo_le32(tag + 4));
        ota |= id == 0x6c8492 || id == 0x5d57d0;
        at += (tag[0] + 3u) & ~3u;
    }
    if (!ota)
        eo_problem(f, ESPOTA_WARNING, DATA,
                   "its header does not tell the format of the update");
}

static void describe_libretiny(struct findings *f, const uint8_t *bytes)
{
    f->role = ROLE_APP;
    if (eo_le32(bytes + 16) != 0 || (eo_le32(bytes + 8) & HAS_TAGS) == 0)
        eo_problem(f, ESPOTA_ERROR, 8,
                   "it has no LibreTiny header: the device refuses it");
    else
        read_tags(f, bytes);
}

/* The length of a block for an absolute address that comes before all others,
 * or 0. */
static size_t absolute_block(const uint8_t *bytes, size_t len)
{
    /* The next block's header must be readable, however short the file is. */
    return len >= BLOCK + DATA && probe(bytes, len) &&
                   probe(bytes + BLOCK, len - BLOCK) &&
                   eo_le32(bytes + BLOCK - 4) == MAGIC_3 &&
                   eo_le32(bytes + 20) == 0 && eo_le32(bytes + 24) == 2 &&
                   eo_le32(bytes + 28) == ABSOLUTE &&
                   eo_le32(bytes + BLOCK + 28) != ABSOLUTE
               ? BLOCK : 0;
}

static void describe_family(struct findings *f, const struct family *family)
{
    f->chip = family->chip;
    if (!eo_starts_with(family->chip, "nRF"))
        return;
    f->unfit = "no protocol here updates an nRF52";
    f->instead = "copy this UF2 to the drive its bootloader shows over USB";
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t before = absolute_block(bytes, len);
    const struct family *family;

    bytes += before;
    len -= before;
    f->base += before;
    if (len < BLOCK) {
        eo_problem(f, ESPOTA_ERROR, len, "cut short within %s block",
                   before > 0 ? "the second" : "the first");
    } else {
        family = find_family(eo_le32(bytes + 28));
        eo_fact(f, "family", "0x%08x", (unsigned)eo_le32(bytes + 28));
        if (family != NULL)
            describe_family(f, family);
        else
            eo_problem(f, ESPOTA_WARNING, 28, "its family is not known");
        if (family != NULL && family->libretiny)
            describe_libretiny(f, bytes);
        check_blocks(f, bytes, len);
    }
    f->base -= before;
}

const struct image_kind eo_kind_uf2 = {
    .name = "uf2",
    .what = "a UF2 file",
    .role = ROLE_NOTHING,
    .unfit = "this UF2 goes over USB, and would brick the board over the "
             "network",
    .instead = "flash the .bin of the same build",
    .not_arduino = "a UF2 file, which no ArduinoOTA device takes",
    .not_arduino_hint = "flash the .bin of the same build",
    .not_arduino_advice = ESPOTA_ADVICE_OR_ESPHOME,
    .probe = probe,
    .describe = describe,
};
