/* whole_file.c -- a file that others see complete or not at all. */
#include "ui/whole_file.h"

#include <errno.h>
#include <string.h>

static int fail(struct espota_error *err, const char *path)
{
    const int sys = errno;

    return eo_fail_sys(err, ESPOTA_E_INTERNAL, sys,
                       "cannot write %s: %s", path, eo_file_text(sys));
}

int eo_whole_begin(struct whole_file *w, const char *path,
                   struct espota_error *err)
{
    struct file_facts old;

    *w = (struct whole_file){.path = path};
    if (eo_file_facts(path, &old) == 0 && old.kind != FILE_REGULAR)
        w->out = eo_file_stream_write(path);
    else if (eo_file_beside(&w->beside, path) == 0)
        w->out = w->beside.out;
    if (w->out != NULL)
        return 0;
    return errno == ENOMEM ? eo_fail_memory(err) : fail(err, path);
}

int eo_whole_end(struct whole_file *w, struct espota_error *err)
{
    const bool beside = w->beside.name != NULL;
    bool bad = ferror(w->out) != 0 || fflush(w->out) != 0;
    int rc = 0;

    /* A terminal or a pipe cannot be synced, and need not be. */
    if (!bad && beside && eo_file_stream_sync(w->out) != 0)
        bad = true;
    if (fclose(w->out) != 0)
        bad = true;
    if (bad || (beside && eo_file_replace(w->beside.name,
                                          w->beside.place) != 0)) {
        rc = fail(err, w->path);
        if (beside)
            eo_file_remove(w->beside.name);
    }
    eo_file_beside_free(&w->beside);
    return rc;
}

void eo_whole_drop(struct whole_file *w)
{
    fclose(w->out);
    if (w->beside.name != NULL)
        eo_file_remove(w->beside.name);
    eo_file_beside_free(&w->beside);
}

/* The user is to blame, unless memory ran out. */
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
    struct file_facts facts;

    if (eo_file_facts(path, &facts) == 0 && facts.kind != FILE_REGULAR) {
        if (facts.kind == FILE_FOLDER)
            errno = EISDIR;
        else if (eo_file_can_write(path))
            return 0;
        fail(err, path);
        return blame_user(err);
    }
    if (eo_whole_open(&w, path, err) != 0)
        return -1;
    eo_whole_drop(&w);
    return 0;
}
