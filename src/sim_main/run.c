/* run.c -- a run: powers up all devices on their ports, waits for a signal or
 * enough updates, and powers them down.
 */
#include "sim_main/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "os/signals.h"
#include "os/wake.h"

/* The consecutive ports for --count are below the range that systems give to
 * clients, so that none of our own clients uses a port among them. */
enum { ROW_FIRST = 10240, ROW_LAST = 32000, ROW_TRIES = 200 };

/* ---- ports -------------------------------------------------------------- */

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

/* Exists as long as the process, like its signal handlers.  If the reader of
 * our reports has gone, the run continues. */
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
        return eo_fail_memory(err);
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
        return eo_fail_memory(err);
    s->out = eo_sim_out_open(s->common.report, err);
    if (s->out == NULL || make_devices(s, err) != 0)
        return -1;
    signals = watch_signals(s);
    if (signals == NULL)
        return eo_fail_memory(err);
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
