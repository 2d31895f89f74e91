/* device.c -- what people write for a device. */
#include "base/device.h"

#include <string.h>

#include "base/str.h"

enum { HOST_MAX = 253, LABEL_MAX = 63, URL_MAX = 1000 };

static const char HTTP[] = "http://", HTTPS[] = "https://";

bool eo_is_url(const char *text)
{
    return eo_starts_with(text, HTTP) || eo_starts_with(text, HTTPS);
}

/* The text as a message may show it: without what may be a password. */
static int wrong(struct espota_error *err, enum espota_advice advice,
                 const char *hint, const char *text, const char *what)
{
    char space[120];
    struct text shown;

    eo_text_init(&shown, space, sizeof space);
    eo_text_add_given(&shown, text);
    return eo_fail_advice(err, ESPOTA_E_USAGE, advice, hint, "\"%s\" %s",
                          shown.at, what);
}

/* ---- addresses and names -------------------------------------------------- */

static bool is_hex(char c)
{
    return eo_is_digit(c) || (eo_lower(c) >= 'a' && eo_lower(c) <= 'f');
}

static bool is_dotted(const char *at, size_t len)
{
    unsigned n = 0, digits = 0, value = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && eo_is_digit(at[i]) && digits < 3) {
            value = value * 10 + (unsigned)(at[i] - '0');
            digits++;
        } else if ((i == len || at[i] == '.') && digits > 0 && value < 256) {
            n++;
            digits = value = 0;
        } else {
            return false;
        }
    }
    return n == 4;
}

/* Eight groups, or fewer and one "::"; the last two may be dotted. */
static bool is_ipv6(const char *at, size_t len)
{
    unsigned groups = 0;
    bool gap = len >= 2 && at[0] == ':' && at[1] == ':';
    size_t i = gap ? 2 : 0, n;

    while (i < len || (i == 0 && !gap)) {
        for (n = 0; i + n < len && is_hex(at[i + n]);)
            n++;
        if (i + n < len && at[i + n] == '.')
            return is_dotted(at + i, len - i) &&
                   (gap ? groups <= 5 : groups == 6);
        if (n == 0 || n > 4)
            return false;
        groups++;
        i += n;
        if (i == len)
            break;
        if (at[i++] != ':' || i == len)
            return false;
        if (at[i] == ':') {
            if (gap)
                return false;
            gap = true;
            i++;
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* With its scope, if it has one. */
static bool is_scoped_ipv6(const char *at, size_t len)
{
    const char *scope = memchr(at, '%', len);
    const size_t n = scope != NULL ? (size_t)(scope - at) : len;

    if (scope != NULL && n + 1 == len)
        return false;
    for (size_t i = n + 1; i < len; i++)
        if (!eo_is_digit(at[i]) && !(eo_lower(at[i]) >= 'a' &&
            eo_lower(at[i]) <= 'z') && strchr(".-_", at[i]) == NULL)
            return false;
    return is_ipv6(at, n);
}

/* Six pairs: whoever writes a MAC means a device, but it cannot be reached by
 * it. */
static bool is_mac(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (i % 3 == 2 ? at[i] != ':' && at[i] != '-' : !is_hex(at[i]))
            return false;
    return len == 17;
}

static bool is_serial_port(const char *at, size_t len)
{
    char digits[4] = "";
    uint64_t n;

    if (len > 3 && len < 3 + sizeof digits)
        memcpy(digits, at + 3, len - 3);
    return eo_starts_with(at, "/dev/") || eo_starts_with(at, "\\\\.\\COM") ||
           ((eo_starts_with(at, "COM") || eo_starts_with(at, "com")) &&
            eo_parse_uint(digits, 0, 999, &n) == 0);
}

/* What the name of a device cannot contain. */
static bool is_foreign(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f ||
           strchr(",;/\\\"'=@?#*<>|()[]{}:%", c) != NULL;
}

static bool is_name(const char *at, size_t len)
{
    size_t label = 0;

    if (len == 0 || len > HOST_MAX || at[0] == '-') /* an option */
        return false;
    for (size_t i = 0; i < len; i++) {
        if (at[i] != '.') {
            if (is_foreign(at[i]) || ++label > LABEL_MAX)
                return false;
        } else if (label == 0) {
            return false;
        } else {
            label = 0;
        }
    }
    return true;
}

/* Why it is not a device, in words that help. */
static int no_host(const char *text, const char *at, size_t len,
                   struct espota_error *err)
{
    enum espota_advice advice = ESPOTA_ADVICE_NONE;
    const char *hint = "a name or an address, as kitchen.local, 10.0.0.7:3232 "
                       "or [fe80::1%eth0]:3232";

    if (is_serial_port(at, len))
        return wrong(err, advice,
                     "only devices on the network can be flashed; for a "
                          "serial port use esptool",
                     text, "is a serial port");
    if (len > HOST_MAX)
        return wrong(err, advice, hint, text, "is too long for a host");
    if (is_mac(at, len))
        return wrong(err, ESPOTA_ADVICE_FIND_ADDRESS, NULL, text,
                     "is a MAC address, which cannot be connected to");
    if (memchr(at, '@', len) != NULL)
        advice = ESPOTA_ADVICE_GIVE_USER;
    else if (memchr(at, ',', len) != NULL || memchr(at, ';', len) != NULL)
        advice = ESPOTA_ADVICE_GIVE_EACH;
    else if (memchr(at, '/', len) != NULL)
        hint = "a web page begins with http:// or https://; for a network "
               "give each device";
    return wrong(err, advice, advice == ESPOTA_ADVICE_NONE ? hint : NULL, text,
                 "cannot be a host");
}

/* ---- its parts ------------------------------------------------------------ */

static int read_port(struct device_words *d, const char *text, const char *at,
                     size_t len, struct espota_error *err)
{
    char digits[8] = "";
    uint64_t n;

    if (len < sizeof digits)
        memcpy(digits, at, len);
    if (eo_parse_uint(digits, 1, 65535, &n) != 0)
        return wrong(err, ESPOTA_ADVICE_NONE, "a port is a number from 1 to 65535", text,
                     "has no valid port after its colon");
    d->port = (uint16_t)n;
    return 0;
}

/* HOST[:PORT], IPV6 or [IPV6][:PORT]. */
static int read_authority(struct device_words *d, const char *text,
                          const char *at, size_t len, struct espota_error *err)
{
    const char *close = len > 0 && at[0] == '[' ? memchr(at, ']', len) : NULL;
    const char *colon = memchr(at, ':', len);

    if (close != NULL) {
        const size_t inside = (size_t)(close - at) - 1;
        const size_t rest = len - inside - 2;

        d->host = (struct part){at + 1, inside};
        if (!is_scoped_ipv6(at + 1, inside) || (rest > 0 && close[1] != ':'))
            return no_host(text, at, len, err);
        return rest > 0 ? read_port(d, text, close + 2, rest - 1, err) : 0;
    }
    d->host = (struct part){at, len};
    if (colon != NULL && !d->url && is_scoped_ipv6(at, len))
        return 0;
    if (colon == NULL || memchr(colon + 1, ':', len - (size_t)(colon - at) - 1))
        return is_name(at, len) && !is_serial_port(at, len)
                   ? 0
                   : no_host(text, at, len, err);
    d->host.len = (size_t)(colon - at);
    if (!is_name(at, d->host.len) || memchr(at, '@', len) != NULL ||
        memchr(at, '/', len) != NULL)
        return no_host(text, at, len, err);
    return read_port(d, text, colon + 1, len - d->host.len - 1, err);
}

int eo_no_user_in_url(const char *text, struct espota_error *err)
{
    const char *scheme = strstr(text, "://");

    /* A password may contain a slash: it ends at the @, wherever that is. */
    if (scheme == NULL || strchr(scheme, '@') == NULL)
        return 0;
    return eo_fail_advice(err, ESPOTA_E_USAGE, ESPOTA_ADVICE_GIVE_USER, NULL,
                          "user and password do not belong in a URL");
}

static int read_url(struct device_words *d, const char *text, const char *at,
                    size_t len, struct espota_error *err)
{
    const size_t scheme = strlen(d->https ? HTTPS : HTTP);
    const size_t end = scheme + strcspn(at + scheme, "/?#");

    if (eo_no_user_in_url(at, err) != 0)
        return -1;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)at[i] <= ' ' || at[i] == 0x7f)
            return no_host(text, at, len, err);
    if (len > URL_MAX)
        return wrong(err, ESPOTA_ADVICE_NONE, NULL, text,
                     "is too long for a URL");
    if (len - end > 1 && at[end] == '/')
        d->path = (struct part){at + end, len - end};
    return read_authority(d, text, at + scheme, end - scheme, err);
}

bool eo_is_device_name(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)at[i] < ' ' || at[i] == 0x7f || at[i] == '"')
            return false;
    return len > 0 && len <= HOST_MAX;
}

/* The NAME before a "=", or "NAME": where what it names begins. */
static const char *read_name(struct device_words *d, const char *text)
{
    const char *equals = strchr(text, '=');
    const char *close = text[0] == '"' ? strchr(text + 1, '"') : NULL;

    if (close != NULL && close[1] == '=' && close > text + 1 &&
        eo_is_device_name(text + 1, (size_t)(close - text) - 1)) {
        d->name = (struct part){text + 1, (size_t)(close - text) - 1};
        return close + 2;
    }
    if (equals == NULL || equals == text)
        return text;
    for (const char *p = text; p < equals; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f ||
            strchr("\"',/@", *p) != NULL)
            return text; /* in a URL, or a mistake */
    d->name = (struct part){text, (size_t)(equals - text)};
    return equals + 1;
}

int eo_device_read(struct device_words *d, const char *text,
                   struct espota_error *err)
{
    const char *at;
    size_t len;

    *d = (struct device_words){0};
    at = read_name(d, text);
    len = strlen(at);
    if (len > 1 && at[0] == '"' && at[len - 1] == '"') {
        at++;
        len -= 2;
    }
    d->target = (struct part){at, len};
    d->https = eo_starts_with(at, HTTPS);
    d->url = eo_is_url(at);
    if (len == 0)
        return eo_fail(err, ESPOTA_E_USAGE, "a device without a host");
    return d->url ? read_url(d, at, at, len, err)
                  : read_authority(d, at, at, len, err);
}
