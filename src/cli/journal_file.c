/* journal_file.c -- a file to which lines are added whole or not at all. */
#include "cli/journal_file.h"

#include <errno.h>
#include <string.h>

static int cannot(struct espota_error *err, const char *path)
{
    const int sys = errno;

    return eo_fail_sys(err, ESPOTA_E_USAGE, sys, "--journal=%s: %s", path,
                       sys == EWOULDBLOCK ? "another run is using it"
                                          : eo_file_text(sys));
}

static int look(struct journal_file *f, const char *path,
                struct espota_error *err)
{
    struct file_facts facts;
    char last = '\n';

    if (eo_file_facts_of(f->file, &facts) != 0)
        return cannot(err, path);
    if (facts.kind != FILE_REGULAR)
        return eo_fail(err, ESPOTA_E_USAGE, "--journal=%s: not a regular file",
                       path);
    f->size = facts.stamp.size;
    if (f->size > 0 && eo_file_read_at(f->file, &last, 1, f->size - 1) != 1)
        return cannot(err, path);
    f->torn = last != '\n';
    return 0;
}

int eo_journal_file_open(struct journal_file *f, const char *path,
                         bool read_only, FILE **in, struct espota_error *err)
{
    *in = NULL;
    *f = (struct journal_file){
        .file = read_only ? eo_file_open(path) : eo_file_open_log(path)};
    if (f->file == OS_NO_FILE && read_only && errno == ENOENT)
        return 0;
    /* Lock before reading: the process that has the lock may be writing. */
    if (f->file == OS_NO_FILE || eo_file_lock(f->file, read_only) != 0)
        return cannot(err, path);
    if (look(f, path, err) != 0)
        return -1;
    *in = eo_file_stream_read(path);
    return *in != NULL ? 0 : cannot(err, path);
}

int eo_journal_file_append(struct journal_file *f, const char *line, size_t len,
                           bool sync)
{
    const size_t extra = f->torn;
    int sys;

    if ((extra == 0 || eo_file_write(f->file, "\n", 1) == 0) &&
        eo_file_write(f->file, line, len) == 0 &&
        (!sync || eo_file_sync(f->file) == 0)) {
        f->size += (int64_t)(extra + len);
        f->torn = false;
        return 0;
    }
    sys = errno;
    if (eo_file_cut(f->file, f->size) != 0) {
        const int64_t end = eo_file_size(f->file);

        f->torn |= end != f->size;
        f->size = end > f->size ? end : f->size;
    }
    errno = sys;
    return -1;
}

void eo_journal_file_close(struct journal_file *f)
{
    eo_file_close(f->file);
    f->file = OS_NO_FILE;
}
