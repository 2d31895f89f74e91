/* browse.h -- the devices that announce themselves on this link: found by
 * asking, and by listening.
 */
#ifndef EO_BROWSE_H
#define EO_BROWSE_H

#include "base/err.h"
#include "names/candidates.h"
#include "net/loop.h"
#include "wire/announce.h"
#include "wire/mdns.h"

enum {
    BROWSE_MAX = 4096,
    BROWSE_SOURCE_MAX = 1024, /* of them that one address made known: a
                                 repeater's may be many, a flood's not all */
    BROWSE_TXT_MAX = 1024
};

struct browse;

/* One service of one device; or, without an instance, a name that was asked
 * for: what it answers to, whatever its services. */
struct browse_entry {
    /* For the search itself; they come first because it reads them most. */
    uint32_t instance_hash, host_hash;
    uint32_t source; /* fingerprint of who made it known; 0: the user */
    uint32_t mac;    /* fingerprint of the MAC it tells; 0: none */

    enum announce_service service;
    struct mdns_name instance, host; /* len 0: none; host: not known yet */
    uint16_t port;
    uint16_t txt_len;
    bool has_srv, has_txt;
    uint8_t txt[BROWSE_TXT_MAX];
    struct candidates addresses;

    /* For the search itself. */
    bool wanted;             /* asked for by name: never forgotten */
    uint64_t seen_ms;        /* first heard of; 0: never */
    uint64_t alive_until_ms; /* unless it is heard of again */
    uint32_t ttl_ms;
    uint64_t ask_ms; /* when to ask for what is missing */
    unsigned asked;  /* times */
    uint32_t seen;   /* fingerprint of what was last looked at; 0: nothing */
    bool told;       /* that it is there */
    unsigned flushed[2]; /* the packet that last replaced its addresses */
};

/* It can be shown: a service with its place and description, or a name with
 * an address. */
bool eo_browse_complete(const struct browse_entry *);

enum browse_news { BROWSE_APPEARED, BROWSE_CHANGED, BROWSE_LEFT };

struct browse_config {
    const char *only;  /* as eo_ifaces() takes it */
    int family;        /* 0, 4 or 6: addresses of interest */
    unsigned services; /* 1u << ANNOUNCE_..., any number of them */
    /* Host names to ask for, and for services of the same name; n 0: whoever
     * has one of the services. */
    const char *const *names;
    size_t n_names;
    bool keep_asking; /* until freed: else only in the first seconds */
    bool goodbyes;    /* also report devices that leave and were never
                         reported */

    /* From the loop, never from within the start; the browse may not be freed
     * in it.  NULL: nobody listens. */
    void (*news)(void *ctx, enum browse_news, const struct browse_entry *);
    /* Is this one worth reporting as it is now?  NULL: all are.  A device that
     * was never reported does not leave either. */
    bool (*worth)(void *ctx, const struct browse_entry *);
    void *ctx;
};

/* 0, or -1: there is no way to ask (RESOLVE), a name is not valid (USAGE), or
 * no memory. */
int eo_browse_new(struct browse **, struct espota_loop *,
                  const struct browse_config *, struct espota_error *);
void eo_browse_free(struct browse *);

/* In no particular order; NULL after the last. */
const struct browse_entry *eo_browse_at(const struct browse *, size_t i);

#endif
