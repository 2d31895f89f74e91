/* wait.h -- wait for many sockets, ends of wake.h and descriptors at once.
 */
#ifndef EO_WAIT_H
#define EO_WAIT_H

#include "os/sock.h"

/* What to wait for, and what is ready.  Both are set if the peer hung up or
 * there is an error, so that pending bytes are read before the error is
 * believed. */
enum { OS_READ = 1, OS_WRITE = 2 };

/* Places, counted from 0, one for each thing that is waited for. */
struct waits;

/* Makes or enlarges it; *w is NULL at first.  Existing places stay as they
 * are.  0, or -1: no memory, and nothing has changed. */
int eo_waits_room(struct waits **, size_t places);
void eo_waits_free(struct waits *); /* NULL is fine */

/* Sets a place before a turn; want 0: nothing. */
void eo_waits_put(struct waits *, size_t place, os_socket, int want);

/* Waits for the first n places, for at most max_ms (-1: no limit).  Gives how
 * many are ready; 0 if time is up or a signal came.  A system short of memory
 * is asked again for a second; -1 with errno: it cannot wait. */
int eo_waits_turn(struct waits *, size_t n, int max_ms);

/* What is ready in a place after a turn that gave more than 0, and of which
 * socket; 0: nothing. */
int eo_waits_ready(const struct waits *, size_t place, os_socket *);

#endif
