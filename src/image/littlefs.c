/* littlefs.c -- LittleFS filesystem images.
 *
 * The superblock is kept twice, in blocks 0 and 1; the name is at the same
 * place in both, and block sizes of Arduino's cores are 4096 and 8192.
 */
#include <string.h>

#include "base/buf.h"
#include "image/kind.h"

enum { NAME_AT = 8, VERSION_AT = 20, HEAD = 32 };

static bool named(const uint8_t *bytes, size_t len, size_t at)
{
    return len >= HEAD && at <= len - HEAD &&
           memcmp(bytes + at + NAME_AT, "littlefs", 8) == 0;
}

static bool probe(const uint8_t *bytes, size_t len)
{
    return named(bytes, len, 0) || named(bytes, len, 4096) ||
           named(bytes, len, 8192);
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t at = named(bytes, len, 0)      ? 0
                      : named(bytes, len, 4096) ? 4096
                                                : 8192;
    const uint32_t version = eo_le32(bytes + at + VERSION_AT),
                   size = eo_le32(bytes + at + VERSION_AT + 4),
                   count = eo_le32(bytes + at + VERSION_AT + 8);
    const uint64_t whole = (uint64_t)size * count;

    eo_fact(f, "disk_version", "%u.%u", (unsigned)(version >> 16),
            (unsigned)(version & 0xffff));
    eo_fact_number(f, "block_size", size);
    eo_fact_number(f, "blocks", count);
    if (size < 128 || count == 0)
        eo_problem(f, ESPOTA_ERROR, at + VERSION_AT + 4,
                   "damaged: %u blocks of %u bytes are not a filesystem",
                   (unsigned)count, (unsigned)size);
    else if (whole > len)
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: the filesystem has %llu bytes, the file %zu",
                   (unsigned long long)whole, len);
    else if (whole < len)
        eo_problem(f, ESPOTA_WARNING, (size_t)whole,
                   "the filesystem has %llu bytes, the file %zu",
                   (unsigned long long)whole, len);
}

const struct image_kind eo_kind_littlefs = {
    .name = "littlefs",
    .what = "a LittleFS filesystem",
    .role = ROLE_FILESYSTEM,
    .probe = probe,
    .describe = describe,
};
