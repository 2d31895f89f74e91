/* config_file.c -- which configuration file there is, and whether to obey. */
#include "conf/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

static const char NAME[] = ".espota.conf";

/* ---- whom it obeys --------------------------------------------------------- */

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

static void ignore(struct notes *notes, const char *path, const char *what,
                   const char *why)
{
    eo_note(notes, "config-ignored",
            "%s is ignored: it %s%s; if you trust it, name it: --config %s",
            path, what, why, path);
}

/* Why it is not obeyed, or NULL; real is changed and given back. */
static const char *distrust(char *real, const struct stat *st, bool *in_dir)
{
    char *slash = strrchr(real, '/');
    const char *why = others_may(st);
    struct stat dir;

    *in_dir = false;
    if (!S_ISREG(st->st_mode))
        return "is not a regular file";
    if (why != NULL || slash == NULL)
        return why;
    *in_dir = true;
    if (slash == real)
        return stat("/", &dir) == 0 ? others_may(&dir) : "cannot be looked at";
    *slash = '\0';
    why = stat(real, &dir) == 0 ? others_may(&dir) : "cannot be looked at";
    *slash = '/';
    return why;
}

/* A link is judged by what it leads to, before that is opened, and what was
 * opened must be what was judged.  The descriptor, or -1 where it is ignored,
 * or -2 and errno. */
static int open_trusted(const char *path, struct notes *notes)
{
    char *real = realpath(path, NULL);
    struct stat judged, opened;
    bool in_dir = false;
    const char *why = NULL;
    int fd = -1;

    if (real == NULL || stat(real, &judged) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            ignore(notes, path, "cannot be looked at", "");
    } else if ((why = distrust(real, &judged, &in_dir)) != NULL) {
        ignore(notes, path, in_dir ? "lies in a directory that " : why,
               in_dir ? why : "");
    } else if ((fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
                                    O_NOCTTY)) < 0) {
        fd = -2;
    } else if (fstat(fd, &opened) != 0 || opened.st_ino != judged.st_ino ||
               opened.st_dev != judged.st_dev) {
        ignore(notes, path, "was replaced while it was looked at", "");
        close(fd);
        fd = -1;
    }
    if (fd == -2) {
        const int sys = errno;

        free(real);
        errno = sys;
        return fd;
    }
    free(real);
    return fd;
}

/* The user's word holds, but the user may not know who else can write it. */
static void warn_of_everybody(const char *path, const struct stat *st,
                              struct notes *notes)
{
    if (S_ISREG(st->st_mode) && (st->st_mode & S_IWOTH) != 0)
        eo_note(notes, "writable-config",
                "%s can be written by everybody, and says what is flashed",
                path);
}

int eo_config_open(FILE **out, const char *path, enum config_trust trust,
                   struct notes *notes, struct espota_error *err)
{
    struct stat st;
    int fd;

    *out = NULL;
    errno = 0;
    fd = trust == CONFIG_NAMED ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
                               : open_trusted(path, notes);
    if (fd == -1 && trust != CONFIG_NAMED)
        return 0;
    if (fd >= 0 && trust == CONFIG_NAMED && fstat(fd, &st) == 0) {
        if (S_ISDIR(st.st_mode)) {
            close(fd);
            fd = -1;
            errno = EISDIR;
        } else {
            warn_of_everybody(path, &st, notes);
        }
    }
    *out = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (*out != NULL)
        return 0;
    if (fd >= 0)
        close(fd);
    return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                       strerror(errno));
}

/* ---- where it is ----------------------------------------------------------- */

static bool is_same(const struct stat *a, const char *path)
{
    struct stat b;

    return path != NULL && stat(path, &b) == 0 && a->st_dev == b.st_dev &&
           a->st_ino == b.st_ino;
}

/* dir/name, or name alone where that is the same. */
static bool join(char path[CONFIG_PATH], const char *dir, const char *name)
{
    const int n = snprintf(path, CONFIG_PATH, "%s/%s",
                           strcmp(dir, "/") == 0 ? "" : dir, name);

    return n > 0 && n < CONFIG_PATH;
}

bool eo_config_find(char path[CONFIG_PATH])
{
    char dir[CONFIG_PATH];
    struct stat st;
    bool here = true;

    if (getcwd(dir, sizeof dir) == NULL)
        return false;
    for (;; here = false) {
        char *slash = strrchr(dir, '/');

        if (!join(path, dir, NAME))
            return false;
        if (lstat(path, &st) == 0) {
            if (here)
                memcpy(path, NAME, sizeof NAME); /* as one would write it */
            return true;
        }
        if (slash == NULL || dir[1] == '\0' ||
            (stat(dir, &st) == 0 && is_same(&st, getenv("HOME"))) ||
            (join(path, dir, ".git") && lstat(path, &st) == 0))
            return false;
        slash[slash == dir] = '\0';
    }
}

bool eo_config_own(char path[CONFIG_PATH])
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (xdg != NULL && xdg[0] == '/')
        return join(path, xdg, "espota/espota.conf");
    return home != NULL && home[0] == '/' &&
           join(path, home, ".config/espota/espota.conf");
}

char *eo_config_path(const char *config, const char *file)
{
    const char *home = getenv("HOME"), *slash = strrchr(config, '/');
    size_t dir = slash != NULL ? (size_t)(slash - config) + 1 : 0;
    const char *from = config;
    struct stat st;
    char *path;

    if (file[0] == '~' && (file[1] == '/' || file[1] == '\0') && home != NULL) {
        from = home;
        dir = strlen(home);
        file++;
    } else if (file[0] == '/' || file[0] == '\0' || strcmp(file, "-") == 0 ||
               stat(config, &st) != 0 || !S_ISREG(st.st_mode)) {
        dir = 0; /* a pipe is nowhere */
    }
    path = eo_calloc(1, dir + strlen(file) + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, from, dir);
    memcpy(path + dir, file, strlen(file) + 1);
    return path;
}
