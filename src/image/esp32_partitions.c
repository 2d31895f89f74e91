/* esp32_partitions.c -- partition tables, and the otadata partition. */
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "image/crc.h"
#include "image/esp32.h"

enum {
    ENTRY = 32,
    SECTOR = 4096,
    TYPE_APP = 0,
    TYPE_DATA = 1,
    SUBTYPE_FACTORY = 0,
    SUBTYPE_OTA = 0x10, /* ... to 0x1f */
    SUBTYPE_OTADATA = 0,
    SUBTYPE_NVS = 2,
    FACTS_AT_MOST = 16
};

/* ---- the table ---------------------------------------------------------- */

static bool is_entry(const uint8_t *e)
{
    return e[0] == 0xaa && e[1] == 0x50;
}

static void keep_app(struct esp32_table *t, const uint8_t *e)
{
    const uint8_t **ota = e[3] >= SUBTYPE_OTA && e[3] - SUBTYPE_OTA < ESP32_OTA_MAX
                              ? &t->ota[e[3] - SUBTYPE_OTA]
                              : NULL;

    t->apps++;
    if (t->first == NULL)
        t->first = e;
    if (e[3] == SUBTYPE_FACTORY && t->factory == NULL)
        t->factory = e;
    if (ota != NULL && *ota == NULL) {
        *ota = e;
        t->otas++;
    }
}

bool eo_esp32_table(struct esp32_table *t, const uint8_t *bytes, size_t len)
{
    uint8_t is[DIGEST_MAX];

    *t = (struct esp32_table){0};
    if (len > ESP32_TABLE_LEN)
        len = ESP32_TABLE_LEN;
    for (; len - t->end >= ENTRY && is_entry(bytes + t->end); t->end += ENTRY) {
        const uint8_t *e = bytes + t->end;

        t->n++;
        if (e[2] == TYPE_APP) {
            keep_app(t, e);
        } else if (e[2] == TYPE_DATA) {
            if (e[3] == SUBTYPE_OTADATA && t->otadata == NULL)
                t->otadata = e;
            t->nvs |= e[3] == SUBTYPE_NVS && memcmp(e + 12, "nvs", 4) == 0;
        }
    }
    if (t->n > 0 && len - t->end >= ENTRY && bytes[t->end] == 0xeb &&
        bytes[t->end + 1] == 0xeb) {
        t->md5 = true;
        t->md5_ok = eo_digest(DIGEST_MD5, &(struct piece){bytes, t->end}, 1,
                              is) == 0 &&
                    memcmp(is, bytes + t->end + 16, 16) == 0;
    }
    return t->n > 0;
}

/* Code may have the same two bytes at the beginning of a sector.  But a table
 * has an MD5, or an entry that begins on a sector and has a length. */
static bool looks_real(const struct esp32_table *t, const uint8_t *bytes)
{
    const uint32_t at = eo_le32(bytes + 4), len = eo_le32(bytes + 8);

    return t->md5 || (bytes[2] <= TYPE_DATA && at > 0 && at % SECTOR == 0 &&
                      len > 0 && len % SECTOR == 0);
}

size_t eo_esp32_find_table(struct esp32_table *t, const uint8_t *bytes,
                           size_t len)
{
    for (size_t at = SECTOR; at <= ESP32_TABLE_MAX && at < len; at += SECTOR)
        if (eo_esp32_table(t, bytes + at, len - at) &&
            looks_real(t, bytes + at))
            return at;
    return 0;
}

static bool probe_table(const uint8_t *bytes, size_t len)
{
    return len >= 4 && is_entry(bytes) && bytes[2] <= TYPE_DATA;
}

/* "0x10000+1280K app0": sheet and JSON show the table as it is. */
static void describe_entry(struct findings *f, unsigned i, const uint8_t *e)
{
    static const char *const NAMES[FACTS_AT_MOST] = {
        "partition_0",  "partition_1",  "partition_2",  "partition_3",
        "partition_4",  "partition_5",  "partition_6",  "partition_7",
        "partition_8",  "partition_9",  "partition_10", "partition_11",
        "partition_12", "partition_13", "partition_14", "partition_15"};

    if (i < FACTS_AT_MOST)
        eo_fact(f, NAMES[i], "%.16s: %s 0x%02x, %u KiB at 0x%x",
                (const char *)e + 12, e[2] == TYPE_APP ? "app" : "data",
                (unsigned)e[3], (unsigned)(eo_le32(e + 8) >> 10),
                (unsigned)eo_le32(e + 4));
}

static void describe_table(struct findings *f, const uint8_t *bytes,
                           size_t len)
{
    struct esp32_table t;

    eo_esp32_table(&t, bytes, len);
    eo_fact_number(f, "partitions", t.n);
    eo_fact_number(f, "app_partitions", t.apps);
    for (unsigned i = 0; i < t.n; i++)
        describe_entry(f, i, bytes + (size_t)i * ENTRY);
    if (t.n == 0 || (len < ESP32_TABLE_LEN && len % ENTRY != 0))
        eo_problem(f, ESPOTA_ERROR, t.end, "cut short within an entry");
    else if (t.md5 && !t.md5_ok)
        eo_problem(f, ESPOTA_ERROR, t.end,
                   "damaged: the MD5 is not that of the entries");
    if (!t.md5)
        eo_problem(f, ESPOTA_WARNING, t.end, "it has no MD5 entry");
    if (len != ESP32_TABLE_LEN)
        eo_problem(f, ESPOTA_WARNING, NOWHERE,
                   "it has %zu bytes: a device takes a table of %d", len,
                   ESP32_TABLE_LEN);
    if (t.apps < 2 || t.otadata == NULL)
        eo_problem(f, ESPOTA_WARNING, NOWHERE,
                   "with it a device takes no further updates: %s",
                   t.apps < 2 ? "it has fewer than two app partitions"
                              : "it has no otadata partition");
    else if (!t.nvs)
        eo_problem(f, ESPOTA_WARNING, NOWHERE,
                   "it has no nvs partition called \"nvs\"");
}

const struct image_kind eo_kind_esp32_partitions = {
    .name = "esp32-partitions",
    .what = "an ESP32 partition table",
    .role = ROLE_PARTITIONS,
    .unfit = "a partition table is not firmware",
    .instead = "flash the app of the same build",
    .advice = ESPOTA_ADVICE_TYPE_PARTITION_TABLE,
    .probe = probe_table,
    .describe = describe_table,
};

/* ---- otadata ------------------------------------------------------------ */

/* Two sectors of FF.  Each may begin with a record of 32 bytes: a sequence
 * number, a label, a state and the CRC of the number. */
enum { STATE = 24, STATE_INVALID = 3, STATE_ABORTED = 4, CRC = 28 };

/* The sequence number of a valid record, or 0. */
static uint32_t sequence(const uint8_t *record)
{
    const uint32_t number = eo_le32(record), state = eo_le32(record + STATE);

    return number != 0xffffffffu && state != STATE_INVALID &&
                   state != STATE_ABORTED &&
                   eo_crc32_from(0xffffffffu, record, 4) ==
                       eo_le32(record + CRC)
               ? number : 0;
}

/* The entry of the app that otadata in flash selects, or NULL. */
static const uint8_t *selected(const struct esp32_table *t,
                               const uint8_t *bytes, size_t len, size_t from)
{
    const size_t at = t->otadata != NULL ? eo_le32(t->otadata + 4) : 0;
    uint32_t most = 0;

    if (t->otas == 0 || at < from)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const size_t record = at - from + i * SECTOR;

        if (len >= ENTRY && record <= len - ENTRY &&
            sequence(bytes + record) > most)
            most = sequence(bytes + record);
    }
    return most > 0 ? t->ota[(most - 1) % t->otas] : NULL;
}

bool eo_esp32_choose(struct esp32_slot *slot, const struct esp32_table *t,
                     const uint8_t *bytes, size_t len, size_t from)
{
    const uint8_t *e = selected(t, bytes, len, from), *end;
    struct text label;

    slot->by = e != NULL ? "otadata" : t->factory != NULL ? "factory" : "first";
    if (e == NULL)
        e = t->factory;
    for (size_t i = 0; e == NULL && i < ESP32_OTA_MAX; i++)
        e = t->ota[i];
    if (e == NULL)
        e = t->first;
    if (e == NULL)
        return false;
    slot->at = eo_le32(e + 4);
    slot->len = eo_le32(e + 8);
    end = memchr(e + 12, '\0', 16);
    eo_text_init(&label, slot->label, sizeof slot->label);
    eo_text_add_safe(&label, (const char *)e + 12,
                     end != NULL ? (size_t)(end - (e + 12)) : 16);
    return true;
}

static bool probe_otadata(const uint8_t *bytes, size_t len)
{
    if (len != 8192)
        return false;
    for (size_t i = 0; i < len; i++)
        if (i % 4096 >= ENTRY && bytes[i] != 0xff)
            return false;
    return true;
}

static void describe_otadata(struct findings *f, const uint8_t *bytes,
                             size_t len)
{
    (void)len;
    if (eo_le32(bytes) != 0xffffffffu)
        eo_fact_number(f, "sequence", eo_le32(bytes));
}

const struct image_kind eo_kind_esp32_otadata = {
    .name = "esp32-otadata",
    .what = "an ESP32 otadata partition (boot_app0.bin)",
    .role = ROLE_NOTHING,
    .unfit = "it tells the bootloader which app to start, and goes over a "
             "cable",
    .instead = "flash the app of the same build",
    .probe = probe_otadata,
    .describe = describe_otadata,
};
