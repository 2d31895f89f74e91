/* callback.c -- be called back: UDP to a device, and TCP from it. */
#include "io/callback.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum {
    BACKLOG = 512, /* strangers in it must not keep the device out */
    DATAGRAM_MAX = 2048, /* no device says more than 1500 at once */
    CALLS_A_TURN = 16
};

struct callback {
    struct callback_config c;
    struct addr device, local;
    uint16_t port;
    int udp, listener;
    struct watch *udp_watch, *listener_watch;
    bool calling, freed; /* inside a callback of ours */
};

/* ---- what comes ---------------------------------------------------------- */

static void on_udp(void *ctx, int ready)
{
    struct callback *cb = ctx;
    uint8_t in[DATAGRAM_MAX];
    const ssize_t n = eo_recv(cb->udp, in, sizeof in);

    (void)ready;
    if (n >= 0)
        cb->c.on_datagram(cb->c.ctx, in, (size_t)n);
    else if (errno != EAGAIN && errno != EWOULDBLOCK)
        cb->c.on_unreachable(cb->c.ctx, errno);
}

static void on_call(void *ctx, int ready)
{
    struct callback *cb = ctx;

    (void)ready;
    cb->calling = true;
    for (int i = 0; !cb->freed && i < CALLS_A_TURN; i++) {
        struct addr peer;
        const int fd = eo_tcp_accept(cb->listener, &peer);

        if (fd < 0)
            break;
        if (eo_addr_same_host(&peer, &cb->device)) {
            cb->c.on_called(cb->c.ctx, fd);
            break;
        }
        close(fd);
        cb->c.on_stranger(cb->c.ctx, &peer);
    }
    cb->calling = false;
    if (cb->freed)
        eo_free(cb);
}

/* ---- opening ------------------------------------------------------------- */

static int not_ours(const struct callback *cb, struct espota_error *err)
{
    return eo_fail_hint(err, ESPOTA_E_USAGE,
                        "give -I an address or an interface of this machine",
                        "\"%s\" is no local address to reach the device from",
                        cb->c.bind);
}

static int open_udp(struct callback *cb, const struct addr *bound,
                    struct espota_error *err)
{
    cb->udp = eo_udp_open(&cb->device, bound);
    if (cb->udp < 0 && bound != NULL && errno == EADDRNOTAVAIL)
        return not_ours(cb, err);
    if (cb->udp < 0 || eo_sock_local(cb->udp, &cb->local) != 0)
        return eo_fail_sys(err, ESPOTA_E_CONNECT, errno,
                           "there is no way to the device from here: %s",
                           strerror(errno));
    return 0;
}

/* bound, or every address of this machine: behind a NAT or in a container the
 * call may come in by another than the invitation left. */
static int open_listener(struct callback *cb, const struct addr *bound,
                         struct espota_error *err)
{
    struct addr at = {.len = cb->local.len};
    unsigned port = cb->c.port_min;

    at.sa.ss_family = cb->local.sa.ss_family;
    if (bound != NULL)
        at = *bound;
    do {
        eo_addr_set_port(&at, (uint16_t)port);
        cb->listener = eo_tcp_listen(&at, BACKLOG);
    } while (cb->listener < 0 && errno == EADDRINUSE &&
             port++ < cb->c.port_max);
    if (cb->listener < 0 && port != 0)
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                           "cannot listen on TCP port %u%s: %s",
                           cb->c.port_min,
                           cb->c.port_max > cb->c.port_min
                               ? " or any other of its range"
                               : "",
                           strerror(errno));
    if (cb->listener < 0 || eo_sock_local(cb->listener, &at) != 0)
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, errno,
                           "cannot listen for the device: %s",
                           strerror(errno));
    cb->port = eo_addr_port(&at);
    return 0;
}

static int open_both(struct callback *cb, struct espota_error *err)
{
    const char *bind = cb->c.bind;
    struct addr at, *bound = NULL;

    if (bind != NULL) {
        if (eo_addr_local(&at, bind, cb->device.sa.ss_family) != 0 ||
            at.sa.ss_family != cb->device.sa.ss_family)
            return not_ours(cb, err);
        bound = &at;
    }
    if (open_udp(cb, bound, err) != 0 || open_listener(cb, bound, err) != 0)
        return -1;
    cb->udp_watch =
        eo_watch_new(cb->c.loop, cb->udp, ESPOTA_READ, on_udp, cb);
    cb->listener_watch =
        eo_watch_new(cb->c.loop, cb->listener, ESPOTA_READ, on_call, cb);
    if (cb->udp_watch == NULL || cb->listener_watch == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    return 0;
}

int eo_callback_new(struct callback **out, const struct callback_config *c,
                    struct espota_error *err)
{
    struct callback *cb = eo_calloc(1, sizeof *cb);

    if (cb == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    cb->c = *c;
    cb->device = *c->device;
    cb->udp = cb->listener = -1;
    if (open_both(cb, err) != 0) {
        eo_callback_free(cb);
        return -1;
    }
    *out = cb;
    return 0;
}

/* ---- outside ------------------------------------------------------------- */

uint16_t eo_callback_port(const struct callback *cb)
{
    return cb->port;
}

const struct addr *eo_callback_local(const struct callback *cb)
{
    return &cb->local;
}

void eo_callback_send(struct callback *cb, const void *bytes, size_t len)
{
    /* The first try may only fetch the error of the datagram before. */
    for (int i = 0; i < 2 && eo_send(cb->udp, bytes, len) < 0; i++)
        continue;
}

void eo_callback_free(struct callback *cb)
{
    if (cb == NULL)
        return;
    eo_watch_free(cb->udp_watch);
    eo_watch_free(cb->listener_watch);
    if (cb->udp >= 0)
        close(cb->udp);
    if (cb->listener >= 0)
        close(cb->listener);
    cb->freed = true;
    if (!cb->calling)
        eo_free(cb);
}
