/* journal_file.c -- whole lines are added to a file, or nothing. */
#include "cli/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(struct espota_error *err, const char *path)
{
    const int sys = errno;

    return eo_fail_sys(err, ESPOTA_E_USAGE, sys, "--journal=%s: %s", path,
                       sys == EWOULDBLOCK ? "another run is using it"
                                          : strerror(sys));
}

static int look(struct journal_file *f, const char *path,
                struct espota_error *err)
{
    struct stat st;
    char last = '\n';

    if (fstat(f->fd, &st) != 0)
        return cannot(err, path);
    if (!S_ISREG(st.st_mode))
        return eo_fail(err, ESPOTA_E_USAGE, "--journal=%s: not a plain file",
                       path);
    if (st.st_size > 0 && pread(f->fd, &last, 1, st.st_size - 1) != 1)
        return cannot(err, path);
    f->size = st.st_size;
    f->torn = last != '\n';
    return 0;
}

int eo_journal_file_open(struct journal_file *f, const char *path,
                         bool read_only, FILE **in, struct espota_error *err)
{
    const int how = read_only ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND;

    *in = NULL;
    *f = (struct journal_file){.fd = open(path, how | O_CLOEXEC, 0666)};
    if (f->fd < 0 && read_only && errno == ENOENT)
        return 0;
    /* The lock first: whoever has it may be writing. */
    if (f->fd < 0 ||
        flock(f->fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0)
        return cannot(err, path);
    if (look(f, path, err) != 0)
        return -1;
    *in = fopen(path, "re");
    return *in != NULL ? 0 : cannot(err, path);
}

static int put(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ENOSPC;
        if (n <= 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

int eo_journal_file_append(struct journal_file *f, const char *line, size_t len,
                           bool sync)
{
    const size_t extra = f->torn;
    int sys;

    if ((extra == 0 || put(f->fd, "\n", 1) == 0) &&
        put(f->fd, line, len) == 0 && (!sync || fsync(f->fd) == 0)) {
        f->size += (off_t)(extra + len);
        f->torn = false;
        return 0;
    }
    sys = errno;
    if (ftruncate(f->fd, f->size) != 0) {
        const off_t end = lseek(f->fd, 0, SEEK_END);

        f->torn |= end != f->size;
        f->size = end > f->size ? end : f->size;
    }
    errno = sys;
    return -1;
}

void eo_journal_file_close(struct journal_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}
