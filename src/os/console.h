/* console.h -- a terminal: what it can show, and whom it can ask. */
#ifndef EO_CONSOLE_H
#define EO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A person may be looking at it. */
bool eo_console_is(FILE *);

/* And it can move its cursor and change colours. */
bool eo_console_draws(FILE *);

/* Its columns and lines; false: it does not say, and both stay as they are. */
bool eo_console_size(FILE *, unsigned *width, unsigned *height);

/* The terminal of screen is also where out goes, or the file that path names
 * where it is not NULL. */
bool eo_console_shared(FILE *screen, FILE *out, const char *path);

/* A second stream to where this one goes, which holds back what is written until
 * it is flushed; to be closed by fclose().  NULL: none is to be had. */
FILE *eo_console_frames(FILE *);

/* Asks whoever sits at the terminal of this process for a line, and does not
 * show what is typed.  Signals are caught from then on (os/signals.h), and the
 * terminal is left as it was.  -1: ENOTTY, there is nobody to ask; EINTR, a
 * signal asks us to end; or nothing was typed that could be read.  *eof as in
 * eo_file_read_line(). */
int eo_console_ask(const char *prompt, char *line, size_t cap, bool *eof);

#endif
