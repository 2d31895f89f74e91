/* browse_inside.h -- the search, to those who share the work: browse.c hears
 * and tells, browse_ask.c asks.
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

/* browse_ask.c: asks everybody, if that is due; gives when it is next, or
 * UINT64_MAX. */
uint64_t eo_browse_ask_round(struct browse *, uint64_t now);
/* Asks for what is missing of one; gives when it wants attention next. */
uint64_t eo_browse_tend(struct browse *, struct browse_entry *, uint64_t now);

#endif
