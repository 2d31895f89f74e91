/* whole_file.c -- a file that others see whole or not at all. */
#include "ui/whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static int fail(struct espota_error *err, const char *path)
{
    const int sys = errno;

    return eo_fail_sys(err, ESPOTA_E_INTERNAL, sys,
                       "cannot write %s: %s", path, strerror(sys));
}

/* As open() would have made it, had it been made at its place. */
static int give_mode(int fd, const struct stat *old)
{
    const mode_t mask = umask(0);

    umask(mask);
    return fchmod(fd, old != NULL ? old->st_mode & 0777
                                  : (mode_t)0666 & ~mask);
}

/* The place that a link leads to is the file's; the link stays. */
static char *place(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = eo_strdup(real != NULL ? real : path);

    free(real);
    return copy;
}

int eo_whole_begin(struct whole_file *w, const char *path,
                   struct espota_error *err)
{
    static const char END[] = ".XXXXXX";
    char *at = place(path);
    struct stat old;
    const bool exists = stat(path, &old) == 0;
    int fd;

    *w = (struct whole_file){.path = path};
    if (exists && !S_ISREG(old.st_mode)) {
        eo_free(at);
        w->out = fopen(path, "we");
        return w->out != NULL ? 0 : fail(err, path);
    }
    if (at != NULL)
        w->beside = eo_calloc(strlen(at) + sizeof END, 1);
    if (w->beside == NULL) {
        eo_free(at);
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    }
    memcpy(w->beside, at, strlen(at));
    memcpy(w->beside + strlen(at), END, sizeof END);
    eo_free(at);
    fd = mkstemp(w->beside);
    if (fd >= 0 && give_mode(fd, exists ? &old : NULL) == 0 &&
        (w->out = fdopen(fd, "w")) != NULL)
        return 0;
    fail(err, path);
    if (fd >= 0) {
        unlink(w->beside);
        close(fd);
    }
    eo_free(w->beside);
    w->beside = NULL;
    return -1;
}

int eo_whole_end(struct whole_file *w, struct espota_error *err)
{
    static const size_t END = sizeof ".XXXXXX" - 1;
    char *at = w->beside != NULL ? eo_strdup(w->beside) : NULL;
    bool bad = ferror(w->out) != 0 || fflush(w->out) != 0;
    int rc = 0;

    /* A terminal or a pipe cannot be synced, and need not be. */
    if (!bad && w->beside != NULL && fsync(fileno(w->out)) != 0)
        bad = true;
    if (fclose(w->out) != 0)
        bad = true;
    if (at != NULL)
        at[strlen(at) - END] = '\0';
    if (bad || (w->beside != NULL &&
                (at == NULL || rename(w->beside, at) != 0))) {
        rc = fail(err, w->path);
        if (w->beside != NULL)
            unlink(w->beside);
    }
    eo_free(at);
    eo_free(w->beside);
    w->beside = NULL;
    return rc;
}

void eo_whole_drop(struct whole_file *w)
{
    fclose(w->out);
    if (w->beside != NULL)
        unlink(w->beside);
    eo_free(w->beside);
    w->beside = NULL;
}

/* Not our fault but for want of memory. */
static int blame_user(struct espota_error *err)
{
    if (err->category == ESPOTA_E_INTERNAL && err->sys_errno != 0)
        err->category = ESPOTA_E_USAGE;
    return -1;
}

int eo_whole_open(struct whole_file *w, const char *path,
                  struct espota_error *err)
{
    return eo_whole_begin(w, path, err) == 0 ? 0 : blame_user(err);
}

int eo_whole_check(const char *path, struct espota_error *err)
{
    struct whole_file w;
    struct stat st;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        if (S_ISDIR(st.st_mode))
            errno = EISDIR;
        else if (access(path, W_OK) == 0)
            return 0;
        fail(err, path);
        return blame_user(err);
    }
    if (eo_whole_open(&w, path, err) != 0)
        return -1;
    eo_whole_drop(&w);
    return 0;
}
