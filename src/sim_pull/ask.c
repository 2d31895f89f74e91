/* ask.c -- the requests of a device that fetches its firmware, with the
 * headers of its own updater. */
#include <string.h>

#include "sim_pull/ask.h"

/* ---- the URL ------------------------------------------------------------- */

int eo_sim_pull_url(struct pull_config *c, struct espota_error *err)
{
    static const char HTTP[] = "http://";
    const char *at = c->url, *colon;
    char name[100];
    uint64_t port = 80;
    size_t len, n;
    struct text t;

    if (at == NULL || !eo_starts_with(at, HTTP))
        return eo_fail(err, ESPOTA_E_USAGE, "--url http://ADDRESS:PORT/PATH");
    at += strlen(HTTP);
    len = strcspn(at, "/");
    if (len >= sizeof name)
        return eo_fail(err, ESPOTA_E_USAGE, "--url: the host is too long");
    eo_text_init(&t, c->host, sizeof c->host);
    eo_text_add(&t, "%.*s", (int)len, at);
    eo_text_init(&t, c->path, sizeof c->path);
    eo_text_add(&t, "%s", at[len] != '\0' ? at + len : "/");
    colon = at[0] == '[' ? memchr(at, ']', len) : at;
    colon = colon != NULL ? memchr(colon, ':', (size_t)(at + len - colon))
                          : NULL;
    n = colon != NULL ? (size_t)(colon - at) : len;
    memcpy(name, at, n);
    name[n] = '\0';
    if (colon != NULL) {
        char digits[8] = "";

        if (len - n - 1 < sizeof digits)
            memcpy(digits, colon + 1, len - n - 1);
        if (eo_parse_uint(digits, 1, 65535, &port) != 0)
            return eo_fail(err, ESPOTA_E_USAGE, "--url: not a valid port");
    }
    if (eo_addr_parse(&c->addr, strcmp(name, "localhost") == 0 ? "127.0.0.1"
                                                               : name) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--url: \"%s\" is not an address", name);
    eo_addr_set_port(&c->addr, (uint16_t)port);
    eo_text_init(&t, c->md5_path, sizeof c->md5_path);
    if (c->md5_url != NULL && strchr(c->md5_url, '/') == c->md5_url)
        eo_text_add(&t, "%s", c->md5_url);
    else
        eo_text_add(&t, "%s.md5", c->path);
    return 0;
}

/* ---- the request --------------------------------------------------------- */

static const char BASE64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_basic(struct text *t, const struct pull_config *c)
{
    char plain[160];
    struct text p;

    if (c->user == NULL)
        return;
    eo_text_init(&p, plain, sizeof plain);
    eo_text_add(&p, "%s:%s", c->user, c->password != NULL ? c->password : "");
    eo_text_add(t, "Authorization: Basic ");
    for (size_t i = 0; i < p.len; i += 3) {
        const size_t n = p.len - i < 3 ? p.len - i : 3;
        unsigned v = 0;

        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)plain[i + k] : 0);
        eo_text_add(t, "%c%c%c%c", BASE64[v >> 18 & 63], BASE64[v >> 12 & 63],
                    n > 1 ? BASE64[v >> 6 & 63] : '=',
                    n > 2 ? BASE64[v & 63] : '=');
    }
    eo_text_add(t, "\r\n");
}

static void add_mac(struct text *t, const struct pull_config *c,
                    unsigned number)
{
    if (c->mac != NULL && number == 0)
        eo_text_add(t, "%s", c->mac);
    else
        eo_text_add(t, "AA:BB:CC:%02X:%02X:%02X", number >> 16 & 255,
                    number >> 8 & 255, number & 255);
}

static const char *const MODES[] = {"sketch", "spiffs", "version"};

/* Each function adds its headers in the order of its updater. */
static void add_esp8266(struct text *t, const struct pull_config *c,
                        unsigned number, const char *version, const char *md5)
{
    eo_text_add(t, "x-ESP8266-Chip-ID: %u\r\nx-ESP8266-STA-MAC: ",
                10000000 + number);
    add_mac(t, c, number);
    eo_text_add(t, "\r\nx-ESP8266-AP-MAC: ");
    add_mac(t, c, number + 0x20000);
    eo_text_add(t,
                "\r\nx-ESP8266-free-space: %zu\r\n"
                "x-ESP8266-sketch-size: %zu\r\nx-ESP8266-sketch-md5: %s\r\n"
                "x-ESP8266-chip-size: %zu\r\n"
                "x-ESP8266-sdk-version: 2.2.2-dev(38a443e)\r\n"
                "x-ESP8266-mode: %s\r\n",
                c->free_space, c->sketch_size, md5, c->chip_size,
                MODES[c->mode]);
    if (version[0] != '\0')
        eo_text_add(t, "x-ESP8266-version: %s\r\n", version);
}

static void add_esp32(struct text *t, const struct pull_config *c,
                      unsigned number, const char *version, const char *md5)
{
    eo_text_add(t, "Cache-Control: no-cache\r\nx-ESP32-STA-MAC: ");
    add_mac(t, c, number);
    eo_text_add(t, "\r\nx-ESP32-AP-MAC: ");
    add_mac(t, c, number + 0x20000);
    eo_text_add(t,
                "\r\nx-ESP32-free-space: %zu\r\nx-ESP32-sketch-size: %zu\r\n"
                "x-ESP32-sketch-md5: %s\r\n",
                c->free_space, c->sketch_size, md5);
    if (c->sha256 != NULL)
        eo_text_add(t, "x-ESP32-sketch-sha256: %s\r\n", c->sha256);
    eo_text_add(t,
                "x-ESP32-chip-size: %zu\r\nx-ESP32-sdk-version: v5.5.1\r\n"
                "x-ESP32-mode: %s\r\n",
                c->chip_size, MODES[c->mode]);
    if (version[0] != '\0')
        eo_text_add(t, "x-ESP32-version: %s\r\n", version);
}

static void add_pico(struct text *t, const struct pull_config *c,
                     unsigned number, const char *version)
{
    eo_text_add(t, "x-Pico-Chip-ID: E66058388307%04X\r\nx-Pico-STA-MAC: ",
                number & 0xffff);
    add_mac(t, c, number);
    eo_text_add(t, "\r\nx-Pico-AP-MAC: ");
    add_mac(t, c, number + 0x20000);
    eo_text_add(t, "\r\nx-Pico-Mode: %s\r\n", MODES[c->mode]);
    if (version[0] != '\0')
        eo_text_add(t, "x-Pico-Version: %s\r\n", version);
}

void eo_sim_pull_request(struct text *t, const struct pull_config *c,
                         unsigned number, const char *version, const char *md5,
                         const char *path, bool image, struct pull_part part)
{
    static const char *const AGENTS[] = {
        "ESP8266-http-Update", "ESP32-http-Update", "Pico-HTTP-Update",
        "ESPHome/2026.9.1 (https://esphome.io)",
        "ESPHome/2026.9.1 (https://esphome.io)"};
    const bool esphome = c->variant >= VARIANT_ESPHOME;

    /* A GET, even if only the version is asked for. */
    eo_text_add(t, "GET %s HTTP/1.%d\r\nHost: %s\r\nUser-Agent: %s\r\n",
                path, esphome, c->host, AGENTS[c->variant]);
    add_basic(t, c);
    eo_text_add(t, "Connection: close\r\n");
    if (part.from > 0)
        eo_text_add(t, "Range: bytes=%zu-\r\n", part.from);
    if (part.from > 0 && part.etag[0] != '\0')
        eo_text_add(t, "If-Range: %s\r\n", part.etag);
    if (image && c->variant == VARIANT_ESP8266)
        add_esp8266(t, c, number, version, md5);
    if (image && c->variant == VARIANT_ESP32)
        add_esp32(t, c, number, version, md5);
    if (image && c->variant == VARIANT_PICO)
        add_pico(t, c, number, version);
    eo_text_add(t, "\r\n");
}
