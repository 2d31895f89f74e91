/* sock.h -- TCP connections, and what all sockets have in common.
 *
 * Functions that make a socket return it, or OS_NO_SOCKET with errno.  Every
 * socket is non-blocking, closed on exec and never raises SIGPIPE.  errno is
 * one of the names of <errno.h> on every system, whatever the system calls it;
 * EAGAIN means later.  In words: eo_sock_text().
 */
#ifndef EO_SOCK_H
#define EO_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/addr.h"

/* Opaque, but for this: one that is none is negative.  An int holds it on every
 * system: where a socket is a handle, only its lower 32 bits count. */
typedef int os_socket;
enum { OS_NO_SOCKET = -1 };

/* The words for errno behind a call of this header, datagram.h, iface.h, wait.h
 * or wake.h. */
const char *eo_sock_text(int sys);

/* ---- making them --------------------------------------------------------- */

/* TCP, non-blocking connect under way (or done).  local may be NULL. */
os_socket eo_tcp_connect(const struct addr *, const struct addr *local);
/* The same with a receive buffer and a longest segment to announce, 0: the
 * system's; for a simulated device with a small window. */
os_socket eo_tcp_connect_small(const struct addr *, const struct addr *local,
                               int rcvbuf, int mss);
os_socket eo_tcp_listen(const struct addr *, int backlog);
os_socket eo_tcp_accept(os_socket, struct addr *peer);

/* For a library that wants a socket and names its kind as the system does: only
 * closed on exec, and else as the system makes it. */
os_socket eo_sock_for_library(int family, int type, int protocol);

/* Another one for the same end, closed on its own: for whoever looks at it after
 * its owner has closed it, and to hold a place in the table of descriptors. */
os_socket eo_sock_twin(os_socket);

/* The errno of a connect that has finished; 0: it stands. */
int eo_sock_error(os_socket);
/* 0, or -1 with errno. */
int eo_sock_local(os_socket, struct addr *);

/* ---- ending them --------------------------------------------------------- */

/* We say no more, and still hear. */
void eo_sock_finish(os_socket);
/* Neither says more; the socket is still to be closed. */
void eo_sock_shut(os_socket);
/* The close is a reset, then: the peer sees no orderly end. */
void eo_sock_reset_on_close(os_socket);
void eo_sock_close(os_socket);

/* ---- what is known of a stream ------------------------------------------- */

/* How many bytes of a TCP stream the peer has not confirmed yet; -1: this
 * system cannot tell. */
long eo_tcp_unacked(os_socket);
/* How many bytes of a TCP stream the peer has confirmed, of those that the
 * kernel was given.  False: this system cannot tell, and all are taken for it.
 * Whoever flashes and wants to know what arrived asks here. */
bool eo_tcp_confirmed(os_socket, uint64_t given, uint64_t *confirmed);

/* The round trip of a TCP stream, as the kernel measured it; 0: it did not, or
 * this system does not tell. */
uint32_t eo_tcp_rtt_ms(os_socket);

/* Has the kernel ask a silent peer every ten seconds whether it still knows the
 * connection: one that restarted says no.  Silence alone ends nothing. */
void eo_tcp_keep_asking(os_socket);

/* How many bytes have come and were not read; 0 also where nothing tells. */
size_t eo_sock_unread(os_socket);

/* What the peer of a stream has done, as far as this system tells: where it does
 * not know an end from silence, that is THERE. */
enum os_peer {
    OS_PEER_THERE,
    OS_PEER_ENDED, /* it will say no more; there may be unread bytes */
    OS_PEER_GONE   /* the connection is over, for both or by an error */
};
enum os_peer eo_sock_peer(os_socket);

/* ---- how it behaves ------------------------------------------------------ */

/* Lets the kernel take little beyond what the peer has confirmed. */
void eo_sock_send_buffer(os_socket, int bytes);
void eo_sock_recv_buffer(os_socket, int bytes);
/* Of a listener: its callers get this receive buffer, and are told of this
 * longest segment.  0, or -1 with errno. */
int eo_tcp_small_window(os_socket, int rcvbuf, int mss);
/* Nothing that is shorter than a segment leaves until it is let go. */
void eo_tcp_hold(os_socket, bool hold);

/* ---- moving bytes -------------------------------------------------------- */

/* Without signals; EINTR is retried.  Give bytes moved, or -1 with errno
 * (EAGAIN: later); eo_recv() gives 0 at the end of a stream. */
ptrdiff_t eo_send(os_socket, const void *, size_t len);
ptrdiff_t eo_recv(os_socket, void *, size_t len);
/* What eo_recv() would give, and will give again. */
ptrdiff_t eo_sock_peek(os_socket, void *, size_t len);

/* Raises the soft limit of descriptors to the hard one. */
void eo_raise_fd_limit(void);

#endif
