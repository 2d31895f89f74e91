/* sock.c -- addresses and non-blocking sockets: portable in one place. */
#include "net/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/sockios.h>
#endif

#include "base/str.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SO_NOSIGPIPE is set instead, see prepare() */
#endif

enum { KEEPALIVE_IDLE_S = 10 };

/* ---- addresses ---------------------------------------------------------- */

static struct sockaddr_in *in4(struct addr *a)
{
    return (struct sockaddr_in *)&a->sa;
}

static struct sockaddr_in6 *in6(struct addr *a)
{
    return (struct sockaddr_in6 *)&a->sa;
}

static const struct sockaddr_in *cin4(const struct addr *a)
{
    return (const struct sockaddr_in *)&a->sa;
}

static const struct sockaddr_in6 *cin6(const struct addr *a)
{
    return (const struct sockaddr_in6 *)&a->sa;
}

static int parse_scope(const char *text, uint32_t *scope)
{
    uint64_t number;

    *scope = if_nametoindex(text);
    if (*scope != 0)
        return 0;
    if (eo_parse_uint(text, 1, UINT32_MAX, &number) != 0)
        return -1;
    *scope = (uint32_t)number;
    return 0;
}

int eo_addr_parse(struct addr *a, const char *text)
{
    char host[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
    const size_t n = strlen(text);
    const bool brackets = n >= 2 && text[0] == '[' && text[n - 1] == ']';
    char *scope;

    memset(a, 0, sizeof *a);
    if (n >= sizeof host + 2)
        return -1;
    snprintf(host, sizeof host, "%.*s", (int)(brackets ? n - 2 : n),
             brackets ? text + 1 : text);
    if (!brackets && inet_pton(AF_INET, host, &in4(a)->sin_addr) == 1) {
        in4(a)->sin_family = AF_INET;
        a->len = sizeof(struct sockaddr_in);
        return 0;
    }
    scope = strchr(host, '%');
    if (scope != NULL)
        *scope++ = '\0';
    if (inet_pton(AF_INET6, host, &in6(a)->sin6_addr) != 1)
        return -1;
    in6(a)->sin6_family = AF_INET6;
    a->len = sizeof(struct sockaddr_in6);
    if (scope != NULL && parse_scope(scope, &in6(a)->sin6_scope_id) != 0)
        return -2;
    return 0;
}

uint16_t eo_addr_port(const struct addr *a)
{
    return ntohs(a->sa.ss_family == AF_INET6 ? cin6(a)->sin6_port
                                             : cin4(a)->sin_port);
}

void eo_addr_set_port(struct addr *a, uint16_t port)
{
    if (a->sa.ss_family == AF_INET6)
        in6(a)->sin6_port = htons(port);
    else
        in4(a)->sin_port = htons(port);
}

bool eo_addr_is_loopback(const struct addr *a)
{
    if (a->sa.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&cin6(a)->sin6_addr);
    return ntohl(cin4(a)->sin_addr.s_addr) >> 24 == 127;
}

bool eo_addr_same_host(const struct addr *a, const struct addr *b)
{
    if (a->sa.ss_family != b->sa.ss_family)
        return false;
    if (a->sa.ss_family == AF_INET)
        return cin4(a)->sin_addr.s_addr == cin4(b)->sin_addr.s_addr;
    return memcmp(&cin6(a)->sin6_addr, &cin6(b)->sin6_addr, 16) == 0 &&
           (cin6(a)->sin6_scope_id == cin6(b)->sin6_scope_id ||
            cin6(a)->sin6_scope_id == 0 || cin6(b)->sin6_scope_id == 0);
}

void eo_addr_text(const struct addr *a, bool port, char out[ADDR_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "?", name[IF_NAMESIZE];
    struct text t;

    eo_text_init(&t, out, ADDR_TEXT);
    if (a->sa.ss_family != AF_INET6) {
        inet_ntop(AF_INET, &cin4(a)->sin_addr, host, sizeof host);
        eo_text_add(&t, "%s", host);
    } else {
        const uint32_t scope = cin6(a)->sin6_scope_id;

        inet_ntop(AF_INET6, &cin6(a)->sin6_addr, host, sizeof host);
        eo_text_add(&t, "%s%s", port ? "[" : "", host);
        if (scope != 0 && if_indextoname(scope, name) != NULL)
            eo_text_add(&t, "%%%s", name);
        else if (scope != 0)
            eo_text_add(&t, "%%%u", (unsigned)scope);
        eo_text_add(&t, "%s", port ? "]" : "");
    }
    if (port)
        eo_text_add(&t, ":%u", eo_addr_port(a));
}

int eo_addr_local(struct addr *a, const char *text, int family)
{
    struct ifaddrs *list, *i;
    int rc = -1;

    if (eo_addr_parse(a, text) == 0)
        return 0;
    if (getifaddrs(&list) != 0)
        return -1;
    errno = EADDRNOTAVAIL;
    for (i = list; i != NULL; i = i->ifa_next) {
        if (i->ifa_addr == NULL || strcmp(i->ifa_name, text) != 0 ||
            i->ifa_addr->sa_family != family)
            continue;
        a->len = family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                    : sizeof(struct sockaddr_in);
        memcpy(&a->sa, i->ifa_addr, a->len);
        rc = 0;
        break;
    }
    freeifaddrs(list);
    return rc;
}

/* ---- sockets ------------------------------------------------------------ */

static int prepare(int fd)
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
#ifdef TCP_KEEPIDLE
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &(int){KEEPALIVE_IDLE_S},
               sizeof(int));
#endif
}

static int give_up(int fd)
{
    const int sys = errno;

    close(fd);
    errno = sys;
    return -1;
}

static const struct sockaddr *sa(const struct addr *a)
{
    return (const struct sockaddr *)&a->sa;
}

int eo_tcp_connect(const struct addr *peer, const struct addr *local)
{
    return eo_tcp_connect_small(peer, local, 0, 0);
}

int eo_tcp_connect_small(const struct addr *peer, const struct addr *local,
                         int rcvbuf, int mss)
{
    const int fd = prepare(socket(peer->sa.ss_family, SOCK_STREAM, 0));

    if (fd < 0)
        return -1;
    prepare_stream(fd);
    if (rcvbuf > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
    if (mss > 0)
        setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &mss, sizeof mss);
    if (local != NULL && bind(fd, sa(local), local->len) != 0)
        return give_up(fd);
    if (connect(fd, sa(peer), peer->len) != 0 && errno != EINPROGRESS &&
        errno != EINTR)
        return give_up(fd);
    return fd;
}

int eo_tcp_listen(const struct addr *local, int backlog)
{
    const int on = 1;
    const int fd = prepare(socket(local->sa.ss_family, SOCK_STREAM, 0));

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, sa(local), local->len) != 0 || listen(fd, backlog) != 0)
        return give_up(fd);
    return fd;
}

int eo_tcp_accept(int fd, struct addr *peer)
{
    int got;

    memset(peer, 0, sizeof *peer);
    peer->len = sizeof peer->sa;
    do
        got = accept(fd, (struct sockaddr *)&peer->sa, &peer->len);
    while (got < 0 && errno == EINTR);
    got = prepare(got);
    if (got >= 0)
        prepare_stream(got);
    return got;
}

int eo_udp_open(const struct addr *peer, const struct addr *local)
{
    const struct addr *any = peer != NULL ? peer : local;
    const int fd =
        any != NULL ? prepare(socket(any->sa.ss_family, SOCK_DGRAM, 0)) : -1;

    if (fd < 0)
        return -1;
    if (local != NULL && bind(fd, sa(local), local->len) != 0)
        return give_up(fd);
    if (peer != NULL && connect(fd, sa(peer), peer->len) != 0)
        return give_up(fd);
    return fd;
}

int eo_udp_bind(const struct addr *local, bool shared)
{
    const int on = 1;
    const int fd = prepare(socket(local->sa.ss_family, SOCK_DGRAM, 0));

    if (fd < 0)
        return -1;
    if (local->sa.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (shared) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
#if defined(SO_REUSEPORT) && !defined(__linux__)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
#endif
    }
    if (bind(fd, sa(local), local->len) != 0)
        return give_up(fd);
    return fd;
}

int eo_sock_error(int fd)
{
    int sys = 0;
    socklen_t len = sizeof sys;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys, &len) == 0 ? sys : errno;
}

int eo_sock_local(int fd, struct addr *a)
{
    memset(a, 0, sizeof *a);
    a->len = sizeof a->sa;
    return getsockname(fd, (struct sockaddr *)&a->sa, &a->len);
}

long eo_tcp_unacked(int fd)
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

uint32_t eo_tcp_rtt_ms(int fd)
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

bool eo_tcp_confirmed(int fd, uint64_t given, uint64_t *confirmed)
{
    const long left = eo_tcp_unacked(fd);

    *confirmed = given;
    if (left > 0)
        *confirmed = (uint64_t)left < given ? given - (uint64_t)left : 0;
    return left >= 0;
}

void eo_tcp_keep_asking(int fd)
{
    /* The deadlines of the protocols are shorter than so many questions. */
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

void eo_sock_send_buffer(int fd, int bytes)
{
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

ssize_t eo_send(int fd, const void *bytes, size_t len)
{
    ssize_t n;

    do
        n = send(fd, bytes, len, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t eo_recv(int fd, void *bytes, size_t len)
{
    ssize_t n;

    do
        n = recv(fd, bytes, len, 0);
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
