/* device.c -- the profile "pull": a device that fetches its firmware. */
#include "sim_pull/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "os/file.h"

enum { TICK_MS = 20, MSS = 1460 };

static const char *const VARIANT_NAMES[] = {
    "esp8266", "esp32", "pico", "esphome", "esphome-update", NULL};
static const char *const MODE_NAMES[] = {"sketch", "spiffs", "version", NULL};

/* clang-format off */
static const char *const RESTART_NAMES[] = {PULL_RESTARTS(SCRIPT_WORD) NULL};

static const char NOTES[] =
    "Steps (--restart STEP):\n"
    PULL_RESTARTS(SCRIPT_WORD_HELP);
/* clang-format on */

#define AT(field) offsetof(struct pull_config, field)
/* clang-format off */
static const struct opt OPTS[] = {
    {"variant", OPT_CHOICE, AT(variant), 0, 0, "NAME",
     "esp8266 (default), esp32, pico, esphome or esphome-update",
     VARIANT_NAMES, NULL},
    {"url", OPT_TEXT, AT(url), 0, 0, "URL",
     "what it fetches: http://ADDRESS:PORT/PATH", NULL, NULL},
    {"md5-url", OPT_TEXT, AT(md5_url), 0, 0, "PATH",
     "esphome: where the MD5 is; default the URL and .md5", NULL, NULL},
    {"mode", OPT_CHOICE, AT(mode), 0, 0, "MODE",
     "sketch (default), spiffs or version", MODE_NAMES, NULL},
    {"version", OPT_TEXT, AT(version), 0, 0, "V",
     "version it runs; default: not sent", NULL, NULL},
    {"running", OPT_TEXT, AT(running), 0, 0, "FILE",
     "the image it runs, whose MD5 it sends", NULL, NULL},
    {"sha256", OPT_TEXT, AT(sha256), 0, 0, "HEX",
     "esp32: digest it sends", NULL, NULL},
    {"mac", OPT_TEXT, AT(mac), 0, 0, "MAC", "of the first device", NULL, NULL},
    {"chip", OPT_TEXT, AT(chip), 0, 0, "FAMILY",
     "for a manifest; default ESP32", NULL, NULL},
    {"user", OPT_TEXT, AT(user), 0, 0, "NAME", "log in as", NULL, NULL},
    {"password", OPT_TEXT, AT(password), 0, 0, "WORD", "with", NULL, NULL},
    {"free-space", OPT_SIZE, AT(free_space), 0, 64 << 20, "BYTES",
     "room for a sketch; default 2M", NULL, NULL},
    {"rate", OPT_SIZE, AT(rate), 1, 1 << 30, "BYTES",
     "read at most that many a second", NULL, NULL},
    {"rcvbuf", OPT_SIZE, AT(rcvbuf), 512, 1 << 20, "BYTES",
     "receive buffer of the socket; default 5840", NULL, NULL},
    {"every-ms", OPT_MICROS, AT(every_us), 0, 0, "MS",
     "ask again that often; default: once each, then end", NULL, NULL},
    {"restart", OPT_CHOICE, AT(restart), 0, 0, "STEP",
     "lose power there, once, see below; it asks again", RESTART_NAMES, NULL},
    {"resume", OPT_FLAG, AT(resume), 0, 0, NULL,
     "after --restart data, ask only for the rest (Range)", NULL, NULL},
    {"timeout-ms", OPT_MICROS, AT(timeout_us), 0, 0, "MS",
     "how long to wait for the server; default 8000 (esphome 4500)", NULL, NULL},
};
/* clang-format on */
#undef AT

/* ---- reading ------------------------------------------------------------- */

static void ask(struct pull_device *d);

static void on_timeout(void *ctx)
{
    eo_sim_pull_end(ctx, -11, "timeout");
}

static void patience(struct pull_device *d)
{
    eo_timer_start(eo_sim_pull_loop(d), &d->timer,
                   eo_sim_pull_config(d)->timeout_us / 1000, on_timeout, d);
}

static void lost(struct pull_device *d)
{
    eo_sim_pull_end(d, -1, d->in_body ? "connection lost" : "no answer");
}

/* The device now asks for the image, as its path is known. */
static void ask_for_image(struct pull_device *d)
{
    d->step = PULL_ASK_IMAGE;
    eo_sim_pull_hang_up(d);
    ask(d);
}

/* Reads once, at most max bytes.  False: there was nothing to read. */
static bool read_some(struct pull_device *d, size_t max)
{
    const size_t room = sizeof d->in - 1 - d->in_len;
    const ptrdiff_t n =
        eo_recv(d->fd, d->in + d->in_len, max < room ? max : room);

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    if (n <= 0) {
        lost(d);
        return false;
    }
    d->in_len += (size_t)n;
    patience(d);
    if (eo_sim_pull_received(d))
        ask_for_image(d);
    return true;
}

static void on_tick(void *ctx)
{
    struct pull_device *d = ctx;
    const size_t rate = eo_sim_pull_config(d)->rate;

    eo_timer_start(eo_sim_pull_loop(d), &d->tick, TICK_MS, on_tick, d);
    read_some(d, rate * TICK_MS / 1000 + 1); /* may end, and stop the timer */
}

static void on_ready(void *ctx, int ready)
{
    struct pull_device *d = ctx;
    const struct pull_config *c = eo_sim_pull_config(d);

    if (!d->began && ready & ESPOTA_WRITE) {
        char request[1400];
        struct text t;

        if (eo_sock_error(d->fd) != 0) {
            eo_sim_pull_end(d, -1, "connection refused");
            return;
        }
        eo_text_init(&t, request, sizeof request);
        eo_sim_pull_request(&t, c, d->base.number, d->version, d->md5, d->path,
                            d->step == PULL_ASK_IMAGE,
                            (struct pull_part){d->asked_from, d->etag});
        d->began = true;
        eo_send(d->fd, t.at, t.len);
        if (d->step == PULL_ASK_IMAGE &&
            eo_sim_pull_restarted(d, PULL_RESTART_REQUEST))
            return;
        eo_watch_want(d->watch, c->rate > 0 ? 0 : ESPOTA_READ);
        if (c->rate > 0)
            eo_timer_start(eo_sim_pull_loop(d), &d->tick, TICK_MS, on_tick, d);
        return;
    }
    if (ready & ESPOTA_READ)
        read_some(d, sizeof d->in);
}

/* ---- asking -------------------------------------------------------------- */

static void start_fetch(struct pull_device *d)
{
    d->in_len = d->head_len = d->part_from = 0;
    d->asked_from = d->kept ? d->received : 0;
    d->in_body = d->began = d->has_length = d->chunked = d->encoded = false;
    d->status = 0;
    d->x_md5[0] = d->x_version[0] = '\0';
    if (!d->kept)
        eo_sim_pull_begin_anew(d);
    d->kept = false;
}

static void ask(struct pull_device *d)
{
    const struct pull_config *c = eo_sim_pull_config(d);

    start_fetch(d);
    d->fd = eo_tcp_connect_small(&c->addr, NULL, (int)c->rcvbuf, MSS);
    if (d->fd < 0 || d->hasher == NULL) {
        d->fd = 0;
        eo_sim_pull_end(d, -1, "cannot connect");
        return;
    }
    d->watch = eo_watch_new(eo_sim_pull_loop(d), d->fd,
                            ESPOTA_READ | ESPOTA_WRITE, on_ready, d);
    if (d->watch == NULL) {
        eo_sim_pull_end(d, -1, "out of memory");
        return;
    }
    patience(d);
}

static void begin(void *ctx)
{
    struct pull_device *d = ctx;
    const struct pull_config *c = eo_sim_pull_config(d);
    const bool text = eo_sim_pull_is_esphome(d);
    struct text t;

    d->step = text ? PULL_ASK_TEXT : PULL_ASK_IMAGE;
    eo_text_init(&t, d->path, sizeof d->path);
    eo_text_add(&t, "%s",
                c->variant == VARIANT_ESPHOME ? c->md5_path : c->path);
    d->want_md5[0] = '\0';
    d->violations = 0;
    d->violation = NULL;
    d->asked_at = eo_loop_now(eo_sim_pull_loop(d));
    ask(d);
}

/* ---- a device ------------------------------------------------------------ */

static int open_device(struct device *base, struct espota_error *err)
{
    struct pull_device *d = (struct pull_device *)base;
    const struct pull_config *c = base->sim->config;
    struct text t;

    if (d->md5[0] == '\0')
        memcpy(d->md5, c->running_md5, sizeof d->md5);
    if (d->version[0] == '\0' && c->version != NULL) {
        eo_text_init(&t, d->version, sizeof d->version);
        eo_text_add(&t, "%s", c->version);
    }
    (void)err;
    d->again = begin;
    eo_timer_start(base->sim->loop, &d->timer, 1, begin, d);
    return 0;
}

static void close_device(struct device *base)
{
    eo_sim_pull_hang_up((struct pull_device *)base);
}

static void defaults(void *config)
{
    struct pull_config *c = config;

    c->free_space = 2 << 20;
    c->sketch_size = 400000;
    c->chip_size = 4 << 20;
    c->rcvbuf = 5840;
    c->chip = "ESP32";
}

static int read_running(struct pull_config *c, struct espota_error *err)
{
    struct hasher *h = eo_hasher_new(DIGEST_MD5);
    FILE *f = eo_file_stream_read(c->running);
    char bytes[4096];
    size_t n;

    c->sketch_size = 0;
    while (f != NULL && h != NULL &&
           (n = fread(bytes, 1, sizeof bytes, f)) > 0) {
        eo_hasher_add(h, bytes, n);
        c->sketch_size += n;
    }
    if (f != NULL && h != NULL && eo_hasher_hex(h, c->running_md5) == 0)
        c->md5 = c->running_md5;
    eo_hasher_free(h);
    if (f != NULL)
        fclose(f);
    return c->md5 != NULL
               ? 0
               : eo_fail(err, ESPOTA_E_USAGE, "--running: cannot read %s",
                         c->running);
}

static int check(void *config, struct espota_error *err)
{
    static const char NOTHING[] = "d41d8cd98f00b204e9800998ecf8427e";
    struct pull_config *c = config;

    memcpy(c->running_md5, NOTHING, sizeof NOTHING);
    if (c->running != NULL && read_running(c, err) != 0)
        return -1;
    if (c->resume && c->variant >= VARIANT_ESPHOME)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--resume: ESPHome always starts over");
    if (c->timeout_us == 0)
        c->timeout_us = c->variant >= VARIANT_ESPHOME ? 4500000 : 8000000;
    return eo_sim_pull_url(c, err);
}

const struct profile eo_sim_pull = {
    .name = "pull",
    .summary = "devices that fetch: ESPhttpUpdate, HTTPUpdate, http_request",
    .notes = NOTES,
    .opts = OPTS,
    .n_opts = sizeof OPTS / sizeof OPTS[0],
    .config_size = sizeof(struct pull_config),
    .defaults = defaults,
    .check = check,
    .device_size = sizeof(struct pull_device),
    .open = open_device,
    .close = close_device,
};
