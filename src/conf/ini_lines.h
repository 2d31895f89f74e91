/* ini_lines.h -- the lines of an INI file, as inih is to see them.
 *
 * inih cuts lines of 200 bytes and names of 50, and knows no quotes.  So lines
 * are read here, and what may be long is kept here: inih is shown "[x]" for each
 * header, and the keys without their values.
 */
#ifndef EO_INI_LINES_H
#define EO_INI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { INI_LINE = 8192, INI_SECTION = 300 };

/* How a value stands in its line. */
enum ini_quote {
    INI_BARE,
    INI_QUOTED, /* all of it, in double quotes */
    INI_OPEN,   /* a quote at its start is not closed */
    INI_MIXED   /* there is more behind the closing quote */
};

struct ini_lines {
    FILE *file;        /* NULL: these bytes of text are read */
    const char *text;
    size_t left;
    unsigned line;    /* the one read last, counted from 1 */
    unsigned section; /* that of the last [header] */
    const char *wrong; /* what is wrong with the line, or NULL */
    bool stop;        /* nothing more is to be read */
    bool header;      /* the line is a [header], if perhaps a wrong one */
    enum ini_quote quote;   /* of the line's value */
    const char *value;      /* of the line, in space */
    char name[INI_SECTION]; /* of the last [header]; "": there was none */
    char space[INI_LINE];   /* may hold a secret: the reader's to wipe */
};

/* Two ini_readers of the struct above.  The first stops at a line that is wrong,
 * the second goes on behind it. */
char *eo_ini_line(char *space, int cap, void *lines);
char *eo_ini_line_or_next(char *space, int cap, void *lines);

/* The value of the line: all of it, or what stood in quotes, where "\"" and
 * "\\" are a quote and a backslash.  NULL: its quotes are wrong, and *wrong is
 * why; where mixed, more may follow them. */
const char *eo_ini_value(const struct ini_lines *, bool mixed,
                         const char **wrong);

#endif
