/* table.c -- what differs between firmware ages and platforms, and the
 * words for what a device can be told to do wrong.
 */
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "sim_esphome/device.h"

/* ---- ages --------------------------------------------------------------- */

/* Newest last.  docs/PROTOCOLS.md says how each line is known. */
/* clang-format off */
static const struct esphome_age AGES[] = {
    {.since = 201810, .version = 1, .md5 = true, .blocking = true,
     .stale_ok = true, .backlog = 4, .magic_ms = 1000, .read_ms = 1000,
     .control_ms = 1000},
    {.since = 202111, .version = 1, .md5 = true, .gzip = true, .blocking = true,
     .stale_ok = true, .backlog = 4, .magic_ms = 1000, .read_ms = 1000,
     .control_ms = 1000},
    {.since = 202402, .version = 2, .md5 = true, .gzip = true, .blocking = true,
     .stale_ok = true, .backlog = 4, .magic_ms = 1000, .read_ms = 1000,
     .control_ms = 1000},
    {.since = 202509, .version = 2, .md5 = true, .gzip = true, .mute = true,
     .stale_ok = true, .backlog = 4, .magic_ms = 10000, .read_ms = 90000,
     .control_ms = 90000, .idle_ms = 90000},
    {.since = 202510, .version = 2, .md5 = true, .gzip = true, .sha256 = true,
     .empty = true, .stale_ok = true, .backlog = 4, .handshake_ms = 20000,
     .control_ms = 90000, .idle_ms = 90000},
    {.since = 202512, .version = 2, .md5 = true, .gzip = true, .sha256 = true,
     .empty = true, .any_case = true, .stale_ok = true, .backlog = 4,
     .handshake_ms = 20000, .control_ms = 90000, .idle_ms = 90000},
    {.since = 202601, .version = 2, .gzip = true, .sha256 = true,
     .empty = true, .any_case = true, .stale_ok = true, .backlog = 1,
     .handshake_ms = 20000, .control_ms = 90000, .idle_ms = 90000,
     .new_md5 = true},
    {.since = 202605, .version = 2, .gzip = true, .sha256 = true,
     .empty = true, .any_case = true, .extended = true, .stale_ok = true,
     .backlog = 1, .handshake_ms = 20000, .control_ms = 90000,
     .idle_ms = 90000, .new_md5 = true},
    {.since = 202608, .version = 2, .gzip = true, .sha256 = true,
     .empty = true, .any_case = true, .extended = true, .backlog = 1,
     .handshake_ms = 20000, .control_ms = 90000, .idle_ms = 90000,
     .new_md5 = true},
    {.since = 202609, .version = 2, .gzip = true, .sha256 = true,
     .empty = true, .any_case = true, .extended = true, .noise = true,
     .backlog = 1, .handshake_ms = 20000, .control_ms = 105000,
     .idle_ms = 105000, .new_md5 = true},
};
/* clang-format on */

static int parse_release(const char *text, unsigned *since)
{
    char part[2][8];
    uint64_t year, month;

    for (int i = 0; i < 2; i++) {
        const size_t len = strcspn(text, ".");

        if (len >= sizeof part[i] || (i == 0 && text[len] == '\0'))
            return -1;
        snprintf(part[i], sizeof part[i], "%.*s", (int)len, text);
        text += len + (text[len] == '.');
    }
    if (eo_parse_uint(part[0], 2018, 2099, &year) != 0 ||
        eo_parse_uint(part[1], 1, 12, &month) != 0)
        return -1;
    *since = (unsigned)(year * 100 + month);
    return 0;
}

const struct esphome_age *eo_sim_esphome_age(const char *release)
{
    const struct esphome_age *found = NULL;
    unsigned since;

    if (parse_release(release, &since) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof AGES / sizeof AGES[0]; i++)
        if (AGES[i].since <= since)
            found = &AGES[i];
    return found;
}

/* ---- platforms ---------------------------------------------------------- */

const struct esphome_platform EO_SIM_ESPHOME_PLATFORM[N_PLATFORMS] = {
    [ESP32] = {"esp32", CHECK_E9, 0x1c0000, 1024, 0x89, 0x8b, false,
               .raw = false},
    [ESP8266] = {"esp8266", CHECK_E9_OR_GZIP, 0x100000, 4096, 0x88, 0x84, true,
                 .raw = true},
    [RP2040] = {"rp2040", CHECK_NOTHING, 0x100000, 4096, 0x8c, 0x84, true,
                .raw = true},
    /* A UF2 carries 256 bytes in 512. */
    [BK72XX] = {"bk72xx", CHECK_UF2, 2 * 0xa6000, 512, 0x89, 0x84, false,
                .raw = false},
};

const char *const EO_SIM_ESPHOME_PLATFORM_NAMES[N_PLATFORMS + 1] = {
    "esp32", "esp8266", "rp2040", "bk72xx", NULL};

/* ---- places ------------------------------------------------------------- */

static const char *const STEPS[N_STEPS + 1] = {
#define X(name, word, text) word,
    ESPHOME_STEPS(X)
#undef X
        NULL};

const char *eo_sim_esphome_step_name(enum esphome_step step)
{
    return STEPS[step];
}

int eo_sim_esphome_where(struct esphome_where *w, const char *text,
                         struct espota_error *err)
{
    char word[16];
    const size_t len = strcspn(text, ":");
    uint64_t bytes = 0;

    snprintf(word, sizeof word, "%.*s", (int)len, text);
    for (int i = 0; i < N_STEPS; i++) {
        if (strcmp(STEPS[i], word) != 0)
            continue;
        if (text[len] == ':' &&
            (i != STEP_DATA ||
             eo_parse_uint(text + len + 1, 1, UINT32_MAX, &bytes) != 0))
            return eo_fail(err, ESPOTA_E_USAGE,
                           "\"%s\": only data takes a number of bytes", text);
        *w = (struct esphome_where){(enum esphome_step)i, (size_t)bytes};
        return 0;
    }
    return eo_sim_unknown(err, "step", word, STEPS);
}

/* ---- faults ------------------------------------------------------------- */

static const struct {
    enum fault_arg arg;
    const char *preset;
} FAULTS[N_FAULTS] = {
#define X(name, word, arg, preset, text) {ARG_##arg, preset},
    ESPHOME_FAULTS(X)
#undef X
};

static const char *const FAULT_NAMES[N_FAULTS + 1] = {
#define X(name, word, arg, preset, text) word,
    ESPHOME_FAULTS(X)
#undef X
        NULL};

static int parse_fault_arg(struct fault *f, enum fault_arg kind,
                           const char *name, const char *arg,
                           struct espota_error *err)
{
    uint64_t n;

    switch (kind) {
    case ARG_NONE:
        return arg == NULL ? 0
                           : eo_fail(err, ESPOTA_E_USAGE,
                                     "fault %s takes no argument", name);
    case ARG_STEP:
        return eo_sim_esphome_where(&f->where, arg, err);
    case ARG_COUNT:
    case ARG_MS:
        if (eo_parse_uint(arg, 1, 10000000, &n) != 0)
            return eo_fail(err, ESPOTA_E_USAGE,
                           "fault %s takes a number, not \"%s\"", name, arg);
        f->n = (unsigned)n;
        return 0;
    }
    return -1;
}

int eo_sim_esphome_fault(struct fault at[N_FAULTS], const char *text,
                         struct espota_error *err)
{
    char name[32];
    const size_t len = strcspn(text, "@");

    snprintf(name, sizeof name, "%.*s", (int)len, text);
    for (int i = 0; i < N_FAULTS; i++) {
        if (strcmp(FAULT_NAMES[i], name) != 0)
            continue;
        at[i].on = true;
        return parse_fault_arg(
            &at[i], FAULTS[i].arg, name,
            text[len] == '@' ? text + len + 1 : FAULTS[i].preset, err);
    }
    return eo_sim_unknown(err, "fault", name, FAULT_NAMES);
}

int eo_sim_esphome_key(struct noise_key *key, const char *text,
                       struct espota_error *err)
{
    unsigned any = 0;

    key->given = eo_unbase64(key->bytes, sizeof key->bytes, text) ==
                 (int)sizeof key->bytes;
    for (size_t i = 0; key->given && i < sizeof key->bytes; i++)
        any |= key->bytes[i];
    if (any == 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--key takes the base64 of 32 bytes, not all zero");
    return 0;
}

static int hex_digit(char c)
{
    if (eo_is_digit(c))
        return c - '0';
    c = eo_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int eo_sim_esphome_refuse(struct refusal *r, const char *text,
                          struct espota_error *err)
{
    const size_t len = strcspn(text, "@");
    const int high = len == 4 ? hex_digit(text[2]) : -1;
    const int low = len == 4 ? hex_digit(text[3]) : -1;

    if (len != 4 || text[0] != '0' || eo_lower(text[1]) != 'x' || high < 0 ||
        low < 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--refuse takes a code like 0x85, and @STEP, not \"%s\"",
                       text);
    r->on = true;
    r->code = (uint8_t)(high << 4 | low);
    return eo_sim_esphome_where(
        &r->where, text[len] == '@' ? text + len + 1 : "prepare", err);
}
