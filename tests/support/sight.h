/* sight.h -- tables of images and what is to be found in them.
 *
 * A row forges an image, perhaps damages it in one way, and says what an
 * inspector must make of it.
 */
#ifndef TEST_SUPPORT_SIGHT_H
#define TEST_SUPPORT_SIGHT_H

#include <stdbool.h>

#include "support/forge.h"

#include "image/kind.h"

enum damage {
    WHOLE,
    FLIP,  /* all bits of the byte at .at */
    SET8,  /* the byte at .at to .value */
    SET32, /* the little-endian word at .at to .value */
    CUT,   /* to .at bytes */
    APPEND /* .at bytes of .value */
};

struct sight {
    const char *name;
    void (*make)(struct forged *);
    enum damage damage;
    size_t at;
    uint32_t value;

    const char *kind, *chip; /* chip NULL: not known */
    bool ok;                 /* could be flashed as firmware or filesystem */
    const char *fact, *text; /* a fact that must be there; NULL: any */
    const char *problem;     /* part of the worst problem; NULL: none at all */
    size_t place;            /* of that problem, or NOWHERE */
};

/* Each row as a test of its own, and then each distinct image of the table cut
 * at every length: nothing may be read beyond, and what is told must hold
 * together.  Gives main()'s result. */
int sight_all(const char *group, const struct sight *, size_t n);

#endif
