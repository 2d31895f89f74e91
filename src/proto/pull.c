/* pull.c -- what a device that fetches its firmware by HTTP is given. */
#include "proto/pull.h"

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
        /* The ESP32 leaves out what it cannot tell, or tells nothing. */
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

void eo_pull_header(struct pull_request *r, const char *name,
                    const char *value)
{
    const bool agent = eo_same_nocase(name, "User-Agent");

    for (size_t i = 0; i < N_FAMILIES; i++) {
        const struct family *f = &FAMILIES[i];

        if (f->headers != NULL && eo_starts_with_nocase(name, f->headers))
            fact_header(r, f, name, value);
        /* The headers say more than the agent, which sketches can change. */
        if (agent && f->agent != NULL && r->family == PULL_ANYONE &&
            eo_starts_with(value, f->agent))
            r->family = f->family;
    }
}

/* "http://host:8080/fw.bin" as a sketch with the URL in the wrong field sends
 * it, or as a proxy would. */
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

/* Puts one decoded character behind the path; several '/' in a row are one. */
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

/* ---- the decision ------------------------------------------------------- */

static void say(struct pull_answer *a, int status, const char *fmt, ...)
    EO_PRINTF(3, 4);

static void say(struct pull_answer *a, int status, const char *fmt, ...)
{
    struct text t;
    va_list ap;

    a->status = status;
    eo_text_init(&t, a->reason, sizeof a->reason);
    va_start(ap, fmt);
    eo_text_vadd(&t, fmt, ap);
    va_end(ap);
}

enum want { WANT_FIRMWARE, WANT_FILESYSTEM, WANT_VERSION, WANT_NONSENSE };

static const struct {
    const char *mode;
    enum want want;
} MODES[] = {
    {"", WANT_FIRMWARE},           {"sketch", WANT_FIRMWARE},
    {"spiffs", WANT_FILESYSTEM},   {"fatfs", WANT_FILESYSTEM},
    {"littlefs", WANT_FILESYSTEM}, {"filesystem", WANT_FILESYSTEM},
    {"version", WANT_VERSION},
};

static enum want wanted(const struct pull_request *r)
{
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++)
        if (eo_same_nocase(r->mode, MODES[i].mode))
            return MODES[i].want;
    return WANT_NONSENSE;
}

/* True: it runs this image already; the reason is in the answer. */
static bool current(const struct pull_request *r, const struct pull_offer *o,
                    enum want want, struct pull_answer *a)
{
    const struct pull_image *image = a->image;
    const bool compare = eo_pull_told(r, PULL_VERSION) && o->version != NULL;
    bool same = false;

    if (compare && strcmp(r->version, o->version) == 0) {
        say(a, 304, "it already runs version %s", o->version);
        return true;
    }
    /* Its hashes are those of its firmware, never of its filesystem. */
    for (size_t i = 0; i < 4 && want == WANT_FIRMWARE; i++)
        same |= eo_pull_told(r, PULL_SKETCH_MD5) &&
                strcmp(r->md5, image->running_md5[i]) == 0;
    if (want == WANT_FIRMWARE && eo_pull_told(r, PULL_SKETCH_SHA256) &&
        strcmp(r->sha256, image->running_sha256) == 0)
        same = true;
    if (same && !compare) {
        say(a, 304, "it already runs this image");
        return true;
    }
    if (same && o->given > 0) {
        say(a, 304, "it runs this image and still calls itself %s, not %s",
            r->version, o->version);
        return true;
    }
    /* One that says neither its version nor its hash, or wrong ones, would
     * fetch, restart and fetch again for ever. */
    if (o->enough != 0 && o->given >= o->enough) {
        say(a, 304,
            "it took this image %u times in a row and asks again "
            "(--max-repeats)", o->given);
        return true;
    }
    return false;
}

static bool suits(const struct pull_request *r, enum want want,
                  struct pull_answer *a)
{
    const struct pull_image *image = a->image;

    if (!eo_pull_suits(r->family, image->chip)) {
        say(a, 404, "the image is for %s, not for %s", image->chip,
            eo_pull_family_name(r->family));
        return false;
    }
    if (image->packed && (r->family == PULL_ESP32 || want == WANT_FILESYSTEM)) {
        say(a, 404, "it cannot unpack gzip");
        return false;
    }
    return true;
}

/* The compressed form only where the user asked for one: an ESP8266 whose core
 * is older than 2.7 refuses it, and none can be asked. */
static void choose_form(const struct pull_request *r, enum want want,
                        struct pull_answer *a)
{
    const bool unpacks = r->family == PULL_ESP8266 || r->family == PULL_PICO;
    const struct image_form *form = a->image->raw;

    if (want == WANT_FIRMWARE && unpacks && a->image->gzip != NULL)
        form = a->image->gzip;
    /* free-space is the room for a sketch; nobody tells that of a filesystem. */
    if (want == WANT_FIRMWARE && eo_pull_told(r, PULL_FREE_SPACE) &&
        form->len > r->free_space) {
        say(a, 404, "the image has %zu bytes and the device room for %llu",
            form->len, (unsigned long long)r->free_space);
        return;
    }
    a->form = form;
    a->body = !r->head;
    if (eo_pull_told(r, PULL_VERSION))
        say(a, 200, "it runs version %s", r->version);
    else
        say(a, 200, "%s",
            want == WANT_FILESYSTEM ? "a filesystem" : "it asked");
}

void eo_pull_decide(const struct pull_request *r, const struct pull_offer *o,
                    struct pull_answer *a)
{
    const enum want want = wanted(r);

    memset(a, 0, sizeof *a);
    a->version = o->version;
    if (r->status != 0) {
        say(a, r->status, "%s", r->reason);
        return;
    }
    if (want == WANT_NONSENSE) {
        struct text t;

        say(a, 404, "it asks in a mode nobody knows: ");
        eo_text_init(&t, a->reason + strlen(a->reason),
                     sizeof a->reason - strlen(a->reason));
        eo_text_add_safe(&t, r->mode, strlen(r->mode));
        return;
    }
    a->image = want == WANT_FILESYSTEM ? o->filesystem : o->firmware;
    if (a->image == NULL) {
        say(a, 404, "there is no %s for it",
            want == WANT_FILESYSTEM ? "filesystem" : "firmware");
        return;
    }
    if (want == WANT_VERSION) {
        if (o->version == NULL) {
            say(a, 404, "it asks for the version, and none is set");
            return;
        }
        a->form = a->image->raw;
        say(a, 200, "it asked for the version, %s", o->version);
        return;
    }
    if (current(r, o, want, a))
        return;
    if (suits(r, want, a))
        choose_form(r, want, a);
}
