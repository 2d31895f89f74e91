/* device.c -- the profile "arduino": options, and a device with its port. */
#include "sim_arduino/device.h"

#include <stdio.h>
#include <string.h>

/* ---- options ------------------------------------------------------------- */

static int parse_fault(void *at, const char *value, struct espota_error *err)
{
    return eo_sim_script_fault(&EO_SIM_ARDUINO_SCRIPT, at, value, err);
}

static int parse_fail(void *at, const char *value, struct espota_error *err)
{
    return eo_sim_arduino_fail(at, value, err);
}

static const char *const RESTART_NAMES[] = {ARDUINO_RESTARTS(SCRIPT_WORD) NULL};
static const char *const STORED_NAMES[] = {"core", "md5", "upper", NULL};
static const char *const WORDS_NAMES[] = {"new", "3.1", "2.5", "2.4", NULL};
static const char *const MODE_NAMES[] = {"image", "qio", "qout", "dio", "dout",
                                         NULL};

#define AT(field) offsetof(struct arduino_config, field)
/* clang-format off */
static const struct opt OPTS[] = {
    {"profile", OPT_CHOICE, AT(core), 0, 0, "CORE",
     "esp8266 (default), esp32-md5 (to 3.3.0), esp32 (from 3.3.1),\n"
     "pico or classic (2015)", EO_SIM_ARDUINO_CORE_NAMES, NULL},
    {"password", OPT_TEXT, AT(password), 0, 0, "WORD",
     "ask for this password, which may be empty", NULL, NULL},
    {"stored", OPT_CHOICE, AT(stored), 0, 0, "FORM",
     "how it is kept: core (as the core does), md5, or upper\n"
     "(an upper-case hash that somebody pasted)", STORED_NAMES, NULL},
    {"words", OPT_CHOICE, AT(words), 0, 0, "AGE",
     "of ESP8266 error texts: new (later than 3.1), 3.1, 2.5 or 2.4",
     WORDS_NAMES, NULL},
    {"flash-mode", OPT_CHOICE, AT(flash_mode), 0, 0, "MODE",
     "of an ESP8266's chip: qio, qout, dio or dout, which it writes into\n"
     "what it stores; default: the image's", MODE_NAMES, NULL},
    {"slot-size", OPT_SIZE, AT(slot), 0, 64 << 20, "BYTES",
     "room for an app", NULL, NULL},
    {"fs-size", OPT_SIZE, AT(fs), 0, 64 << 20, "BYTES",
     "room for a filesystem image", NULL, NULL},
    {"rcvbuf", OPT_SIZE, AT(rcvbuf), 512, 1 << 20, "BYTES",
     "receive buffer of the socket: a small window; default 16K",
     NULL, NULL},
    {"mss", OPT_SIZE, AT(mss), 88, 65495, "BYTES",
     "longest segment; an ESP8266 announces 536; default 1460", NULL, NULL},
    {"flash-ms-per-kib", OPT_MICROS, AT(flash.us_per_kib), 0, 0, "MS",
     "time to write a KiB", NULL, NULL},
    {"erase-ms", OPT_MICROS, AT(flash.us_per_erase), 0, 0, "MS",
     "time to erase 64 KiB, when first written to", NULL, NULL},
    {"loop-ms", OPT_MICROS, AT(loop_us), 0, 0, "MS",
     "time between two calls of handle()", NULL, NULL},
    {"pbkdf2-ms", OPT_MICROS, AT(pbkdf2_us), 0, 0, "MS",
     "time an ESP32 takes to check an answer", NULL, NULL},
    {"end-ms", OPT_MICROS, AT(end_us), 0, 0, "MS",
     "pauses before OK, and before the close; default: the core's", NULL, NULL},
    {"fail", OPT_CALL, AT(fail), 0, 0, "WHAT[@STEP]",
     "fail in the core's words, see below", NULL, parse_fail},
    {"fault", OPT_CALL, AT(fault), 0, 0, "NAME[@N]",
     "misbehave, see below; may be repeated", NULL, parse_fault},
    {"restart", OPT_CHOICE, AT(restart), 0, 0, "STEP",
     "lose power there, once, see below", RESTART_NAMES, NULL},
    {"fault-sessions", OPT_NUMBER, AT(fault_sessions), 1, 1000000, "N",
     "behave well after N sessions", NULL, NULL},
};

static const char NOTES[] =
    "Faults (--fault NAME[@N]):\n"
    ARDUINO_FAULTS(SCRIPT_ROW_HELP)
    "\nSteps (--restart STEP):\n"
    ARDUINO_RESTARTS(SCRIPT_WORD_HELP)
    "\nFailures (--fail WHAT[@begin, @data, @data:BYTES or @end]):\n "
#define X(name, word) " " word
    ARDUINO_FAILURES(X)
#undef X
    "\n";
/* clang-format on */
#undef AT

static void defaults(void *config)
{
    struct arduino_config *c = config;

    c->end_us = UINT32_MAX;
    /* A real device buffers little more in TCP than its updater has read. */
    c->rcvbuf = 16384;
    c->mss = 1460;
    c->loop_us = 1000;
}

static int check(void *config, struct espota_error *err)
{
    struct arduino_config *c = config;
    const struct arduino_core *core = &EO_SIM_ARDUINO_CORE[c->core];

    if (c->slot == 0)
        c->slot = core->slot;
    if (c->fs == 0)
        c->fs = core->fs;
    c->flash.sector = 4096;
    if (c->password != NULL && core->silent)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the classic device has no passwords");
    return 0;
}

/* ---- the device ---------------------------------------------------------- */

static int power_up(struct device *base, struct espota_error *err)
{
    return eo_sim_arduino_listen((struct arduino_device *)base, err);
}

static void power_down(struct device *base)
{
    struct arduino_device *d = (struct arduino_device *)base;

    eo_sim_arduino_hang_up(d);
    eo_sim_arduino_deaf(d);
}

/* The socket stays open, and the device is idle after every update. */
static void restart(struct device *base)
{
    eo_sim_arduino_hang_up((struct arduino_device *)base);
}

static void announce(const struct device *base, struct announcement *a)
{
    static const char *const BOARD[N_CORES] = {
        [ESP8266] = "\"ESP8266_WEMOS_D1MINI\"", /* some boards quote it */
        [ESP32_MD5] = "esp32",
        [ESP32] = "esp32",
        [PICO] = "rpipicow",
        [CLASSIC] = "generic",
    };
    const struct arduino_config *c = base->sim->config;

    a->service = "_arduino._tcp.local";
    a->port = eo_addr_port(&base->addr);
    a->leamdns = c->core == ESP8266 || c->core == CLASSIC || c->core == PICO;
    eo_sim_announce_pair(a, "tcp_check=no");
    eo_sim_announce_pair(a, "ssh_upload=no");
    eo_sim_announce_pair(a, "board=%s", BOARD[c->core]);
    eo_sim_announce_pair(a, "auth_upload=%s",
                         c->password != NULL ? "yes" : "no");
}

const struct profile eo_sim_arduino = {
    .name = "arduino",
    .summary = "an ArduinoOTA device: ESP8266, ESP32 or Pico core",
    .notes = NOTES,
    .opts = OPTS,
    .n_opts = sizeof OPTS / sizeof OPTS[0],
    .config_size = sizeof(struct arduino_config),
    .defaults = defaults,
    .check = check,
    .device_size = sizeof(struct arduino_device),
    .open = power_up,
    .close = power_down,
    .restart = restart,
    .announce = announce,
};
