/* run.c -- the lives of the devices: powered up on their ports, rebooted after
 * an update, and all down at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/random.h"
#include "os/signals.h"
#include "os/wake.h"
#include "sim/sim.h"

/* A row of ports for --count is looked for below the range from which systems
 * give ports to clients, so that no client of ours sits in the middle of it. */
enum {
    ROW_FIRST = 10240,
    ROW_LAST = 32000,
    ROW_TRIES = 200,
    PORT_AGAIN_MS = 50,
    PAUSE_MS = 100, /* there is no descriptor for a call */
    MSS =
        1460 /* what an Ethernet gives; loopback's 64 KiB hides small windows */
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

struct device *eo_sim_device(const struct sim *s, unsigned number)
{
    return (struct device *)((char *)s->devices +
                             number * s->profile->device_size);
}

static void close_all(struct sim *s)
{
    for (unsigned i = 0; i < s->common.count; i++) {
        struct device *d = eo_sim_device(s, i);

        eo_timer_stop(s->loop, &d->reboot);
        eo_timer_stop(s->loop, &d->pause);
        s->profile->close(d);
    }
}

static int open_row(struct sim *s, unsigned first, struct espota_error *err)
{
    for (unsigned i = 0; i < s->common.count; i++) {
        struct device *d = eo_sim_device(s, i);

        eo_addr_set_port(&d->addr, (uint16_t)(first == 0 ? 0 : first + i));
        if (s->profile->open(d, err) != 0) {
            close_all(s);
            return -1;
        }
    }
    return 0;
}

/* Several devices on "any" port get consecutive ones. */
static int open_all(struct sim *s, struct espota_error *err)
{
    const unsigned count = s->common.count;
    uint8_t dice[4];

    if (s->common.port != 0 || count == 1)
        return open_row(s, s->common.port, err);
    for (int tries = 0; tries < ROW_TRIES; tries++) {
        unsigned span =
            ROW_LAST > ROW_FIRST + count ? ROW_LAST - ROW_FIRST - count : 1;

        if (eo_random(dice, sizeof dice) != 0)
            break;
        if (open_row(s, ROW_FIRST + eo_be32(dice) % span, err) == 0)
            return 0;
        if (err->sys_errno != EADDRINUSE)
            return -1;
    }
    return eo_fail(err, ESPOTA_E_INTERNAL, "no %u free ports in a row", count);
}

/* Scripts wait for this line. */
static void say_ready(const struct sim *s)
{
    const unsigned last = s->common.count - 1;
    char text[ADDR_TEXT];

    eo_addr_text(&eo_sim_device(s, 0)->addr, true, text);
    printf("listening on %s", text);
    if (last > 0)
        printf("-%u", eo_addr_port(&eo_sim_device(s, last)->addr));
    putchar('\n');
    fflush(stdout);
}

/* ---- reboots ------------------------------------------------------------ */

static void power_up(void *ctx)
{
    struct device *d = ctx;
    struct espota_error err;

    /* A client may have been given our port meanwhile: it will go. */
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

bool eo_sim_restarts_at(struct device *d, int wanted, int step)
{
    const bool now = wanted == step && !d->restarted;

    d->restarted |= now;
    return now;
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

/* ---- a run -------------------------------------------------------------- */

static void ring(void *wake)
{
    eo_wake_ring(wake);
}

static void on_signal(void *ctx, int ready)
{
    struct sim *s = ctx;

    (void)ready;
    s->done = true;
}

/* For the life of the process, as its handlers are.  Whoever read our reports
 * may be gone, too: that ends nothing. */
static struct watch *watch_signals(struct sim *s)
{
    static struct wake wake = WAKE_NONE;

    if (eo_wake_open(&wake) != 0)
        return NULL;
    eo_signals_end(ring, &wake);
    return eo_watch_new(s->loop, wake.read_fd, ESPOTA_READ, on_signal, s);
}

static int make_devices(struct sim *s, struct espota_error *err)
{
    struct addr addr;

    if (eo_addr_parse(&addr, s->common.bind) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--bind takes an address of this machine, not \"%s\"",
                       s->common.bind);
    s->devices = eo_calloc(s->common.count, s->profile->device_size);
    if (s->devices == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    for (unsigned i = 0; i < s->common.count; i++) {
        struct device *d = eo_sim_device(s, i);

        d->sim = s;
        d->number = i;
        d->addr = addr;
    }
    return 0;
}

static void put_summary(struct sim *s)
{
    struct report *r = eo_sim_report_new("summary", NULL);

    eo_sim_report_text(r, "profile", s->profile->name);
    eo_sim_report_number(r, "devices", s->common.count);
    eo_sim_report_number(r, "sessions", s->sessions);
    eo_sim_report_number(r, "updated", s->updated);
    eo_sim_report_number(r, "violations", s->violations);
    eo_sim_out_put(s->out, r);
}

static int live(struct sim *s, struct espota_error *err)
{
    struct watch *signals;

    eo_raise_fd_limit();
    s->loop = eo_loop_new();
    if (s->loop == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    s->out = eo_sim_out_open(s->common.report, err);
    if (s->out == NULL || make_devices(s, err) != 0)
        return -1;
    signals = watch_signals(s);
    if (signals == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    if (open_all(s, err) != 0)
        return -1;
    if (s->common.mdns != NULL) {
        if (eo_sim_mdns_open(s, err) != 0)
            return -1;
        for (unsigned i = 0; i < s->common.count; i++)
            eo_sim_mdns_up(eo_sim_device(s, i));
    }
    say_ready(s);
    while (!s->done && eo_loop_turn(s->loop, -1) == 0)
        continue;
    eo_sim_mdns_close(s->mdns);
    close_all(s);
    put_summary(s);
    eo_watch_free(signals);
    return 0;
}

int eo_sim_run(struct sim *s)
{
    struct espota_error err = {0};
    const int rc = live(s, &err);

    eo_sim_mdns_close(s->mdns);
    eo_free(s->devices);
    eo_sim_out_free(s->out);
    eo_loop_free(s->loop);
    if (rc == 0)
        return 0;
    fprintf(stderr, "espota-sim: %s\n", err.message);
    return espota_category_status(err.category);
}
