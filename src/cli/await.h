/* await.h -- the one wait of commands that turn the library themselves: for its
 * descriptors, for signals, and not for ever.
 */
#ifndef EO_AWAIT_H
#define EO_AWAIT_H

#include <poll.h>

#include <espota/fleet.h>

enum { AWAIT_ROOM = 64 };

struct await {
    struct espota_fd *fds, fds_room[AWAIT_ROOM];
    struct pollfd *polls, polls_room[AWAIT_ROOM + 1]; /* and the signals' */
    size_t cap;
};

/* Fills in what is to be watched, as espota_fleet_fds() does. */
typedef size_t await_fds_fn(const void *of, struct espota_fd *, size_t cap);

void eo_await_init(struct await *);
void eo_await_free(struct await *);

/* Waits at most max_ms.  *n of a->fds say then what they are ready for; without
 * memory for all of them the last ones wait until others are done.  The
 * descriptor of the signals is emptied here, so that no caller can forget it
 * and spin.  0, or -1 with errno. */
int eo_await_any(struct await *a, await_fds_fn *fds, const void *of, int max_ms,
             size_t *n);

#endif
