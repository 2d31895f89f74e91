/* lookup.h -- one way to find the addresses of a name.  resolve.c asks several
 * at once.
 */
#ifndef EO_LOOKUP_H
#define EO_LOOKUP_H

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"

struct lookup_config {
    const char *name; /* copied */
    int family;       /* 0, 4 or 6 */
    const char *only; /* interface or local address; NULL: any; copied */
    uint32_t timeout_ms;

    /* Both are called from the loop, never from within start(), and do not
     * free the look-up. */
    void (*found)(void *ctx, const struct addr *,
                  unsigned arrival, /* interface index; 0: unknown */
                  uint32_t teller /* of eo_teller(); 0: unknown */);
    /* Nothing more will come; called when time is up, at the latest. */
    void (*ended)(void *ctx, const struct espota_error *why);
    void *ctx;
};

struct lookup_ops {
    bool multicast; /* knows names in .local, and no other */
    void *(*start)(struct espota_loop *, const struct lookup_config *); /* NULL:
                                                                    no memory */
    void (*free)(void *); /* NULL is fine */
};

extern const struct lookup_ops eo_lookup_builtin; /* mdns_builtin.c */
extern const struct lookup_ops eo_lookup_system;  /* resolve_system.c */
extern const struct lookup_ops eo_lookup_avahi;   /* mdns_avahi.c */
extern const struct lookup_ops eo_lookup_dnssd;   /* mdns_dnssd.c */

#endif
