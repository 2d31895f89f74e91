/* device.c -- what all simulated devices do: they listen, accept connections,
 * lose power and get it back, and report what they saw.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "sim/sim.h"

enum {
    PORT_AGAIN_MS = 50,
    PAUSE_MS = 100, /* out of descriptors: wait before the next call */
    MSS =
        1460 /* as on Ethernet; 64 KiB on loopback hide small windows */
};

/* ---- ports -------------------------------------------------------------- */

static int tune(os_socket fd, size_t rcvbuf)
{
    return rcvbuf == 0 ? 0 : eo_tcp_small_window(fd, (int)rcvbuf, MSS);
}

int eo_sim_listen(struct device *d, int backlog, size_t rcvbuf,
                  struct espota_error *err)
{
    char text[ADDR_TEXT];
    const int fd = eo_tcp_listen(&d->addr, backlog);

    if (fd >= 0 && tune(fd, rcvbuf) == 0 && eo_sock_local(fd, &d->addr) == 0)
        return fd;
    eo_addr_text(&d->addr, true, text);
    eo_fail_sys(err, ESPOTA_E_INTERNAL, errno, "cannot listen on %s: %s", text,
                eo_sock_text(errno));
    if (fd >= 0)
        eo_sock_close(fd);
    return -1;
}

static void on_pause(void *ctx)
{
    const struct device *d = ctx;

    eo_watch_want(d->paused, ESPOTA_READ);
}

int eo_sim_accept(struct device *d, int listener, struct watch *watch,
                  struct addr *peer)
{
    const int fd = eo_tcp_accept(listener, peer);

    if (fd < 0 && eo_is_want_of_fds(errno)) {
        eo_watch_want(watch, 0);
        d->paused = watch;
        eo_timer_start(d->sim->loop, &d->pause, PAUSE_MS, on_pause, d);
    }
    return fd;
}

/* ---- reboots ------------------------------------------------------------ */

static void power_up(void *ctx)
{
    struct device *d = ctx;
    struct espota_error err;

    /* A client may have been given our port meanwhile: try again later. */
    if (d->sim->profile->open(d, &err) != 0)
        eo_timer_start(d->sim->loop, &d->reboot, PORT_AGAIN_MS, power_up, d);
    else
        eo_sim_mdns_up(d);
}

void eo_sim_restart(struct device *d)
{
    struct sim *s = d->sim;

    eo_sim_mdns_down(d);
    eo_timer_stop(s->loop, &d->pause);
    s->profile->close(d);
    eo_timer_start(s->loop, &d->reboot, s->common.reboot_us / 1000, power_up,
                   d);
}

void eo_sim_drop(int fd)
{
    eo_sock_reset_on_close(fd);
    eo_sock_close(fd);
}

void eo_sim_session_end(struct device *d, struct report *r, bool updated,
                        unsigned violations)
{
    struct sim *s = d->sim;

    eo_sim_out_put(s->out, r);
    s->sessions++;
    s->violations += violations;
    if (!updated)
        return;
    s->updated++;
    s->done |= s->common.once > 0 && s->updated >= s->common.once;
    if (!s->done && s->common.reboot_us == 0 && s->profile->restart != NULL)
        s->profile->restart(d);
    else
        eo_sim_restart(d);
}

char *eo_sim_store_path(const struct device *d)
{
    const char *pattern = d->sim->common.store, *mark;
    char *path;
    struct text t;
    size_t cap;

    if (pattern == NULL)
        return NULL;
    mark = strstr(pattern, "%d");
    cap = strlen(pattern) + 16;
    path = eo_calloc(cap, 1);
    if (path == NULL)
        return NULL;
    eo_text_init(&t, path, cap);
    if (mark != NULL)
        eo_text_add(&t, "%.*s%u%s", (int)(mark - pattern), pattern, d->number,
                    mark + 2);
    else
        eo_text_add(&t, "%s", pattern);
    return path;
}
