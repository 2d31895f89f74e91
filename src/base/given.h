/* given.h -- a struct that a caller filled, of a caller of any age. */
#ifndef EO_GIVEN_H
#define EO_GIVEN_H

#include <stddef.h>

#include "base/err.h"

/* Copies *given, which begins with its size, to *own, which is zero where the
 * copy ends; own->size becomes that of *own.  Fails with USAGE if given->size
 * does not reach the end of last, the last member that the first release had
 * (the size was not set); or if *given goes on where *own ends, and not with
 * zeros.
 *
 * A new member is appended, and last stays.  Where it would fit into the
 * padding at the end, in which an older caller leaves anything, fill that with
 * a member first. */
#define EO_GIVEN(type, last, own, given, err)                                 \
    eo_given((own), sizeof(type), offsetof(type, last) + sizeof((own)->last), \
             (given), #type, (err))

/* The same: name as in messages, least up to the end of that last member. */
int eo_given(void *own, size_t own_size, size_t least, const void *given,
             const char *name, struct espota_error *err) EO_MUST_CHECK;

#endif
