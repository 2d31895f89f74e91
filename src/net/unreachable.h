/* unreachable.h -- why there is no connection, in words, and what to do. */
#ifndef EO_UNREACHABLE_H
#define EO_UNREACHABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "os/sock.h"

/* The system reported an error: sys is its errno.  bound: a local address was
 * given. */
void eo_unreachable(struct espota_error *, const struct addr *peer, bool bound,
                    int sys);

/* Nothing answered; addr is the first of n addresses that were tried. */
void eo_unreachable_silent(struct espota_error *, const struct addr *first,
                           size_t n, uint32_t timeout_ms);

#endif
