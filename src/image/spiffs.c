/* spiffs.c -- SPIFFS filesystem images, known by their structure.
 *
 * Arduino builds them without a magic number.  But each block begins with a
 * table of the objects its pages belong to, and each page repeats the number:
 * when all that are in use agree, it is SPIFFS.
 */
#include "base/buf.h"
#include "image/kind.h"

enum {
    PAGE = 256,
    UNUSED = 0xffff,
    DELETED = 0,
    INDEX = 0x8000,  /* in the number of an object: a page of its index */
    FLAG_USED = 1,   /* cleared when written */
    FLAG_DELETED = 0x80 /* cleared when deleted */
};

struct contents {
    size_t used, files;
};

static bool read_block(struct contents *c, const uint8_t *block, size_t size)
{
    const size_t pages = size / PAGE,
                 table = (pages * 2 + PAGE - 1) / PAGE; /* pages of it */

    for (size_t i = 0; i + table < pages; i++) {
        const uint16_t object = eo_le16(block + 2 * i);
        const uint8_t *page = block + (table + i) * PAGE;

        if (object == UNUSED || object == DELETED)
            continue;
        if (eo_le16(page) != object ||
            (page[4] & (FLAG_USED | FLAG_DELETED)) != FLAG_DELETED)
            return false;
        c->used++;
        if ((object & INDEX) != 0 && eo_le16(page + 2) == 0)
            c->files++;
    }
    return true;
}

/* The size of its blocks, or 0: it is not SPIFFS. */
static size_t read_blocks(struct contents *c, const uint8_t *bytes, size_t len)
{
    static const size_t SIZES[] = {4096, 8192, 65536};

    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        size_t at = 0;

        *c = (struct contents){0};
        while (len - at >= SIZES[i] && read_block(c, bytes + at, SIZES[i]))
            at += SIZES[i];
        if (at > 0 && len - at < SIZES[i] && c->used > 0)
            return SIZES[i];
    }
    return 0;
}

static bool probe(const uint8_t *bytes, size_t len)
{
    struct contents c;

    return read_blocks(&c, bytes, len) != 0;
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    struct contents c;
    const size_t block = read_blocks(&c, bytes, len);

    if (block == 0)
        return;
    eo_fact_number(f, "block_size", block);
    eo_fact_number(f, "blocks", len / block);
    eo_fact_number(f, "files", c.files);
    eo_fact_number(f, "used_bytes", c.used * PAGE);
    if (len % block != 0)
        eo_problem(f, ESPOTA_ERROR, len / block * block,
                   "cut short: the last block is not complete");
}

const struct image_kind eo_kind_spiffs = {
    .name = "spiffs",
    .what = "a SPIFFS filesystem",
    .role = ROLE_FILESYSTEM,
    .probe = probe,
    .describe = describe,
};
