/* sock_windows.c -- TCP connections, and what all sockets have in common. */
#include "os/windows.h"

#include <errno.h>
#include <limits.h>
#include <mstcpip.h>

#include "os/sock.h"

/* Since version 1709; the headers of the cross compiler are older. */
enum { KEEP_IDLE = 3, KEEP_COUNT = 16, KEEP_INTERVAL = 17 };

enum { KEEPALIVE_IDLE_S = 10 };

const char *eo_sock_text(int sys)
{
    return eo_windows_text(sys);
}

int eo_sock_errno(long system)
{
    return eo_windows_errno((DWORD)system);
}

/* ---- making them --------------------------------------------------------- */

static int startup_result;

static BOOL CALLBACK start_up(INIT_ONCE *once, void *arg, void **ctx)
{
    WSADATA data;

    (void)once;
    (void)arg;
    (void)ctx;
    startup_result = WSAStartup(MAKEWORD(2, 2), &data);
    return TRUE;
}

/* Never undone: the end of the process does that. */
int eo_windows_sockets(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

    InitOnceExecuteOnce(&once, start_up, NULL, NULL);
    if (startup_result == 0)
        return 0;
    errno = eo_windows_errno((DWORD)startup_result);
    return -1;
}

static void set(SOCKET s, int level, int name, int value)
{
    setsockopt(s, level, name, (const char *)&value, sizeof value);
}

/* Waits for nothing, and is handed to no process.  Closes what cannot be made
 * so. */
static os_socket prepared(SOCKET s)
{
    u_long on = 1;

    if (s == INVALID_SOCKET) {
        eo_windows_fail();
        return OS_NO_SOCKET;
    }
    SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
    if (ioctlsocket(s, (long)FIONBIO, &on) != 0) {
        eo_windows_fail();
        return eo_windows_give_up(s);
    }
    return eo_windows_socket_of(s);
}

static SOCKET make(int family, int type, int protocol)
{
    if (eo_windows_sockets() != 0)
        return INVALID_SOCKET;
    return WSASocketW(family, type, protocol, NULL, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

os_socket eo_windows_socket(int family, int type)
{
    return prepared(make(family, type, 0));
}

/* No Nagle: we write whole messages.  Keep-alive: a device that lost power
 * during a long erase is noticed before the stall limit.  Urgent bytes are
 * bytes: select() takes those that are not for a connect that failed. */
static void prepare_stream(SOCKET s)
{
    set(s, IPPROTO_TCP, TCP_NODELAY, 1);
    set(s, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(s, SOL_SOCKET, SO_OOBINLINE, 1);
    set(s, IPPROTO_TCP, KEEP_IDLE, KEEPALIVE_IDLE_S);
}

int eo_windows_give_up(SOCKET s)
{
    const int sys = errno;

    closesocket(s);
    errno = sys;
    return OS_NO_SOCKET;
}

os_socket eo_tcp_connect(const struct addr *peer, const struct addr *local)
{
    return eo_tcp_connect_small(peer, local, 0, 0);
}

os_socket eo_tcp_connect_small(const struct addr *peer,
                               const struct addr *local, int rcvbuf, int mss)
{
    const struct windows_addr to = eo_windows_addr(peer);
    const os_socket fd = eo_windows_socket(to.sa.ss_family, SOCK_STREAM);
    const SOCKET s = eo_windows_handle(fd);

    if (fd < 0)
        return OS_NO_SOCKET;
    prepare_stream(s);
    if (rcvbuf > 0)
        eo_tcp_small_window(fd, rcvbuf, mss);
    if (local != NULL) {
        const struct windows_addr from = eo_windows_addr(local);

        if (bind(s, eo_windows_sa(&from), from.len) != 0) {
            eo_windows_fail();
            return eo_windows_give_up(s);
        }
    }
    if (connect(s, eo_windows_sa(&to), to.len) != 0 &&
        WSAGetLastError() != WSAEWOULDBLOCK) {
        eo_windows_fail();
        return eo_windows_give_up(s);
    }
    return fd;
}

/* Without the option, whoever asks for it may take a port away from us. */
os_socket eo_tcp_listen(const struct addr *local, int backlog)
{
    const struct windows_addr at = eo_windows_addr(local);
    const os_socket fd = eo_windows_socket(at.sa.ss_family, SOCK_STREAM);
    const SOCKET s = eo_windows_handle(fd);

    if (fd < 0)
        return OS_NO_SOCKET;
    set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
    if (bind(s, eo_windows_sa(&at), at.len) != 0 || listen(s, backlog) != 0) {
        eo_windows_fail();
        return eo_windows_give_up(s);
    }
    return fd;
}

os_socket eo_tcp_accept(os_socket fd, struct addr *peer)
{
    struct windows_addr from = {.len = sizeof from.sa};
    const SOCKET s = accept(eo_windows_handle(fd), (struct sockaddr *)&from.sa,
                            &from.len);
    const os_socket got = prepared(s);

    eo_windows_to_addr(peer, eo_windows_sa(&from));
    if (got >= 0)
        prepare_stream(s);
    return got;
}

os_socket eo_sock_for_library(int family, int type, int protocol)
{
    const SOCKET s = make(family, type, protocol);

    if (s == INVALID_SOCKET) {
        eo_windows_fail();
        return OS_NO_SOCKET;
    }
    return eo_windows_socket_of(s);
}

os_socket eo_sock_twin(os_socket fd)
{
    WSAPROTOCOL_INFOW info;
    SOCKET s;

    if (WSADuplicateSocketW(eo_windows_handle(fd), GetCurrentProcessId(),
                            &info) != 0) {
        eo_windows_fail();
        return OS_NO_SOCKET;
    }
    s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
                   &info, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    return prepared(s);
}

int eo_sock_error(os_socket fd)
{
    int code = 0, len = sizeof code;

    if (getsockopt(eo_windows_handle(fd), SOL_SOCKET, SO_ERROR, (char *)&code,
                   &len) != 0)
        code = WSAGetLastError();
    return eo_windows_errno((DWORD)code);
}

int eo_sock_local(os_socket fd, struct addr *a)
{
    struct windows_addr at = {.len = sizeof at.sa};
    const int rc = getsockname(eo_windows_handle(fd), (struct sockaddr *)&at.sa,
                               &at.len);

    if (rc != 0)
        eo_windows_fail();
    eo_windows_to_addr(a, eo_windows_sa(&at));
    return rc != 0 ? -1 : 0;
}

/* ---- ending them --------------------------------------------------------- */

void eo_sock_finish(os_socket fd)
{
    shutdown(eo_windows_handle(fd), SD_SEND);
}

void eo_sock_shut(os_socket fd)
{
    shutdown(eo_windows_handle(fd), SD_BOTH);
}

void eo_sock_reset_on_close(os_socket fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(eo_windows_handle(fd), SOL_SOCKET, SO_LINGER,
               (const char *)&at_once, sizeof at_once);
}

/* What was sent still goes out, in the background. */
void eo_sock_close(os_socket fd)
{
    closesocket(eo_windows_handle(fd));
}

/* ---- what is known of a stream ------------------------------------------- */

/* The system tells what is under way, and not what has yet to leave. */
long eo_tcp_unacked(os_socket fd)
{
    (void)fd;
    return -1;
}

bool eo_tcp_confirmed(os_socket fd, uint64_t given, uint64_t *confirmed)
{
    (void)fd;
    *confirmed = given;
    return false;
}

uint32_t eo_tcp_rtt_ms(os_socket fd)
{
    DWORD version = 0, got = 0;
    TCP_INFO_v0 info;

    if (WSAIoctl(eo_windows_handle(fd), SIO_TCP_INFO, &version, sizeof version,
                 &info, sizeof info, &got, NULL, NULL) != 0 ||
        got < sizeof info)
        return 0;
    return info.RttUs / 1000;
}

size_t eo_sock_unread(os_socket fd)
{
    u_long n = 0;

    return ioctlsocket(eo_windows_handle(fd), FIONREAD, &n) == 0 ? n : 0;
}

/* Behind bytes that are unread an end is not seen. */
enum os_peer eo_sock_peer(os_socket fd)
{
    char byte;
    const ptrdiff_t n = eo_sock_peek(fd, &byte, 1);

    if (n > 0 || (n < 0 && errno == EAGAIN))
        return OS_PEER_THERE;
    return n == 0 ? OS_PEER_ENDED : OS_PEER_GONE;
}

/* ---- how it behaves ------------------------------------------------------ */

void eo_tcp_keep_asking(os_socket fd)
{
    const SOCKET s = eo_windows_handle(fd);

    /* The deadlines of the protocols are shorter than so many questions. */
    set(s, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(s, IPPROTO_TCP, KEEP_IDLE, 10);
    set(s, IPPROTO_TCP, KEEP_INTERVAL, 10);
    set(s, IPPROTO_TCP, KEEP_COUNT, 120);
}

void eo_sock_send_buffer(os_socket fd, int bytes)
{
    set(eo_windows_handle(fd), SOL_SOCKET, SO_SNDBUF, bytes);
}

void eo_sock_recv_buffer(os_socket fd, int bytes)
{
    set(eo_windows_handle(fd), SOL_SOCKET, SO_RCVBUF, bytes);
}

/* The longest segment is the system's. */
int eo_tcp_small_window(os_socket fd, int rcvbuf, int mss)
{
    (void)mss;
    if (setsockopt(eo_windows_handle(fd), SOL_SOCKET, SO_RCVBUF,
                   (const char *)&rcvbuf, sizeof rcvbuf) == 0)
        return 0;
    return eo_windows_fail();
}

void eo_tcp_hold(os_socket fd, bool hold)
{
    (void)fd;
    (void)hold;
}

/* ---- moving bytes -------------------------------------------------------- */

static int int_of(size_t len)
{
    return len < INT_MAX ? (int)len : INT_MAX;
}

static bool is_datagram(SOCKET s)
{
    int type = 0, len = sizeof type;

    return getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &len) == 0 &&
           type == SOCK_DGRAM;
}

/* Of a datagram the system says "reset" where nobody has the port. */
static ptrdiff_t moved(SOCKET s, int n)
{
    const DWORD code = n < 0 ? GetLastError() : ERROR_SUCCESS;

    if (n >= 0)
        return n;
    errno = code == WSAECONNRESET && is_datagram(s) ? ECONNREFUSED
                                                    : eo_windows_errno(code);
    return -1;
}

ptrdiff_t eo_send(os_socket fd, const void *bytes, size_t len)
{
    const SOCKET s = eo_windows_handle(fd);

    return moved(s, send(s, bytes, int_of(len), 0));
}

/* A reset may be told only once, and select() have been the one: behind that the
 * end looks orderly, and is not.  Sending nothing tells them apart, and is
 * nothing. */
static bool is_reset(SOCKET s)
{
    return !is_datagram(s) && send(s, "", 0, 0) != 0 &&
           (WSAGetLastError() == WSAECONNRESET ||
            WSAGetLastError() == WSAECONNABORTED);
}

static ptrdiff_t receive(os_socket fd, void *bytes, size_t len, int flags)
{
    const SOCKET s = eo_windows_handle(fd);
    const int n = recv(s, bytes, int_of(len), flags);

    if (n == 0 && len > 0 && is_reset(s))
        return eo_windows_fail();
    /* A datagram that is longer than that is cut, and no error. */
    if (n < 0 && WSAGetLastError() == WSAEMSGSIZE)
        return (ptrdiff_t)len;
    return moved(s, n);
}

ptrdiff_t eo_recv(os_socket fd, void *bytes, size_t len)
{
    return receive(fd, bytes, len, 0);
}

ptrdiff_t eo_sock_peek(os_socket fd, void *bytes, size_t len)
{
    return receive(fd, bytes, len, MSG_PEEK);
}

/* There is none. */
void eo_raise_fd_limit(void)
{
}
