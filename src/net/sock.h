/* sock.h -- addresses and non-blocking sockets: portable in one place.
 *
 * Functions that make a descriptor return it, or -1 with errno.  Every socket
 * is non-blocking, closed on exec and never raises SIGPIPE.
 */
#ifndef EO_SOCK_H
#define EO_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct addr {
    struct sockaddr_storage sa;
    socklen_t len;
};

enum { ADDR_TEXT = 80 }; /* "[fe80::1%interface]:65535" and a terminator */

/* A literal and nothing else: IPv4, IPv6 with or without brackets, and with a
 * scope ("fe80::1%eth0", "%2").  The port is left 0.  0 or -1; -2: it is an
 * address, but its scope is no interface of this machine. */
int eo_addr_parse(struct addr *, const char *text);

uint16_t eo_addr_port(const struct addr *);
void eo_addr_set_port(struct addr *, uint16_t port);
bool eo_addr_is_loopback(const struct addr *);
bool eo_addr_same_host(const struct addr *, const struct addr *);

/* "192.0.2.7" or "fe80::1%eth0"; with a port also ":80" behind, and brackets
 * around IPv6. */
void eo_addr_text(const struct addr *, bool port, char out[ADDR_TEXT]);

/* The local address to bind for option -I: an address, or an interface whose
 * address of the family is taken.  0, or -1 if it is neither. */
int eo_addr_local(struct addr *, const char *text, int family);

/* TCP, non-blocking connect under way (or done).  local may be NULL. */
int eo_tcp_connect(const struct addr *, const struct addr *local);
/* The same with a receive buffer and a longest segment to announce, 0: the
 * system's; for a simulated device with a small window. */
int eo_tcp_connect_small(const struct addr *, const struct addr *local,
                         int rcvbuf, int mss);
int eo_tcp_listen(const struct addr *, int backlog);
int eo_tcp_accept(int fd, struct addr *peer);
/* UDP, bound to local if given and connected to peer if given. */
int eo_udp_open(const struct addr *peer, const struct addr *local);
/* UDP of one family only; shared: others of this machine may have the port as
 * well, as everybody who speaks mDNS does. */
int eo_udp_bind(const struct addr *local, bool shared);

/* The errno of a connect that has finished; 0: it stands. */
int eo_sock_error(int fd);
int eo_sock_local(int fd, struct addr *);

/* How many bytes of a TCP stream the peer has not confirmed yet; -1: this
 * system cannot tell. */
long eo_tcp_unacked(int fd);
/* How many bytes of a TCP stream the peer has confirmed, of those that the
 * kernel was given.  False: this system cannot tell, and all are taken for it.
 * Whoever flashes and wants to know what arrived asks here. */
bool eo_tcp_confirmed(int fd, uint64_t given, uint64_t *confirmed);

/* The round trip of a TCP stream, as the kernel measured it; 0: it did not, or
 * this system does not tell. */
uint32_t eo_tcp_rtt_ms(int fd);

/* Has the kernel ask a silent peer every ten seconds whether it still knows the
 * connection: one that restarted says no.  Silence alone ends nothing. */
void eo_tcp_keep_asking(int fd);

/* Lets the kernel take little beyond what the peer has confirmed. */
void eo_sock_send_buffer(int fd, int bytes);

/* send() and recv() without signals; EINTR is retried.  Give bytes moved, or
 * -1 with errno (EAGAIN: later). */
ssize_t eo_send(int fd, const void *, size_t len);
ssize_t eo_recv(int fd, void *, size_t len);

/* Raises the soft limit of descriptors to the hard one. */
void eo_raise_fd_limit(void);

#endif
