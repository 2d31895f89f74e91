/* await.c -- the one wait of commands that turn the library themselves. */
#include "cli/await.h"

#include <stdbool.h>

#include "base/mem.h"
#include "os/poll.h"
#include "os/signals.h"

void eo_await_init(struct await *a)
{
    a->fds = a->fds_room;
    a->polls = a->polls_room;
    a->cap = AWAIT_ROOM;
}

void eo_await_free(struct await *a)
{
    if (a->fds != a->fds_room)
        eo_free(a->fds);
    if (a->polls != a->polls_room)
        eo_free(a->polls);
    eo_await_init(a);
}

static bool grow(struct await *a, size_t cap)
{
    struct espota_fd *fds = eo_calloc(cap, sizeof *fds);
    struct pollfd *polls = eo_calloc(cap + 1, sizeof *polls);

    if (fds == NULL || polls == NULL) {
        eo_free(fds);
        eo_free(polls);
        return false;
    }
    eo_await_free(a);
    a->fds = fds;
    a->polls = polls;
    a->cap = cap;
    return true;
}

static size_t gather(struct await *a, await_fds_fn *fds, const void *of)
{
    size_t n = fds(of, a->fds, a->cap);

    if (n > a->cap && grow(a, 2 * n))
        n = fds(of, a->fds, a->cap);
    return n < a->cap ? n : a->cap;
}

int eo_await_any(struct await *a, await_fds_fn *fds, const void *of, int max_ms,
             size_t *n)
{
    *n = gather(a, fds, of);
    a->polls[0] = (struct pollfd){.fd = eo_signals_fd(), .events = POLLIN};
    for (size_t i = 0; i < *n; i++)
        a->polls[i + 1] = (struct pollfd){
            .fd = a->fds[i].fd,
            .events =
                (short)((a->fds[i].want & ESPOTA_READ ? POLLIN : 0) |
                        (a->fds[i].want & ESPOTA_WRITE ? POLLOUT : 0)),
        };
    if (eo_poll(a->polls, (nfds_t)*n + 1, max_ms) < 0)
        return -1;
    if (a->polls[0].revents != 0)
        eo_signals_drain();
    for (size_t i = 0; i < *n; i++) {
        const short got = a->polls[i + 1].revents;
        const int broken = got & (POLLHUP | POLLERR | POLLNVAL);

        a->fds[i].ready =
            (uint8_t)((got & POLLIN || broken ? ESPOTA_READ : 0) |
                      (got & POLLOUT || broken ? ESPOTA_WRITE : 0));
    }
    return 0;
}
