/* config_file.c -- which configuration file there is, and whether to obey. */
#include "conf/config_file.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/file.h"
#include "os/paths.h"

static const char NAME[] = ".espota.conf";

/* ---- whom it obeys --------------------------------------------------------- */

static void ignore(struct notes *notes, const char *path,
                   const struct file_doubt *doubt)
{
    eo_note(notes, "config-ignored",
            "%s is ignored: it %s%s; if you trust it, name it: --config %s",
            path, doubt->of_folder ? "lies in a directory that " : "",
            doubt->why, path);
}

/* The user's word holds, but the user may not know who else can write it. */
static os_file open_named(const char *path, struct notes *notes)
{
    const os_file file = eo_file_open(path);
    struct file_facts facts;

    if (file == OS_NO_FILE || eo_file_facts_of(file, &facts) != 0)
        return file;
    if (facts.kind == FILE_FOLDER) {
        eo_file_close(file);
        errno = EISDIR;
        return OS_NO_FILE;
    }
    if (facts.kind == FILE_REGULAR && facts.all_write)
        eo_note(notes, "writable-config",
                "everybody can write to %s, which decides what is flashed",
                path);
    return file;
}

int eo_config_open(FILE **out, const char *path, enum config_trust trust,
                   struct notes *notes, struct espota_error *err)
{
    struct file_doubt doubt = {0};
    const os_file file = trust == CONFIG_NAMED
                             ? open_named(path, notes)
                             : eo_file_open_trusted(path, &doubt);

    *out = NULL;
    if (doubt.why != NULL)
        ignore(notes, path, &doubt);
    if (doubt.why != NULL || (file == OS_NO_FILE && trust != CONFIG_NAMED &&
                              (errno == ENOENT || errno == ENOTDIR)))
        return 0;
    *out = file != OS_NO_FILE ? eo_file_stream(file) : NULL;
    if (*out != NULL)
        return 0;
    eo_file_close(file);
    return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                       eo_file_text(errno));
}

/* ---- where it is ----------------------------------------------------------- */

static bool is_home(const char *folder)
{
    const char *home = eo_paths_home();
    struct file_facts a, b;

    return home != NULL && eo_file_facts(folder, &a) == 0 &&
           eo_file_facts(home, &b) == 0 &&
           eo_stamp_same_file(&a.stamp, &b.stamp);
}

/* folder/name; false: it cannot be there. */
static bool is_in(char path[CONFIG_PATH], const char *folder, const char *name)
{
    return eo_paths_join(path, CONFIG_PATH, folder, name) &&
           eo_file_is_there(path);
}

bool eo_config_find(char path[CONFIG_PATH])
{
    char dir[CONFIG_PATH], git[CONFIG_PATH];

    if (!eo_paths_here(dir, sizeof dir))
        return false;
    for (bool here = true;; here = false) {
        if (!eo_paths_join(path, CONFIG_PATH, dir, NAME))
            return false;
        if (eo_file_is_there(path)) {
            if (here)
                memcpy(path, NAME, sizeof NAME); /* as one would write it */
            return true;
        }
        if (is_home(dir) || is_in(git, dir, ".git") || !eo_paths_up(dir))
            return false;
    }
}

bool eo_config_own(char path[CONFIG_PATH])
{
    return eo_paths_config(path, CONFIG_PATH, "espota.conf");
}

char *eo_config_path(const char *config, const char *file)
{
    const char *home = eo_paths_home(), *from = config;
    size_t dir = eo_paths_folder(config);
    struct file_facts facts;
    char *path;

    if (file[0] == '~' && (file[1] == '/' || file[1] == '\0') && home != NULL) {
        from = home;
        dir = strlen(home);
        file++;
    } else if (eo_paths_is_absolute(file) || file[0] == '\0' ||
               strcmp(file, "-") == 0 || eo_file_facts(config, &facts) != 0 ||
               facts.kind != FILE_REGULAR) {
        dir = 0; /* a pipe is nowhere */
    }
    path = eo_calloc(1, dir + strlen(file) + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, from, dir);
    memcpy(path + dir, file, strlen(file) + 1);
    return path;
}
