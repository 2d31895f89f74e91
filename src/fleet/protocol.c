/* protocol.c -- the table of protocols, one row each. */
#include "fleet/protocol.h"

#include <string.h>

#include "base/device.h"
#include "fleet/target_web.h"
#include "proto/machines.h"
#include "session/machine.h"
#include "web/push.h"
#include "wire/chip.h"

static struct session *start_machine(const struct protocol *p,
                                     const struct target *t,
                                     const struct session_config *c)
{
    (void)t;
    return eo_machine_start(p->machine, c);
}

static struct session *start_push(const struct protocol *p,
                                  const struct target *t,
                                  const struct session_config *c)
{
    (void)p;
    return eo_push_start(&t->web, c);
}

#define TYPE(name) (1u << ESPOTA_TYPE_##name)

/* The first row is the likeliest. */
static const struct protocol LIST[] = {
    {
        .name = "esphome",
        .summary = "ESPHome's native OTA, versions 1, 2, extended and encrypted",
        .port = 3232,
        .port_for = eo_chip_port,
        .listens = true,
        .unannounced = true,
        .refuses = TYPE(FILESYSTEM),
        .encrypts = true,
        .start = start_machine,
        .machine = &eo_proto_esphome,
    },
    {
        .name = "arduino",
        .summary = "ArduinoOTA of the ESP8266, ESP32 and Pico cores (espota.py)",
        .port = 8266,
        .port_for = eo_chip_core_port,
        .unannounced = true,
        .refuses = TYPE(PARTITION_TABLE) | TYPE(BOOTLOADER),
        .stores_md5 = true,
        .start = start_machine,
        .machine = &eo_proto_arduino,
    },
    {
        .name = "web",
        .summary = "the upload form of the device's web page",
        .port = 80,
        .listens = true,
        .by_url = true,
        .refuses = TYPE(PARTITION_TABLE) | TYPE(BOOTLOADER),
        .needs = eo_http_push_library,
        .without = "this build cannot push to web pages: libcurl was left out",
        .prepare = eo_target_web,
        .found = eo_target_web_found,
        .start = start_push,
    },
};

enum { N_LIST = sizeof LIST / sizeof *LIST };

/* ---- finding one --------------------------------------------------------- */

const struct protocol *eo_protocol_at(size_t i)
{
    return i < N_LIST ? &LIST[i] : NULL;
}

const struct protocol *eo_protocol_find(const char *name)
{
    for (size_t i = 0; i < N_LIST; i++)
        if (strcmp(LIST[i].name, name) == 0)
            return &LIST[i];
    return NULL;
}

bool eo_protocol_is_built_in(const struct protocol *p)
{
    return p->needs == NULL || p->needs() != NULL;
}

int eo_protocol_need(const struct protocol *p, struct espota_error *err)
{
    return eo_protocol_is_built_in(p)
               ? 0
               : eo_fail(err, ESPOTA_E_USAGE, "%s", p->without);
}

static bool is_open(const struct espota_target *t)
{
    return t->protocol == NULL || strcmp(t->protocol, "auto") == 0;
}

bool eo_protocol_is_guessed(const struct espota_target *t)
{
    return is_open(t) && !eo_is_url(t->host);
}

const struct protocol *eo_protocol_of(const struct espota_target *t)
{
    const bool url = eo_is_url(t->host);

    if (!is_open(t))
        return eo_protocol_find(t->protocol);
    for (size_t i = 0; i < N_LIST; i++)
        if (LIST[i].by_url == url)
            return &LIST[i];
    return NULL;
}

/* ---- what it can do ------------------------------------------------------ */

/* A wish that no protocol can fulfil excludes none. */
static void narrow(bool among[N_LIST], const bool able[N_LIST])
{
    bool any = false;

    for (size_t i = 0; i < N_LIST; i++)
        any |= among[i] && able[i];
    for (size_t i = 0; any && i < N_LIST; i++)
        among[i] &= able[i];
}

const struct protocol *eo_protocol_only(const struct target *t)
{
    const bool secret = t->has_key || t->pub.how.require_encryption;
    bool among[N_LIST], encrypts[N_LIST], carries[N_LIST], stores[N_LIST];
    const struct protocol *only = NULL;

    for (size_t i = 0; i < N_LIST; i++) {
        among[i] = LIST[i].unannounced;
        encrypts[i] = !secret || LIST[i].encrypts;
        carries[i] = (LIST[i].refuses & 1u << t->pub.how.type) == 0;
        stores[i] = !t->pub.how.md5_stored || LIST[i].stores_md5;
    }
    narrow(among, encrypts);
    narrow(among, carries);
    narrow(among, stores);
    for (size_t i = 0; i < N_LIST; i++) {
        if (among[i] && only != NULL)
            return NULL;
        if (among[i])
            only = &LIST[i];
    }
    return only;
}

int eo_protocol_check(const struct protocol *p, const struct proto_job *job,
                      struct espota_error *err)
{
    if (p->refuses & 1u << job->how.type)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the protocol \"%s\" carries no %s images", p->name,
                       espota_type_name(job->how.type));
    if (!p->encrypts && (job->key != NULL || job->how.require_encryption))
        return eo_fail_hint(err, ESPOTA_E_POLICY,
                            "omit the key to send the image in the clear",
                            "the protocol \"%s\" has no encryption", p->name);
    return 0;
}
