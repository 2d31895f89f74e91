/* file_name_windows.c -- names of files by Windows, and those that it keeps. */
#include "os/file_windows.h"

#include <errno.h>
#include <string.h>
#include <winternl.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"

enum { LONG_PATH = 240, PART_MAX = 256 };

/* ---- names that are devices ------------------------------------------------ */

static bool is_word(const char *name, size_t len, const char *word)
{
    if (strlen(word) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (eo_lower(name[i]) != word[i])
            return false;
    return true;
}

/* COM1 and LPT1, with the digits of Latin-1 that stand above the line, too. */
static bool is_port(const char *name, size_t len)
{
    if (len < 4 || len > 5 ||
        (!is_word(name, 3, "com") && !is_word(name, 3, "lpt")))
        return false;
    if (len == 4)
        return name[3] >= '0' && name[3] <= '9';
    return name[3] == '\xc2' && (name[4] == '\xb9' || name[4] == '\xb2' ||
                                 name[4] == '\xb3');
}

/* Whatever is written behind a dot or a colon, and in whichever folder. */
static bool is_device(const char *name)
{
    static const char *const WORDS[] = {"con", "prn",     "aux",
                                        "nul", "conin$", "conout$"};
    size_t len = strcspn(name, ".:");

    while (len > 0 && name[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (is_word(name, len, WORDS[i]))
            return true;
    return is_port(name, len);
}

/* Those that a user can mean. */
static bool is_meant(const char *path)
{
    static const char *const WORDS[] = {"nul", "con", "conin$", "conout$"};

    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (is_word(path, strlen(path), WORDS[i]))
            return true;
    return false;
}

static bool starts_as(const char *path, const char *start)
{
    for (; *start != '\0'; path++, start++)
        if ((*path == '/' ? '\\' : eo_lower(*path)) != *start)
            return false;
    return true;
}

static bool is_kept(const char *path)
{
    const char *name = path;

    if (starts_as(path, "\\\\?\\") || starts_as(path, "\\\\.\\pipe\\"))
        return false;
    if (starts_as(path, "\\\\.\\"))
        return true;
    for (const char *p = path; *p != '\0'; p++)
        if (*p == '/' || *p == '\\' || (*p == ':' && p == path + 1))
            name = p + 1;
    return is_device(name) && !is_meant(path);
}

/* ---- paths ------------------------------------------------------------------ */

/* Only in this form may it be longer than 260; it is freed. */
static wchar_t *lengthen(wchar_t *path)
{
    static const wchar_t LOCAL[] = L"\\\\?\\", SHARE[] = L"\\\\?\\UNC";
    const DWORD n = GetFullPathNameW(path, 0, NULL, NULL);
    wchar_t *full = eo_calloc(n + sizeof SHARE, sizeof *full),
            *all = eo_calloc(n + sizeof SHARE, sizeof *all);

    if (n == 0 || full == NULL || all == NULL) {
        errno = n == 0 ? ENOENT : ENOMEM;
        eo_free(all);
        all = NULL;
    } else {
        GetFullPathNameW(path, n, full, NULL);
        wcscpy(all, full[0] == L'\\' ? SHARE : LOCAL);
        wcscat(all, full[0] == L'\\' ? full + 1 : full);
    }
    eo_free(full);
    eo_free(path);
    return all;
}

wchar_t *eo_windows_path(const char *path)
{
    wchar_t *wide;

    if (is_kept(path)) {
        errno = ENODEV;
        return NULL;
    }
    wide = eo_windows_wide(path);
    if (wide != NULL && wcslen(wide) >= LONG_PATH &&
        wcsncmp(wide, L"\\\\?\\", 4) != 0)
        wide = lengthen(wide);
    return wide;
}

HANDLE eo_windows_open(const char *path, DWORD access, DWORD how, DWORD flags)
{
    wchar_t *wide = eo_windows_path(path);
    HANDLE file;
    DWORD is;

    if (wide == NULL)
        return INVALID_HANDLE_VALUE;
    file = CreateFileW(wide, access, SHARE_ALL, NULL, how, flags, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        eo_windows_fail();
        is = errno == EACCES || errno == EEXIST ? GetFileAttributesW(wide)
                                                : INVALID_FILE_ATTRIBUTES;
        if (is != INVALID_FILE_ATTRIBUTES && (is & FILE_ATTRIBUTE_DIRECTORY))
            errno = EISDIR;
    }
    eo_free(wide);
    return file;
}

wchar_t *eo_windows_real(HANDLE file)
{
    const DWORD n = GetFinalPathNameByHandleW(file, NULL, 0, 0);
    wchar_t *path = n > 0 ? eo_calloc(n + 1, sizeof *path) : NULL;

    if (n == 0)
        eo_windows_fail();
    else if (path == NULL)
        errno = ENOMEM;
    else if (GetFinalPathNameByHandleW(file, path, n + 1, 0) > n) {
        eo_free(path);
        errno = ENOENT;
        return NULL;
    }
    return path;
}

/* ---- below a folder ----------------------------------------------------------- */

/* What stands between two slashes is one name of a file, and its only one: no
 * path, drive, stream or pattern, none that the system would shorten, and none
 * that some program takes for a device. */
static bool is_plain(const char *part, size_t len)
{
    if (len == 0 || len >= PART_MAX || part[0] == '.' ||
        part[len - 1] == '.' || part[len - 1] == ' ')
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)part[i] < 0x20 || strchr("\\:*?\"<>|", part[i]))
            return false;
    return true;
}

/* As openat() with O_NOFOLLOW: the system looks for this name in that folder,
 * and makes nothing else of it. */
static HANDLE open_part(HANDLE folder, wchar_t *part, bool is_folder)
{
    const size_t bytes = wcslen(part) * sizeof *part;
    UNICODE_STRING name = {(USHORT)bytes, (USHORT)bytes, part};
    OBJECT_ATTRIBUTES at = {.Length = sizeof at,
                            .RootDirectory = folder,
                            .ObjectName = &name,
                            .Attributes = OBJ_CASE_INSENSITIVE};
    IO_STATUS_BLOCK io;
    HANDLE file = INVALID_HANDLE_VALUE;
    const NTSTATUS status = NtCreateFile(
        &file, FILE_GENERIC_READ | SYNCHRONIZE, &at, &io, NULL, 0, SHARE_ALL,
        FILE_OPEN,
        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT |
            FILE_OPEN_FOR_BACKUP_INTENT | (is_folder ? FILE_DIRECTORY_FILE : 0),
        NULL, 0);

    if (status < 0) {
        errno = eo_windows_errno(RtlNtStatusToDosError(status));
        return INVALID_HANDLE_VALUE;
    }
    return file;
}

/* A link would lead elsewhere, and a short name is a second name: one that
 * begins with a dot has one without. */
static bool is_what_was_asked(HANDLE file, const wchar_t *part)
{
    BY_HANDLE_FILE_INFORMATION info;
    wchar_t *real, *name;
    bool same;

    if (!GetFileInformationByHandle(file, &info) ||
        (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) ||
        (real = eo_windows_real(file)) == NULL)
        return false;
    name = wcsrchr(real, L'\\');
    same = name != NULL && CompareStringOrdinal(name + 1, -1, part, -1, TRUE) ==
                               CSTR_EQUAL;
    eo_free(real);
    return same;
}

static HANDLE step(HANDLE folder, const char *path, size_t len, bool is_folder)
{
    char part[PART_MAX];
    HANDLE file = INVALID_HANDLE_VALUE;
    wchar_t *wide;

    memcpy(part, path, len);
    part[len] = '\0';
    errno = ENOENT;
    wide = is_device(part) ? NULL : eo_windows_wide(part);
    if (wide != NULL)
        file = open_part(folder, wide, is_folder);
    if (file != INVALID_HANDLE_VALUE && !is_what_was_asked(file, wide)) {
        CloseHandle(file);
        file = INVALID_HANDLE_VALUE;
        errno = ENOENT;
    }
    eo_free(wide);
    return file;
}

os_file eo_file_open_below(const char *folder, const char *path)
{
    HANDLE at = eo_windows_open(folder, GENERIC_READ, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS);
    bool last = false;

    while (at != INVALID_HANDLE_VALUE && !last) {
        const size_t len = strcspn(path += strspn(path, "/"), "/");
        HANDLE below = INVALID_HANDLE_VALUE;

        last = path[len] == '\0';
        errno = ENOENT;
        if (is_plain(path, len))
            below = step(at, path, len, !last);
        eo_file_close((os_file)at);
        at = below;
        path += len;
    }
    return (os_file)at;
}
