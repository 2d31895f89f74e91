/* identity.h -- what one device says it runs, by listening to mDNS: no port of it
 * is touched.
 */
#ifndef EO_IDENTITY_H
#define EO_IDENTITY_H

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"
#include "wire/announce.h"

struct identity;

/* "" is what it did not say. */
struct identity_facts {
    char version[ANNOUNCE_VALUE]; /* of ESPHome */
    char project_version[ANNOUNCE_VALUE];
    char config_hash[ANNOUNCE_VALUE];
    char platform[ANNOUNCE_VALUE];
};

struct identity_config {
    const char *host;        /* its name, if mDNS may know it ... */
    const struct addr *addr; /* ... else whoever announces this; on loopback
                                nobody is asked */
    const char *bind;        /* as in fleet.h */
    int family;
    uint32_t timeout_ms;

    /* Once, from the loop; the look may be freed in it.  NULL: it announced
     * nothing in time, or there is nobody to ask. */
    void (*on_end)(void *ctx, const struct identity_facts *);
    /* Instead: it only listens, without an end, for that name to say goodbye;
     * the look may not be freed in it. */
    void (*on_goodbye)(void *ctx);
    void *ctx;
};

/* Asks anew: what is reported was announced after this call.  NULL: no
 * memory. */
struct identity *eo_identity_start(struct espota_loop *,
                                   const struct identity_config *);
void eo_identity_free(struct identity *); /* NULL is fine */

#endif
