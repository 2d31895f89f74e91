/* wake.h -- a pair of ends with which a signal handler or another thread ends
 * a wait. */
#ifndef EO_WAKE_H
#define EO_WAKE_H

#include "os/sock.h"

/* Each end may also be closed by itself, as a socket is; once the second is
 * closed the first stays readable. */
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

/* Closes what is open; a second call does nothing. */
void eo_wake_close(struct wake *);

#endif
