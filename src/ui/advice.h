/* advice.h -- what the library advises, in the words of the command line. */
#ifndef EO_ADVICE_H
#define EO_ADVICE_H

#include <stddef.h>

#include <espota/error.h>

enum { ADVICE_TEXT = 640 };

/* What the library says beside an advice, with the options of the program in
 * it: in space, or text itself where the program has nothing to add.  text may
 * be NULL. */
const char *eo_advised(enum espota_advice, const char *text,
                       char space[ADVICE_TEXT]);

/* The hint of an error, in the same way; NULL: it has none. */
const char *eo_hint(const struct espota_error *, char space[ADVICE_TEXT]);

#endif
