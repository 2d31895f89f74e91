/* str.c -- text in fixed space, and numbers out of text. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

void eo_text_init(struct text *t, char *space, size_t cap)
{
    *t = (struct text){.at = space, .cap = cap};
    if (cap > 0)
        space[0] = '\0';
}

void eo_text_add(struct text *t, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    eo_text_vadd(t, fmt, ap);
    va_end(ap);
}

void eo_text_vadd(struct text *t, const char *fmt, va_list ap)
{
    const int n = vsnprintf(t->at + t->len, t->cap - t->len, fmt, ap);

    if (n < 0)
        return;
    if ((size_t)n >= t->cap - t->len) {
        t->cut = true;
        t->len = t->cap > 0 ? t->cap - 1 : 0;
    } else {
        t->len += (size_t)n;
    }
}

/* The length of the well-formed UTF-8 sequence at p, or 0 (RFC 3629), and the
 * code point. */
static size_t utf8(const unsigned char *p, size_t left, unsigned long *out)
{
    const unsigned char c = p[0];
    size_t n;
    unsigned long v;

    *out = c;
    if (c < 0x80)
        return 1;
    if (c >= 0xc2 && c <= 0xdf)
        n = 2, v = c & 0x1fu;
    else if (c >= 0xe0 && c <= 0xef)
        n = 3, v = c & 0x0fu;
    else if (c >= 0xf0 && c <= 0xf4)
        n = 4, v = c & 0x07u;
    else
        return 0;
    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3fu);
    }
    if ((n == 3 && v < 0x800) || (n == 4 && v < 0x10000) || v > 0x10ffff ||
        (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *out = v;
    return n;
}

/* What is invisible but changes how or where the rest is shown: C0, DEL and C1
 * control terminals, marks of direction make text read backwards, and other
 * line ends begin a new line.  XML does not allow the last two. */
static bool is_sly(unsigned long v)
{
    static const struct {
        unsigned long first, last;
    } SLY[] = {
        {0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c},
        {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069},
        {0xfffe, 0xffff},
    };

    for (size_t i = 0; i < sizeof SLY / sizeof *SLY; i++)
        if (v >= SLY[i].first && v <= SLY[i].last)
            return true;
    return false;
}

/* One byte at a time: even where space runs out, the text ends in nothing but
 * backslashes, letters and digits. */
static void add_escaped(struct text *t, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        eo_text_add(t, "\\x%02x", p[i]);
}

void eo_text_add_safe(struct text *t, const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;

    while (len > 0) {
        unsigned long v;
        const size_t n = utf8(p, len, &v), step = n > 0 ? n : 1;

        if (n == 0 || is_sly(v)) {
            add_escaped(t, p, step);
        } else if (t->cap - t->len <= n) { /* never half a character */
            t->cut = true;
            return;
        } else {
            eo_text_add(t, "%.*s", (int)n, (const char *)p);
        }
        p += step;
        len -= step;
    }
}

void eo_text_add_given(struct text *t, const char *given)
{
    const char *at = strrchr(given, '@');
    size_t len;

    if (at != NULL && at != given) {
        eo_text_add(t, "...");
        given = at;
    }
    for (len = 0; given[len] != '\0'; len++)
        if (eo_is_space(given[len]) &&
            given[len + strspn(given + len, " \t\r\n")] == '-')
            break;
    eo_text_add_safe(t, given, len);
    if (given[len] != '\0')
        eo_text_add(t, " ...");
}

bool eo_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool eo_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char eo_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool eo_same_nocase(const char *a, const char *b)
{
    while (*a != '\0' && eo_lower(*a) == eo_lower(*b)) {
        a++;
        b++;
    }
    return eo_lower(*a) == eo_lower(*b);
}

bool eo_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool eo_starts_with_nocase(const char *text, const char *prefix)
{
    for (; *prefix != '\0'; text++, prefix++)
        if (eo_lower(*text) != eo_lower(*prefix))
            return false;
    return true;
}

const char *eo_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

bool eo_ends_with(const char *text, const char *suffix)
{
    const size_t n = strlen(text), m = strlen(suffix);

    return n >= m && strcmp(text + n - m, suffix) == 0;
}

const char *eo_skip_bom(const char *text, size_t *len)
{
    static const char MARK[] = "\xef\xbb\xbf";
    enum { LEN = sizeof MARK - 1 };

    if (*len < LEN || memcmp(text, MARK, LEN) != 0)
        return text;
    *len -= LEN;
    return text + LEN;
}

int eo_parse_uint(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        const unsigned d = (unsigned)(*text - '0');

        if (!eo_is_digit(*text) || v > (UINT64_MAX - d) / 10)
            return -1;
        v = v * 10 + d;
    }
    if (v < min || v > max)
        return -1;
    *out = v;
    return 0;
}

enum { NEAREST_MAX = 40 }; /* longer words have no misspelling worth naming */

static size_t distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    size_t row[NEAREST_MAX + 1];

    if (n > NEAREST_MAX || m > NEAREST_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

const char *eo_nearest(const char *text, const char *const *candidates)
{
    const size_t limit = strlen(text) / 3 + 1;
    const char *best = NULL;
    size_t least = limit + 1;

    for (; *candidates != NULL; candidates++) {
        const size_t d = distance(text, *candidates);

        if (d < least) {
            least = d;
            best = *candidates;
        }
    }
    return best;
}

bool eo_is_slip(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == '\0' || *b == '\0')
        return strlen(a) + strlen(b) == 1;
    return strcmp(a + 1, b + 1) == 0 || strcmp(a + 1, b) == 0 ||
           strcmp(a, b + 1) == 0 ||
           (a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0);
}

const char *eo_did_you_mean(char out[DID_YOU_MEAN], const char *nearest)
{
    out[0] = '\0';
    if (nearest != NULL)
        snprintf(out, DID_YOU_MEAN, " (did you mean \"%s\"?)", nearest);
    return out;
}
