/* file_trust_posix.c -- files that nobody else could have written, by POSIX. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char UNSEEN[] = "cannot be looked at";

static gid_t primary_group(void)
{
    const struct passwd *me = getpwuid(geteuid());

    return me != NULL ? me->pw_gid : getegid();
}

/* May nobody but the user and root write it?  NULL, or why not. */
static const char *others_may(const struct stat *st)
{
    if (st->st_uid != geteuid() && st->st_uid != 0)
        return "belongs to another user";
    if ((st->st_mode & S_IWOTH) != 0)
        return "can be written by everybody";
    if ((st->st_mode & S_IWGRP) != 0 && st->st_gid != primary_group())
        return "can be written by a group";
    return NULL;
}

static const char *others_may_in(const char *folder)
{
    struct stat st;

    return stat(folder, &st) == 0 ? others_may(&st) : UNSEEN;
}

/* real is changed and given back. */
static void judge(char *real, const struct stat *st, struct file_doubt *doubt)
{
    char *slash = strrchr(real, '/');

    doubt->why = S_ISREG(st->st_mode) ? others_may(st)
                                      : "is not a regular file";
    if (doubt->why != NULL || slash == NULL)
        return;
    doubt->of_folder = true;
    if (slash == real) {
        doubt->why = others_may_in("/");
        return;
    }
    *slash = '\0';
    doubt->why = others_may_in(real);
    *slash = '/';
}

/* What was opened must be what was judged. */
os_file eo_file_open_trusted(const char *path, struct file_doubt *doubt)
{
    char *real = realpath(path, NULL);
    struct stat judged, opened;
    int fd = -1, sys;

    *doubt = (struct file_doubt){0};
    if (real == NULL || stat(real, &judged) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            doubt->why = UNSEEN;
    } else {
        judge(real, &judged, doubt);
        if (doubt->why == NULL)
            fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    if (fd >= 0 && (fstat(fd, &opened) != 0 ||
                    opened.st_ino != judged.st_ino ||
                    opened.st_dev != judged.st_dev)) {
        *doubt = (struct file_doubt){"was replaced while it was looked at",
                                     false};
        close(fd);
        fd = -1;
    }
    sys = errno;
    free(real);
    errno = sys;
    return fd;
}
