/* wait_posix.c -- poll(2) that outlasts a short lack of memory. */
#include "os/wait.h"

#include <errno.h>
#include <poll.h>

#include "base/mem.h"
#include "os/clock.h"

enum { TRIES = 50, PAUSE_MS = 20 };

struct waits {
    size_t places;
    struct pollfd at[]; /* so many */
};

int eo_waits_room(struct waits **w, size_t places)
{
    struct waits *more =
        eo_resize(*w, 1, sizeof *more + places * sizeof more->at[0]);

    if (more == NULL)
        return -1;
    for (size_t i = *w != NULL ? more->places : 0; i < places; i++)
        more->at[i] = (struct pollfd){.fd = -1};
    more->places = places;
    *w = more;
    return 0;
}

void eo_waits_free(struct waits *w)
{
    eo_free(w);
}

void eo_waits_put(struct waits *w, size_t place, os_socket fd, int want)
{
    w->at[place] = (struct pollfd){
        .fd = want != 0 ? fd : -1,
        .events = (short)((want & OS_READ ? POLLIN : 0) |
                          (want & OS_WRITE ? POLLOUT : 0)),
    };
}

static bool is_shortage(int sys)
{
    return sys == ENOMEM || sys == EAGAIN;
}

int eo_waits_turn(struct waits *w, size_t n, int max_ms)
{
    struct pollfd *at = w != NULL ? w->at : NULL;
    int got = poll(at, (nfds_t)n, max_ms);

    for (int i = 0; got < 0 && is_shortage(errno) && i < TRIES; i++) {
        eo_sleep_ms(PAUSE_MS);
        got = poll(at, (nfds_t)n, 0);
    }
    if (got >= 0)
        return got;
    if (errno != EINTR) {
        const int sys = errno;

        eo_sleep_ms(PAUSE_MS); /* a caller that goes on anyway must not spin */
        errno = sys;
        return -1;
    }
    return 0;
}

int eo_waits_ready(const struct waits *w, size_t place, os_socket *fd)
{
    const struct pollfd p = w->at[place];
    int ready = 0;

    *fd = p.fd;
    if (p.fd < 0)
        return 0;
    if (p.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
        ready |= OS_READ;
    if (p.revents & (POLLOUT | POLLHUP | POLLERR | POLLNVAL))
        ready |= OS_WRITE;
    return ready;
}
