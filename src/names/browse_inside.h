/* browse_inside.h -- the search, for the files that share it: browse.c
 * receives and reports, browse_ask.c asks, and both use browse_entry.c.
 */
#ifndef EO_BROWSE_INSIDE_H
#define EO_BROWSE_INSIDE_H

#include "names/browse.h"
#include "names/mdns_link.h"

enum {
    BROWSE_GAP_MAX_MS = 60000, /* between two looks at everything */
    BROWSE_SECOND = 1000
};

struct browse {
    struct espota_loop *loop;
    struct browse_config config;
    struct mdns_link *link;
    struct mdns_name type[ANNOUNCE_SERVICE_COUNT];
    struct browse_entry **entry;
    size_t n, cap;
    struct timer timer;
    uint64_t round_ms; /* when the next one is due */
    unsigned rounds;
    unsigned packets, queries;
    uint32_t source; /* of the packet that is being read */
    uint32_t mac;    /* of the device it is of; 0: not told, or of several */
    uint32_t teller; /* the same, as candidates want it */
};

/* ---- browse_entry.c ------------------------------------------------------ */

/* NULL: no memory, or no place for another one of this source. */
struct browse_entry *eo_browse_add(struct browse *);
void eo_browse_set_instance(struct browse_entry *, const struct mdns_name *);
void eo_browse_set_host(struct browse_entry *, const struct mdns_name *);
/* Does it belong to the device that sent the packet?  Two devices of one name
 * differ in their MAC. */
bool eo_browse_may_be(const struct browse *, const struct browse_entry *);
/* The entry of an instance, or NULL; made, if it is one of a service we look
 * for. */
struct browse_entry *eo_browse_of(struct browse *, const struct mdns_name *,
                                  bool make);
/* It lives for ttl seconds; 0: it says goodbye. */
void eo_browse_heard_of(const struct browse *, struct browse_entry *,
                        uint32_t ttl);

/* ---- browse_ask.c -------------------------------------------------------- */

/* Asks all devices, if that is due; gives when that is due next, or
 * UINT64_MAX. */
uint64_t eo_browse_ask_round(struct browse *, uint64_t now);
/* Asks for what is missing of one; gives when it needs attention next. */
uint64_t eo_browse_tend(struct browse *, struct browse_entry *, uint64_t now);

#endif
