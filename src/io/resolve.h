/* resolve.h -- a name becomes addresses.
 *
 * Literals at once; everything else by whoever can: see docs/ARCHITECTURE.md.
 */
#ifndef EO_RESOLVE_H
#define EO_RESOLVE_H

#include "base/err.h"
#include "io/loop.h"
#include "io/sock.h"

struct resolve;

struct resolved {
    const char *how; /* "literal", "mdns", "dns" or "given" */
    const struct addr *addr; /* without ports; in the order to try them */
    size_t n;
};

/* Called once, from the loop, never from within eo_resolve_start().  Either
 * got or err is NULL (RESOLVE, or USAGE for a name that is none). */
typedef void resolve_fn(void *ctx, const struct resolved *got,
                        const struct espota_error *err);

struct resolve_config {
    const char *name;
    int family;          /* 0, 4 or 6 */
    uint32_t timeout_ms; /* 0: 5 s */
};

/* NULL: no memory.  The config is copied. */
struct resolve *eo_resolve_start(struct loop *, const struct resolve_config *,
                                 resolve_fn *, void *ctx);

/* Stops without calling back; helper threads are abandoned and clean up after
 * themselves.  NULL is fine. */
void eo_resolve_free(struct resolve *);

#endif
