/* loop_poll.c -- the library runs in a poll(2) loop that has other work as
 * well: it counts the bytes on standard input.
 */
#include "flash.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { MAX = 64 };

static void turn(struct espota_loop *loop, size_t *heard)
{
    struct espota_fd fds[MAX];
    struct pollfd polls[MAX + 1];
    char bytes[256];
    size_t n = espota_loop_fds(loop, fds, MAX);

    if (n > MAX)
        n = MAX; /* more must wait: one device needs only a few */
    for (size_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){
            .fd = fds[i].fd,
            .events = (short)((fds[i].want & ESPOTA_READ ? POLLIN : 0) |
                              (fds[i].want & ESPOTA_WRITE ? POLLOUT : 0)),
        };
    polls[n] = (struct pollfd){.fd = *heard == (size_t)-1 ? -1 : STDIN_FILENO,
                               .events = POLLIN};
    if (poll(polls, (nfds_t)(n + 1), espota_loop_timeout(loop)) < 0) {
        if (errno != EINTR)
            espota_loop_give_up(loop, errno);
        return;
    }
    /* A hang-up or an error is reported as both: the library asks the socket.
     */
    for (size_t i = 0; i < n; i++)
        fds[i].ready =
            (uint8_t)((polls[i].revents & ~POLLOUT ? ESPOTA_READ : 0) |
                      (polls[i].revents & ~POLLIN ? ESPOTA_WRITE : 0));
    espota_loop_process(loop, fds, n);
    if (polls[n].revents != 0) {
        const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);

        if (got > 0)
            printf("%zu bytes on standard input\n", *heard += (size_t)got);
        else
            *heard = (size_t)-1; /* end of input */
    }
}

int main(int argc, char **argv)
{
    struct flash f = {0};
    size_t heard = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: %s HOST PORT IMAGE\n", argv[0]);
        return 2;
    }
    if (flash_begin(&f, argv) == 0)
        while (espota_loop_live(f.loop))
            turn(f.loop, &heard);
    flash_end(&f);
    return f.status;
}
