/* device.c -- the profile "esphome": options, and a device with its port. */
#include "sim_esphome/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "image/gzip.h"

/* ---- options ------------------------------------------------------------ */

static int parse_fault(void *at, const char *value, struct espota_error *err)
{
    return eo_sim_script_fault(&EO_SIM_ESPHOME_SCRIPT, at, value, err);
}

static int parse_refuse(void *at, const char *value, struct espota_error *err)
{
    return eo_sim_script_refusal(&EO_SIM_ESPHOME_SCRIPT, at, STEP_PREPARE,
                                 value, err);
}

static int parse_key(void *at, const char *value, struct espota_error *err)
{
    return eo_sim_esphome_key(at, value, err);
}

enum { API_PORT = 6053, HTTP_PORT = 80 };

static const char *const AUTH_NAMES[] = {"age", "none", "md5", "sha256", NULL};
static const char *const REPLY_NAMES[] = {"age", "0x40", "0x46", "0x48", NULL};
static const char *const GZIP_NAMES[] = {"age", "no", "yes", NULL};
static const char *const ACK_NAMES[] = {"written", "received", NULL};

#define AT(field) offsetof(struct esphome_config, field)
/* clang-format off */
static const struct opt OPTS[] = {
    {"firmware", OPT_TEXT, AT(firmware), 0, 0, "RELEASE",
     "the release it runs, such as 2021.8, 2024.1, 2025.6, 2025.10,\n"
     "2026.1, 2026.5 or 2026.9 (default): sets what is not given", NULL, NULL},
    {"platform", OPT_CHOICE, AT(platform), 0, 0, "NAME",
     "esp32 (default), esp8266, rp2040 or bk72xx",
     EO_SIM_ESPHOME_PLATFORM_NAMES, NULL},
    {"protocol-version", OPT_NUMBER, AT(version), 1, 2, "N", "1 or 2", NULL, NULL},
    {"password", OPT_TEXT, AT(password), 0, 0, "WORD",
     "ask for this password; it may be empty since 2025.10", NULL, NULL},
    {"auth", OPT_CHOICE, AT(auth), 0, 0, "KIND",
     "how: none, md5 or sha256", AUTH_NAMES, NULL},
    {"key", OPT_CALL, AT(key), 0, 0, "BASE64",
     "encrypt for clients that can, with this key", NULL, parse_key},
    {"require-encryption", OPT_FLAG, AT(require_encryption), 0, 0, NULL,
     "reject clients that cannot", NULL, NULL},
    {"partition-access", OPT_FLAG, AT(partition_access), 0, 0, NULL,
     "accept partition tables and bootloaders (esp32)", NULL, NULL},
    {"reply", OPT_CHOICE, AT(reply), 0, 0, "CODE",
     "the most it supports: 0x40 nothing, 0x46 gzip, 0x48 extended",
     REPLY_NAMES, NULL},
    {"gzip", OPT_CHOICE, AT(gzip), 0, 0, "WHETHER",
     "accept compressed images: no or yes", GZIP_NAMES, NULL},
    {"ack", OPT_CHOICE, AT(ack), 0, 0, "WHEN",
     "CHUNK_OK when a block is written (default) or received",
     ACK_NAMES, NULL},
    {"slot-size", OPT_SIZE, AT(slot), 1, 64 << 20, "BYTES",
     "room for an image", NULL, NULL},
    {"rcvbuf", OPT_SIZE, AT(rcvbuf), 512, 1 << 20, "BYTES",
     "receive buffer of the socket; an ESP8266 has about 5K", NULL, NULL},
    {"flash-ms-per-kib", OPT_MICROS, AT(flash.us_per_kib), 0, 0, "MS",
     "time to write a KiB", NULL, NULL},
    {"erase-ms", OPT_MICROS, AT(flash.us_per_erase), 0, 0, "MS",
     "time to erase 64 KiB, when first written to", NULL, NULL},
    {"prepare-ms", OPT_MICROS, AT(prepare_us), 0, 0, "MS",
     "time before 0x42: erasing the whole slot", NULL, NULL},
    {"verify-ms", OPT_MICROS, AT(verify_us), 0, 0, "MS",
     "time before 0x45: checking the whole image", NULL, NULL},
    {"handshake-ms", OPT_MICROS, AT(handshake_us), 0, 0, "MS",
     "how long to wait for the handshake", NULL, NULL},
    {"idle-ms", OPT_MICROS, AT(idle_us), 0, 0, "MS",
     "how long to wait for anything after it", NULL, NULL},
    {"refuse", OPT_CALL, AT(refuse), 0, 0, "CODE[@STEP]",
     "say this error code there; default: at prepare", NULL, parse_refuse},
    {"fault", OPT_CALL, AT(fault), 0, 0, "NAME[@WHERE]",
     "misbehave, see below; may be repeated", NULL, parse_fault},
    {"rollback", OPT_FLAG, AT(rollback), 0, 0, NULL,
     "restart with the firmware it ran before", NULL, NULL},
    {"rollback-ms", OPT_MICROS, AT(rollback_us), 0, 0, "MS",
     "restart with the new firmware, and after MS with the one before", NULL,
     NULL},
    {"no-api", OPT_FLAG, AT(no_api), 0, 0, NULL,
     "with --mdns: built without API; announces _http._tcp and a version", NULL,
     NULL},
    {"fault-sessions", OPT_NUMBER, AT(fault_sessions), 1, 1000000, "N",
     "behave well after N sessions", NULL, NULL},
};

static const char NOTES[] =
    "Faults (--fault NAME[@WHERE]):\n"
    ESPHOME_FAULTS(SCRIPT_ROW_HELP)
    "\nSteps:\n"
    ESPHOME_STEPS(SCRIPT_WORD_HELP);
/* clang-format on */
#undef AT

static void defaults(void *config)
{
    struct esphome_config *c = config;

    c->firmware = "2026.9";
}

static int check(void *config, struct espota_error *err)
{
    struct esphome_config *c = config;
    static const bool EXTENDED[] = {false, false, false, true};

    c->age = eo_sim_esphome_age(c->firmware);
    if (c->age == NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--firmware takes a release like 2025.6, from 2018.10 "
                       "on, not \"%s\"",
                       c->firmware);
    c->where = &EO_SIM_ESPHOME_PLATFORM[c->platform];
    if (c->slot == 0)
        c->slot = c->where->slot;
    if (c->version == 0)
        c->version = (unsigned)c->age->version;
    c->flash.sector = c->where->sector;
    c->extended = c->reply == 0 ? c->age->extended : EXTENDED[c->reply];
    if (c->key.given && !(c->age->noise && c->extended))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--key needs firmware 2026.9 or later, and its reply");
    if (c->require_encryption && !c->key.given)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--require-encryption needs a --key");
    if (c->partition_access && (c->platform != ESP32 || !c->extended))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--partition-access needs an esp32 with firmware "
                       "2026.5 or later");
    c->takes_gzip = c->gzip == GZIP_BY_AGE
                        ? c->age->gzip && c->platform == ESP8266
                        : c->gzip == GZIP_YES;
    if (c->reply == 1 || c->reply == 2)
        c->takes_gzip = c->reply == 2;
    if (c->takes_gzip && !eo_gzip_have())
        return eo_fail(err, ESPOTA_E_USAGE, "this build cannot inflate gzip");
    if (c->password == NULL && (c->auth == AUTH_MD5 || c->auth == AUTH_SHA256))
        return eo_fail(err, ESPOTA_E_USAGE, "--auth %s needs a --password",
                       AUTH_NAMES[c->auth]);
    if (c->password != NULL && c->password[0] == '\0' &&
        c->auth == AUTH_BY_AGE && !c->age->empty)
        c->password = NULL; /* old firmware accepts everyone */
    return 0;
}

/* ---- the device --------------------------------------------------------- */

static void on_client(void *ctx, int ready)
{
    struct esphome_device *d = ctx;
    struct addr peer;
    int fd;

    (void)ready;
    if (d->session != NULL)
        return;
    fd = eo_sim_accept(&d->base, d->listener, d->watch, &peer);
    if (fd < 0)
        return;
    d->base.sessions++;
    /* Other clients wait in the backlog, without a byte, until this one is
     * done. */
    eo_watch_want(d->watch, 0);
    d->session = eo_sim_esphome_session_new(d, fd, &peer, &EO_SIM_ESPHOME_TALK);
    if (d->session == NULL)
        eo_watch_want(d->watch, ESPOTA_READ);
}

static void roll_back(void *ctx)
{
    struct esphome_device *d = ctx;

    memcpy(d->updated, d->before, sizeof d->updated);
    memcpy(d->version, d->before, sizeof d->version);
    eo_sim_restart(&d->base);
}

/* The device runs its new firmware, for good or until it rolls back. */
static void boot(struct esphome_device *d)
{
    const struct esphome_config *c = d->base.sim->config;

    if (c->rollback_us > 0 && strcmp(d->version, d->updated) != 0) {
        memcpy(d->before, d->version, sizeof d->before);
        eo_timer_start(d->base.sim->loop, &d->rollback, c->rollback_us / 1000,
                       roll_back, d);
    }
    memcpy(d->version, d->updated, sizeof d->version);
}

static int power_up(struct device *base, struct espota_error *err)
{
    struct esphome_device *d = (struct esphome_device *)base;
    const struct esphome_config *c = base->sim->config;

    boot(d);
    d->listener = eo_sim_listen(base, c->age->backlog, c->rcvbuf, err);
    if (d->listener < 0)
        return -1;
    d->watch =
        eo_watch_new(base->sim->loop, d->listener, ESPOTA_READ, on_client, d);
    if (d->watch != NULL)
        return 0;
    eo_sock_close(d->listener);
    return eo_fail_memory(err);
}

static void restart(struct device *base)
{
    struct esphome_device *d = (struct esphome_device *)base;

    boot(d);
    eo_watch_want(d->watch, ESPOTA_READ);
}

static void power_down(struct device *base)
{
    struct esphome_device *d = (struct esphome_device *)base;

    eo_timer_stop(base->sim->loop, &d->rollback);
    eo_sim_esphome_session_stop(d->session);
    d->session = NULL;
    if (d->watch == NULL)
        return;
    eo_watch_free(d->watch);
    d->watch = NULL;
    eo_sock_close(d->listener);
}

static void announce(const struct device *base, struct announcement *a)
{
    static const char *const PLATFORM[N_PLATFORMS] = {
        [ESP32] = "ESP32",
        [ESP8266] = "ESP8266",
        [RP2040] = "RP2040",
        [BK72XX] = "BK7231N",
    };
    static const char *const BOARD[N_PLATFORMS] = {
        [ESP32] = "esp32dev",
        [ESP8266] = "d1_mini",
        [RP2040] = "rpipicow",
        [BK72XX] = "generic-bk7231n-qfn32-tuya",
    };
    const struct esphome_device *d = (const struct esphome_device *)base;
    const struct esphome_config *c = base->sim->config;

    a->service = c->no_api ? "_http._tcp.local" : "_esphomelib._tcp.local";
    a->port = c->no_api ? HTTP_PORT : API_PORT;
    a->leamdns = c->platform == ESP8266;
    if (d->version[0] != '\0')
        eo_sim_announce_pair(a, "version=%s", d->version);
    else
        eo_sim_announce_pair(a, "version=%s.0", c->firmware);
    if (c->no_api)
        return;
    eo_sim_announce_pair(a, "mac=02770000%04x", base->number);
    eo_sim_announce_pair(a, "platform=%s", PLATFORM[c->platform]);
    eo_sim_announce_pair(a, "board=%s", BOARD[c->platform]);
    eo_sim_announce_pair(a, "network=wifi");
    if (c->key.given)
        eo_sim_announce_pair(
            a, "api_encryption=Noise_NNpsk0_25519_ChaChaPoly_SHA256");
}

const struct profile eo_sim_esphome = {
    .name = "esphome",
    .summary = "an ESPHome device: native OTA, version 1 and 2",
    .notes = NOTES,
    .opts = OPTS,
    .n_opts = sizeof OPTS / sizeof OPTS[0],
    .config_size = sizeof(struct esphome_config),
    .defaults = defaults,
    .check = check,
    .device_size = sizeof(struct esphome_device),
    .open = power_up,
    .close = power_down,
    .restart = restart,
    .announce = announce,
};
