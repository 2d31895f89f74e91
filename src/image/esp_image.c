/* esp_image.c -- the segments and the checksum of ESP8266 and ESP32 images. */
#include "image/esp_image.h"

#include <string.h>

#include "base/buf.h"

enum { CHECKSUM_SEED = 0xef };

/* All bytes XORed into one; eight at a time, as an image is megabytes. */
static uint8_t fold(const uint8_t *p, size_t len)
{
    uint64_t wide = 0;
    uint8_t sum = 0;

    for (; len >= 8; p += 8, len -= 8) {
        uint64_t w;

        memcpy(&w, p, sizeof w);
        wide ^= w;
    }
    for (; len > 0; p++, len--)
        sum ^= *p;
    for (; wide != 0; wide >>= 8)
        sum ^= (uint8_t)wide;
    return sum;
}

void eo_esp_walk(struct esp_walk *w, const uint8_t *bytes, size_t len,
                 size_t header, size_t hole)
{
    size_t at = header;
    unsigned count;

    *w = (struct esp_walk){.sum = CHECKSUM_SEED, .end = len};
    if (len < header || bytes[0] != ESP_MAGIC)
        return;
    count = bytes[1];
    w->end = 1;
    if (count < 1 || count > ESP_SEGMENTS_MAX)
        return;
    while (w->n < count) {
        struct esp_segment s;

        w->end = at;
        if (len - at < 8)
            return;
        s = (struct esp_segment){eo_le32(bytes + at), eo_le32(bytes + at + 4),
                                 at + 8};
        if (s.len > len - s.at)
            return;
        w->sum ^= fold(bytes + s.at, s.len);
        if (hole >= s.at && hole + 8 <= s.at + s.len)
            w->sum ^= fold(bytes + hole, 8);
        w->segment[w->n++] = s;
        at = s.at + s.len;
    }
    w->end = at;
    at |= 15; /* the checksum ends a block of 16 */
    if (at >= len)
        return;
    w->stored = bytes[at];
    w->end = at + 1;
    w->sum_ok = w->sum == w->stored;
    w->ok = true;
}

bool eo_esp_complain(struct findings *f, const struct esp_walk *w,
                     const uint8_t *bytes, size_t len, size_t header)
{
    if (len < header)
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: the header has %zu bytes, the file %zu", header,
                   len);
    else if (bytes[1] < 1 || bytes[1] > ESP_SEGMENTS_MAX)
        eo_problem(f, ESPOTA_ERROR, 1, "damaged: %u segments (1 to %d are "
                   "possible)", (unsigned)bytes[1], ESP_SEGMENTS_MAX);
    else if (!w->ok && w->n == bytes[1])
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: it ends before its checksum");
    else if (!w->ok && len - w->end < 8)
        eo_problem(f, ESPOTA_ERROR, w->end,
                   "cut short: segment %u of %u is missing", w->n + 1,
                   (unsigned)bytes[1]);
    else if (!w->ok)
        eo_problem(f, ESPOTA_ERROR, w->end,
                   "cut short or damaged: segment %u of %u claims %u bytes, "
                   "%zu are left", w->n + 1, (unsigned)bytes[1],
                   (unsigned)eo_le32(bytes + w->end + 4), len - w->end - 8);
    else if (!w->sum_ok)
        eo_problem(f, ESPOTA_ERROR, w->end - 1,
                   "damaged: the checksum is 0x%02x, the bytes give 0x%02x",
                   (unsigned)w->stored, (unsigned)w->sum);
    else
        return false;
    return true;
}

void eo_esp_flash_mode(struct findings *f, uint8_t mode, size_t at)
{
    static const char *const MODES[] = {"QIO", "QOUT", "DIO", "DOUT"};

    if (mode < sizeof MODES / sizeof *MODES)
        eo_fact(f, "flash_mode", "%s", MODES[mode]);
    else
        eo_problem(f, ESPOTA_WARNING, at, "there is no flash mode %u",
                   (unsigned)mode);
}

bool eo_esp_is_esp8266(const uint8_t *bytes, size_t len)
{
    uint32_t address;

    if (len < 12 || bytes[0] != ESP_MAGIC)
        return false;
    address = eo_le32(bytes + 8);
    return (address >= 0x3ffe8000u && address < 0x40000000u) ||
           (address >= 0x40100000u && address < 0x40110000u) ||
           (address >= 0x40200000u && address < 0x40300000u);
}
