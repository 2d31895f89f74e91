/* wake.h -- what a signal handler or another thread can end a wait with. */
#ifndef EO_WAKE_H
#define EO_WAKE_H

#include "os/sock.h"

/* Each end may also be closed by itself, as a socket is; without the second the
 * first is readable for good. */
struct wake {
    os_socket read_fd, write_fd; /* or OS_NO_SOCKET */
};

#define WAKE_NONE {OS_NO_SOCKET, OS_NO_SOCKET}

/* 0, or -1 with errno, with nothing open. */
int eo_wake_open(struct wake *);

/* Makes .read_fd readable until it is drained.  Safe in a signal handler and
 * in any thread; leaves errno alone. */
void eo_wake_ring(const struct wake *);

void eo_wake_drain(const struct wake *);

/* What is open; a second time does nothing. */
void eo_wake_close(struct wake *);

#endif
