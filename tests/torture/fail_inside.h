/* fail_inside.h -- the shim, to the files that it is made of: fail_plan.c knows
 * which call is to fail, fail_memory.c and fail_calls.c stand before the calls.
 *
 * They are compiled without the system's headers of the calls: their macros and
 * attributes are not meant for who defines them.
 */
#ifndef FAIL_INSIDE_H
#define FAIL_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

/* The calls are seen by everybody, and nothing else is. */
#define CALL __attribute__((visibility("default")))

extern struct fail_plan *plan; /* NULL: nothing is to fail */

/* What is behind the shim under that name, the C library's or a sanitizer's. */
void shim_next(void *symbol, const char *name);

/* Counts the call: is it the one? */
bool shim_is_due(enum fail_kind);
/* The same, with errno. */
bool shim_fails(enum fail_kind);
/* By the storm: who does not wait is not interrupted. */
bool shim_interrupts(enum fail_kind, bool waits);
/* All of that of a call that moves something; what waits is never early. */
bool shim_disturbs(enum fail_kind, int fd);
/* How much of len a call on a stream moves. */
size_t shim_piece(enum fail_kind, size_t len);
/* Is the storm one of pieces? */
bool shim_cuts(void);

/* Is that a return address in the program itself, or in a library? */
bool shim_is_ours(const void *caller);

#endif
