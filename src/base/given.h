/* given.h -- a struct filled by a caller that may be older or newer than we
 * are. */
#ifndef EO_GIVEN_H
#define EO_GIVEN_H

#include <stddef.h>

#include "base/err.h"

/* Copies *given, which begins with its size, to *own.  What *given does not
 * have is zero in *own, and own->size becomes the size of *own.  Fails with
 * USAGE if given->size does not reach the end of last, the last member of the
 * first release (the size was not set); or if *given is longer and what *own
 * does not have is not zero.
 *
 * A new member is appended, and last stays.  If it would fit into the padding
 * at the end, where an older caller may leave anything, fill the padding with
 * a member first. */
#define EO_GIVEN(type, last, own, given, err)                                 \
    eo_given((own), sizeof(type), offsetof(type, last) + sizeof((own)->last), \
             (given), #type, (err))

/* The function behind it: name is for messages; least is the size up to the
 * end of last. */
int eo_given(void *own, size_t own_size, size_t least, const void *given,
             const char *name, struct espota_error *err) EO_MUST_CHECK;

#endif
