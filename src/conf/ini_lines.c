/* ini_lines.c -- the lines of an INI file, as inih is to see them. */
#include "conf/ini_lines.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* The value in quotes at in, without them; inih would end it at a " ;". */
static enum ini_quote unquote(const char *in, char value[INI_VALUE])
{
    size_t n = 0;

    if (*in++ != '"')
        return INI_BARE;
    for (; *in != '"'; in++) {
        if (*in == '\\' && (in[1] == '"' || in[1] == '\\'))
            in++;
        if (*in == '\0' || *in == '\n' || n + 1 == INI_VALUE)
            return INI_OPEN;
        value[n++] = *in;
    }
    value[n] = '\0';
    in += 1 + strspn(in + 1, " \t\r\n");
    return *in == '\0' || *in == ';' || *in == '#' ? INI_QUOTED : INI_MIXED;
}

static void strip(char *space, unsigned line)
{
    size_t len = strlen(space);
    const char *text = line == 1 ? eo_skip_bom(space, &len) : space;

    text += strspn(text, " \t");
    memmove(space, text, strlen(text) + 1);
}

/* As fgets().  *last: nothing follows. */
static bool next_line(struct ini_lines *l, char *space, size_t cap, bool *last)
{
    size_t n = 0;

    if (l->file != NULL) {
        if (fgets(space, (int)cap, l->file) == NULL)
            return false;
        *last = feof(l->file) != 0;
        return true;
    }
    while (n + 1 < cap && l->left > 0 && (n == 0 || space[n - 1] != '\n')) {
        space[n++] = *l->text++;
        l->left--;
    }
    space[n] = '\0';
    *last = l->left == 0 && n + 1 < cap;
    return n > 0;
}

char *eo_ini_line(char *space, int cap, void *ctx)
{
    struct ini_lines *l = ctx;
    const char *value;
    bool last;

    if (l->stop || l->wrong != NULL ||
        !next_line(l, space, (size_t)cap, &last)) {
        eo_wipe(space, (size_t)cap); /* a password may have stood there */
        return NULL;
    }
    l->line++;
    if (strchr(space, '\n') == NULL && !last) {
        l->wrong = "this line is too long";
        return NULL;
    }
    strip(space, l->line);
    l->quote = INI_BARE;
    if (space[0] == '[') {
        l->section = l->line;
        if (strcspn(space, "]") > INI_SECTION_CHARS) {
            l->wrong = "this name is too long";
            return NULL;
        }
    } else if (space[0] != ';' && space[0] != '#') {
        value = space + strcspn(space, "=:");
        if (*value != '\0')
            l->quote = unquote(value + 1 + strspn(value + 1, " \t"), l->value);
    }
    return space;
}

const char *eo_ini_value(const struct ini_lines *l, const char *value,
                         bool mixed, const char **wrong)
{
    switch (l->quote) {
    case INI_BARE:
        return value;
    case INI_QUOTED:
        return l->value;
    case INI_OPEN:
        *wrong = "a quote is not closed in the value of";
        return NULL;
    case INI_MIXED:
        *wrong = "there is text after the closing quote in the value of";
        return mixed ? value : NULL;
    }
    return NULL;
}
