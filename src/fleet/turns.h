/* turns.h -- whose turn is next: in the order of the list, and never more at once
 * behind one host than a limit allows.
 *
 * Who waits for its host stands in a queue there and is not looked at before
 * somebody leaves that host, so that many devices behind one address cost no
 * more than as many behind addresses of their own.
 */
#ifndef EO_TURNS_H
#define EO_TURNS_H

#include <stdbool.h>
#include <stddef.h>

enum turn_state { TURN_WAITS, TURN_WORKS, TURN_OVER };

/* In its owner's memory, as long as the turns are used. */
struct turn {
    size_t number; /* in the list, from 0 */
    struct turn_host *host; /* NULL: there is no limit */
    struct turn *next;
    enum turn_state state;
};

struct turn_list {
    struct turn *first, *last;
};

/* Zero it but for the first. */
struct turns {
    unsigned per_host; /* 0: no limit */
    size_t n;
    struct turn_list list;  /* not looked at yet */
    struct turn_list ready; /* they stood in a host's queue, and may be next */
    struct turn_host **table;
    size_t n_hosts, cap_hosts; /* cap_hosts: a power of 2 */
};

/* Behind all others; host is copied.  -1: no memory, and nothing changed. */
int eo_turns_add(struct turns *, struct turn *, const char *host);

/* The first that may work, of those with a number below limit; NULL: none.  It
 * is the same one until it works or is over. */
struct turn *eo_turns_next(struct turns *, size_t limit);

/* It works from now on, or does so already. */
void eo_turns_begin(struct turns *, struct turn *);

/* It will not work any more, or never will. */
void eo_turns_end(struct turns *, struct turn *);

void eo_turns_free(struct turns *);

#endif
