/* line.h -- lines of a stream, however long. */
#ifndef EO_LINE_H
#define EO_LINE_H

#include <stddef.h>
#include <stdio.h>

/* The next line with its end, if it has one, and a NUL behind it, in memory that
 * grows and is to be freed with eo_free(); *line is NULL before the first.  Its
 * length; -1: the end (feof()), or errno says why. */
ptrdiff_t eo_line_read(FILE *, char **line, size_t *cap);

#endif
