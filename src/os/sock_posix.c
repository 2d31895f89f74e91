/* sock_posix.c -- TCP connections, and what all sockets have in common. */
#if defined(__linux__)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* POLLRDHUP */
#endif
#endif
#include "os/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/sockios.h>
#endif

#include "os/posix.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SO_NOSIGPIPE is set instead */
#endif
#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

enum { KEEPALIVE_IDLE_S = 10 };

const char *eo_sock_text(int sys)
{
    return strerror(sys);
}

int eo_sock_errno(long system)
{
    return (int)system;
}

/* ---- making them --------------------------------------------------------- */

int eo_posix_prepare(int fd)
{
    const int on = 1;

    if (fd < 0)
        return -1;
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        close(fd);
        return -1;
    }
#ifdef SO_NOSIGPIPE
    setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    (void)on;
    return fd;
}

/* No Nagle: we write whole messages.  Keep-alive: a device that lost power
 * during a long erase is noticed before the stall limit. */
static void prepare_stream(int fd)
{
    const int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#if defined(TCP_KEEPIDLE)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &(int){KEEPALIVE_IDLE_S},
               sizeof(int));
#elif defined(TCP_KEEPALIVE) /* macOS */
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPALIVE, &(int){KEEPALIVE_IDLE_S},
               sizeof(int));
#endif
}

int eo_posix_give_up(int fd)
{
    const int sys = errno;

    close(fd);
    errno = sys;
    return -1;
}

os_socket eo_tcp_connect(const struct addr *peer, const struct addr *local)
{
    return eo_tcp_connect_small(peer, local, 0, 0);
}

os_socket eo_tcp_connect_small(const struct addr *peer,
                               const struct addr *local, int rcvbuf, int mss)
{
    const struct posix_addr to = eo_posix_addr(peer);
    const int fd =
        eo_posix_prepare(socket(to.sa.ss_family, SOCK_STREAM, 0));

    if (fd < 0)
        return -1;
    prepare_stream(fd);
    if (rcvbuf > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
    if (mss > 0)
        setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, sizeof mss);
    if (local != NULL) {
        const struct posix_addr from = eo_posix_addr(local);

        if (bind(fd, eo_posix_sa(&from), from.len) != 0)
            return eo_posix_give_up(fd);
    }
    if (connect(fd, eo_posix_sa(&to), to.len) != 0 && errno != EINPROGRESS &&
        errno != EINTR)
        return eo_posix_give_up(fd);
    return fd;
}

os_socket eo_tcp_listen(const struct addr *local, int backlog)
{
    const struct posix_addr at = eo_posix_addr(local);
    const int on = 1;
    const int fd =
        eo_posix_prepare(socket(at.sa.ss_family, SOCK_STREAM, 0));

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, eo_posix_sa(&at), at.len) != 0 || listen(fd, backlog) != 0)
        return eo_posix_give_up(fd);
    return fd;
}

os_socket eo_tcp_accept(os_socket fd, struct addr *peer)
{
    struct posix_addr from;
    int got;

    memset(&from, 0, sizeof from);
    do {
        from.len = sizeof from.sa;
        got = accept(fd, (struct sockaddr *)&from.sa, &from.len);
    } while (got < 0 && errno == EINTR);
    eo_posix_to_addr(peer, eo_posix_sa(&from));
    got = eo_posix_prepare(got);
    if (got >= 0)
        prepare_stream(got);
    return got;
}

os_socket eo_sock_for_library(int family, int type, int protocol)
{
    const int fd = socket(family, type, protocol);

    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

os_socket eo_sock_twin(os_socket fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

int eo_sock_error(os_socket fd)
{
    int sys = 0;
    socklen_t len = sizeof sys;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys, &len) == 0 ? sys : errno;
}

int eo_sock_local(os_socket fd, struct addr *a)
{
    struct posix_addr at;
    int rc;

    memset(&at, 0, sizeof at);
    at.len = sizeof at.sa;
    rc = getsockname(fd, (struct sockaddr *)&at.sa, &at.len);
    eo_posix_to_addr(a, eo_posix_sa(&at));
    return rc;
}

/* ---- ending them --------------------------------------------------------- */

void eo_sock_finish(os_socket fd)
{
    shutdown(fd, SHUT_WR);
}

void eo_sock_shut(os_socket fd)
{
    shutdown(fd, SHUT_RDWR);
}

void eo_sock_reset_on_close(os_socket fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void eo_sock_close(os_socket fd)
{
    close(fd);
}

/* ---- what is known of a stream ------------------------------------------- */

long eo_tcp_unacked(os_socket fd)
{
#if defined(SIOCOUTQ)
    int n;

    return ioctl(fd, SIOCOUTQ, &n) == 0 ? n : -1;
#elif defined(SO_NWRITE)
    int n;
    socklen_t len = sizeof n;

    return getsockopt(fd, SOL_SOCKET, SO_NWRITE, &n, &len) == 0 ? n : -1;
#elif defined(FIONWRITE)
    int n;

    return ioctl(fd, FIONWRITE, &n) == 0 ? n : -1;
#else
    (void)fd;
    return -1;
#endif
}

uint32_t eo_tcp_rtt_ms(os_socket fd)
{
#if defined(__linux__) && defined(TCP_INFO)
    struct tcp_info info;
    socklen_t len = sizeof info;

    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        return info.tcpi_rtt / 1000;
#endif
    (void)fd;
    return 0;
}

bool eo_tcp_confirmed(os_socket fd, uint64_t given, uint64_t *confirmed)
{
    const long left = eo_tcp_unacked(fd);

    *confirmed = given;
    if (left > 0)
        *confirmed = (uint64_t)left < given ? given - (uint64_t)left : 0;
    return left >= 0;
}

size_t eo_sock_unread(os_socket fd)
{
    int n = 0;

    return ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

enum os_peer eo_sock_peer(os_socket fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};

    if (poll(&p, 1, 0) <= 0)
        return OS_PEER_THERE;
    return p.revents & (POLLHUP | POLLERR) ? OS_PEER_GONE
           : p.revents & POLLRDHUP         ? OS_PEER_ENDED
                                           : OS_PEER_THERE;
}

/* ---- how it behaves ------------------------------------------------------ */

void eo_tcp_keep_asking(os_socket fd)
{
    /* The deadlines of the protocols expire before that many probes. */
    const int on = 1, seconds = 10, times = 120;

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#if defined(TCP_KEEPIDLE)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
#elif defined(TCP_KEEPALIVE)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPALIVE, &seconds, sizeof seconds);
#endif
#if defined(TCP_KEEPINTVL)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
#endif
#if defined(TCP_KEEPCNT)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
#endif
}

void eo_sock_send_buffer(os_socket fd, int bytes)
{
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

void eo_sock_recv_buffer(os_socket fd, int bytes)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

int eo_tcp_small_window(os_socket fd, int rcvbuf, int mss)
{
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf) != 0)
        return -1;
    return setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, sizeof mss);
}

void eo_tcp_hold(os_socket fd, bool hold)
{
    const int on = hold;

#if defined(TCP_CORK)
    setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
#elif defined(TCP_NOPUSH)
    setsockopt(fd, IPPROTO_TCP, TCP_NOPUSH, &on, sizeof on);
#else
    (void)fd;
    (void)on;
#endif
}

/* ---- moving bytes -------------------------------------------------------- */

ptrdiff_t eo_send(os_socket fd, const void *bytes, size_t len)
{
    ssize_t n;

    do
        n = send(fd, bytes, len, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

ptrdiff_t eo_recv(os_socket fd, void *bytes, size_t len)
{
    ssize_t n;

    do
        n = recv(fd, bytes, len, 0);
    while (n < 0 && errno == EINTR);
    return n;
}

ptrdiff_t eo_sock_peek(os_socket fd, void *bytes, size_t len)
{
    ssize_t n;

    do
        n = recv(fd, bytes, len, MSG_PEEK);
    while (n < 0 && errno == EINTR);
    return n;
}

void eo_raise_fd_limit(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}
