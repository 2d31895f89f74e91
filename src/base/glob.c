/* glob.c -- names with wildcards. */
#include "base/glob.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    int (*has)(int);
} CLASSES[] = {
    {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
    {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
    {"lower", islower}, {"print", isprint}, {"punct", ispunct},
    {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

/* "[:name:]" at *p: whether c is in it; *p moves past it.  -1: *p is not a
 * class. */
static int in_class(const char **p, unsigned char c)
{
    const char *name = *p + 2;
    const char *end = (*p)[0] == '[' && (*p)[1] == ':' ? strstr(name, ":]")
                                                       : NULL;

    if (end == NULL)
        return -1;
    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++) {
        const size_t len = strlen(CLASSES[i].name);

        if ((size_t)(end - name) != len ||
            memcmp(name, CLASSES[i].name, len) != 0)
            continue;
        *p = end + 2;
        return CLASSES[i].has(c) != 0;
    }
    return -1;
}

/* One character of a set at *p, which moves past it; '\0': the pattern
 * ends. */
static unsigned char one(const char **p)
{
    if (**p == '\\' && (*p)[1] != '\0')
        ++*p;
    return **p != '\0' ? (unsigned char)*(*p)++ : '\0';
}

/* The set after a '[': whether c is in it.  *p moves past it, or stays if the
 * set is not closed. */
static bool in_set(const char **p, unsigned char c, bool *closed)
{
    const char *at = *p;
    const bool inverted = *at == '!' || *at == '^';
    bool found = false;

    *closed = false;
    at += inverted;
    for (bool first = true; first || *at != ']'; first = false) {
        const int of_class = in_class(&at, c);
        unsigned char from, to;

        if (of_class >= 0) {
            found |= of_class > 0;
            continue;
        }
        from = to = one(&at);
        if (from != '\0' && at[0] == '-' && at[1] != ']' && at[1] != '\0') {
            at++;
            to = one(&at);
        }
        if (from == '\0' || to == '\0')
            return false;
        found |= from <= c && c <= to;
    }
    *closed = true;
    *p = at + 1;
    return found != inverted;
}

/* Whether the first part of the pattern, which is not a star, matches c; *p
 * moves past it. */
static bool takes(const char **p, unsigned char c)
{
    const char part = *(*p)++;
    bool closed, found;

    switch (part) {
    case '?':
        return true;
    case '[':
        found = in_set(p, c, &closed);
        return closed ? found : c == '[';
    case '\\':
        return **p != '\0' && (unsigned char)*(*p)++ == c;
    default:
        return (unsigned char)part == c;
    }
}

bool eo_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL; /* after the last star, and the text
                                              that is tried there */

    for (;;) {
        if (*pattern == '*') {
            star = ++pattern;
            from = text;
            continue;
        }
        if (*text == '\0' && *pattern == '\0')
            return true;
        if (*text != '\0' && *pattern != '\0' &&
            takes(&pattern, (unsigned char)*text)) {
            text++;
            continue;
        }
        if (star == NULL || *from == '\0')
            return false;
        pattern = star;
        text = ++from;
    }
}
