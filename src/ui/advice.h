/* advice.h -- the library's advice, in terms of the command line. */
#ifndef EO_ADVICE_H
#define EO_ADVICE_H

#include <stddef.h>

#include <espota/error.h>

enum { ADVICE_TEXT = 640 };

/* Adds the program's options to a text that the library gives with its advice.
 * Returns the result in space, or text itself if there is nothing to add.
 * text may be NULL. */
const char *eo_advised(enum espota_advice, const char *text,
                       char space[ADVICE_TEXT]);

/* The hint of an error, treated in the same way; NULL: it has none. */
const char *eo_hint(const struct espota_error *, char space[ADVICE_TEXT]);

#endif
