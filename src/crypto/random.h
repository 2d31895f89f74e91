/* random.h -- entropy.  Whoever starts a machine fetches it, never the
 * machine. */
#ifndef EO_RANDOM_H
#define EO_RANDOM_H

#include <stddef.h>

#include "base/err.h"

/* 0, or -1 if the system has none to give. */
int eo_random(void *out, size_t len) EO_MUST_CHECK;

#endif
