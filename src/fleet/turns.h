/* turns.h -- which job is next: in the order of the list, and never more at
 * once for one host than a limit allows.
 *
 * A job that waits for its host is in that host's queue and is not looked at
 * before another job there ends.  So many devices behind one address cost no
 * more than as many with addresses of their own.
 */
#ifndef EO_TURNS_H
#define EO_TURNS_H

#include <stdbool.h>
#include <stddef.h>

enum turn_state { TURN_WAITS, TURN_WORKS, TURN_OVER };

/* Lies in its owner's memory as long as the turns are used. */
struct turn {
    size_t number; /* in the list, from 0 */
    struct turn_host *host; /* NULL: there is no limit */
    struct turn *next;
    enum turn_state state;
};

struct turn_list {
    struct turn *first, *last;
};

/* Set the first field and zero the rest. */
struct turns {
    unsigned per_host; /* 0: no limit */
    size_t n;
    struct turn_list list;  /* not looked at yet */
    struct turn_list ready; /* left a host's queue, and may be next */
    struct turn_host **table;
    size_t n_hosts, cap_hosts; /* cap_hosts: a power of 2 */
};

/* Adds a turn after all others; host is copied.  -1: no memory, and nothing
 * changed. */
int eo_turns_add(struct turns *, struct turn *, const char *host);

/* The first turn with a number below limit that may work; NULL: none.  Returns
 * the same one until it works or is over. */
struct turn *eo_turns_next(struct turns *, size_t limit);

/* It works from now on.  No-op if it already does. */
void eo_turns_begin(struct turns *, struct turn *);

/* It has finished, or will never work. */
void eo_turns_end(struct turns *, struct turn *);

void eo_turns_free(struct turns *);

#endif
