/* crc.c -- CRC-32 by tables made on the stack: no global, no start-up. */
#include "image/crc.h"

#include "base/buf.h"

/* Eight tables handle eight bytes per step.  Making them costs as much as half
 * a kilobyte of input, so short input uses only the first. */
enum { SLICES = 8 };

static void make_tables(uint32_t t[SLICES][256], int slices)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i << 24;

        for (int bit = 0; bit < 8; bit++)
            c = c & 0x80000000u ? c << 1 ^ 0x04c11db7u : c << 1;
        t[0][i] = c;
    }
    for (int s = 1; s < slices; s++)
        for (int i = 0; i < 256; i++)
            t[s][i] = t[s - 1][i] << 8 ^ t[0][t[s - 1][i] >> 24];
}

uint32_t eo_crc32_mpeg(uint32_t crc, const uint8_t *p, size_t len)
{
    uint32_t t[SLICES][256];

    make_tables(t, len >= 4096 ? SLICES : 1);
    if (len >= 4096)
        for (; len >= 8; p += 8, len -= 8) {
            const uint32_t a = crc ^ eo_be32(p), b = eo_be32(p + 4);

            crc = t[7][a >> 24] ^ t[6][a >> 16 & 255] ^ t[5][a >> 8 & 255] ^
                  t[4][a & 255] ^ t[3][b >> 24] ^ t[2][b >> 16 & 255] ^
                  t[1][b >> 8 & 255] ^ t[0][b & 255];
        }
    for (; len > 0; p++, len--)
        crc = crc << 8 ^ t[0][crc >> 24 ^ *p];
    return crc;
}

uint32_t eo_crc32(const uint8_t *p, size_t len)
{
    return eo_crc32_from(0, p, len);
}

uint32_t eo_crc32_from(uint32_t crc, const uint8_t *p, size_t len)
{
    uint32_t t[256];

    crc = ~crc;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        t[i] = c;
    }
    for (; len > 0; p++, len--)
        crc = crc >> 8 ^ t[(crc ^ *p) & 255];
    return ~crc;
}
