/* wake_posix.c -- a pipe to oneself. */
#include "os/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int eo_wake_open(struct wake *w)
{
    int fd[2];

    *w = (struct wake)WAKE_NONE;
    if (pipe(fd) != 0)
        return -1;
    *w = (struct wake){fd[0], fd[1]};
    for (int i = 0; i < 2; i++) {
        if (fcntl(fd[i], F_SETFD, FD_CLOEXEC) < 0 ||
            fcntl(fd[i], F_SETFL, O_NONBLOCK) < 0) {
            const int why = errno;

            eo_wake_close(w);
            errno = why;
            return -1;
        }
    }
    return 0;
}

void eo_wake_ring(const struct wake *w)
{
    const int was = errno;
    const ssize_t ignored = write(w->write_fd, "", 1);

    (void)ignored; /* a full pipe is readable already */
    errno = was;
}

void eo_wake_drain(const struct wake *w)
{
    char bytes[64];

    while (read(w->read_fd, bytes, sizeof bytes) > 0)
        ;
}

void eo_wake_close(struct wake *w)
{
    if (w->read_fd >= 0)
        close(w->read_fd);
    if (w->write_fd >= 0)
        close(w->write_fd);
    *w = (struct wake)WAKE_NONE;
}
