/* esp32_factory.c -- merged images: bootloader, partition table and app in one,
 * as they are written over a cable from flash address 0.
 *
 * The bootloader's place differs (0, 0x1000, 0x2000), so some begin with filler
 * and some with a bootloader that looks like an app.  Others begin at the
 * bootloader's place, and all offsets in them are that much lower.
 */
#include <string.h>

#include "base/buf.h"
#include "image/esp32.h"

enum { FLASH_BEHIND = 0x10000 }; /* a bootloader ends with less than this */

/* Where the bootloader is, or SIZE_MAX. */
static size_t find_bootloader(const uint8_t *bytes, size_t len)
{
    size_t filler = 0;

    if (len > 0 && bytes[0] == ESP_MAGIC)
        return 0;
    while (filler < len && filler < 0x2000 && bytes[filler] == 0xff)
        filler++;
    if ((filler == 0x1000 || filler == 0x2000) && filler < len &&
        bytes[filler] == ESP_MAGIC)
        return filler;
    return SIZE_MAX;
}

/* A bootloader with much data after it is a merged image, even if its table is
 * encrypted or in an unknown place. */
static bool much_behind(const uint8_t *bytes, size_t len)
{
    struct esp_walk w;

    if (eo_esp32_sort(bytes, len) != ESP32_BOOTLOADER)
        return false;
    eo_esp_walk(&w, bytes, len, ESP32_HEADER, 0);
    return w.ok && len - w.end > FLASH_BEHIND;
}

static bool probe(const uint8_t *bytes, size_t len)
{
    const size_t boot = find_bootloader(bytes, len);
    struct esp32_table t;

    if (boot == SIZE_MAX)
        return false;
    if (boot > 0) /* nothing else begins like this */
        return true;
    return len >= ESP32_HEADER && !eo_esp_is_esp8266(bytes, len) &&
           !eo_esp32_has_app_desc(bytes, len) &&
           (eo_esp32_find_table(&t, bytes, len) != 0 ||
            much_behind(bytes, len));
}

/* The flash address of the file's first byte. */
static size_t flash_address(const uint8_t *bytes, size_t boot)
{
    const struct esp32_chip *chip = eo_esp32_chip(eo_le16(bytes + boot + 12));

    return chip != NULL && chip->bootloader_at > boot
               ? chip->bootloader_at - boot : 0;
}

/* The bootloader may state another flash size.  Only the app's facts are kept;
 * of the bootloader only the problems are. */
static void check_bootloader(struct findings *f, const uint8_t *bytes,
                             size_t len, size_t at)
{
    const size_t facts = f->n_facts;

    f->base = at;
    eo_esp32_describe(f, bytes + at, len - at);
    f->base = 0;
    f->n_facts = facts;
}

static void describe_app(struct findings *f, const uint8_t *bytes, size_t len,
                         const struct esp32_slot *slot, size_t from)
{
    const size_t at = slot->at - from;
    size_t image_len;

    eo_fact(f, "app_partition", "%s", slot->label);
    eo_fact(f, "app_chosen_by", "%s", slot->by);

    if (at >= len) {
        eo_problem(f, ESPOTA_ERROR, len,
                   "cut short: the app should be at 0x%zx", at);
        return;
    }
    eo_fact(f, "app_at", "0x%zx", at);
    f->base = at;
    if (bytes[at] != ESP_MAGIC) {
        eo_problem(f, ESPOTA_ERROR, 0, "damaged: no app begins here");
    } else {
        image_len = eo_esp32_describe(f, bytes + at, len - at);
        if (image_len > 0)
            eo_fact_number(f, "app_bytes", image_len);
        eo_esp32_app_desc(f, bytes + at, len - at);
    }
    f->base = 0;
}

static void describe(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t boot = find_bootloader(bytes, len);
    struct esp32_table t;
    const size_t table = eo_esp32_find_table(&t, bytes, len);
    struct esp32_slot slot;
    size_t from;

    check_bootloader(f, bytes, table != 0 ? table : len, boot);
    if (len - boot < ESP32_HEADER)
        return; /* cut short: already reported */
    from = flash_address(bytes, boot);
    eo_fact(f, "bootloader_at", "0x%zx", boot + from);
    if (from > 0)
        eo_fact(f, "merged_from", "0x%zx", from);
    if (table == 0) {
        if (len < ESP32_TABLE_MAX)
            eo_problem(f, ESPOTA_ERROR,
                       len < ESP32_TABLE_AT ? len : ESP32_TABLE_AT,
                       "%s: there is no partition table at 0x8000, and none "
                       "behind", len <= ESP32_TABLE_AT ? "cut short"
                                                       : "damaged");
        else
            eo_problem(f, ESPOTA_WARNING, ESP32_TABLE_AT,
                       "there is no partition table up to 0x%x: encrypted, "
                       "perhaps", (unsigned)ESP32_TABLE_MAX);
        return;
    }
    eo_fact(f, "table_at", "0x%zx", table + from);
    eo_fact_number(f, "partitions", t.n);
    if (t.md5 && !t.md5_ok)
        eo_problem(f, ESPOTA_ERROR, table + t.end,
                   "damaged: the MD5 of the partition table is wrong");
    if (eo_esp32_choose(&slot, &t, bytes, len, from) && slot.at >= from)
        describe_app(f, bytes, len, &slot, from);
}

/* ---- the app alone ------------------------------------------------------ */

static int no_app_at(const struct esp32_slot *slot, const uint8_t *bytes,
                     size_t len, struct espota_error *err)
{
    return eo_fail(err, ESPOTA_E_IMAGE,
                   "partition %s at 0x%x, which a device would start, %s",
                   slot->label, (unsigned)slot->at,
                   len == 0          ? "is behind the end of the file"
                   : *bytes == 0xff  ? "is empty"
                   : eo_looks_random(bytes, len) ? "is encrypted"
                                                 : "does not begin with an app");
}

static const char *reason(const struct esp32_slot *slot)
{
    return strcmp(slot->by, "otadata") == 0 ? "otadata selects it"
           : strcmp(slot->by, "factory") == 0
               ? "the factory app; otadata selects none"
               : "the first app; otadata selects none";
}

static int cut_out(struct image_part *part, const struct esp32_slot *slot,
                   const uint8_t *bytes, size_t len, struct espota_error *err)
{
    const size_t room = slot->len < len ? slot->len : len;
    const size_t all = eo_esp32_app_len(bytes, len);

    if (room == 0 || bytes[0] != ESP_MAGIC)
        return no_app_at(slot, bytes, len, err);
    if (all > room)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the app in partition %s has %zu bytes, and the "
                       "partition %zu", slot->label, all, room);
    part->len = all > 0 ? all : room; /* a damaged app is reported as such */
    return 0;
}

static int find_app(struct image_part *part, const uint8_t *bytes, size_t len,
                    struct espota_error *err)
{
    const size_t boot = find_bootloader(bytes, len);
    struct esp32_table t;
    const size_t table = eo_esp32_find_table(&t, bytes, len);
    struct esp32_slot slot;
    struct text words;
    size_t from;

    if (len - boot < ESP32_HEADER || table == 0)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "there is no partition table up to 0x%x, which would "
                       "say where the app is: encrypted, perhaps",
                       (unsigned)ESP32_TABLE_MAX);
    if (t.md5 && !t.md5_ok)
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the MD5 of the partition table is wrong, so it cannot "
                       "be said where the app is");
    from = flash_address(bytes, boot);
    if (!eo_esp32_choose(&slot, &t, bytes, len, from))
        return eo_fail(err, ESPOTA_E_IMAGE,
                       "the partition table has no partition for an app");
    if (slot.at < from || slot.at - from >= len)
        return no_app_at(&slot, bytes, 0, err);
    part->at = slot.at - from;
    eo_text_init(&words, part->words, sizeof part->words);
    eo_text_add(&words, "partition %s at 0x%x (%s)", slot.label,
                (unsigned)slot.at, reason(&slot));
    return cut_out(part, &slot, bytes + part->at, len - part->at, err);
}

const struct image_kind eo_kind_esp32_factory = {
    .name = "esp32-factory",
    .what = "an ESP32 factory image (bootloader, partition table and app)",
    .role = ROLE_NOTHING,
    .unfit = "a factory image goes over a cable",
    .instead = "flash the .ota.bin (the app alone) of the same build",
    .advice = ESPOTA_ADVICE_TAKE_APP,
    .probe = probe,
    .describe = describe,
    .app = find_app,
};
