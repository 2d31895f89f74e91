/* ini_lines.h -- the lines of an INI file, as they are passed to inih.
 *
 * inih cuts lines at 200 bytes and names at 50, and does not know quotes.  So
 * the lines are read here, and whatever may be long is kept here.  inih gets
 * "[x]" for each header, and the keys without their values.
 */
#ifndef EO_INI_LINES_H
#define EO_INI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { INI_LINE = 8192, INI_SECTION = 300 };

/* How a value is written in its line. */
enum ini_quote {
    INI_BARE,
    INI_QUOTED, /* all of it, in double quotes */
    INI_OPEN,   /* a quote at its start is not closed */
    INI_MIXED   /* there is more after the closing quote */
};

struct ini_lines {
    FILE *file;        /* NULL: read the bytes of text instead */
    const char *text;
    size_t left;
    unsigned line;    /* the one read last, counted from 1 */
    unsigned section; /* the line of the last [header] */
    const char *wrong; /* what is wrong with the line, or NULL */
    bool stop;        /* read nothing more */
    bool header;      /* the line is a [header], right or wrong */
    enum ini_quote quote;   /* of the line's value */
    const char *value;      /* of the line, in space */
    char name[INI_SECTION]; /* of the last [header]; "": there was none */
    char space[INI_LINE];   /* may hold a secret: the reader's to wipe */
};

/* Two functions of inih's type ini_reader; lines is the struct above.  The
 * first stops at a line that is wrong, the second goes on after it. */
char *eo_ini_line(char *space, int cap, void *lines);
char *eo_ini_line_or_next(char *space, int cap, void *lines);

/* The value of the line: all of it, or the text in quotes, where "\"" and "\\"
 * are a quote and a backslash.  NULL: its quotes are wrong, and *wrong says
 * why.  mixed: more text may follow the quotes. */
const char *eo_ini_value(const struct ini_lines *, bool mixed,
                         const char **wrong);

#endif
