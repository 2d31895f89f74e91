/* wake_windows.c -- a connection to oneself: only sockets can be waited for
 * together with sockets.
 */
#include "os/wake.h"

#include <errno.h>

#include "os/clock.h"
#include "os/wait.h"

enum {
    STRANGERS = 16, /* to be turned away before we give up */
    PATIENCE_MS = 5000
};

static int fail(struct wake *w, int why)
{
    eo_wake_close(w);
    errno = why;
    return -1;
}

/* Waits until somebody connects. */
static os_socket next_caller(os_socket listener, struct addr *who,
                             uint64_t until)
{
    struct waits *one = NULL;
    os_socket got = OS_NO_SOCKET;

    if (eo_waits_room(&one, 1) != 0) {
        errno = ENOMEM;
        return OS_NO_SOCKET;
    }
    eo_waits_put(one, 0, listener, OS_READ);
    for (;;) {
        const uint64_t now = eo_monotonic_ms();

        got = eo_tcp_accept(listener, who);
        if (got >= 0 || errno != EAGAIN)
            break;
        if (now >= until) {
            errno = ETIMEDOUT;
            break;
        }
        if (eo_waits_turn(one, 1, (int)(until - now)) < 0)
            break;
    }
    eo_waits_free(one);
    return got;
}

/* Any program of this machine could have connected first: only the one that
 * calls from where our own end is has the other end. */
static os_socket accept_own(os_socket listener, const struct addr *own)
{
    const uint64_t until = eo_monotonic_ms() + PATIENCE_MS;

    for (int i = 0; i < STRANGERS; i++) {
        struct addr who;
        const os_socket got = next_caller(listener, &who, until);

        if (got < 0 || eo_addr_equal(&who, own))
            return got;
        eo_sock_close(got);
    }
    errno = ECONNABORTED;
    return OS_NO_SOCKET;
}

int eo_wake_open(struct wake *w)
{
    struct addr at = {.family = 4, .bytes = {127, 0, 0, 1}}, own;
    const os_socket listener = eo_tcp_listen(&at, STRANGERS);
    int why;

    *w = (struct wake)WAKE_NONE;
    if (listener < 0)
        return -1;
    if (eo_sock_local(listener, &at) == 0)
        w->write_fd = eo_tcp_connect(&at, NULL);
    if (w->write_fd >= 0 && eo_sock_local(w->write_fd, &own) == 0)
        w->read_fd = accept_own(listener, &own);
    why = errno;
    eo_sock_close(listener);
    return w->read_fd >= 0 ? 0 : fail(w, why);
}

/* In a thread of its own here, be it for Ctrl-C.  What finds no room is not
 * needed: it is readable already. */
void eo_wake_ring(const struct wake *w)
{
    const int was = errno;

    eo_send(w->write_fd, "", 1);
    errno = was;
}

void eo_wake_drain(const struct wake *w)
{
    char bytes[64];

    while (eo_recv(w->read_fd, bytes, sizeof bytes) > 0)
        ;
}

void eo_wake_close(struct wake *w)
{
    if (w->read_fd >= 0)
        eo_sock_close(w->read_fd);
    if (w->write_fd >= 0)
        eo_sock_close(w->write_fd);
    *w = (struct wake)WAKE_NONE;
}
