/* candidates.h -- addresses for one name from several sources: which are good,
 * in which order to try them, and whether to wait for more.  No system call.
 */
#ifndef EO_CANDIDATES_H
#define EO_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#include "io/iface.h"
#include "io/sock.h"

enum {
    CANDIDATES_MAX = 16,
    CANDIDATES_WAIT_MS = 150, /* for IPv4, with only IPv6 in hand */
    CANDIDATES_GRACE_MS = 30  /* for a namesake on another interface */
};

struct candidate {
    struct addr addr;
    unsigned arrival; /* index of the interface it was heard on; 0: unknown */
    int rank;
};

/* Zeroed is empty.  Kept in the order to try them; within a rank, first come
 * first served. */
struct candidates {
    struct candidate at[CANDIDATES_MAX];
    size_t n;
    struct addr unscoped; /* one left out for want of a scope; len 0: none */
};

/* Adds an address, unless it is known, is no address of a host, or is a
 * link-local one of an unknown interface.  ifs: those of this machine; arrival
 * as above.  Whether it was added. */
bool eo_candidates_add(struct candidates *, const struct addr *,
                       unsigned arrival, const struct ifaces *ifs);

/* How long to wait for a better one, in milliseconds: -1: for as long as it
 * takes, there is none; 0: go.  With several interfaces asked a moment is
 * left for a namesake elsewhere to speak up. */
int eo_candidates_wait(const struct candidates *, size_t n_asked);

/* Two devices of one name, on two interfaces: gives one IPv4 candidate of
 * each.  What one device says on both is no such thing. */
bool eo_candidates_ambiguous(const struct candidates *,
                             const struct candidate **,
                             const struct candidate **);

#endif
