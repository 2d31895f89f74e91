/* file.c -- what is the same for files of every system. */
#include "os/file.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/file_inside.h"

static uint8_t *read_all(os_file file, size_t len)
{
    uint8_t *bytes = eo_calloc(1, len + 1);
    size_t got = 0;

    if (bytes == NULL)
        errno = ENOMEM;
    while (bytes != NULL && got < len) {
        const ptrdiff_t n =
            eo_file_read_at(file, bytes + got, len - got, (int64_t)got);

        if (n <= 0) { /* shorter than it was: changing */
            if (n == 0)
                errno = EAGAIN;
            eo_free(bytes);
            return NULL;
        }
        got += (size_t)n;
    }
    return bytes;
}

uint8_t *eo_file_read_whole(os_file file, struct stamp *stamp)
{
    uint8_t *bytes = read_all(file, (size_t)stamp->size);
    struct stamp after = *stamp;

    if (bytes == NULL && errno != EAGAIN)
        return NULL;
    if (eo_file_stamp(file, &after) == 0 && eo_stamp_same(stamp, &after) &&
        bytes != NULL)
        return bytes;
    eo_free(bytes);
    *stamp = after;
    errno = EAGAIN;
    return NULL;
}

int eo_file_read_line(os_file file, char *line, size_t cap, bool *eof)
{
    size_t n = 0;
    char c = '\0';

    *eof = false;
    while (n < cap - 1) {
        const int got = eo_file_await_byte(file, &c);

        if (got < 0) {
            eo_wipe(line, cap);
            return -1;
        }
        if (got == 0)
            *eof = n == 0;
        if (got == 0 || c == '\n')
            break;
        line[n++] = c;
    }
    if (n == cap - 1 || memchr(line, '\0', n) != NULL) {
        const int why = n == cap - 1 ? EMSGSIZE : EILSEQ;

        eo_wipe(line, cap);
        errno = why;
        return -1;
    }
    if (n > 0 && line[n - 1] == '\r')
        n--;
    line[n] = '\0';
    memmove(line, eo_skip_bom(line, &n), n + 1);
    line[n] = '\0';
    return 0;
}

void eo_file_beside_free(struct file_beside *b)
{
    eo_free(b->name);
    eo_free(b->place);
    *b = (struct file_beside){0};
}
