/* file_put_posix.c -- files by POSIX: locking, writing, putting in place. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

os_file eo_file_create(const char *path)
{
    /* Not 0666 and the umask: what is written may be a secret. */
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
}

int eo_file_make_folders(const char *path)
{
    char *folder = eo_strdup(path), *at = folder;
    int rc = folder != NULL ? 0 : -1;

    while (rc == 0 && *at != '\0' && (at = strchr(at + 1, '/')) != NULL) {
        *at = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            rc = -1;
        *at = '/';
    }
    eo_free(folder);
    return rc;
}

int eo_file_lock(os_file file, bool shared)
{
    return flock((int)file, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
}

int eo_file_write(os_file file, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        const ssize_t n = write((int)file, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ENOSPC;
        if (n <= 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int eo_file_sync(os_file file)
{
    return fsync((int)file);
}

int64_t eo_file_size(os_file file)
{
    return lseek((int)file, 0, SEEK_END);
}

int eo_file_cut(os_file file, int64_t size)
{
    return ftruncate((int)file, (off_t)size);
}

int eo_file_replace(const char *from, const char *to)
{
    return rename(from, to);
}

int eo_file_remove(const char *path)
{
    return unlink(path);
}

/* ---- beside its place ----------------------------------------------------- */

/* With the permissions that open() would have given it in its final place. */
static int give_mode(int fd, const struct stat *old)
{
    const mode_t mask = umask(0);

    umask(mask);
    return fchmod(fd, old != NULL ? old->st_mode & 0777
                                  : (mode_t)0666 & ~mask);
}

/* The file that a link leads to is replaced; the link stays. */
static char *place_of(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = eo_strdup(real != NULL ? real : path);

    free(real);
    return copy;
}

static char *with_end(const char *place, const char *end)
{
    const size_t len = strlen(place);
    char *name = eo_calloc(len + strlen(end) + 1, 1);

    if (name != NULL) {
        memcpy(name, place, len);
        memcpy(name + len, end, strlen(end) + 1);
    }
    return name;
}

int eo_file_beside(struct file_beside *b, const char *path)
{
    struct stat old;
    const bool exists = stat(path, &old) == 0;
    int fd, sys;

    *b = (struct file_beside){.place = place_of(path)};
    if (b->place != NULL)
        b->name = with_end(b->place, ".XXXXXX");
    if (b->name == NULL) {
        eo_file_beside_free(b);
        errno = ENOMEM;
        return -1;
    }
    fd = mkstemp(b->name);
    if (fd >= 0 && give_mode(fd, exists ? &old : NULL) == 0 &&
        (b->out = fdopen(fd, "w")) != NULL)
        return 0;
    sys = errno;
    if (fd >= 0) {
        unlink(b->name);
        close(fd);
    }
    eo_file_beside_free(b);
    errno = sys;
    return -1;
}
