/* loop.c -- the public loop, which all long-running objects join. */
#include <espota/loop.h>

#include <errno.h>

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"

int espota_loop_new(struct espota_loop **out, struct espota_error *err)
{
    struct espota_loop *l = eo_loop_new();

    if (l == NULL)
        return eo_fail_memory(err);
    if (eo_loop_wakeable(l) != 0) {
        eo_fail_sys(err, ESPOTA_E_INTERNAL, errno, "no loop can be made: %s",
                    eo_sock_text(errno));
        eo_loop_free(l);
        return -1;
    }
    *out = l;
    return 0;
}

void espota_loop_free(struct espota_loop *l)
{
    eo_loop_free(l);
}

void espota_loop_wake(struct espota_loop *l)
{
    eo_loop_wake(l);
}

bool espota_loop_live(const struct espota_loop *l)
{
    return eo_loop_live(l);
}

void espota_loop_hold(struct espota_loop *l)
{
    eo_loop_hold(l);
}

void espota_loop_release(struct espota_loop *l)
{
    eo_loop_release(l);
}

void espota_loop_give_up(struct espota_loop *l, int sys)
{
    eo_loop_give_up(l, sys);
}

size_t espota_loop_fds(const struct espota_loop *l, struct espota_fd *fds,
                       size_t cap)
{
    return eo_loop_fds(l, fds, cap);
}

int espota_loop_timeout(const struct espota_loop *l)
{
    return eo_loop_timeout(l);
}

void espota_loop_process(struct espota_loop *l, const struct espota_fd *fds,
                         size_t n)
{
    eo_loop_process(l, fds, n);
}

/* How long to wait: what is left of max_ms. */
static int left(const struct espota_loop *l, int max_ms, uint64_t began)
{
    const uint64_t gone = eo_loop_now(l) - began;

    if (max_ms < 0)
        return -1;
    return gone < (uint64_t)max_ms ? max_ms - (int)gone : 0;
}

int espota_loop_run(struct espota_loop *l, int max_ms, struct espota_error *err)
{
    uint64_t began;

    eo_loop_update(l);
    began = eo_loop_now(l);
    while (eo_loop_live(l)) {
        const int wait = left(l, max_ms, began);

        if (eo_loop_turn(l, wait) != 0) {
            const int sys = errno;

            eo_loop_give_up(l, sys);
            return eo_fail_sys(err, ESPOTA_E_INTERNAL, sys,
                               "waiting for the network: %s", eo_sock_text(sys));
        }
        if (eo_loop_woken(l))
            return ESPOTA_LOOP_WOKEN;
        if (wait == 0)
            return ESPOTA_LOOP_TIME;
    }
    return eo_loop_woken(l) ? ESPOTA_LOOP_WOKEN : ESPOTA_LOOP_DONE;
}
