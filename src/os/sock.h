/* sock.h -- TCP connections, and what all sockets have in common.
 *
 * Functions that make a socket return it, or OS_NO_SOCKET with errno.  Every
 * socket is non-blocking, closed on exec and never raises SIGPIPE.  errno is a
 * value of <errno.h> on every system, whatever the system calls it; EAGAIN
 * means later.  eo_sock_text() has the words.
 */
#ifndef EO_SOCK_H
#define EO_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/addr.h"

/* Opaque, except that a negative value is no socket.  An int holds it on every
 * system: where a socket is a handle, only its lower 32 bits count. */
typedef int os_socket;
enum { OS_NO_SOCKET = -1 };

/* The words for errno after a call of this header, datagram.h, iface.h, wait.h
 * or wake.h. */
const char *eo_sock_text(int sys);

/* As errno says it, of an error of a socket that a library tells as the system
 * does; 0 stays 0. */
int eo_sock_errno(long system);

/* ---- making them --------------------------------------------------------- */

/* TCP, non-blocking connect under way (or done).  local may be NULL. */
os_socket eo_tcp_connect(const struct addr *, const struct addr *local);
/* The same with a receive buffer and a maximum segment size (0: the system's);
 * for a simulated device with a small window. */
os_socket eo_tcp_connect_small(const struct addr *, const struct addr *local,
                               int rcvbuf, int mss);
os_socket eo_tcp_listen(const struct addr *, int backlog);
os_socket eo_tcp_accept(os_socket, struct addr *peer);

/* For a library that wants a socket and names its kind as the system does:
 * closed on exec, otherwise as the system makes it. */
os_socket eo_sock_for_library(int family, int type, int protocol);

/* A duplicate, closed on its own: for looking at it after its owner has closed
 * it, and for reserving a descriptor. */
os_socket eo_sock_twin(os_socket);

/* The errno of a connect that has finished; 0: connected. */
int eo_sock_error(os_socket);
/* 0, or -1 with errno. */
int eo_sock_local(os_socket, struct addr *);

/* ---- ending them --------------------------------------------------------- */

/* We send no more, but still receive. */
void eo_sock_finish(os_socket);
/* Ends both directions; the socket must still be closed. */
void eo_sock_shut(os_socket);
/* Makes the close a reset: the peer sees no orderly end. */
void eo_sock_reset_on_close(os_socket);
void eo_sock_close(os_socket);

/* ---- what is known of a stream ------------------------------------------- */

/* How many bytes of a TCP stream the peer has not confirmed yet; -1: this
 * system cannot tell. */
long eo_tcp_unacked(os_socket);
/* How many of the bytes given to the kernel the peer's TCP has confirmed.
 * False: this system cannot tell, and all count as confirmed.  Whoever flashes
 * and wants to know what arrived asks here. */
bool eo_tcp_confirmed(os_socket, uint64_t given, uint64_t *confirmed);

/* The round-trip time of a TCP stream as measured by the kernel; 0: not
 * known. */
uint32_t eo_tcp_rtt_ms(os_socket);

/* Makes the kernel ask a silent peer every ten seconds whether it still knows
 * the connection: one that restarted says no.  Silence alone ends nothing. */
void eo_tcp_keep_asking(os_socket);

/* How many bytes can be read; 0 also if that is not known. */
size_t eo_sock_unread(os_socket);

/* What the peer of a stream has done, as far as this system tells.  If it
 * cannot tell an end from silence, that is THERE. */
enum os_peer {
    OS_PEER_THERE,
    OS_PEER_ENDED, /* it will send no more; there may be unread bytes */
    OS_PEER_GONE   /* the connection is over in both directions, or by an
                      error */
};
enum os_peer eo_sock_peer(os_socket);

/* ---- how it behaves ------------------------------------------------------ */

/* Limits how much the kernel takes beyond what the peer has confirmed. */
void eo_sock_send_buffer(os_socket, int bytes);
void eo_sock_recv_buffer(os_socket, int bytes);
/* Of a listener: its connections get this receive buffer and announce this
 * maximum segment size.  0, or -1 with errno. */
int eo_tcp_small_window(os_socket, int rcvbuf, int mss);
/* Holds back what is shorter than a segment until it is let go. */
void eo_tcp_hold(os_socket, bool hold);

/* ---- moving bytes -------------------------------------------------------- */

/* They raise no signal and retry after EINTR.  They give the bytes moved, or
 * -1 with errno (EAGAIN: later); eo_recv() gives 0 at the end of a stream. */
ptrdiff_t eo_send(os_socket, const void *, size_t len);
ptrdiff_t eo_recv(os_socket, void *, size_t len);
/* What eo_recv() would give; it stays there to be read. */
ptrdiff_t eo_sock_peek(os_socket, void *, size_t len);

/* Raises the soft limit of descriptors to the hard one. */
void eo_raise_fd_limit(void);

#endif
