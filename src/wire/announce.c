/* announce.c -- reading TXT records of devices. */
#include "wire/announce.h"

#include <string.h>

#include "base/str.h"
#include "wire/chip.h"

enum { PORT_SKETCH = 65280 }; /* HTTP POST /sketch, not an invitation */

const char *eo_announce_type(enum announce_service service)
{
    static const char *const TYPES[] = {
#define X(name, type) type,
        ANNOUNCE_SERVICES(X)
#undef X
    };

    return TYPES[service];
}

/* Which field takes which key. */
static const struct {
    const char *key;
    size_t at;
} FIELDS[] = {
    {"board", offsetof(struct announced, board)},
    {"platform", offsetof(struct announced, platform)},
    {"version", offsetof(struct announced, version)},
    {"mac", offsetof(struct announced, mac)},
    {"config_hash", offsetof(struct announced, config_hash)},
    {"friendly_name", offsetof(struct announced, friendly_name)},
};

static bool is_key(const struct mdns_pair *p, const char *key)
{
    const size_t n = strlen(key);

    if (p->key_len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (eo_lower(p->key[i]) != key[i])
            return false;
    return true;
}

struct mdns_pair eo_announce_unquoted(struct mdns_pair p)
{
    if (p.value_len >= 2 && p.value[0] == '"' &&
        p.value[p.value_len - 1] == '"') {
        p.value++;
        p.value_len -= 2;
    }
    return p;
}

static bool is_value(const struct mdns_pair *p, const char *value)
{
    return p->value != NULL && p->value_len == strlen(value) &&
           memcmp(p->value, value, p->value_len) == 0;
}

static void read_pair(struct announced *a, const struct mdns_pair *p)
{
    if (is_key(p, "auth_upload"))
        a->auth = is_value(p, "no") ? "none" : "password";
    if (is_key(p, "api_encryption"))
        a->auth = "key";
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        struct text t;

        if (p->value == NULL || !is_key(p, FIELDS[i].key))
            continue;
        eo_text_init(&t, (char *)a + FIELDS[i].at, ANNOUNCE_VALUE);
        eo_text_add_safe(&t, p->value, p->value_len);
    }
}

/* ESPHome counts its versions by the calendar: "2026.9.0". */
static bool is_esphome_version(const char *v)
{
    return strlen(v) >= 6 && v[0] == '2' && v[1] == '0' && eo_is_digit(v[2]) &&
           eo_is_digit(v[3]) && v[4] == '.' && eo_is_digit(v[5]);
}

/* The type alone does not tell: devices that speak HTTP call themselves
 * _arduino._tcp too, and an ESPHome device without API or web page announces
 * an _http._tcp with its version.  (One with a web page announces only that,
 * as many printers do.) */
static void conclude(struct announced *a, enum announce_service service,
                     uint16_t port)
{
    switch (service) {
    case ANNOUNCE_ARDUINO:
        if (port == PORT_SKETCH && strcmp(a->board, "arduino") == 0) {
            a->protocol = "web";
            a->profile = "sketch";
        } else {
            a->protocol = "arduino";
        }
        a->port = port;
        return;
    case ANNOUNCE_ESPHOME:
        a->protocol = "esphome";
        a->port = eo_chip_port(a->platform);
        return;
    case ANNOUNCE_HTTP:
        if (!is_esphome_version(a->version))
            return;
        a->protocol = "esphome";
        a->port = eo_chip_port(a->platform);
        return;
    case ANNOUNCE_SERVICE_COUNT:
        return;
    }
}

void eo_announce_read(struct announced *a, enum announce_service service,
                      uint16_t port, const uint8_t *txt, size_t len)
{
    struct reader r = eo_reader(txt, len);
    struct mdns_pair pair;

    *a = (struct announced){0};
    while (eo_mdns_pair(&r, &pair)) {
        const struct mdns_pair p = eo_announce_unquoted(pair);

        read_pair(a, &p);
    }
    conclude(a, service, port);
}
