/* stamp.c -- whether a file is still what was read of it, and whole. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* leases are Linux's, not POSIX's */
#endif
#include "os/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"

static int64_t ns_of(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

int eo_stamp_of(int fd, struct stamp *stamp)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -1;
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    *stamp = (struct stamp){
        .dev = st.st_dev,
        .ino = st.st_ino,
        .size = st.st_size,
#ifdef __APPLE__
        .mtime_ns = ns_of(&st.st_mtimespec),
        .ctime_ns = ns_of(&st.st_ctimespec),
#else
        .mtime_ns = ns_of(&st.st_mtim),
        .ctime_ns = ns_of(&st.st_ctim),
#endif
    };
    return 0;
}

bool eo_stamp_same_file(const struct stamp *a, const struct stamp *b)
{
    return a->dev == b->dev && a->ino == b->ino;
}

bool eo_stamp_same(const struct stamp *a, const struct stamp *b)
{
    return eo_stamp_same_file(a, b) && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

int64_t eo_stamp_age_ms(const struct stamp *stamp)
{
    return (int64_t)eo_wall_ms() - stamp->ctime_ns / 1000000;
}

bool eo_stamp_reliable(int64_t age_ms)
{
    return age_ms > STAMP_GRAIN_MS;
}

static uint8_t *read_all(int fd, size_t len)
{
    uint8_t *bytes = eo_calloc(1, len + 1);
    size_t got = 0;

    if (bytes == NULL)
        errno = ENOMEM;
    while (bytes != NULL && got < len) {
        const ssize_t n = pread(fd, bytes + got, len - got, (off_t)got);

        if (n < 0 && errno == EINTR)
            continue;
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

uint8_t *eo_stamp_read(int fd, struct stamp *stamp)
{
    uint8_t *bytes = read_all(fd, (size_t)stamp->size);
    struct stamp after = *stamp;

    if (bytes == NULL && errno != EAGAIN)
        return NULL;
    if (eo_stamp_of(fd, &after) == 0 && eo_stamp_same(stamp, &after) &&
        bytes != NULL)
        return bytes;
    eo_free(bytes);
    *stamp = after;
    errno = EAGAIN;
    return NULL;
}

/* A lease is given to the owner of a file only while nobody has it open for
 * writing.  Who opens it then waits until the lease is given back, and we get a
 * signal: one that is ignored unless somebody wants it, as SIGIO is not. */
enum writers eo_stamp_hold(int fd)
{
#if defined(F_SETLEASE) && defined(F_SETSIG)
    if (fcntl(fd, F_SETSIG, SIGURG) != 0)
        return WRITERS_UNKNOWN;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
        return WRITERS_NONE;
    return errno == EAGAIN ? WRITERS_SOME : WRITERS_UNKNOWN;
#else
    (void)fd;
    return WRITERS_UNKNOWN;
#endif
}

void eo_stamp_let_go(int fd)
{
#if defined(F_SETLEASE) && defined(F_SETSIG)
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
#else
    (void)fd;
#endif
}

bool eo_stamp_settled(enum writers writers, int64_t age_ms, uint64_t seen_ms)
{
    if (writers == WRITERS_SOME)
        return false;
    return age_ms >= STAMP_SETTLE_MS || seen_ms >= STAMP_SETTLE_MS ||
           (age_ms < 0 && writers == WRITERS_NONE);
}
