/* journal_file.h -- a file of lines to which whole lines are added, or nothing.
 */
#ifndef EO_JOURNAL_FILE_H
#define EO_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "os/file.h"

struct journal_file {
    os_file file; /* none: closed, or read only and not there */
    int64_t size; /* all before it is ours to keep */
    bool torn;    /* its last line has no end */
};

/* Opens or creates it, locked for this process, and gives a stream of what is
 * in it, to be closed by the caller.  read_only: nothing is created; *in may be
 * NULL.  Fails with USAGE: not a regular file, cannot be opened, or another run
 * has it. */
int eo_journal_file_open(struct journal_file *, const char *path,
                         bool read_only, FILE **in, struct espota_error *err)
    EO_MUST_CHECK;

/* Appends a line (with its newline), behind a newline where the last one is
 * torn.  0, or -1 with errno: it is not there, and the file ends as it did
 * before; where even that fails, the next line begins with a newline. */
int eo_journal_file_append(struct journal_file *, const char *line, size_t len,
                           bool sync) EO_MUST_CHECK;

void eo_journal_file_close(struct journal_file *);

#endif
