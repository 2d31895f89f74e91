/* image_check.c -- what a device's back end finds wrong with an image. */
#include "sim/image_check.h"

#include <string.h>

#include "base/buf.h"

enum {
    UF2_MAGIC_1 = 0x0a324655,
    UF2_MAGIC_3 = 0x0ab16f30,
    UF2_BLOCK_NUMBER = 20,
    UF2_BLOCK_COUNT = 24,
    UF2_MAGIC_3_AT = 508
};

static const uint32_t UF2_MAGIC_2 = 0x9e5d5157;

void eo_image_check_init(struct image_check *c, enum image_checks kind,
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

enum image_verdict eo_image_check_add(struct image_check *c,
                                      const uint8_t *bytes, size_t len)
{
    if (c->kind == CHECK_UF2)
        return add_uf2(c, bytes, len);
    for (size_t i = 0; i < len && c->seen + i < 2; i++)
        c->block[c->seen + i] = bytes[i];
    c->seen += len;
    return c->kind == CHECK_E9 && c->seen > 0 && c->block[0] != 0xe9
               ? IMAGE_NOT_AN_APP
               : IMAGE_FINE;
}

enum image_verdict eo_image_check_end(const struct image_check *c)
{
    const bool gzip = c->block[0] == 0x1f && c->block[1] == 0x8b;

    if (c->kind == CHECK_UF2 && c->seen % sizeof c->block != 0)
        return IMAGE_BAD_BLOCK;
    if (c->kind == CHECK_E9_OR_GZIP && c->block[0] != 0xe9 && !gzip)
        return IMAGE_NOT_FIRMWARE;
    return IMAGE_FINE;
}
