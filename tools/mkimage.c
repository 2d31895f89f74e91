/* mkimage.c -- make a valid firmware image for the demo and the tests.
 *
 *   mkimage CHIP SIZE VERSION FILE
 *
 * The same arguments always give the same bytes.  They do nothing on a real
 * chip, but every header, length and checksum is right, and about a third of
 * them squeezes out, as it does of real firmware.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"

enum {
    MAGIC = 0xe9,
    CHECKSUM_SEED = 0xef,
    IMAGE_MIN = 256 * 1024,
    IMAGE_MAX = 16 * 1024 * 1024,

    ESP32_HEADER = 24,
    SEGMENT_HEADER = 8,
    DESCRIPTOR = 256,
    ESP32_IRAM = 1024,
    MMU_PAGE = 0x10000, /* a mapped segment keeps its place in the page */
    SHA = 32,

    ESP8266_APP = 4096, /* behind eboot's sector */
    ESP8266_LENGTH = ESP8266_APP + 16,
    ESP8266_CRC = ESP8266_LENGTH + 4
};

struct image {
    uint8_t *bytes;
    size_t len, cap;
    uint8_t checksum;
    uint32_t dice;
};

struct chip {
    const char *name;
    void (*make)(struct image *, const struct chip *, const char *version);
    uint16_t id;
    uint32_t drom, iram, irom; /* where segments are seen by the CPU */
};

/* ---- bytes -------------------------------------------------------------- */

static uint32_t roll(struct image *m)
{
    m->dice ^= m->dice << 13;
    m->dice ^= m->dice >> 17;
    m->dice ^= m->dice << 5;
    return m->dice;
}

static void put(struct image *m, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(m->bytes + m->len, bytes, len);
    m->len += len;
}

static void put8(struct image *m, uint8_t v)
{
    put(m, &v, 1);
}

static void put32(struct image *m, uint32_t v)
{
    uint8_t le[4];

    eo_put_le32(le, v);
    put(m, le, sizeof le);
}

static void put_text(struct image *m, const char *text, size_t field)
{
    const size_t len = strlen(text);

    memset(m->bytes + m->len, 0, field);
    memcpy(m->bytes + m->len, text, len < field ? len : field - 1);
    m->len += field;
}

/* Code-like: words, many of which were seen before. */
static void fill(struct image *m, size_t len)
{
    uint32_t seen[64] = {0};

    for (size_t i = 0; i < len; i += 4) {
        const uint32_t r = roll(m);

        if (r % 8 < 4)
            seen[r >> 8 & 63] = roll(m);
        put32(m, seen[r >> 8 & 63]);
    }
}

static void add_checksum(struct image *m, size_t from)
{
    for (size_t i = from; i < m->len; i++)
        m->checksum ^= m->bytes[i];
}

/* Header and len bytes, the last of which are filled. */
static void segment(struct image *m, uint32_t address, const void *begin,
                    size_t begin_len, size_t len)
{
    const size_t from = m->len + SEGMENT_HEADER;

    put32(m, address);
    put32(m, (uint32_t)len);
    put(m, begin, begin_len);
    fill(m, len - begin_len);
    add_checksum(m, from);
}

/* Zeros up to 16 n - 1, counted from start, and the checksum. */
static void close_segments(struct image *m, size_t start)
{
    while ((m->len - start) % 16 != 15)
        put8(m, 0);
    put8(m, m->checksum);
}

/* ---- ESP32 and its siblings --------------------------------------------- */

static void put_descriptor(struct image *m, const char *version)
{
    uint8_t elf[DIGEST_MAX];
    struct piece piece = {version, strlen(version)};

    if (eo_digest(DIGEST_SHA256, &piece, 1, elf) != 0)
        memset(elf, 0, sizeof elf);
    put32(m, 0xabcd5432);
    put32(m, 0); /* secure version */
    put32(m, 0);
    put32(m, 0);
    put_text(m, version, 32);
    put_text(m, "espota-demo", 32);
    put_text(m, "12:00:00", 16);
    put_text(m, "Jan  1 2026", 16);
    put_text(m, "v5.3.1", 32);
    put(m, elf, sizeof elf);
}

static void make_esp32(struct image *m, const struct chip *chip,
                       const char *version)
{
    /* Two mapped segments, with a small one for RAM between them, so that the
     * second stays in its place within an MMU page. */
    const size_t drom = 2 * MMU_PAGE - ESP32_IRAM - 2 * SEGMENT_HEADER;
    const size_t before = ESP32_HEADER + 3 * SEGMENT_HEADER + drom + ESP32_IRAM;
    const uint8_t tail[] = {0xee,
                            0,
                            0,
                            0,
                            (uint8_t)chip->id,
                            (uint8_t)(chip->id >> 8),
                            0,
                            0,
                            0,
                            0xff,
                            0xff,
                            0,
                            0,
                            0,
                            0,
                            1};
    uint8_t descriptor[DESCRIPTOR] = {0}, sha[DIGEST_MAX];
    struct image d = {.bytes = descriptor};

    put_descriptor(&d, version);
    m->checksum = CHECKSUM_SEED;
    put8(m, MAGIC);
    put8(m, 3);
    put8(m, 2);    /* DIO */
    put8(m, 0x20); /* 4 MiB, 40 MHz */
    put32(m, chip->iram + 0x40);
    put(m, tail, sizeof tail);
    segment(m, chip->drom, descriptor, sizeof descriptor, drom);
    segment(m, chip->iram, NULL, 0, ESP32_IRAM);
    segment(m, chip->irom, NULL, 0, m->cap - SHA - 16 - before);
    close_segments(m, 0);
    if (eo_digest(DIGEST_SHA256, &(struct piece){m->bytes, m->len}, 1, sha) !=
        0)
        abort(); /* no SHA-256: nothing here can work */
    put(m, sha, SHA);
}

/* ---- ESP8266 ------------------------------------------------------------ */

/* CRC-32/MPEG-2. */
static uint32_t crc(const uint8_t *bytes, size_t len)
{
    uint32_t c = UINT32_MAX;

    for (size_t i = 0; i < len; i++) {
        c ^= (uint32_t)bytes[i] << 24;
        for (int bit = 0; bit < 8; bit++)
            c = c << 1 ^ (c >> 31 ? 0x04c11db7 : 0);
    }
    return c;
}

static void esp8266_header(struct image *m, uint8_t segments, uint32_t entry)
{
    m->checksum = CHECKSUM_SEED;
    put8(m, MAGIC);
    put8(m, segments);
    put8(m, 3);    /* DOUT */
    put8(m, 0x40); /* 4 MiB, 40 MHz */
    put32(m, entry);
}

static void make_esp8266(struct image *m, const struct chip *chip,
                         const char *version)
{
    static const uint8_t length_and_crc[8]; /* zero while all is summed */
    const size_t iram = 0x6000;
    char name[64] = "";
    size_t before;

    esp8266_header(m, 2, 0x4010f000); /* eboot of core 3: two segments */
    segment(m, 0x4010f000, NULL, 0, 2400);
    segment(m, 0x3fffbfe8, NULL, 0, 96);
    close_segments(m, 0);
    while (m->len < ESP8266_APP)
        put8(m, 0xaa);

    esp8266_header(m, 3, chip->iram + 4);
    before = m->len + 3 * SEGMENT_HEADER + iram + sizeof name;
    segment(m, chip->irom, length_and_crc, sizeof length_and_crc,
            m->cap - 16 - before);
    segment(m, chip->iram, NULL, 0, iram);
    snprintf(name, sizeof name, "espota-demo %s", version);
    segment(m, chip->drom, name, sizeof name, sizeof name);
    close_segments(m, ESP8266_APP);
    eo_put_le32(m->bytes + ESP8266_CRC, crc(m->bytes, m->len));
    eo_put_le32(m->bytes + ESP8266_LENGTH, (uint32_t)m->len);
}

/* ---- the command -------------------------------------------------------- */

/* clang-format off */
static const struct chip CHIPS[] = {
    {"esp32",   make_esp32,    0, 0x3f400020, 0x40080000, 0x400d0020},
    {"esp32s3", make_esp32,    9, 0x3c000020, 0x40374000, 0x42000020},
    {"esp32c3", make_esp32,    5, 0x3c000020, 0x40380000, 0x42000020},
    {"esp8266", make_esp8266,  0, 0x3ffe8000, 0x40100000, 0x40201010},
};
/* clang-format on */

static const struct chip *find(const char *name)
{
    for (size_t i = 0; i < sizeof CHIPS / sizeof CHIPS[0]; i++)
        if (strcmp(CHIPS[i].name, name) == 0)
            return &CHIPS[i];
    return NULL;
}

static int save(const struct image *m, const char *path)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(m->bytes, 1, m->len, f) == m->len;

    if (f != NULL && fclose(f) != 0)
        ok = false;
    if (ok)
        return 0;
    perror(path);
    if (f != NULL)
        remove(path); /* half an image is none */
    return 1;
}

/* Bytes, or with K: KiB.  A multiple of 16, as all these images are. */
static int parse_size(const char *text, size_t *size)
{
    char digits[16];
    const size_t len = strlen(text);
    const bool kib = len > 0 && text[len - 1] == 'K';
    uint64_t n;

    snprintf(digits, sizeof digits, "%.*s", (int)(len - kib), text);
    if (eo_parse_uint(digits, 1, IMAGE_MAX, &n) != 0)
        return -1;
    if (kib)
        n *= 1024;
    n = (n + 15) / 16 * 16;
    if (n < IMAGE_MIN || n > IMAGE_MAX)
        return -1;
    *size = (size_t)n;
    return 0;
}

int main(int argc, char **argv)
{
    const struct chip *chip = argc == 5 ? find(argv[1]) : NULL;
    struct image m = {.dice = 0x9e3779b9};
    int status;

    if (chip == NULL || parse_size(argv[2], &m.cap) != 0) {
        fputs("usage: mkimage CHIP SIZE VERSION FILE\n"
              "CHIP: esp32, esp32s3, esp32c3, esp8266; SIZE: 256K to 16384K, "
              "or bytes\n",
              stderr);
        return 2;
    }
    for (const char *p = argv[3]; *p != '\0'; p++)
        m.dice = (m.dice ^ (uint8_t)*p) * 16777619u | 1;
    m.bytes = eo_calloc(m.cap, 1);
    if (m.bytes == NULL) {
        fputs("mkimage: out of memory\n", stderr);
        return 1;
    }
    chip->make(&m, chip, argv[3]);
    status = save(&m, argv[4]);
    eo_free(m.bytes);
    return status;
}
