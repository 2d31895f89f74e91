/* file_put_windows.c -- files by Windows: locking, writing, putting in place. */
#include "os/file_windows.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <string.h>

#include <aclapi.h>

#include "base/mem.h"

/* ---- making ------------------------------------------------------------------ */

/* NULL: those that a new file there gets. */
static HANDLE make(const char *name, PSECURITY_DESCRIPTOR rights)
{
    SECURITY_ATTRIBUTES as = {sizeof as, rights, FALSE};
    wchar_t *wide = eo_windows_path(name);
    HANDLE file;

    if (wide == NULL)
        return INVALID_HANDLE_VALUE;
    file = CreateFileW(wide, GENERIC_WRITE, SHARE_ALL, &as, CREATE_NEW,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        eo_windows_fail();
    eo_free(wide);
    return file;
}

os_file eo_file_create(const char *path)
{
    PSECURITY_DESCRIPTOR rights = eo_windows_users_alone();
    HANDLE file = INVALID_HANDLE_VALUE;

    if (rights != NULL)
        file = make(path, rights);
    LocalFree(rights);
    return (os_file)file;
}

/* What is there already, a drive included, is no failure. */
static int make_folder(const char *path, PSECURITY_DESCRIPTOR rights)
{
    SECURITY_ATTRIBUTES as = {sizeof as, rights, FALSE};
    wchar_t *wide = eo_windows_path(path);
    int rc = -1;

    if (wide == NULL)
        return -1;
    if (GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES ||
        CreateDirectoryW(wide, &as) ||
        GetLastError() == ERROR_ALREADY_EXISTS)
        rc = 0;
    else
        eo_windows_fail();
    eo_free(wide);
    return rc;
}

int eo_file_make_folders(const char *path)
{
    char *folder = eo_strdup(path), *at = folder;
    PSECURITY_DESCRIPTOR rights = folder != NULL ? eo_windows_users_alone() : NULL;
    int rc = rights != NULL ? 0 : -1;

    /* Behind the names of a server and of what it shares. */
    if (rc == 0 && strspn(folder, "/\\") == 2)
        for (int i = 0; i < 2 && *at != '\0'; i++)
            at += strspn(at, "/\\"), at += strcspn(at, "/\\");
    while (rc == 0 && *at != '\0' &&
           (at = strpbrk(at + 1, "/\\")) != NULL) {
        const char slash = *at;

        *at = '\0';
        rc = make_folder(folder, rights);
        *at = slash;
    }
    LocalFree(rights);
    eo_free(folder);
    return rc;
}

/* ---- locking and writing --------------------------------------------------- */

/* A lock forbids others to read what is locked: so it is a byte where none is. */
int eo_file_lock(os_file file, bool shared)
{
    OVERLAPPED place = {.OffsetHigh = 0x7fffffff};

    if (LockFileEx((HANDLE)file,
                   LOCKFILE_FAIL_IMMEDIATELY |
                       (shared ? 0 : (DWORD)LOCKFILE_EXCLUSIVE_LOCK),
                   0, 1, 0, &place))
        return 0;
    return eo_windows_fail();
}

/* What is written is a log: its place is the end, wherever that is by now. */
int eo_file_write(os_file file, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        OVERLAPPED end = {.Offset = 0xffffffff, .OffsetHigh = 0xffffffff};
        const DWORD ask = len < INT_MAX ? (DWORD)len : INT_MAX;
        DWORD n = 0;

        if (!WriteFile((HANDLE)file, at, ask, &n, &end))
            return eo_windows_fail();
        if (n == 0) {
            errno = ENOSPC;
            return -1;
        }
        at += n;
        len -= n;
    }
    return 0;
}

int eo_file_sync(os_file file)
{
    return FlushFileBuffers((HANDLE)file) ? 0 : eo_windows_fail();
}

int64_t eo_file_size(os_file file)
{
    LARGE_INTEGER size;

    return GetFileSizeEx((HANDLE)file, &size) ? size.QuadPart
                                              : eo_windows_fail();
}

int eo_file_cut(os_file file, int64_t size)
{
    FILE_END_OF_FILE_INFO end = {.EndOfFile = {.QuadPart = size}};

    return SetFileInformationByHandle((HANDLE)file, FileEndOfFileInfo, &end,
                                      sizeof end)
               ? 0
               : eo_windows_fail();
}

/* ---- into its place ------------------------------------------------------- */

/* As rename() does it: those who have the old file open keep it.  Not every file
 * system can. */
static bool rename_over(const wchar_t *from, const wchar_t *to)
{
    enum { REPLACE_IF_EXISTS = 1, POSIX_SEMANTICS = 2, RENAME_INFO_EX = 22 };
    const size_t bytes = wcslen(to) * sizeof *to;
    FILE_RENAME_INFO *info = eo_calloc(1, sizeof *info + bytes);
    const HANDLE file =
        CreateFileW(from, DELETE | SYNCHRONIZE, SHARE_ALL, NULL, OPEN_EXISTING,
                    FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS,
                    NULL);
    const DWORD flags = REPLACE_IF_EXISTS | POSIX_SEMANTICS;
    bool done = false;

    if (info != NULL && file != INVALID_HANDLE_VALUE) {
        memcpy(info, &flags, sizeof flags); /* where the older form has a bool */
        info->FileNameLength = (DWORD)bytes;
        memcpy(info->FileName, to, bytes);
        done = SetFileInformationByHandle(
            file, (FILE_INFO_BY_HANDLE_CLASS)RENAME_INFO_EX, info,
            (DWORD)(sizeof *info + bytes));
    }
    eo_file_close((os_file)file);
    eo_free(info);
    return done;
}

static bool move_over(const wchar_t *from, const wchar_t *to)
{
    return rename_over(from, to) ||
           MoveFileExW(from, to,
                       MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
}

/* Somebody has it for a moment, as what looks for viruses in a new file. */
static bool is_passing(DWORD code)
{
    return code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION;
}

int eo_file_replace(const char *from, const char *to)
{
    enum { TRIES = 10, PAUSE_MS = 30 };
    wchar_t *wide_from = eo_windows_path(from), *wide_to = eo_windows_path(to);
    int rc = -1;

    for (int i = 0; wide_from != NULL && wide_to != NULL && i < TRIES; i++) {
        if (i > 0)
            Sleep(PAUSE_MS);
        rc = move_over(wide_from, wide_to) ? 0 : eo_windows_fail();
        if (rc == 0 || !is_passing(GetLastError()))
            break;
    }
    eo_free(wide_from);
    eo_free(wide_to);
    return rc;
}

int eo_file_remove(const char *path)
{
    wchar_t *wide = eo_windows_path(path);
    int rc = -1;

    if (wide != NULL)
        rc = DeleteFileW(wide) ? 0 : eo_windows_fail();
    eo_free(wide);
    return rc;
}

/* ---- beside its place ----------------------------------------------------- */

/* The place that a link leads to is the file's; the link stays. */
static char *place_of(const char *path)
{
    wchar_t *wide = eo_windows_path(path), *real = NULL;
    const DWORD is =
        wide != NULL ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    char *place;

    if (wide == NULL)
        return NULL;
    if (is != INVALID_FILE_ATTRIBUTES && (is & FILE_ATTRIBUTE_REPARSE_POINT)) {
        const HANDLE file =
            eo_windows_open(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING,
                            FILE_FLAG_BACKUP_SEMANTICS);

        if (file != INVALID_HANDLE_VALUE)
            real = eo_windows_real(file);
        eo_file_close((os_file)file);
    }
    place = eo_windows_utf8(real != NULL ? real : wide);
    eo_free(real);
    eo_free(wide);
    return place;
}

/* A new file has them from the start: nobody sees in it meanwhile what nobody is
 * to see. */
static PSECURITY_DESCRIPTOR rights_of(const char *place)
{
    PSECURITY_DESCRIPTOR about = NULL;
    const HANDLE file = eo_windows_open(place, READ_CONTROL, OPEN_EXISTING, 0);

    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    if (GetSecurityInfo(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                        NULL, NULL, NULL, &about) != ERROR_SUCCESS)
        about = NULL;
    CloseHandle(file);
    return about;
}

/* Fills the end of the name in: any that is free will do. */
static HANDLE make_any(char *name, PSECURITY_DESCRIPTOR rights)
{
    char *end = name + strlen(name) - 6;
    LARGE_INTEGER now;
    HANDLE file;

    for (unsigned tries = 0; tries < 1000; tries++) {
        QueryPerformanceCounter(&now);
        snprintf(end, 7, "%06x",
                 (unsigned)((now.LowPart ^ GetCurrentProcessId() << 10) +
                            tries * 7919) &
                     0xffffff);
        file = make(name, rights);
        if (file != INVALID_HANDLE_VALUE || errno != EEXIST)
            return file;
    }
    return INVALID_HANDLE_VALUE;
}

static FILE *as_stream(HANDLE file)
{
    const int fd = _open_osfhandle((intptr_t)file,
                                   _O_WRONLY | _O_BINARY | _O_NOINHERIT);
    FILE *f = fd >= 0 ? _fdopen(fd, "wb") : NULL;

    if (f == NULL && fd >= 0)
        _close(fd);
    else if (f == NULL)
        CloseHandle(file);
    return f;
}

int eo_file_beside(struct file_beside *b, const char *path)
{
    static const char END[] = ".XXXXXX";
    PSECURITY_DESCRIPTOR rights;
    HANDLE file = INVALID_HANDLE_VALUE;
    int sys;

    *b = (struct file_beside){.place = place_of(path)};
    if (b->place == NULL)
        return -1;
    b->name = eo_calloc(strlen(b->place) + sizeof END, 1);
    if (b->name == NULL) {
        errno = ENOMEM;
    } else {
        strcpy(b->name, b->place);
        strcat(b->name, END);
        rights = rights_of(b->place);
        file = make_any(b->name, rights);
        LocalFree(rights);
    }
    if (file != INVALID_HANDLE_VALUE && (b->out = as_stream(file)) != NULL)
        return 0;
    sys = errno;
    if (file != INVALID_HANDLE_VALUE)
        eo_file_remove(b->name);
    eo_file_beside_free(b);
    errno = sys;
    return -1;
}
