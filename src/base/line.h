/* line.h -- lines of a stream, however long. */
#ifndef EO_LINE_H
#define EO_LINE_H

#include <stddef.h>
#include <stdio.h>

/* Reads the next line, with its end if it has one, and appends a NUL.  *line,
 * which is NULL before the first call, grows as needed; free it with
 * eo_free().  Gives the length; -1: the end (feof()), or errno says why. */
ptrdiff_t eo_line_read(FILE *, char **line, size_t *cap);

#endif
