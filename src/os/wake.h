/* wake.h -- what a signal handler or another thread can end a wait with. */
#ifndef EO_WAKE_H
#define EO_WAKE_H

struct wake {
    int read_fd, write_fd; /* -1: there is none */
};

#define WAKE_NONE {-1, -1}

/* 0, or -1 with errno, with nothing open. */
int eo_wake_open(struct wake *);

/* Makes .read_fd readable until it is drained.  Safe in a signal handler and
 * in any thread; leaves errno alone. */
void eo_wake_ring(const struct wake *);

void eo_wake_drain(const struct wake *);

/* What is open; a second time does nothing. */
void eo_wake_close(struct wake *);

#endif
