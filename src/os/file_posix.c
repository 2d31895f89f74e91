/* file_posix.c -- files by POSIX: opening, looking, reading. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* leases are Linux's, not POSIX's */
#endif
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file_inside.h"
#include "os/signals_inside.h"

const char *eo_file_text(int sys)
{
    return strerror(sys);
}

/* ---- opening ------------------------------------------------------------ */

os_file eo_file_open(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

os_file eo_file_open_now(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Component by component, each of which must not be a link. */
os_file eo_file_open_below(const char *folder, const char *path)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char part[256];

    while (fd >= 0) {
        const size_t len = strcspn(path += strspn(path, "/"), "/");
        const bool last = path[len] == '\0';
        int below;

        if (len == 0 || len >= sizeof part || path[0] == '.') {
            close(fd);
            errno = ENOENT;
            return OS_NO_FILE;
        }
        memcpy(part, path, len);
        part[len] = '\0';
        path += len;
        below = openat(fd, part,
                       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
                           (last ? 0 : O_DIRECTORY));
        eo_file_close(fd);
        fd = below;
        if (last)
            break;
    }
    return fd;
}

os_file eo_file_open_log(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

os_file eo_file_stdin(void)
{
    return STDIN_FILENO;
}

void eo_file_close(os_file file)
{
    const int sys = errno;

    if (file >= 0)
        close((int)file);
    errno = sys;
}

/* ---- as streams --------------------------------------------------------- */

FILE *eo_file_stream(os_file file)
{
    return fdopen((int)file, "r");
}

FILE *eo_file_stream_read(const char *path)
{
    return fopen(path, "re");
}

FILE *eo_file_stream_write(const char *path)
{
    return fopen(path, "we");
}

FILE *eo_file_stream_temporary(void)
{
    return tmpfile();
}

int eo_file_stream_sync(FILE *stream)
{
    return fsync(fileno(stream));
}

/* ---- what a file is ------------------------------------------------------ */

static int64_t ns_of(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static int facts_from(int rc, const struct stat *st, struct file_facts *facts)
{
    if (rc != 0)
        return -1;
    *facts = (struct file_facts){
        .kind = S_ISREG(st->st_mode)   ? FILE_REGULAR
                : S_ISDIR(st->st_mode) ? FILE_FOLDER
                                       : FILE_OTHER,
        .stamp =
            {
                .volume = (uint64_t)st->st_dev,
                .id = (uint64_t)st->st_ino,
                .size = st->st_size,
#ifdef __APPLE__
                .mtime_ns = ns_of(&st->st_mtimespec),
                .ctime_ns = ns_of(&st->st_ctimespec),
#else
                .mtime_ns = ns_of(&st->st_mtim),
                .ctime_ns = ns_of(&st->st_ctim),
#endif
            },
        .is_private = (st->st_mode & 077) == 0,
        .all_read = (st->st_mode & S_IROTH) != 0,
        .all_write = (st->st_mode & S_IWOTH) != 0,
    };
    return 0;
}

int eo_file_facts(const char *path, struct file_facts *facts)
{
    struct stat st;

    return facts_from(stat(path, &st), &st, facts);
}

int eo_file_facts_of(os_file file, struct file_facts *facts)
{
    struct stat st;

    return facts_from(fstat((int)file, &st), &st, facts);
}

int eo_file_facts_stream(FILE *stream, struct file_facts *facts)
{
    return eo_file_facts_of(fileno(stream), facts);
}

bool eo_file_is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

bool eo_file_can_read(const char *path)
{
    return access(path, R_OK) == 0;
}

bool eo_file_can_write(const char *path)
{
    return access(path, W_OK) == 0;
}

bool eo_file_can_list(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(st.st_mode) && access(path, R_OK | X_OK) == 0;
}

int eo_file_stamp(os_file file, struct stamp *stamp)
{
    struct file_facts facts;

    if (eo_file_facts_of(file, &facts) != 0)
        return -1;
    if (facts.kind != FILE_REGULAR) {
        errno = facts.kind == FILE_FOLDER ? EISDIR : EINVAL;
        return -1;
    }
    *stamp = facts.stamp;
    return 0;
}

/* The owner of a file gets a lease only while nobody has it open for writing.
 * Whoever opens it later waits until the lease is released, and we get a
 * signal: so it must be one that is ignored by default, which SIGIO is not. */
enum writers eo_file_hold(os_file file)
{
#if defined(F_SETLEASE) && defined(F_SETSIG)
    if (fcntl((int)file, F_SETSIG, SIGURG) != 0)
        return WRITERS_UNKNOWN;
    if (fcntl((int)file, F_SETLEASE, F_RDLCK) == 0)
        return WRITERS_NONE;
    return errno == EAGAIN ? WRITERS_SOME : WRITERS_UNKNOWN;
#else
    (void)file;
    return WRITERS_UNKNOWN;
#endif
}

void eo_file_let_go(os_file file)
{
#if defined(F_SETLEASE) && defined(F_SETSIG)
    const int sys = errno;

    (void)fcntl((int)file, F_SETLEASE, F_UNLCK);
    errno = sys;
#else
    (void)file;
#endif
}

/* ---- reading ------------------------------------------------------------ */

ptrdiff_t eo_file_read(os_file file, void *bytes, size_t len)
{
    ssize_t n;

    do
        n = read((int)file, bytes, len);
    while (n < 0 && errno == EINTR);
    return n;
}

ptrdiff_t eo_file_read_at(os_file file, void *bytes, size_t len, int64_t at)
{
    ssize_t n;

    do
        n = pread((int)file, bytes, len, (off_t)at);
    while (n < 0 && errno == EINTR);
    return n;
}

int eo_file_await_byte(os_file file, char *c)
{
    for (;;) {
        const int woken = eo_signals_await(file);
        const ssize_t got = woken == 0 ? read((int)file, c, 1) : -1;

        if (woken > 0 || (woken == 0 && got < 0 && errno == EINTR))
            continue;
        return got < 0 ? -1 : (int)got;
    }
}
