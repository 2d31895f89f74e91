/* ui_columns.c -- how wide UTF-8 text is on a terminal.
 *
 * wcwidth() needs the right locale, which is seldom set on a build server.
 * These few ranges (Unicode 15, simplified) are enough for names of devices.
 */
#include "ui/ui.h"

static const struct {
    uint32_t from, to;
    unsigned columns;
} RANGES[] = {
    {0x0300, 0x036f, 0}, /* combining marks */
    {0x0483, 0x0489, 0},   {0x0591, 0x05bd, 0},   {0x0610, 0x061a, 0},
    {0x064b, 0x065f, 0},   {0x1100, 0x115f, 2},   {0x1ab0, 0x1aff, 0},
    {0x1dc0, 0x1dff, 0},   {0x200b, 0x200f, 0},   {0x20d0, 0x20ff, 0},
    {0x231a, 0x231b, 2},   {0x23e9, 0x23ec, 2},   {0x2e80, 0x303e, 2},
    {0x3041, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
    {0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},
    {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2},
    {0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
};

static unsigned width(uint32_t c)
{
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
        if (c >= RANGES[i].from && c <= RANGES[i].to)
            return RANGES[i].columns;
    return 1;
}

/* The text has been through eo_text_add_safe(): it is valid UTF-8. */
static size_t decode(const char *text, uint32_t *out)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

    *out = n == 1 ? *p : *p & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (p[i] == '\0')
            return 1;
        *out = *out << 6 | (p[i] & 0x3fu);
    }
    return n;
}

size_t eo_ui_fit(const char *text, unsigned columns)
{
    size_t len = 0;

    while (text[len] != '\0') {
        uint32_t c;
        const size_t n = decode(text + len, &c);

        if (width(c) > columns)
            break;
        columns -= width(c);
        len += n;
    }
    return len;
}

unsigned eo_ui_columns(const char *text)
{
    unsigned columns = 0;

    while (*text != '\0') {
        uint32_t c;

        text += decode(text, &c);
        columns += width(c);
    }
    return columns;
}
