/* whole_file.h -- a file that others see complete or not at all.  It is
 * written to a temporary file beside its place and moved there when it is
 * complete.
 *
 * Anything but a regular file (a terminal, a pipe) is written to directly.
 */
#ifndef EO_WHOLE_FILE_H
#define EO_WHOLE_FILE_H

#include <stdio.h>

#include "base/err.h"
#include "os/file.h"

struct whole_file {
    FILE *out; /* write to this */
    const char *path;
    struct file_beside beside; /* no name: out is the file itself */
};

/* Could a file be put there?  Leaves no file.  Fails with USAGE. */
int eo_whole_check(const char *path, struct espota_error *err) EO_MUST_CHECK;

/* path is borrowed until the end.  Use eo_whole_open() if the user named the
 * file and nothing was done yet: it fails with USAGE. */
int eo_whole_open(struct whole_file *, const char *path,
                  struct espota_error *err) EO_MUST_CHECK;
int eo_whole_begin(struct whole_file *, const char *path,
                   struct espota_error *err) EO_MUST_CHECK;

/* Moves the file to its place.  If that fails, or not all could be written,
 * the old file stays. */
int eo_whole_end(struct whole_file *, struct espota_error *err) EO_MUST_CHECK;

/* Call it instead of eo_whole_end(): keeps the old file. */
void eo_whole_drop(struct whole_file *);

#endif
