/* kind.h -- what an inspector is, and the list of them.
 *
 * A kind is a file format.  Its probe looks at the bytes and says whether they
 * are meant to be of that kind.  Its describe collects what can be known, and
 * what is wrong.  Both are pure functions over untrusted bytes: they read
 * nothing beyond len, loop no longer than len allows, and use no heap.
 *
 * To add a kind, add one file that ends in a const struct image_kind, and one
 * line in IMAGE_KINDS.
 */
#ifndef EO_KIND_H
#define EO_KIND_H

#include "image/findings.h"

/* A part of a file, and words for where it is: "partition app0 at 0x10000
 * (otadata selects it)". */
struct image_part {
    size_t at, len;
    char words[192];
};

struct image_kind {
    const char *name; /* "esp32-app": in JSON; stable */
    const char *what; /* "an ESP32 app", to be used in a sentence */
    enum image_role role;
    const char *unfit; /* why no device takes it as firmware or filesystem;
                          NULL: one does */
    const char *instead; /* and what to do then: an imperative sentence */
    enum espota_advice advice; /* goes with it */
    bool inflates;       /* updaters that take it unpack gzip */
    bool packed;         /* its contents cannot be seen */
    bool slotted;        /* ESPHome writes it to one of two slots, whose size
                            depends on that of the flash */
    /* "a UF2 file, which no ArduinoOTA device takes", and what to do then;
     * NULL: the protocol makes no difference. */
    const char *not_arduino, *not_arduino_hint;
    enum espota_advice not_arduino_advice; /* goes with it */
    bool (*probe)(const uint8_t *bytes, size_t len);
    void (*describe)(struct findings *, const uint8_t *bytes, size_t len);
    /* Finds the app in a file that may hold more than that; for a file that is
     * only an app, all of it.  Fails with IMAGE.  NULL: an app of this kind is
     * the whole file. */
    int (*app)(struct image_part *, const uint8_t *bytes, size_t len,
               struct espota_error *);
};

/* All kinds, in the order in which they are tried: the first whose probe
 * returns true is chosen. */
#define IMAGE_KINDS(X)  \
    X(uf2)              \
    X(elf)              \
    X(zip)              \
    X(ug)               \
    X(rbl)              \
    X(esp32_partitions) \
    X(esp32_otadata)    \
    X(esp32_factory)    \
    X(esp8266_app)      \
    X(esp8266_sdk)      \
    X(esp32_bootloader) \
    X(esp32_ram)        \
    X(esp32_app)        \
    X(rp2_app)          \
    X(littlefs)         \
    X(spiffs)           \
    X(ihex)             \
    X(html)             \
    X(text)

#define X(name) extern const struct image_kind eo_kind_##name;
IMAGE_KINDS(X)
#undef X

/* The i-th of the list, or NULL after the last. */
const struct image_kind *eo_kind_at(size_t i);

/* Fills *f, which need not be initialised, from scratch. */
void eo_identify(struct findings *f, const uint8_t *bytes, size_t len);

/* The same for a gzip file that cannot be unpacked. */
void eo_identify_gzip(struct findings *f);

#endif
