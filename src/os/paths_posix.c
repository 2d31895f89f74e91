/* paths_posix.c -- paths as POSIX and the XDG base directories have them. */
#include "os/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool eo_paths_is_absolute(const char *path)
{
    return path[0] == '/';
}

size_t eo_paths_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

bool eo_paths_join(char *out, size_t cap, const char *folder, const char *name)
{
    const int n = snprintf(out, cap, "%s/%s",
                           strcmp(folder, "/") == 0 ? "" : folder, name);

    return n > 0 && (size_t)n < cap;
}

bool eo_paths_here(char *out, size_t cap)
{
    return getcwd(out, cap) != NULL;
}

bool eo_paths_up(char *folder)
{
    char *slash = strrchr(folder, '/');

    if (slash == NULL || folder[1] == '\0')
        return false;
    slash[slash == folder] = '\0';
    return true;
}

const char *eo_paths_home(void)
{
    return getenv("HOME");
}

bool eo_paths_config(char *out, size_t cap, const char *name)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = eo_paths_home();
    char folder[1024];

    if (xdg != NULL && eo_paths_is_absolute(xdg))
        return eo_paths_join(folder, sizeof folder, xdg, "espota") &&
               eo_paths_join(out, cap, folder, name);
    return home != NULL && eo_paths_is_absolute(home) &&
           eo_paths_join(folder, sizeof folder, home, ".config/espota") &&
           eo_paths_join(out, cap, folder, name);
}

const char *eo_paths_null(void)
{
    return "/dev/null";
}
