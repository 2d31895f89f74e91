/* resolve.h -- a name becomes addresses.
 *
 * Literals at once.  Everything else is asked of all who may know, at the same
 * time: our own mDNS querier, the mDNS daemon's library, the system.  The
 * first answer wins; one that hangs is abandoned.  But a name that mDNS may
 * know belongs to mDNS: the system's answer is only used after mDNS has been
 * silent for a while.
 */
#ifndef EO_RESOLVE_H
#define EO_RESOLVE_H

#include "base/err.h"
#include "names/name.h"
#include "net/loop.h"
#include "os/sock.h"

struct resolve;

struct resolved {
    const char *how; /* "literal", "mdns", "dns" or "given" */
    const struct addr *addr; /* without ports; in the order to try them */
    size_t n;
    const char *doubt; /* who disagrees; NULL: nobody is known to */
};

/* Called once, from the loop, never from within eo_resolve_start().  Either
 * got or err is NULL (RESOLVE, USAGE for a name that is none, INTERNAL: no
 * memory). */
typedef void resolve_fn(void *ctx, const struct resolved *got,
                        const struct espota_error *err);

struct resolve_config {
    const char *name;
    int family;           /* 0, 4 or 6 */
    uint32_t timeout_ms;  /* 0: 5 s */
    const char *resolver; /* who is asked; NULL or "auto": all */
    const char *bind;     /* interface or local address; NULL: all */
    /* "NAME=ADDRESS", n of them: known beforehand. */
    const char *const *given;
    size_t n_given;
    /* Who said what, when, for -v; NULL: nobody listens. */
    void (*log)(void *ctx, const char *line);
};

/* NULL: no memory.  The config is copied. */
struct resolve *eo_resolve_start(struct espota_loop *,
                                 const struct resolve_config *, resolve_fn *,
                                 void *ctx);

/* Stops without calling back; helper threads are abandoned and clean up after
 * themselves.  NULL is fine. */
void eo_resolve_free(struct resolve *);

/* The words --resolver takes; NULL behind the last. */
const char *eo_resolver_at(size_t i);

/* Whether it takes this one, also where this build lacks it. */
bool eo_resolver_known(const char *word);

/* The libraries of mDNS daemons in use, for --version; NULL: none. */
const char *eo_resolve_library(void);

#endif
