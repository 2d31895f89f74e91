/* whole_file.h -- a file that others see whole or not at all: it is written beside
 * its place, and put there when it is done.
 *
 * What is no regular file (a terminal, a pipe) is written to directly.
 */
#ifndef EO_WHOLE_FILE_H
#define EO_WHOLE_FILE_H

#include <stdio.h>

#include "base/err.h"
#include "os/file.h"

struct whole_file {
    FILE *out; /* to be written to */
    const char *path;
    struct file_beside beside; /* no name: out is the place itself */
};

/* Could a file be put there?  Leaves nothing behind.  Fails with USAGE. */
int eo_whole_check(const char *path, struct espota_error *err) EO_MUST_CHECK;

/* path is borrowed until the end.  Where the user names it, and nothing was
 * done yet, it is eo_whole_open(), which fails with USAGE. */
int eo_whole_open(struct whole_file *, const char *path,
                  struct espota_error *err) EO_MUST_CHECK;
int eo_whole_begin(struct whole_file *, const char *path,
                   struct espota_error *err) EO_MUST_CHECK;

/* Puts it in its place; where that fails, or not all could be written, what was
 * there stays. */
int eo_whole_end(struct whole_file *, struct espota_error *err) EO_MUST_CHECK;

/* Instead of the end: leaves what was there. */
void eo_whole_drop(struct whole_file *);

#endif
