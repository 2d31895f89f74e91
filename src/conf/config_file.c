/* config_file.c -- which configuration files there are, and whether to obey
 * them. */
#include "conf/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/file.h"
#include "os/paths.h"

static const char NAME[] = ".espota.conf";

/* ---- which files are obeyed ---------------------------------------------- */

static void ignore(struct notes *notes, const char *path,
                   const struct file_doubt *doubt)
{
    eo_note(notes, "config-ignored",
            "%s is ignored: it %s%s; if you trust it, name it: --config %s",
            path, doubt->of_folder ? "lies in a directory that " : "",
            doubt->why, path);
}

/* A file that the user named is obeyed, but the user may not know who else can
 * write it. */
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
    if (facts.kind == FILE_REGULAR && facts.all_write && notes != NULL)
        eo_note(notes, "writable-config",
                "everybody can write to %s, which decides what is flashed",
                path);
    return file;
}

/* errno says why a file was not opened. */
static bool is_absent(void)
{
    return errno == ENOENT || errno == ENOTDIR;
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
    if (doubt.why != NULL ||
        (file == OS_NO_FILE && trust != CONFIG_NAMED && is_absent()))
        return 0;
    *out = file != OS_NO_FILE ? eo_file_stream(file) : NULL;
    if (*out != NULL)
        return 0;
    eo_file_close(file);
    return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                       eo_file_text(errno));
}

enum config_state eo_config_state(const char *path, enum config_trust trust,
                                  char why[CONFIG_WHY])
{
    struct file_doubt doubt = {0};
    struct file_facts facts;
    os_file file = OS_NO_FILE;

    why[0] = '\0';
    if (trust != CONFIG_NAMED)
        file = eo_file_open_trusted(path, &doubt);
    else if (eo_file_facts(path, &facts) == 0 && facts.kind == FILE_OTHER)
        return CONFIG_IN_FORCE; /* opening a pipe takes it from its reader */
    else
        file = open_named(path, NULL);
    if (file != OS_NO_FILE) {
        eo_file_close(file);
        return CONFIG_IN_FORCE;
    }
    if (doubt.why == NULL && is_absent())
        return CONFIG_ABSENT;
    snprintf(why, CONFIG_WHY, "%s%s",
             doubt.of_folder ? "lies in a directory that " : "",
             doubt.why != NULL ? doubt.why : eo_file_text(errno));
    return doubt.why != NULL ? CONFIG_IGNORED : CONFIG_UNREADABLE;
}

/* ---- where it is --------------------------------------------------------- */

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

enum { NEXT_NAMED, NEXT_HERE, NEXT_ABOVE, NEXT_OWN, NEXT_NONE };

void eo_config_search(struct config_search *s, const char *named, bool none)
{
    *s = (struct config_search){
        .named = named,
        .next = none ? NEXT_NONE : named != NULL ? NEXT_NAMED : NEXT_HERE,
    };
}

/* In the working directory, or in that above the last one. */
static bool look(struct config_search *s)
{
    const bool here = s->next == NEXT_HERE;
    char git[CONFIG_PATH];

    s->next = NEXT_OWN;
    if (here ? !eo_paths_here(s->folder, sizeof s->folder)
             : is_home(s->folder) || is_in(git, s->folder, ".git") ||
                   !eo_paths_up(s->folder))
        return false;
    if (!eo_paths_join(s->space, sizeof s->space, s->folder, NAME))
        return false;
    s->path = here ? NAME : s->space; /* as a user would write it */
    s->trust = CONFIG_FOUND;
    s->there = eo_file_is_there(s->path);
    if (!s->there)
        s->next = NEXT_ABOVE;
    return true;
}

bool eo_config_next(struct config_search *s)
{
    if ((s->next == NEXT_HERE || s->next == NEXT_ABOVE) && look(s))
        return true;
    s->there = true;
    if (s->next == NEXT_NAMED) {
        s->path = s->named;
        s->trust = CONFIG_NAMED;
    } else if (s->next == NEXT_OWN && eo_config_place(s->space, true)) {
        s->path = s->space;
        s->trust = CONFIG_OWN;
        s->nth = 1;
    } else {
        return false;
    }
    s->next = NEXT_NONE;
    return true;
}

bool eo_config_place(char path[CONFIG_PATH], bool own)
{
    if (own)
        return eo_paths_config(path, CONFIG_PATH, "espota.conf");
    memcpy(path, NAME, sizeof NAME);
    return true;
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
        dir = 0; /* a pipe is not in any directory */
    }
    path = eo_calloc(1, dir + strlen(file) + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, from, dir);
    memcpy(path + dir, file, strlen(file) + 1);
    return path;
}
