/* findings.h -- what an inspector finds in a file: its role, chip, facts and
 * problems, in a fixed amount of memory.
 */
#ifndef EO_FINDINGS_H
#define EO_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/image.h>

#include "base/err.h"
#include "base/str.h"

/* What a device could do with the file. */
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
    /* The kind's, unless describe knows better. */
    const char *unfit, *instead;
    enum espota_advice advice; /* goes with instead */
    /* The one in problems that reports unfit; NULL: there is none. */
    const struct espota_image_problem *unfit_problem;
    struct espota_image_fact facts[FACTS_MAX];
    struct espota_image_problem problems[PROBLEMS_MAX];
    size_t n_facts, n_problems;
    size_t base; /* added to a problem's place: for images in images */
    size_t used; /* of words */
    char words[WORDS_MAX]; /* facts and problems point into it: never copy */
};

/* For inspectors.  What does not fit is dropped.  Names are static, and each is
 * used once: of two facts with the same name the first stays. */
void eo_fact(struct findings *, const char *name, const char *fmt, ...)
    EO_PRINTF(3, 4);
void eo_fact_number(struct findings *, const char *name, uint64_t);
/* A fixed-size field of untrusted text that ends at a zero byte or fills the
 * field.  An empty one gives no fact. */
void eo_fact_field(struct findings *, const char *name, const uint8_t *bytes,
                   size_t len);
void eo_problem(struct findings *, enum espota_severity, size_t at,
                const char *fmt, ...) EO_PRINTF(4, 5);
/* The same, with advice on what can be done about it. */
void eo_problem_advice(struct findings *, enum espota_severity,
                       enum espota_advice, size_t at, const char *fmt, ...)
    EO_PRINTF(5, 6);

/* The text of a fact, or NULL. */
const char *eo_find_fact(const struct findings *, const char *name);

/* The first problem of that severity, or NULL. */
const struct espota_image_problem *
eo_first_problem(const struct findings *, enum espota_severity);

/* The first error that speaks against sending the image as what it is; NULL:
 * there is none.  Whether a device takes its kind at all is for the role to
 * say. */
const struct espota_image_problem *eo_obstacle(const struct findings *);

/* True if there is no obstacle and the role is one that a device takes as
 * firmware or filesystem. */
bool eo_flashable(const struct findings *);

/* Whether the bytes look encrypted, or compressed in an unknown way. */
bool eo_looks_random(const uint8_t *bytes, size_t len);

#endif
