/* ini_lines.h -- the lines of an INI file, as inih is to see them. */
#ifndef EO_INI_LINES_H
#define EO_INI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { INI_SECTION_CHARS = 49, /* inih silently cuts what is longer */
       INI_VALUE = 200 };

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
    const char *wrong; /* with that line: nothing more is read */
    bool stop;        /* nothing more is to be read */
    enum ini_quote quote;   /* of the last line's value */
    char value[INI_VALUE];  /* INI_QUOTED: without its quotes */
};

/* An ini_reader of the struct above: counts lines for the messages, strips
 * a byte order mark and what inih would take for the continuation of the line
 * before, and refuses what it would cut. */
char *eo_ini_line(char *space, int cap, void *lines);

/* The value that inih hands on, or that which stood in quotes, where "\"" and
 * "\\" are a quote and a backslash.  NULL: its quotes are wrong, and *wrong is
 * why; where mixed, more may follow them. */
const char *eo_ini_value(const struct ini_lines *, const char *value,
                         bool mixed, const char **wrong);

#endif
