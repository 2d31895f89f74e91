/* peer.h -- a scripted device on loopback, in a thread of the test.
 *
 * A line of a script is what the device does next:
 *
 *   r N      reads exactly N bytes, and keeps them in got[]
 *   w HEX    writes these bytes
 *   i N      reads N bytes of an image, with a CHUNK_OK for each block
 *   I N      the same without any CHUNK_OK (version 1)
 *   s N      sleeps N ms
 *   d N      a 0 every N ms, until the other side has ended the connection
 *   x        closes in order (FIN); the next line waits for a new connection
 *   R        resets the connection (RST); the same
 *   e        reads what still comes up to the end of the stream, and notes
 *            how it ended in end
 *
 * The thread gives up at the first line that cannot be done; peer_stop() says
 * whether the script came to its end.  All its waiting ends after 10 s,
 * its dripping after 20.
 */
#ifndef TEST_SUPPORT_PEER_H
#define TEST_SUPPORT_PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/sock.h"

struct peer_line {
    char what;
    const char *arg;
};

enum peer_end { PEER_OPEN, PEER_FIN, PEER_RST };

struct peer {
    const struct peer_line *script;
    struct addr addr;
    uint16_t port;
    os_socket listener, fd;
    pthread_t thread;
    uint8_t got[65536];
    size_t n_got;
    size_t n_extra; /* bytes read by e */
    unsigned connections;
    enum peer_end end;
    bool all_done;
};

/* Listens at a literal address, at a port of the system's choice; the script
 * begins with the first connection.  Heap; peer_stop() frees it. */
struct peer *peer_start(const char *address, const struct peer_line *script);

/* Waits for the thread; *out, where given, is a copy of what it knows. */
bool peer_stop(struct peer *, struct peer *out);

/* An address of loopback that refuses connections, and one that never answers
 * them (a listener whose queue is full; -1 where this cannot be had).  Both
 * return a descriptor to close when done. */
os_socket peer_refusing(const char *address, struct addr *out);
os_socket peer_silent(const char *address, struct addr *out,
                      os_socket *filler);

/* Can this machine use ::1? */
bool peer_have_ipv6(void);

#endif
