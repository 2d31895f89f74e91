/* console.h -- a terminal: what it can show, and asking whoever sits there. */
#ifndef EO_CONSOLE_H
#define EO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* It is a terminal: a person may be looking at it. */
bool eo_console_is(FILE *);

/* It can also move its cursor and change colours. */
bool eo_console_draws(FILE *);

/* Its columns and lines; false: it does not say, and both stay as they are. */
bool eo_console_size(FILE *, unsigned *width, unsigned *height);

/* The terminal of screen is also where out goes, or the file that path names
 * where it is not NULL. */
bool eo_console_shared(FILE *screen, FILE *out, const char *path);

/* A second stream to the same place, which buffers what is written until it is
 * flushed; close it with fclose().  NULL: it cannot be made. */
FILE *eo_console_frames(FILE *);

/* Asks for a line at the terminal of this process, without showing what is
 * typed.  Signals are caught from then on (os/signals.h), and the terminal is
 * left as it was.  -1: ENOTTY, there is nobody to ask; EINTR, a signal asks us
 * to end; or nothing readable was typed.  *eof as in eo_file_read_line(). */
int eo_console_ask(const char *prompt, char *line, size_t cap, bool *eof);

#endif
