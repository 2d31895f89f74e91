/* mdns_trust.h -- may this answer have come over a router?
 *
 * No router forwards what is sent to the group, and it has the highest hop
 * limit there is, which no router can restore (RFC 6762 section 11).  Answers
 * to us alone come from small devices with whatever hop limit their network
 * code uses, often 64: those must repeat the id of the question, which a
 * sender outside the link has to guess, together with our port.
 */
#ifndef EO_MDNS_TRUST_H
#define EO_MDNS_TRUST_H

#include <stdbool.h>
#include <stdint.h>

struct mdns_arrival {
    uint16_t from_port;
    bool to_group; /* else to us alone */
    bool to_asker; /* it came to the port that asked, not to 5353 */
    int hops;      /* left of its hop limit; -1: the system does not tell */
    uint16_t id, asked_id;
};

bool eo_mdns_trusts(const struct mdns_arrival *);

#endif
