/* notes.h -- warnings found before anything can show them. */
#ifndef EO_NOTES_H
#define EO_NOTES_H

#include <stddef.h>

#include "base/err.h"

struct note {
    const char *code; /* a word for machines; static */
    char *text;
};

struct notes {
    struct note *at;
    size_t n;
};

/* If there is no memory for a warning, it is lost. */
void eo_note(struct notes *, const char *code, const char *fmt, ...)
    EO_PRINTF(3, 4);
void eo_notes_free(struct notes *);

#endif
