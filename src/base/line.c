/* line.c -- lines of a stream, however long. */
#include "base/line.h"

#include <errno.h>

#include "base/mem.h"

ptrdiff_t eo_line_read(FILE *in, char **line, size_t *cap)
{
    size_t n = 0;
    int c = 0;

    while (c != '\n' && (c = getc(in)) != EOF) {
        if (*line == NULL || n + 2 > *cap) {
            const size_t more = *line == NULL ? 128 : 2 * *cap;
            char *grown = eo_resize(*line, more, 1);

            if (grown == NULL) {
                errno = ENOMEM;
                return -1;
            }
            *line = grown;
            *cap = more;
        }
        (*line)[n++] = (char)c;
        (*line)[n] = '\0';
    }
    return n > 0 ? (ptrdiff_t)n : -1;
}
