/* mdns_link.h -- the sockets over which mDNS is asked and heard.
 *
 * Per interface and family one socket on a port of its own, which gets answers
 * that are meant for us alone; and one per family on port 5353, shared with
 * other programs, which hears what is sent to all.  A firewall may let only
 * one of them through: docs/protocols/mdns.md.
 *
 * All links of a loop over the same interfaces share their sockets, so that
 * one more name costs no descriptor.
 */
#ifndef EO_MDNS_LINK_H
#define EO_MDNS_LINK_H

#include "base/err.h"
#include "base/str.h"
#include "net/iface.h"
#include "net/loop.h"
#include "os/sock.h"
#include "wire/mdns.h"

struct mdns_link;

struct mdns_heard {
    struct mdns_packet packet; /* before its first record; a copy reads again */
    struct addr from;
    const struct iface *iface; /* where it arrived */
};

/* For every packet that is a reply from this link, as far as mdns_trust.h can
 * tell.  The link may be freed in it. */
typedef void mdns_heard_fn(void *ctx, const struct mdns_heard *);

struct mdns_link_config {
    const char *only; /* as eo_ifaces() takes it; NULL: all that are usable */
    mdns_heard_fn *heard;
    void *ctx;
};

/* 0, or -1: no interface, or no socket (RESOLVE), or none to be had now
 * (INTERNAL: no memory, no descriptor). */
int eo_mdns_link_new(struct mdns_link **, struct espota_loop *,
                     const struct mdns_link_config *, struct espota_error *);
void eo_mdns_link_free(struct mdns_link *);

const struct ifaces *eo_mdns_link_ifaces(const struct mdns_link *);

/* What a question to all is sent with, and what an answer to us alone may come
 * with beside 0. */
uint16_t eo_mdns_link_id(const struct mdns_link *);

enum mdns_from {
    MDNS_FROM_OWN,   /* the answer comes to us alone, at once */
    MDNS_FROM_SHARED /* the answer goes to all, at most once a second */
};

/* Sends on every interface.  How many times it went out; 0: never, and errno
 * says why the last one did not. */
int eo_mdns_link_send(struct mdns_link *, enum mdns_from, const uint8_t *,
                      size_t len);

/* "eth0, wlan0" */
void eo_mdns_link_add_names(struct text *, const struct mdns_link *);

#endif
