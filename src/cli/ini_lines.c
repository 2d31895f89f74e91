/* ini_lines.c -- the lines of an INI file, as inih is to see them. */
#include "cli/ini_lines.h"

#include <string.h>

char *eo_ini_line(char *space, int cap, void *ctx)
{
    struct ini_lines *l = ctx;
    size_t blank;

    if (l->stop || l->wrong != NULL || fgets(space, cap, l->file) == NULL)
        return NULL;
    l->line++;
    if (strchr(space, '\n') == NULL && !feof(l->file)) {
        l->wrong = "this line is too long";
        return NULL;
    }
    blank = strspn(space, " \t");
    memmove(space, space + blank, strlen(space + blank) + 1);
    if (space[0] == '[') {
        l->section = l->line;
        if (strcspn(space, "]") > INI_SECTION_CHARS) {
            l->wrong = "this name is too long";
            return NULL;
        }
    }
    return space;
}
