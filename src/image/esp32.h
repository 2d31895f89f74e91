/* esp32.h -- what apps, bootloaders and factory images of the ESP32 family
 * share.
 */
#ifndef EO_ESP32_H
#define EO_ESP32_H

#include "image/esp_image.h"

struct esp32_chip {
    uint16_t id;
    uint32_t bootloader_at; /* its place in flash */
    const char *name;
};

/* NULL: no chip has that id. */
const struct esp32_chip *eo_esp32_chip(uint16_t id);
/* The i-th chip of the list; NULL after the last. */
const struct esp32_chip *eo_esp32_chip_at(size_t i);

/* Whether chip is one of the family: "ESP32", "ESP32-S3", ...  NULL is not. */
bool eo_esp32_is_family(const char *chip);

enum esp32_sort { ESP32_NOT, ESP32_APP, ESP32_BOOTLOADER, ESP32_RAM };

/* What the bytes are meant to be. */
enum esp32_sort eo_esp32_sort(const uint8_t *bytes, size_t len);

/* Header, segments, checksum and hash: chip, facts and problems.  Returns the
 * length of the image with its hash, or 0 if that cannot be known. */
size_t eo_esp32_describe(struct findings *, const uint8_t *bytes, size_t len);

/* Where the SHA-256 of everything before it is appended; 0: the image has none,
 * or is not whole. */
size_t eo_esp32_hash_at(const uint8_t *bytes, size_t len);

bool eo_esp32_has_app_desc(const uint8_t *bytes, size_t len);

/* The app descriptor, if there is one: project, version and so on. */
void eo_esp32_app_desc(struct findings *, const uint8_t *bytes, size_t len);

/* What follows the image: a signature, or bytes that should not be there. */
void eo_esp32_tail(struct findings *, const uint8_t *bytes, size_t len,
                   size_t image_len);

/* The length of the app that begins at bytes, including the Secure Boot
 * signature after it; 0: its segments do not end within len. */
size_t eo_esp32_app_len(const uint8_t *bytes, size_t len);

enum { ESP32_OTA_MAX = 16 };

/* A partition table, as far as it is valid.  The pointers are to entries in the
 * bytes of the table. */
struct esp32_table {
    unsigned n; /* entries */
    bool md5, md5_ok;
    unsigned apps;
    const uint8_t *first, *factory, *ota[ESP32_OTA_MAX]; /* apps; or NULL */
    unsigned otas;          /* entries of ota */
    const uint8_t *otadata; /* NULL: there is none */
    bool nvs;
    size_t end; /* after the last entry */
};

/* A partition with an app in it. */
struct esp32_slot {
    uint32_t at, len; /* in flash */
    char label[4 * 16 + 1]; /* printable */
    const char *by; /* "otadata", "factory" or "first": see eo_esp32_choose() */
};

/* Finds the app that the bootloader would start: the one that otadata selects,
 * else the factory app, else the first.  bytes are the contents of flash,
 * beginning at address from.  False: the table has no app. */
bool eo_esp32_choose(struct esp32_slot *, const struct esp32_table *,
                     const uint8_t *bytes, size_t len, size_t from);

enum {
    ESP32_TABLE_AT = 0x8000,  /* unless the build moved it */
    ESP32_TABLE_MAX = 0x20000, /* how far, for a signed bootloader */
    ESP32_TABLE_LEN = 0xc00
};

/* How many bytes of flash a bootloader may take on the chip of that name when
 * the table is at its usual place; 0: it is not a chip of the family. */
size_t eo_esp32_bootloader_room(const char *chip);

/* Where a partition table begins in bytes read from flash, on any sector up to
 * ESP32_TABLE_MAX; 0: there is none. */
size_t eo_esp32_find_table(struct esp32_table *, const uint8_t *bytes,
                           size_t len);

/* False: bytes do not begin with an entry. */
bool eo_esp32_table(struct esp32_table *, const uint8_t *bytes, size_t len);

#endif
