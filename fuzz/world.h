/* world.h -- the little of an operating system that a fuzz target plays: time
 * that passes when it says so, and connections whose other end it holds.
 *
 * net/loop.c and os/sock_posix.c run as they are (world.c includes them); only the
 * clock, and what would reach out to a network, are ours.  Programs linked
 * with world.o touch no network at all.
 */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include <stdbool.h>

#include "check.h"
#include "net/loop.h"
#include "os/sock.h"

/* Where everybody is. */
#define WORLD_ADDRESS "192.0.2.9"
enum { WORLD_PORT = 3232 };

/* Two ends, non-blocking; SOCK_STREAM or SOCK_DGRAM. */
void world_pair(int fd[2], int type);

/* Lets ms pass, and nobody look at the clock. */
void world_skip(uint64_t ms);

/* Lets ms pass, a turn of the loop at each time that something is due, and one
 * more. */
void world_pass(struct espota_loop *, uint64_t ms);

/* The other end of what was connected, accepted, bound or made to listen since
 * the last call; -1: nothing was.  The caller's to close.  A byte written to
 * the other end of a listener is a client that connects. */
int world_other_end(void);

/* How many of len bytes could be written to fd without waiting. */
size_t world_write(int fd, const void *bytes, size_t len);

/* Reads and forgets what came out of fd; whether it is still open. */
bool world_drain(int fd);

#endif
