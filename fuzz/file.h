/* file.h -- the input as a file, for what takes a path. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <stdio.h>
#include <unistd.h>

#include "check.h"

/* A file of these bytes, the same one for every input.  It has no name in any
 * directory: nothing is left behind, whatever happens. */
static inline const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[40];
    static int fd = -1;

    if (fd < 0) {
        char name[] = "/dev/shm/fuzz-XXXXXX", other[] = "/tmp/fuzz-XXXXXX";
        char *made = name;

        fd = mkstemp(name);
        if (fd < 0)
            fd = mkstemp(made = other);
        fuzz_check(fd >= 0);
        unlink(made);
        snprintf(path, sizeof path, "/dev/fd/%d", fd);
    }
    fuzz_check(ftruncate(fd, 0) == 0);
    fuzz_check(pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

#endif
