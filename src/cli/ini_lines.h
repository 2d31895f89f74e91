/* ini_lines.h -- the lines of an INI file, as inih is to see them. */
#ifndef EO_INI_LINES_H
#define EO_INI_LINES_H

#include <stdbool.h>
#include <stdio.h>

enum { INI_SECTION_CHARS = 49 }; /* inih silently cuts what is longer */

struct ini_lines {
    FILE *file;
    unsigned line;    /* the one read last, counted from 1 */
    unsigned section; /* that of the last [header] */
    const char *wrong; /* with that line: nothing more is read */
    bool stop;        /* nothing more is to be read */
};

/* An ini_reader of the struct above: counts lines for the messages, strips
 * what inih would take for the continuation of the line before, and refuses
 * what it would cut. */
char *eo_ini_line(char *space, int cap, void *lines);

#endif
