/* line.c -- lines of a stream, however long. */
#include "base/line.h"

#include <errno.h>

#include "base/mem.h"

ptrdiff_t eo_line_read(FILE *in, char **line, size_t *cap)
{
    size_t n = 0;
    int c = 0;

    if (*line == NULL)
        *cap = 0;
    while (c != '\n' && (c = getc(in)) != EOF) {
        char *grown = eo_grow(*line, n + 1, cap, 1); /* a byte for the NUL */

        if (grown == NULL) {
            errno = ENOMEM;
            return -1;
        }
        *line = grown;
        (*line)[n++] = (char)c;
        (*line)[n] = '\0';
    }
    return n > 0 ? (ptrdiff_t)n : -1;
}
