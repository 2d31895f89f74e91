/* callback.c -- be called back: UDP to a device, and TCP from it. */
#include "session/callback.h"

#include <errno.h>

#include "base/mem.h"
#include "net/iface.h"
#include "os/datagram.h"

enum { DATAGRAM_MAX = 2048 /* no device sends more than 1500 at once */ };

struct callback {
    struct callback_config c;
    struct addr device, local;
    struct awaited call;
    os_socket udp;
    struct watch *watch;
};

/* ---- what comes ---------------------------------------------------------- */

static void on_udp(void *ctx, int ready)
{
    struct callback *cb = ctx;
    uint8_t in[DATAGRAM_MAX];
    const ptrdiff_t n = eo_recv(cb->udp, in, sizeof in);

    (void)ready;
    if (n >= 0)
        cb->c.on_datagram(cb->c.ctx, in, (size_t)n);
    else if (errno != EAGAIN && errno != EWOULDBLOCK)
        cb->c.on_unreachable(cb->c.ctx, errno);
}

static void on_called(void *ctx, os_socket fd)
{
    struct callback *cb = ctx;

    cb->c.on_called(cb->c.ctx, fd);
}

static void on_stranger(void *ctx, const struct addr *who)
{
    struct callback *cb = ctx;

    cb->c.on_stranger(cb->c.ctx, who);
}

static int no_port(const struct callback *cb, int sys,
                   struct espota_error *err)
{
    if (sys == EBUSY)
        return eo_fail_advice(err, ESPOTA_E_INTERNAL,
                            ESPOTA_ADVICE_MORE_PORTS, NULL,
                            "another device at its address was invited to call "
                            "port %u and may still do so: whose call comes "
                            "could not be told",
                            cb->c.port_min);
    if (cb->c.port_min != 0)
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, sys,
                           "cannot listen on TCP port %u%s: %s",
                           cb->c.port_min,
                           cb->c.port_max > cb->c.port_min
                               ? " or any other of its range"
                               : "",
                           eo_sock_text(sys));
    return eo_fail_sys(err, ESPOTA_E_INTERNAL, sys,
                       "cannot listen for the device: %s", eo_sock_text(sys));
}

static void on_port(void *ctx, int sys)
{
    struct callback *cb = ctx;
    struct espota_error err;

    if (sys != 0)
        no_port(cb, sys, &err);
    cb->c.on_port(cb->c.ctx, sys != 0 ? &err : NULL);
}

/* ---- opening ------------------------------------------------------------- */

static int not_ours(const struct callback *cb, struct espota_error *err)
{
    return eo_fail_advice(
        err, ESPOTA_E_USAGE, ESPOTA_ADVICE_LOCAL_BIND, NULL,
        "\"%s\" is not a local address to reach the device from", cb->c.bind);
}

static int no_way(int sys, struct espota_error *err)
{
    return eo_fail_sys(err, ESPOTA_E_CONNECT, sys,
                       "there is no way to the device from here: %s",
                       eo_sock_text(sys));
}

static int open_udp(struct callback *cb, const struct addr *bound,
                    struct espota_error *err)
{
    cb->udp = eo_udp_open(&cb->device, bound);
    if (cb->udp < 0 && bound != NULL && errno == EADDRNOTAVAIL)
        return not_ours(cb, err);
    if (cb->udp < 0 || eo_sock_local(cb->udp, &cb->local) != 0)
        return no_way(errno, err);
    return 0;
}

/* The bound address, or every address of this machine: behind a NAT or in a
 * container the call may arrive at another address than the invitation left
 * by. */
static int wait_for_call(struct callback *cb, const struct addr *bound,
                         struct espota_error *err)
{
    cb->call = (struct awaited){.device = cb->device,
                                .local = {.family = cb->local.family},
                                .port_min = cb->c.port_min,
                                .port_max = cb->c.port_max,
                                .on_called = on_called,
                                .on_stranger = on_stranger,
                                .on_port = on_port,
                                .ctx = cb};
    if (bound != NULL)
        cb->call.local = *bound;
    return eo_await(cb->c.listeners, &cb->call) == 0 ? 0
                                                     : no_port(cb, errno, err);
}

static int open_both(struct callback *cb, struct espota_error *err)
{
    const char *bind = cb->c.bind;
    struct addr at, *bound = NULL;

    if (bind != NULL) {
        const int rc = eo_addr_local(&at, bind, cb->device.family);

        if (rc != 0 && eo_is_want_of_fds(errno))
            return no_way(errno, err);
        if (rc != 0 || at.family != cb->device.family)
            return not_ours(cb, err);
        bound = &at;
    }
    if (open_udp(cb, bound, err) != 0 || wait_for_call(cb, bound, err) != 0)
        return -1;
    cb->watch = eo_watch_new(cb->c.loop, cb->udp, ESPOTA_READ, on_udp, cb);
    return cb->watch != NULL ? 0 : eo_fail_memory(err);
}

int eo_callback_new(struct callback **out, const struct callback_config *c,
                    struct espota_error *err)
{
    struct callback *cb = eo_calloc(1, sizeof *cb);

    if (cb == NULL)
        return eo_fail_memory(err);
    cb->c = *c;
    cb->device = *c->device;
    cb->udp = OS_NO_SOCKET;
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
    return eo_awaited_port(&cb->call);
}

const struct addr *eo_callback_local(const struct callback *cb)
{
    return &cb->local;
}

void eo_callback_send(struct callback *cb, const void *bytes, size_t len)
{
    /* The first try may only return the error of the previous datagram. */
    for (int i = 0; i < 2 && eo_send(cb->udp, bytes, len) < 0; i++)
        continue;
}

void eo_callback_free(struct callback *cb)
{
    if (cb == NULL)
        return;
    eo_watch_free(cb->watch);
    eo_await_end(&cb->call);
    if (cb->udp >= 0)
        eo_sock_close(cb->udp);
    eo_free(cb);
}
