/* ini_lines.c -- the lines of an INI file, as they are passed to inih. */
#include "conf/ini_lines.h"

#include <string.h>

#include "base/str.h"

static const char NEITHER[] = "neither \"key = value\" nor \"[section]\"";

/* ---- values -------------------------------------------------------------- */

/* How many bytes there are before one of stops or a comment, which is a ';'
 * after a blank. */
static size_t span(const char *text, const char *stops)
{
    bool blank = false;
    size_t n = 0;

    while (text[n] != '\0' && strchr(stops, text[n]) == NULL &&
           !(blank && text[n] == ';'))
        blank = eo_is_space(text[n++]);
    return n;
}

static void strip_end(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && eo_is_space(text[len - 1]))
        text[--len] = '\0';
}

static bool is_escape(const char *at)
{
    return at[0] == '\\' && (at[1] == '"' || at[1] == '\\');
}

static enum ini_quote quote_of(const char *at)
{
    if (*at++ != '"')
        return INI_BARE;
    for (; *at != '"'; at++) {
        at += is_escape(at);
        if (*at == '\0')
            return INI_OPEN;
    }
    at += 1 + strspn(at + 1, " \t");
    return *at == '\0' || *at == ';' || *at == '#' ? INI_QUOTED : INI_MIXED;
}

/* In its place. */
static void unquote(char *value)
{
    char *out = value;

    for (const char *at = value + 1; *at != '"'; at++) {
        at += is_escape(at);
        *out++ = *at;
    }
    *out = '\0';
}

static void read_value(struct ini_lines *l, char *behind)
{
    char *value = behind;

    while (eo_is_space(*value))
        value++;
    l->value = value;
    l->quote = quote_of(value);
    if (l->quote == INI_QUOTED) {
        unquote(value);
        return;
    }
    behind[span(behind, "")] = '\0';
    strip_end(behind);
}

const char *eo_ini_value(const struct ini_lines *l, bool mixed,
                         const char **wrong)
{
    switch (l->quote) {
    case INI_BARE:
    case INI_QUOTED:
        return l->value;
    case INI_OPEN:
        *wrong = "a quote is not closed in the value of";
        return NULL;
    case INI_MIXED:
        *wrong = "there is text after the closing quote in the value of";
        return mixed ? l->value : NULL;
    }
    return NULL;
}

/* ---- lines --------------------------------------------------------------- */

static int next_byte(struct ini_lines *l)
{
    if (l->file != NULL)
        return getc(l->file);
    if (l->left == 0)
        return EOF;
    l->left--;
    return (unsigned char)*l->text++;
}

/* Reads the next line, without its end; false: there is none.  l->wrong says
 * what is wrong with it. */
static bool read_line(struct ini_lines *l)
{
    size_t n = 0;
    int c = next_byte(l);

    l->wrong = NULL;
    if (c == EOF)
        return false;
    l->line++;
    for (; c != EOF && c != '\n'; c = next_byte(l)) {
        if (n + 1 == INI_LINE)
            l->wrong = "this line is too long";
        else
            l->space[n++] = (char)c;
        if (c == '\0')
            l->wrong = "this line is not text";
    }
    l->space[n] = '\0';
    return true;
}

static const char *read_header(struct ini_lines *l, const char *text)
{
    const size_t len = span(text, "]");

    l->header = true;
    l->section = l->line;
    l->name[0] = '\0';
    if (text[len] != ']')
        return NEITHER;
    if (len >= INI_SECTION)
        return "this name is too long";
    memcpy(l->name, text, len);
    l->name[len] = '\0';
    return NULL;
}

char *eo_ini_line_or_next(char *space, int cap, void *ctx)
{
    struct ini_lines *l = ctx;
    char *text = l->space;
    size_t len;

    if (l->stop || !read_line(l))
        return NULL;
    if (l->line == 1) {
        len = strlen(text);
        text += eo_skip_bom(text, &len) - text;
    }
    /* With blanks in front, inih would take it as part of the line before. */
    while (eo_is_space(*text))
        text++;
    strip_end(text);
    memcpy(space, "\n", sizeof "\n");
    l->header = false;
    l->quote = INI_BARE;
    l->value = "";
    if (*text == '[') {
        const char *wrong = read_header(l, text + 1);

        l->wrong = l->wrong != NULL ? l->wrong : wrong;
        memcpy(space, "[x]\n", sizeof "[x]\n");
    } else if (l->wrong == NULL && strchr(";#", *text) == NULL) {
        len = span(text, "=:");
        if (text[len] != '=' && text[len] != ':') {
            l->wrong = NEITHER;
        } else if (len + sizeof "=\n" > (size_t)cap) {
            l->wrong = "this name is too long";
        } else {
            memcpy(space, text, len);
            memcpy(space + len, "=\n", sizeof "=\n");
            read_value(l, text + len + 1);
        }
    }
    return space;
}

char *eo_ini_line(char *space, int cap, void *ctx)
{
    struct ini_lines *l = ctx;

    if (l->wrong != NULL || eo_ini_line_or_next(space, cap, l) == NULL)
        return NULL;
    return l->wrong == NULL ? space : NULL;
}
