/* await.h -- waiting for sockets in a test, on every system.  Without os/wait.h,
 * which takes memory: a test that has none waits, too.
 */
#ifndef TEST_SUPPORT_AWAIT_H
#define TEST_SUPPORT_AWAIT_H

#ifdef _WIN32
#include <winsock2.h>
#else
#include <poll.h>
#endif

#include "support/test.h"

#include <espota/loop.h>
#include <stdbool.h>

#include "os/sock.h"
#include "os/wait.h"

enum { AWAIT_MS = 30000, AWAIT_MAX = 64 };

#ifdef _WIN32
static inline int await_fds(struct espota_fd *fds, size_t n, int max_ms)
{
    struct timeval max = {max_ms / 1000, max_ms % 1000 * 1000};
    fd_set in, out, failed;
    int ready = 0;

    assert_true(n <= FD_SETSIZE);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&failed);
    for (size_t i = 0; i < n; i++) {
        const SOCKET s = (SOCKET)fds[i].fd;

        if (fds[i].want & ESPOTA_READ)
            FD_SET(s, &in);
        if (fds[i].want & ESPOTA_WRITE) {
            FD_SET(s, &out);
            FD_SET(s, &failed);
        }
    }
    if (in.fd_count + out.fd_count == 0)
        Sleep(max_ms < 0 ? INFINITE : (DWORD)max_ms);
    else
        assert_true(select(0, &in, &out, &failed, max_ms < 0 ? NULL : &max) >=
                    0);
    for (size_t i = 0; i < n; i++) {
        const SOCKET s = (SOCKET)fds[i].fd;

        fds[i].ready =
            (uint8_t)((FD_ISSET(s, &in) ? ESPOTA_READ : 0) |
                      (FD_ISSET(s, &out) || FD_ISSET(s, &failed) ? ESPOTA_WRITE
                                                                 : 0));
        ready += fds[i].ready != 0;
    }
    return ready;
}
#else
/* How many of them are ready within that time (-1: however long); each is told
 * for what. */
static inline int await_fds(struct espota_fd *fds, size_t n, int max_ms)
{
    struct pollfd polls[AWAIT_MAX];
    int ready;

    assert_true(n <= AWAIT_MAX);
    for (size_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){
            .fd = fds[i].fd,
            .events = (short)((fds[i].want & ESPOTA_READ ? POLLIN : 0) |
                              (fds[i].want & ESPOTA_WRITE ? POLLOUT : 0))};
    ready = poll(polls, (nfds_t)n, max_ms);
    assert_true(ready >= 0);
    for (size_t i = 0; i < n; i++)
        fds[i].ready =
            (uint8_t)((polls[i].revents & ~POLLOUT ? ESPOTA_READ : 0) |
                      (polls[i].revents & ~POLLIN ? ESPOTA_WRITE : 0));
    return ready;
}
#endif

/* It is ready for that, now. */
static inline bool is_ready(os_socket fd, int want)
{
    return await_fds(&(struct espota_fd){fd, (uint8_t)want, 0}, 1, 0) == 1;
}

/* It becomes so. */
static inline void await(os_socket fd, int want)
{
    assert_int_equal(
        await_fds(&(struct espota_fd){fd, (uint8_t)want, 0}, 1, AWAIT_MS), 1);
}

#endif
