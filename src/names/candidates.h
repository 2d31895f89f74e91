/* candidates.h -- addresses for one name from several sources: which are good,
 * in which order to try them, and whether to wait for more.  No system call.
 */
#ifndef EO_CANDIDATES_H
#define EO_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#include "net/iface.h"
#include "os/sock.h"

enum {
    CANDIDATES_MAX = 16,
    CANDIDATES_WAIT_MS = 150,  /* for IPv4, with only IPv6 in hand */
    CANDIDATES_GRACE_MS = 100, /* for a second device of that name to answer,
                                  here or on another interface */
    TELLERS_MAX = 4
};

struct candidate {
    struct addr addr;
    unsigned arrival; /* index of the interface it was heard on; 0: unknown */
    int rank;
    uint32_t teller[TELLERS_MAX]; /* who announced it; further ones are not
                                     kept */
    size_t n_tellers;
};

/* All zero is empty.  Kept in the order to try them; within a rank, first
 * come, first served. */
struct candidates {
    struct candidate at[CANDIDATES_MAX];
    size_t n;
    struct addr unscoped; /* one left out because it lacks a scope; len 0:
                             none */
};

/* Identifies a sender by its IPv4 address; 0: it uses IPv6, where one device
 * has many addresses. */
uint32_t eo_teller(const struct addr *from);

/* Adds an address, unless it is known, is no address of a host, or is a
 * link-local one of an unknown interface.  ifs: those of this machine; arrival
 * as above; teller: of eo_teller(), 0: nobody in particular.  Whether it was
 * added. */
bool eo_candidates_add(struct candidates *, const struct addr *,
                       unsigned arrival, uint32_t teller,
                       const struct ifaces *ifs);

/* How long to wait for a better one, in milliseconds: -1: for as long as it
 * takes, there is none; 0: go.  After an answer by mDNS it waits a moment for
 * a second device of that name. */
int eo_candidates_wait(const struct candidates *);

/* Two devices of one name, on two interfaces, or on one: gives one IPv4
 * candidate of each.  One device that is heard on two interfaces, or has two
 * addresses, does not count. */
bool eo_candidates_ambiguous(const struct candidates *,
                             const struct candidate **,
                             const struct candidate **);

#endif
