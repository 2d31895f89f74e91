/* pull_request.c -- what a device that fetches its firmware asks for, and what
 * it says about itself.
 */
#include "serve/pull.h"

#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "wire/chip.h"

static const struct family {
    enum pull_family family;
    const char *name;
    const char *headers; /* what its headers begin with; NULL: it has none */
    const char *agent;   /* what its User-Agent begins with */
    unsigned core;       /* of the chips of its images; 0: any */
} FAMILIES[] = {
    {PULL_ANYONE, "client", NULL, NULL, 0},
    {PULL_ESP8266, "ESP8266", "x-ESP8266-", "ESP8266-http-Update",
     ARDUINO_ESP8266},
    {PULL_ESP32, "ESP32", "x-ESP32-", "ESP32-http-Update", ARDUINO_ESP32},
    {PULL_PICO, "Pico", "x-Pico-", "Pico-HTTP-Update", ARDUINO_PICO},
    {PULL_ESPHOME, "ESPHome", NULL, "ESPHome/", 0},
};

enum { N_FAMILIES = sizeof FAMILIES / sizeof *FAMILIES };

const char *eo_pull_family_name(enum pull_family family)
{
    return FAMILIES[family].name;
}

bool eo_pull_suits(enum pull_family family, const char *chip)
{
    const unsigned core = FAMILIES[family].core;
    const struct chip_family *f = eo_chip_family(chip);

    return core == 0 || chip == NULL || (f != NULL && f->core == core);
}

/* ---- reading the question ----------------------------------------------- */

static void refuse(struct pull_request *r, int status, const char *what)
{
    struct text t;

    if (r->status != 0)
        return;
    r->status = status;
    eo_text_init(&t, r->reason, sizeof r->reason);
    eo_text_add(&t, "%s", what);
}

int eo_pull_mac(char out[18], const char *text)
{
    const size_t len = strlen(text), step = len == 12 ? 2 : 3;
    char mac[18] = "";
    uint8_t byte;

    if (len != 12 && len != 17)
        return -1;
    for (size_t i = 0; i < 6; i++) {
        const char *p = text + i * step;

        if (eo_unhex(&byte, 1, p, 2) != 0)
            return -1;
        if (step == 3 && i < 5 && p[2] != ':' && p[2] != '-')
            return -1;
        for (size_t k = 0; k < 2; k++)
            mac[i * 3 + k] = (char)(p[k] >= 'a' ? p[k] - 'a' + 'A' : p[k]);
        mac[i * 3 + 2] = i < 5 ? ':' : '\0';
    }
    memcpy(out, mac, sizeof mac);
    return 0;
}

static bool take_text(char *to, size_t cap, const char *value)
{
    const size_t len = strlen(value);

    if (len >= cap)
        return false;
    memcpy(to, value, len + 1);
    return true;
}

static bool take_hash(char *to, size_t cap, const char *value)
{
    uint8_t bytes[32];
    const size_t len = (cap - 1) / 2;

    if (eo_unhex(bytes, len, value, strlen(value)) != 0)
        return false;
    eo_hex(to, bytes, len);
    return true;
}

static bool take_size(uint64_t *to, const char *value)
{
    return eo_parse_uint(value, 0, UINT32_MAX, to) == 0;
}

static bool take(struct pull_request *r, enum pull_fact fact,
                 const char *value)
{
    switch (fact) {
    case PULL_CHIP_ID:
        return take_text(r->chip_id, sizeof r->chip_id, value);
    case PULL_MAC:
        return eo_pull_mac(r->mac, value) == 0;
    case PULL_AP_MAC:
        return eo_pull_mac(r->ap_mac, value) == 0;
    case PULL_FREE_SPACE:
        return take_size(&r->free_space, value);
    case PULL_SKETCH_SIZE:
        return take_size(&r->sketch_size, value);
    case PULL_SKETCH_MD5:
        return take_hash(r->md5, sizeof r->md5, value);
    case PULL_SKETCH_SHA256:
        return take_hash(r->sha256, sizeof r->sha256, value);
    case PULL_CHIP_SIZE:
        return take_size(&r->chip_size, value);
    case PULL_SDK:
        return take_text(r->sdk, sizeof r->sdk, value);
    case PULL_MODE:
        return take_text(r->mode, sizeof r->mode, value);
    case PULL_VERSION:
        return take_text(r->version, sizeof r->version, value);
    case PULL_FACTS:
        break;
    }
    return true;
}

static const char *const FACTS[PULL_FACTS] = {
    [PULL_CHIP_ID] = "chip-id",
    [PULL_MAC] = "sta-mac",
    [PULL_AP_MAC] = "ap-mac",
    [PULL_FREE_SPACE] = "free-space",
    [PULL_SKETCH_SIZE] = "sketch-size",
    [PULL_SKETCH_MD5] = "sketch-md5",
    [PULL_SKETCH_SHA256] = "sketch-sha256",
    [PULL_CHIP_SIZE] = "chip-size",
    [PULL_SDK] = "sdk-version",
    [PULL_MODE] = "mode",
    [PULL_VERSION] = "version",
};

static void fact_header(struct pull_request *r, const struct family *f,
                        const char *name, const char *value)
{
    struct text t;

    if (r->family == PULL_ANYONE)
        r->family = f->family;
    if (r->family != f->family) {
        refuse(r, 400, "it claims to be of two families");
        return;
    }
    for (unsigned i = 0; i < PULL_FACTS; i++) {
        if (!eo_same_nocase(name + strlen(f->headers), FACTS[i]))
            continue;
        /* An ESP32 omits a header whose value it does not know, or sends it
         * empty. */
        if (value[0] == '\0')
            return;
        if (take(r, (enum pull_fact)i, value)) {
            r->told |= 1u << i;
        } else if (r->status == 0) {
            r->status = 400;
            eo_text_init(&t, r->reason, sizeof r->reason);
            eo_text_add(&t, "%s%s makes no sense: ", f->headers, FACTS[i]);
            eo_text_add_safe(&t, value, strlen(value));
        }
        return;
    }
}

/* A value that is too long makes no sense and is as good as none. */
static void common_header(struct pull_request *r, const char *name,
                          const char *value)
{
    if (eo_same_nocase(name, "Range"))
        take_text(r->range, sizeof r->range, value);
    if (eo_same_nocase(name, "If-Range"))
        take_text(r->if_range, sizeof r->if_range,
                  strlen(value) < sizeof r->if_range ? value : "-");
    if (eo_same_nocase(name, "If-None-Match"))
        take_text(r->if_none_match, sizeof r->if_none_match, value);
}

void eo_pull_header(struct pull_request *r, const char *name,
                    const char *value)
{
    const bool agent = eo_same_nocase(name, "User-Agent");

    common_header(r, name, value);
    for (size_t i = 0; i < N_FAMILIES; i++) {
        const struct family *f = &FAMILIES[i];

        if (f->headers != NULL && eo_starts_with_nocase(name, f->headers))
            fact_header(r, f, name, value);
        /* The headers are more reliable than User-Agent, which sketches can
         * change. */
        if (agent && f->agent != NULL && r->family == PULL_ANYONE &&
            eo_starts_with_nocase(value, f->agent))
            r->family = f->family;
    }
}

/* Removes the origin of "http://host:8080/fw.bin", which a proxy sends, or a
 * sketch with the URL in the wrong field. */
static const char *without_origin(const char *target)
{
    static const char *const SCHEMES[] = {"http://", "https://"};

    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        if (!eo_starts_with_nocase(target, SCHEMES[i]))
            continue;
        target += strlen(SCHEMES[i]);
        return target + strcspn(target, "/?#");
    }
    return target;
}

/* Appends one decoded character to the path; several '/' in a row become
 * one. */
static bool put(struct pull_request *r, size_t *n, char c)
{
    if (c == '/' && *n > 0 && r->path[*n - 1] == '/')
        return true;
    if (*n + 1 >= sizeof r->path)
        return false;
    r->path[(*n)++] = c;
    return true;
}

/* Nothing that begins with a dot is served: "..", ".", ".git". */
static bool hides(const char *path)
{
    return strstr(path, "/.") != NULL;
}

static void decode(struct pull_request *r, const char *target)
{
    size_t n = 0;

    put(r, &n, '/');
    for (const char *p = without_origin(target);
         *p != '\0' && *p != '?' && *p != '#'; p++) {
        uint8_t c = (uint8_t)*p;

        if (c == '%') {
            if (eo_unhex(&c, 1, p + 1, strnlen(p + 1, 2)) != 0) {
                refuse(r, 400, "its path is badly encoded");
                break;
            }
            p += 2;
        }
        if (c < 0x20 || c == 0x7f || c == '\\') {
            refuse(r, 400, "its path has characters no file name has");
            break;
        }
        if (!put(r, &n, (char)c)) {
            refuse(r, 414, "its path is too long");
            break;
        }
    }
    r->path[n] = '\0';
    if (hides(r->path))
        refuse(r, 404, "nothing that begins with a dot is served");
}

void eo_pull_start(struct pull_request *r, const char *method,
                   const char *target)
{
    memset(r, 0, sizeof *r);
    decode(r, target);
    r->head = strcmp(method, "HEAD") == 0;
    if (!r->head && strcmp(method, "GET") != 0)
        refuse(r, 405, "only GET and HEAD are served");
}
