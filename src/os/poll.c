/* poll.c -- poll(2) that outlasts a short lack of memory. */
#include "os/poll.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

enum { TRIES = 50, PAUSE_MS = 20 };

static bool is_shortage(int sys)
{
    return sys == ENOMEM || sys == EAGAIN;
}

int eo_poll(struct pollfd *fds, nfds_t n, int max_ms)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    int got = poll(fds, n, max_ms);

    for (int i = 0; got < 0 && is_shortage(errno) && i < TRIES; i++) {
        nanosleep(&pause, NULL);
        got = poll(fds, n, 0);
    }
    if (got >= 0)
        return got;
    if (errno != EINTR) {
        const int sys = errno;

        nanosleep(&pause, NULL); /* who goes on all the same does not spin */
        errno = sys;
        return -1;
    }
    for (nfds_t i = 0; i < n; i++)
        fds[i].revents = 0;
    return 0;
}
