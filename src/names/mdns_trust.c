/* mdns_trust.c -- which mDNS answers can only come from a neighbour. */
#include "names/mdns_trust.h"

#include "wire/mdns.h"

enum {
    HOPS_MOST = 255,
    HOPS_OLD = 1 /* to the group: ESP8266 cores up to 2.4, some stacks since */
};

bool eo_mdns_trusts(const struct mdns_arrival *a)
{
    if (a->from_port != MDNS_PORT)
        return false;
    /* RFC 6762 section 18.1: the id says nothing in multicast, and some devices
     * leave it out elsewhere. */
    if (a->to_asker && a->id != 0 && a->id != a->asked_id)
        return false;
    if (a->hops < 0 || a->hops == HOPS_MOST)
        return true;
    if (a->to_group)
        return a->hops == HOPS_OLD;
    return a->to_asker && a->id != 0;
}
