/* device.c -- the profile "web": options, and a device with its port. */
#include "sim_web/conn.h"

#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "crypto/random.h"

static const char *const AUTH_NAMES[] = {"usual", "basic", "digest", NULL};
static const char *const FAULT_NAMES[] = {WEB_FAULTS(SCRIPT_WORD) NULL};
static const char *const RESTART_NAMES[] = {WEB_RESTARTS(SCRIPT_WORD) NULL};

#define AT(field) offsetof(struct web_config, field)
/* clang-format off */
static const struct opt OPTS[] = {
    {"profile", OPT_CHOICE, AT(kind), 0, 0, "NAME",
     "esphome-idf (default), esphome, esp8266, esp32, pico or sketch",
     EO_SIM_WEB_KIND_NAMES, NULL},
    {"user", OPT_TEXT, AT(user), 0, 0, "NAME", "default admin", NULL, NULL},
    {"password", OPT_TEXT, AT(password), 0, 0, "WORD",
     "ask for user and this password", NULL, NULL},
    {"auth", OPT_CHOICE, AT(auth), 0, 0, "KIND",
     "how: usual, basic or digest", AUTH_NAMES, NULL},
    {"slot-size", OPT_SIZE, AT(slot), 1, 64 << 20, "BYTES",
     "room for an image; default 1M", NULL, NULL},
    {"rcvbuf", OPT_SIZE, AT(rcvbuf), 512, 1 << 20, "BYTES",
     "receive buffer of the socket", NULL, NULL},
    {"flash-ms-per-kib", OPT_MICROS, AT(flash.us_per_kib), 0, 0, "MS",
     "time to write a KiB", NULL, NULL},
    {"fault", OPT_CHOICE, AT(fault), 0, 0, "NAME", "misbehave, see below",
     FAULT_NAMES, NULL},
    {"restart", OPT_CHOICE, AT(restart), 0, 0, "STEP",
     "lose power there, once, see below", RESTART_NAMES, NULL},
    {"words", OPT_TEXT, AT(words), 0, 0, "TEXT",
     "what is wrong, for --fault fail; default ERROR[4]: Not Enough Space",
     NULL, NULL},
};

static const char NOTES[] =
    "Faults (--fault NAME):\n"
    WEB_FAULTS(SCRIPT_WORD_HELP)
    "\nSteps (--restart STEP):\n"
    WEB_RESTARTS(SCRIPT_WORD_HELP);
/* clang-format on */
#undef AT

static void defaults(void *config)
{
    struct web_config *c = config;

    c->slot = 1 << 20;
    c->flash.sector = 4096;
    c->words = "ERROR[4]: Not Enough Space";
}

static void on_accept(void *ctx, int ready)
{
    struct web_device *d = ctx;
    struct addr peer;
    const int fd = eo_sim_accept(&d->base, d->listener, d->watch, &peer);

    (void)ready;
    if (fd >= 0)
        eo_sim_web_accept(d, fd);
}

/* Keeps the nonce: the next client may have called and asked for it already. */
static void restart(struct device *base)
{
    struct web_device *d = (struct web_device *)base;

    for (int i = 0; i < WEB_CONNS; i++)
        if (d->conn[i] != NULL && d->conn[i]->updated)
            eo_sim_web_gone(d->conn[i]);
}

static void close_device(struct device *base)
{
    struct web_device *d = (struct web_device *)base;

    for (int i = 0; i < WEB_CONNS; i++) {
        eo_sim_web_conn_free(d->conn[i]);
        d->conn[i] = NULL;
    }
    eo_watch_free(d->watch);
    d->watch = NULL;
    if (d->listener > 0)
        eo_sock_close(d->listener);
    d->listener = 0;
}

static int open_device(struct device *base, struct espota_error *err)
{
    struct web_device *d = (struct web_device *)base;
    const struct web_config *c = base->sim->config;
    uint8_t dice[16];

    if (eo_random(dice, sizeof dice) != 0)
        return eo_fail(err, ESPOTA_E_INTERNAL, "no entropy");
    eo_hex(d->nonce, dice, sizeof dice);
    d->listener = eo_sim_listen(base, WEB_CONNS, c->rcvbuf, err);
    if (d->listener < 0) {
        d->listener = 0;
        return -1;
    }
    d->watch = eo_watch_new(base->sim->loop, d->listener, ESPOTA_READ,
                            on_accept, d);
    if (d->watch != NULL)
        return 0;
    close_device(base);
    return eo_fail_memory(err);
}

/* A /sketch server announces itself as ArduinoOTA, which it is not; only its
 * port tells.  A page of any other kind announces no more than a printer does.
 */
static void announce(const struct device *base, struct announcement *a)
{
    const struct web_config *c = base->sim->config;
    const bool sketch = strcmp(EO_SIM_WEB_KIND_NAMES[c->kind], "sketch") == 0;

    a->service = sketch ? "_arduino._tcp.local" : "_http._tcp.local";
    a->port = eo_addr_port(&base->addr);
    if (!sketch)
        return;
    eo_sim_announce_pair(a, "board=arduino");
    eo_sim_announce_pair(a, "auth_upload=%s",
                         c->password != NULL ? "yes" : "no");
}

const struct profile eo_sim_web = {
    .name = "web",
    .summary = "upload pages: ESPHome's web_server, HTTPUpdateServers, /sketch",
    .notes = NOTES,
    .opts = OPTS,
    .n_opts = sizeof OPTS / sizeof OPTS[0],
    .config_size = sizeof(struct web_config),
    .defaults = defaults,
    .device_size = sizeof(struct web_device),
    .open = open_device,
    .close = close_device,
    .restart = restart,
    .announce = announce,
};
