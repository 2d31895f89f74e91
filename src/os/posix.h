/* posix.h -- what the files of this system share: addresses and sockets as it
 * has them.  For the files of src/os/ that end in _posix.c alone.
 */
#ifndef EO_POSIX_H
#define EO_POSIX_H

#include <sys/socket.h>

#include "os/addr.h"

struct posix_addr {
    struct sockaddr_storage sa;
    socklen_t len;
};

/* Of an address that is none: its length is 0. */
struct posix_addr eo_posix_addr(const struct addr *);
static inline const struct sockaddr *eo_posix_sa(const struct posix_addr *a)
{
    return (const struct sockaddr *)&a->sa;
}

/* As it stands there, an IPv4 address in IPv6 included. */
void eo_posix_to_addr(struct addr *, const struct sockaddr *);
/* The family as the system calls it. */
int eo_posix_family(int family);

/* Non-blocking, closed on exec, without SIGPIPE: fd, or -1 with errno, and then
 * it is closed; -1 is passed on. */
int eo_posix_prepare(int fd);
/* Closes it, keeps errno, gives -1. */
int eo_posix_give_up(int fd);

#endif
