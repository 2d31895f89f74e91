/* table.c -- the differences between firmware ages and platforms, and the list
 * of what a device can do wrong.
 */
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "sim_esphome/device.h"

/* ---- ages --------------------------------------------------------------- */

/* Newest last.  docs/PROTOCOLS.md has the source of each line. */
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
    /* A UF2 block has 256 bytes of data in 512. */
    [BK72XX] = {"bk72xx", CHECK_UF2, 2 * 0xa6000, 512, 0x89, 0x84, false,
                .raw = false},
};

const char *const EO_SIM_ESPHOME_PLATFORM_NAMES[N_PLATFORMS + 1] = {
    "esp32", "esp8266", "rp2040", "bk72xx", NULL};

/* ---- what goes wrong ---------------------------------------------------- */

/* clang-format off */
static const char *const STEPS[N_STEPS + 1] = {ESPHOME_STEPS(SCRIPT_WORD) NULL};
static const struct script_row FAULTS[N_FAULTS] = {ESPHOME_FAULTS(SCRIPT_ROW)};
/* clang-format on */

const struct script EO_SIM_ESPHOME_SCRIPT = {
    .steps = STEPS,
    .data = STEP_DATA,
    .faults = FAULTS,
    .n_faults = N_FAULTS,
};

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
