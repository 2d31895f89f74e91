/* disk.c -- the clock, the user and the disk: what the model takes the place
 * of, apart from the devices. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "model/world.h"
#include "os/wait.h"

enum { KILL = 1, POWER_LOSS, CTRL_C, ENDS };
enum { DISK_FULL = 1, DISK_NO_SYNC, DISK_NO_CUT, DISKS };

int __real_flock(int, int);
ssize_t __real_write(int, const void *, size_t);
int __real_ftruncate(int, off_t);
int __real_ftruncate64(int, off_t) __attribute__((weak));

static int truncated(int fd, off_t size)
{
    return __real_ftruncate64 != NULL ? __real_ftruncate64(fd, size)
                                      : __real_ftruncate(fd, size);
}

static struct {
    int fd; /* of the journal; -1: not open */
    const char *path;
    off_t synced, left; /* bytes on the disk for sure; room */
    off_t began;        /* with so many */
    char last; /* of the file */
} disk;

/* ---- the clock and the user ------------------------------------------------ */

int __wrap_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
    (void)id;
    t->tv_sec = (time_t)(world.clock_ms / 1000);
    t->tv_nsec = (long)(world.clock_ms % 1000) * 1000000;
    return 0;
}

/* Nothing here ever becomes ready: time passes. */
int __wrap_eo_waits_turn(struct waits *, size_t, int);
int __wrap_eo_waits_turn(struct waits *w, size_t n, int max_ms)
{
    (void)w;
    (void)n;
    world.clock_ms += max_ms > 0 ? (uint64_t)max_ms : 0;
    return 0;
}

int __wrap_eo_signals_caught(void);
int __wrap_eo_signals_caught(void)
{
    return world.signal;
}

bool world_point(const char *what)
{
    const unsigned how = world_run(RUN_END, ENDS);

    world.points++;
    if (how == 0 || world.dead || world.signal != 0 ||
        world.points != world_run(RUN_END_AT, 64) + 1)
        return !world.dead;
    world.dead = how != CTRL_C;
    world.signal = how == CTRL_C ? 2 : 15;
    world_tell("    %s at %s",
               how == CTRL_C ? "Ctrl-C"
               : how == KILL ? "killed"
                             : "the power fails",
               what);
    return !world.dead;
}

/* ---- the disk -------------------------------------------------------------- */

void disk_begin(const char *journal)
{
    struct stat st = {0};
    const bool limited = world_run(RUN_DISK, DISKS) == DISK_FULL ||
                         world_run(RUN_DISK, DISKS) == DISK_NO_CUT;

    disk.fd = -1;
    disk.path = journal;
    disk.began = stat(journal, &st) == 0 ? st.st_size : -1;
    disk.synced = st.st_size;
    disk.last = '\n';
    disk.left = limited ? 7 * (off_t)world_run(RUN_DISK_AT, 256) : 1 << 20;
}

/* Of what was not synced, a part is there after a loss of power. */
void disk_end(void)
{
    struct stat st;

    const bool there = stat(disk.path, &st) == 0;

    disk.fd = -1;
    if (world_run(RUN_DRY, 2) != 0 && (there ? st.st_size : -1) != disk.began)
        world_broken("a rehearsal writes a journal");
    if (world_run(RUN_END, ENDS) != POWER_LOSS || !world.dead || !there ||
        st.st_size <= disk.synced)
        return;
    if (truncate(disk.path, disk.synced + world_run(RUN_TORN, 256) *
                                              (st.st_size - disk.synced) /
                                              256) != 0)
        world_broken("the model cannot cut its journal");
}

/* Who locks a file has the journal. */
int __wrap_flock(int, int);
int __wrap_flock(int fd, int how)
{
    struct stat st;

    disk.fd = fd;
    if (fstat(fd, &st) == 0 && st.st_size > 0 &&
        pread(fd, &disk.last, 1, st.st_size - 1) != 1)
        world_broken("the model cannot read its journal");
    return __real_flock(fd, how);
}

ssize_t __wrap_write(int, const void *, size_t);
ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    size_t n = len;
    ssize_t done;

    if (fd != disk.fd)
        return __real_write(fd, bytes, len);
    if (world.dead)
        return (ssize_t)len;
    if (!world_point("a write of the journal")) {
        /* Some of it had left. */
        n = n * world_run(RUN_TORN, 256) / 256;
        return n > 0 && __real_write(fd, bytes, n) < 0 ? -1 : (ssize_t)len;
    }
    if (disk.last != '\n' && *(const char *)bytes == '{')
        world_broken("a record is glued to one that was cut");
    if (disk.left == 0) {
        world.journal_failed = true;
        world_tell("    the disk is full");
        /* Somebody makes room. */
        disk.left = world_run(RUN_DISK_AT, 2) != 0 ? 1 << 20 : 0;
        errno = ENOSPC;
        return -1;
    }
    n = (off_t)n > disk.left ? (size_t)disk.left : n;
    done = __real_write(fd, bytes, n);
    disk.left -= done > 0 ? done : 0;
    if (done > 0)
        disk.last = ((const char *)bytes)[done - 1];
    return done;
}

int __wrap_fsync(int);
int __wrap_fsync(int fd)
{
    struct stat st;

    if (fd != disk.fd || world.dead)
        return 0;
    if (!world_point("a sync of the journal"))
        return 0;
    if (world_run(RUN_DISK, DISKS) == DISK_NO_SYNC &&
        world.points > world_run(RUN_DISK_AT, 256) / 4) {
        world.journal_failed = true;
        world_tell("    the disk fails");
        errno = EIO;
        return -1;
    }
    if (fstat(fd, &st) == 0)
        disk.synced = st.st_size;
    return 0;
}

static int cut(int fd, off_t size)
{
    struct stat st;

    if (fd != disk.fd)
        return truncated(fd, size);
    if (world.dead)
        return 0;
    if (world_run(RUN_DISK, DISKS) == DISK_NO_CUT) {
        errno = EIO;
        return -1;
    }
    if (fstat(fd, &st) == 0 && st.st_size > size)
        disk.left += st.st_size - size;
    if (disk.synced > size)
        disk.synced = size;
    disk.last = '\n';
    if (size > 0 && pread(fd, &disk.last, 1, size - 1) != 1)
        world_broken("the model cannot read its journal");
    return truncated(fd, size);
}

/* By both names that a C library has for it. */
int __wrap_ftruncate(int, off_t);
int __wrap_ftruncate(int fd, off_t size)
{
    return cut(fd, size);
}

int __wrap_ftruncate64(int, off_t);
int __wrap_ftruncate64(int fd, off_t size)
{
    return cut(fd, size);
}
