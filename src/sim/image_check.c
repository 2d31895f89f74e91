/* image_check.c -- errors that the back end of a device finds in an image. */
#include "sim/image_check.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/digest.h"

enum {
    UF2_MAGIC_1 = 0x0a324655,
    UF2_MAGIC_3 = 0x0ab16f30,
    UF2_BLOCK_NUMBER = 20,
    UF2_BLOCK_COUNT = 24,
    UF2_MAGIC_3_AT = 508
};

static const uint32_t UF2_MAGIC_2 = 0x9e5d5157;

void eo_sim_image_check_init(struct image_check *c, enum image_checks kind,
                             size_t size)
{
    memset(c, 0, sizeof *c);
    c->kind = kind;
    c->size = size;
}

static bool is_block(const struct image_check *c)
{
    const uint8_t *b = c->block;

    return eo_le32(b) == UF2_MAGIC_1 && eo_le32(b + 4) == UF2_MAGIC_2 &&
           eo_le32(b + UF2_MAGIC_3_AT) == UF2_MAGIC_3 &&
           eo_le32(b + UF2_BLOCK_NUMBER) == (c->seen - 1) / sizeof c->block &&
           (uint64_t)eo_le32(b + UF2_BLOCK_COUNT) * sizeof c->block == c->size;
}

static enum image_verdict add_uf2(struct image_check *c, const uint8_t *bytes,
                                  size_t len)
{
    while (len > 0) {
        const size_t at = c->seen % sizeof c->block;
        const size_t room = sizeof c->block - at;
        const size_t n = len < room ? len : room;

        memcpy(c->block + at, bytes, n);
        c->seen += n;
        bytes += n;
        len -= n;
        if (n == room && !is_block(c))
            return IMAGE_BAD_BLOCK;
    }
    return IMAGE_FINE;
}

/* Needs two apps, otadata, an nvs partition of that name, and a correct MD5 at
 * the end. */
static bool is_table(const uint8_t *t)
{
    unsigned apps = 0, otadata = 0, nvs = 0;
    uint8_t md5[DIGEST_MAX];
    size_t at = 0;

    for (; at + 32 < IMAGE_TABLE_LEN && eo_le16(t + at) == 0x50aa; at += 32) {
        apps += t[at + 2] == 0;
        otadata += t[at + 2] == 1 && t[at + 3] == 0;
        nvs += t[at + 2] == 1 && t[at + 3] == 2 &&
               memcmp(t + at + 12, "nvs", 4) == 0;
    }
    return apps >= 2 && otadata > 0 && nvs > 0 && eo_le16(t + at) == 0xebeb &&
           eo_digest(DIGEST_MD5, &(struct piece){t, at}, 1, md5) == 0 &&
           memcmp(md5, t + at + 16, 16) == 0;
}

static void keep_table(struct image_check *c, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len && c->seen + i < sizeof c->table; i++)
        c->table[c->seen + i] = bytes[i];
}

enum image_verdict eo_sim_image_check_add(struct image_check *c,
                                          const uint8_t *bytes, size_t len)
{
    if (c->kind == CHECK_UF2)
        return add_uf2(c, bytes, len);
    if (c->kind == CHECK_TABLE)
        keep_table(c, bytes, len);
    for (size_t i = 0; i < len && c->seen + i < 2; i++)
        c->block[c->seen + i] = bytes[i];
    c->seen += len;
    return c->kind == CHECK_E9 && c->seen > 0 && c->block[0] != 0xe9
               ? IMAGE_NOT_AN_APP
               : IMAGE_FINE;
}

enum image_verdict eo_sim_image_check_end(const struct image_check *c)
{
    const bool gzip = c->block[0] == 0x1f && c->block[1] == 0x8b;

    if (c->kind == CHECK_UF2 && c->seen % sizeof c->block != 0)
        return IMAGE_BAD_BLOCK;
    if (c->kind == CHECK_TABLE && !is_table(c->table))
        return IMAGE_NOT_FIRMWARE;
    if (c->kind == CHECK_BOOTLOADER && c->block[0] != 0xe9)
        return IMAGE_NOT_FIRMWARE;
    if (c->kind == CHECK_E9_OR_GZIP && c->block[0] != 0xe9 && !gzip)
        return IMAGE_NOT_FIRMWARE;
    return IMAGE_FINE;
}
