/* wait.h -- wait for many sockets, ends of wake.h and descriptors at once.
 */
#ifndef EO_WAIT_H
#define EO_WAIT_H

#include "os/sock.h"

/* What is waited for, and what was ready.  Both are told where the peer hung up
 * or there is an error, so that pending bytes are read before it is believed. */
enum { OS_READ = 1, OS_WRITE = 2 };

/* Places, from 0, one for each that is waited for. */
struct waits;

/* Makes, or makes larger; *NULL at first.  The places that were stay as they
 * are.  0, or -1: no memory, and nothing is changed. */
int eo_waits_room(struct waits **, size_t places);
void eo_waits_free(struct waits *); /* NULL is fine */

/* Before each turn; want 0: nothing is waited for in that place. */
void eo_waits_put(struct waits *, size_t place, os_socket, int want);

/* Waits for those in the first n places, for at most max_ms (-1: as long as it
 * takes).  How many are ready; 0 when the time is over, and a signal ends it
 * like the time does.  A system short of memory is asked again for a second; -1
 * with errno means that it will not be told. */
int eo_waits_turn(struct waits *, size_t n, int max_ms);

/* What is ready in a place behind a turn that gave more than 0, and of which
 * socket; 0: nothing. */
int eo_waits_ready(const struct waits *, size_t place, os_socket *);

#endif
