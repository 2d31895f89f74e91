/* world.c -- the little of an operating system that a fuzz target plays. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* as the files below want it */
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/wait.h"
#include "world.h"

static uint64_t clock_ms = 1000000;
static int other_end = -1;

static uint64_t world_clock(void)
{
    return clock_ms;
}

#define eo_monotonic_ms world_clock
/* Nobody ever waits. */
#define eo_waits_turn(w, n, max_ms) ((void)(max_ms), eo_waits_turn(w, n, 0))
#include "net/loop.c"
#undef eo_monotonic_ms
#undef eo_waits_turn

/* ---- sockets ------------------------------------------------------------- */

void world_pair(int fd[2], int type)
{
    fuzz_check(socketpair(AF_UNIX, type, 0, fd) == 0);
    for (int i = 0; i < 2; i++)
        fcntl(fd[i], F_SETFL, O_NONBLOCK);
}

static int world_socket(int family, int type, int protocol)
{
    int fd[2];

    (void)family;
    (void)protocol;
    world_pair(fd, type);
    if (other_end >= 0)
        close(other_end);
    other_end = fd[1];
    return fd[0];
}

int world_other_end(void)
{
    const int fd = other_end;

    other_end = -1;
    return fd;
}

static int world_getsockname(int fd, struct sockaddr *to, socklen_t *len)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons(WORLD_PORT)};

    (void)fd;
    fuzz_check(inet_pton(AF_INET, WORLD_ADDRESS, &in.sin_addr) == 1);
    memcpy(to, &in, sizeof in);
    *len = sizeof in;
    return 0;
}

static int world_accept(int fd, struct sockaddr *peer, socklen_t *len)
{
    char who;

    if (recv(fd, &who, 1, MSG_DONTWAIT) != 1)
        return -1; /* nobody called */
    world_getsockname(fd, peer, len);
    return world_socket(AF_INET, SOCK_STREAM, 0);
}

#define socket(family, type, protocol) world_socket(family, type, protocol)
#define connect(fd, to, len) ((void)(to), 0)
#define bind(fd, to, len) ((void)(to), 0)
#define listen(fd, backlog) ((void)(backlog), 0)
#define accept(fd, peer, len) world_accept(fd, peer, len)
#define getsockname(fd, to, len) world_getsockname(fd, to, len)
#include "os/datagram_posix.c"
#include "os/sock_posix.c"

/* ---- what a target does -------------------------------------------------- */

void world_skip(uint64_t ms)
{
    clock_ms += ms;
}

void world_pass(struct espota_loop *loop, uint64_t ms)
{
    const uint64_t end = clock_ms + ms;

    for (int turns = 0; turns < 4096; turns++) {
        int due;

        fuzz_check(eo_loop_turn(loop, 0) == 0);
        due = eo_loop_timeout(loop);
        if (due < 0 || clock_ms + (unsigned)due > end)
            break;
        clock_ms += (unsigned)due;
        eo_loop_update(loop);
    }
    clock_ms = end;
    eo_loop_update(loop);
    fuzz_check(eo_loop_turn(loop, 0) == 0);
}

size_t world_write(int fd, const void *bytes, size_t len)
{
    const ssize_t n = len > 0 ? send(fd, bytes, len, MSG_NOSIGNAL) : 0;

    return n > 0 ? (size_t)n : 0;
}

bool world_drain(int fd)
{
    char bytes[4096];
    ssize_t n;

    do
        n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    while (n > 0);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}
