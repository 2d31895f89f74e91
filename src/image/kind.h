/* kind.h -- what an inspector is, and what it finds.
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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/image.h>

#include "base/err.h"
#include "base/str.h"

/* What a device could do with it. */
enum image_role {
    ROLE_UNKNOWN, /* not recognised: perhaps a filesystem */
    ROLE_APP,
    ROLE_FILESYSTEM,
    ROLE_PARTITIONS, /* ESP32, where the device allows it */
    ROLE_BOOTLOADER, /* ESP32, where the device allows it */
    ROLE_NOTHING     /* no device takes it over the network */
};

enum { FACTS_MAX = 32, PROBLEMS_MAX = 16, WORDS_MAX = 4096 };

/* Problems without a place. */
#define NOWHERE SIZE_MAX

struct findings {
    const struct image_kind *kind;
    enum image_role role; /* the kind's, unless describe knows better */
    const char *chip;     /* static; NULL: not known */
    struct espota_image_fact facts[FACTS_MAX];
    struct espota_image_problem problems[PROBLEMS_MAX];
    size_t n_facts, n_problems;
    size_t base; /* added to the place of a problem: for images in images */
    size_t used; /* of words */
    char words[WORDS_MAX]; /* facts and problems point into it: never copy */
};

struct image_kind {
    const char *name; /* "esp32-app": --json; stable */
    const char *what; /* "an ESP32 app", to be used in a sentence */
    enum image_role role;
    const char *unfit; /* why no device takes it as firmware or filesystem;
                          NULL: one does */
    const char *instead; /* and what to do then: an imperative sentence */
    bool (*probe)(const uint8_t *bytes, size_t len);
    void (*describe)(struct findings *, const uint8_t *bytes, size_t len);
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

/* For inspectors.  What does not fit is dropped; names are static. */
void eo_fact(struct findings *, const char *name, const char *fmt, ...)
    EO_PRINTF(3, 4);
void eo_fact_number(struct findings *, const char *name, uint64_t);
/* A fixed field of foreign text that ends at a zero byte, or fills it; an
 * empty one gives no fact. */
void eo_fact_field(struct findings *, const char *name, const uint8_t *bytes,
                   size_t len);
void eo_problem(struct findings *, enum espota_severity, size_t at,
                const char *fmt, ...) EO_PRINTF(4, 5);

/* The text of a fact, or NULL. */
const char *eo_find_fact(const struct findings *, const char *name);

/* The first problem of that severity, or NULL. */
const struct espota_image_problem *
eo_first_problem(const struct findings *, enum espota_severity);

/* Without an error, and of a role a device takes as firmware or filesystem. */
bool eo_flashable(const struct findings *);

#endif
