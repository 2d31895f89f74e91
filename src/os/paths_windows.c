/* paths_windows.c -- paths with drives, shares and two kinds of slashes. */
#include "os/windows.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/paths.h"

enum { VALUE_MAX = 1024 };

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static bool has_drive(const char *path)
{
    const char c = (char)(path[0] | 0x20);

    return c >= 'a' && c <= 'z' && path[1] == ':';
}

/* "\x" and "D:x" depend on the drive and on where one is on it; but no folder
 * can be put in front of them. */
bool eo_paths_is_absolute(const char *path)
{
    return is_slash(path[0]) || has_drive(path);
}

size_t eo_paths_folder(const char *path)
{
    size_t n = has_drive(path) ? 2 : 0;

    for (size_t i = n; path[i] != '\0'; i++)
        if (is_slash(path[i]))
            n = i + 1;
    return n;
}

/* The kind of slash that the folder has. */
bool eo_paths_join(char *out, size_t cap, const char *folder, const char *name)
{
    const size_t len = strlen(folder);
    const bool ends = len > 0 && is_slash(folder[len - 1]);
    const char *slash = strchr(folder, '/') != NULL ? "/" : "\\";
    const int n =
        snprintf(out, cap, "%s%s%s", folder, ends ? "" : slash, name);

    return n > 0 && (size_t)n < cap;
}

/* What the system says, if it fits; false: it does not. */
static bool put(char *out, size_t cap, const wchar_t *wide)
{
    char *utf8 = eo_windows_utf8(wide);
    const bool fits = utf8 != NULL && strlen(utf8) < cap;

    if (fits)
        memcpy(out, utf8, strlen(utf8) + 1);
    eo_free(utf8);
    return fits;
}

bool eo_paths_here(char *out, size_t cap)
{
    wchar_t wide[VALUE_MAX];
    const DWORD n = GetCurrentDirectoryW(VALUE_MAX, wide);

    return n > 0 && n < VALUE_MAX && put(out, cap, wide);
}

/* How many bytes of an absolute path are its root: "C:\", "\\server\share". */
static size_t root_of(const char *path)
{
    size_t n = 2;

    if (has_drive(path))
        return is_slash(path[2]) ? 3 : 2;
    if (!is_slash(path[0]) || !is_slash(path[1]))
        return 1;
    for (int names = 0; names < 2 && path[n] != '\0'; names++) {
        n += strcspn(path + n, "/\\");
        if (names == 0)
            n += strspn(path + n, "/\\");
    }
    return n;
}

bool eo_paths_up(char *folder)
{
    const size_t root = root_of(folder);
    size_t n = strlen(folder);

    while (n > root && is_slash(folder[n - 1]))
        n--;
    if (n <= root)
        return false;
    while (n > root && !is_slash(folder[n - 1]))
        n--;
    while (n > root && is_slash(folder[n - 1]))
        n--;
    folder[n] = '\0';
    return true;
}

static bool variable(char *out, size_t cap, const wchar_t *name)
{
    wchar_t wide[VALUE_MAX];
    const DWORD n = GetEnvironmentVariableW(name, wide, VALUE_MAX);

    return n > 0 && n < VALUE_MAX && put(out, cap, wide);
}

const char *eo_paths_home(void)
{
    static char home[VALUE_MAX];

    return variable(home, sizeof home, L"USERPROFILE") ? home : NULL;
}

bool eo_paths_config(char *out, size_t cap, const char *name)
{
    char data[VALUE_MAX], folder[VALUE_MAX];

    return variable(data, sizeof data, L"APPDATA") &&
           eo_paths_is_absolute(data) &&
           eo_paths_join(folder, sizeof folder, data, "espota-c") &&
           eo_paths_join(out, cap, folder, name);
}

const char *eo_paths_null(void)
{
    return "NUL";
}
