/* journal_file.h -- a file to which lines are added whole or not at all. */
#ifndef EO_JOURNAL_FILE_H
#define EO_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "os/file.h"

struct journal_file {
    os_file file; /* none: closed, or read only and missing */
    int64_t size; /* the bytes before it are complete and stay */
    bool torn;    /* its last line has no newline */
};

/* Opens or creates the file, locks it for this process, and returns a stream
 * of its contents, which the caller closes.  read_only: nothing is created;
 * *in may be NULL.  Fails with USAGE: not a regular file, cannot be opened, or
 * locked by another run. */
int eo_journal_file_open(struct journal_file *, const char *path,
                         bool read_only, FILE **in, struct espota_error *err)
    EO_MUST_CHECK;

/* Appends a line with its newline; if the last line is torn, a newline goes
 * before it.  Returns 0, or -1 with errno: the line is not in the file, which
 * ends as before.  If even that fails, the next line begins with a newline. */
int eo_journal_file_append(struct journal_file *, const char *line, size_t len,
                           bool sync) EO_MUST_CHECK;

void eo_journal_file_close(struct journal_file *);

#endif
