/* kind.h -- what an inspector is, and the list of them.
 *
 * A kind is a file format.  Its probe looks at the bytes and says whether they
 * are meant to be one; its describe collects what can be known, and what is
 * wrong.  Both are pure functions over foreign bytes: they read nothing beyond
 * len, loop no longer than len allows, and have no heap.
 *
 * Adding a kind: one file that ends in a const struct image_kind, and one line
 * in IMAGE_KINDS.
 */
#ifndef EO_KIND_H
#define EO_KIND_H

#include "image/findings.h"

/* A part of a file, and where it is there, in words: "partition app0 at
 * 0x10000 (otadata selects it)". */
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
    enum espota_advice advice; /* beside it */
    bool inflates;       /* updaters that take it unpack gzip */
    bool packed;         /* what is in it cannot be seen */
    bool slotted;        /* by ESPHome it goes into one of two slots, whose size
                            follows from that of the flash */
    /* "a UF2 file, which no ArduinoOTA device takes", and what to do then;
     * NULL: no protocol makes a difference. */
    const char *not_arduino, *not_arduino_hint;
    enum espota_advice not_arduino_advice; /* beside it */
    bool (*probe)(const uint8_t *bytes, size_t len);
    void (*describe)(struct findings *, const uint8_t *bytes, size_t len);
    /* Finds the app where there may be more in a file than that; of one that
     * is an app and no more, all of it.  Fails with IMAGE.  NULL: an app of
     * this kind is the whole file. */
    int (*app)(struct image_part *, const uint8_t *bytes, size_t len,
               struct espota_error *);
};

/* Every kind there is, in the order they are tried: the first whose probe
 * says yes has it. */
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

/* The i-th of the list, or NULL behind its end. */
const struct image_kind *eo_kind_at(size_t i);

/* Fills *f, which need not be initialised, from scratch. */
void eo_identify(struct findings *f, const uint8_t *bytes, size_t len);

/* The same for a gzip that cannot be looked through. */
void eo_identify_gzip(struct findings *f);

#endif
