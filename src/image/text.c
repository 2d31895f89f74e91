/* text.c -- files that are not binary: Intel HEX, web pages, other text. */
#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "image/kind.h"

enum { LOOK = 1024 }; /* bytes that decide whether it is text */

static size_t skip_blank(const uint8_t *bytes, size_t len)
{
    size_t at = 0;

    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < len && eo_is_space((char)bytes[at]))
        at++;
    return at;
}

static bool begins(const uint8_t *bytes, size_t len, const char *word)
{
    const size_t n = strlen(word);

    if (len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (eo_lower((char)bytes[i]) != word[i])
            return false;
    return true;
}

/* ---- Intel HEX ---------------------------------------------------------- */

static bool probe_ihex(const uint8_t *bytes, size_t len)
{
    uint8_t head[5];

    return len >= 11 && bytes[0] == ':' &&
           eo_unhex(head, sizeof head, (const char *)bytes + 1, 10) == 0;
}

/* The length of the record at bytes without its line end; 0: not a record. */
static size_t record(const uint8_t *bytes, size_t len)
{
    const char *digits = (const char *)bytes + 1;
    uint8_t raw[255 + 5], sum = 0;
    size_t n;

    if (!probe_ihex(bytes, len) || eo_unhex(raw, 1, digits, 2) != 0)
        return 0;
    n = raw[0] + 5u;
    if (len < 1 + 2 * n || eo_unhex(raw, n, digits, 2 * n) != 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + raw[i]);
    return sum == 0 ? 1 + 2 * n : 0;
}

static void describe_ihex(struct findings *f, const uint8_t *bytes, size_t len)
{
    size_t at = 0, records = 0;

    while (at < len) {
        const size_t n = record(bytes + at, len - at);

        if (n == 0) {
            eo_problem(f, ESPOTA_WARNING, at, "record %zu is damaged",
                       records + 1);
            break;
        }
        records++;
        at += n;
        while (at < len && eo_is_space((char)bytes[at]))
            at++;
    }
    eo_fact_number(f, "records", records);
}

const struct image_kind eo_kind_ihex = {
    .name = "intel-hex",
    .what = "an Intel HEX file",
    .role = ROLE_NOTHING,
    .unfit = "no device of these families takes Intel HEX",
    .instead = "flash the .bin of the same build",
    .probe = probe_ihex,
    .describe = describe_ihex,
};

/* ---- web pages ---------------------------------------------------------- */

static bool probe_html(const uint8_t *bytes, size_t len)
{
    const size_t at = skip_blank(bytes, len);

    return begins(bytes + at, len - at, "<!doctype") ||
           begins(bytes + at, len - at, "<html") ||
           begins(bytes + at, len - at, "<?xml");
}

static void describe_html(struct findings *f, const uint8_t *bytes, size_t len)
{
    const size_t look = len < LOOK ? len : LOOK;
    size_t at = 0, end;

    while (at < look && !begins(bytes + at, look - at, "<title>"))
        at++;
    if (at == look)
        return;
    at += 7;
    end = at;
    while (end < look && bytes[end] != '<' && end - at < 80)
        end++;
    eo_fact_field(f, "title", bytes + at, end - at);
}

const struct image_kind eo_kind_html = {
    .name = "html",
    .what = "a web page",
    .role = ROLE_NOTHING,
    .unfit = "a server sent a page in place of a firmware",
    .instead = "look at the link, and download again",
    .probe = probe_html,
    .describe = describe_html,
};

/* ---- other text --------------------------------------------------------- */

static bool probe_text(const uint8_t *bytes, size_t len)
{
    const size_t look = len < LOOK ? len : LOOK;

    for (size_t i = 0; i < look; i++)
        if ((bytes[i] < ' ' && !eo_is_space((char)bytes[i])) ||
            bytes[i] == 0x7f)
            return false;
    for (size_t i = 0; i < look; i++) /* a run of FF is not text */
        if (bytes[i] < 0x80)
            return look >= 4;
    return false;
}

static void describe_text(struct findings *f, const uint8_t *bytes, size_t len)
{
    size_t end = 0;

    while (end < len && end < 72 && bytes[end] != '\n' && bytes[end] != '\r')
        end++;
    if (end > 0)
        eo_fact_field(f, "first_line", bytes, end);
    if (begins(bytes, len, "version https://git-lfs.github.com/"))
        eo_problem(f, ESPOTA_ERROR, NOWHERE,
                   "a Git LFS pointer: the file itself was not fetched (git "
                   "lfs pull does)");
}

const struct image_kind eo_kind_text = {
    .name = "text",
    .what = "a text file",
    .role = ROLE_NOTHING,
    .unfit = "a firmware is binary",
    .instead = "flash the .bin of the build",
    .probe = probe_text,
    .describe = describe_text,
};
