/* file_windows.c -- files by Windows: opening, looking, reading. */
#include "os/file_windows.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <string.h>

#include "base/mem.h"
#include "os/file_inside.h"
#include "os/signals_inside.h"
#include "os/signals_windows.h"

const char *eo_file_text(int sys)
{
    switch (sys) {
    case EBUSY:
        return "Another program has it open";
    case ENODEV:
        return "Windows keeps this name for a device";
    default:
        return eo_windows_text(sys);
    }
}

/* ---- opening ------------------------------------------------------------ */

os_file eo_file_open(const char *path)
{
    return (os_file)eo_windows_open(path, GENERIC_READ, OPEN_EXISTING,
                                    FILE_FLAG_BACKUP_SEMANTICS);
}

/* Nothing that can be opened here is waited for. */
os_file eo_file_open_now(const char *path)
{
    return eo_file_open(path);
}

os_file eo_file_open_log(const char *path)
{
    return (os_file)eo_windows_open(path, GENERIC_READ | GENERIC_WRITE,
                                    OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL);
}

os_file eo_file_stdin(void)
{
    return (os_file)GetStdHandle(STD_INPUT_HANDLE);
}

void eo_file_close(os_file file)
{
    const int sys = errno;

    if (file != OS_NO_FILE)
        CloseHandle((HANDLE)file);
    errno = sys;
}

/* ---- as streams --------------------------------------------------------- */

/* A stream has its file for good: it is tried with another handle of it. */
static FILE *stream_of(HANDLE file, int flags, const char *mode)
{
    HANDLE twin;
    FILE *f;
    int fd;

    if (!DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &twin,
                         0, FALSE, DUPLICATE_SAME_ACCESS)) {
        eo_windows_fail();
        return NULL;
    }
    fd = _open_osfhandle((intptr_t)twin, flags | _O_BINARY | _O_NOINHERIT);
    if (fd < 0) {
        CloseHandle(twin);
        return NULL;
    }
    f = _fdopen(fd, mode);
    if (f == NULL)
        _close(fd);
    else
        CloseHandle(file);
    return f;
}

FILE *eo_file_stream(os_file file)
{
    return stream_of((HANDLE)file, _O_RDONLY, "rb");
}

static FILE *stream_or_close(HANDLE file, int flags, const char *mode)
{
    FILE *f = NULL;

    if (file != INVALID_HANDLE_VALUE)
        f = stream_of(file, flags, mode);
    if (f == NULL)
        eo_file_close((os_file)file);
    return f;
}

FILE *eo_file_stream_read(const char *path)
{
    return stream_or_close(eo_windows_open(path, GENERIC_READ, OPEN_EXISTING,
                                           FILE_ATTRIBUTE_NORMAL),
                           _O_RDONLY, "rb");
}

FILE *eo_file_stream_write(const char *path)
{
    return stream_or_close(eo_windows_open(path, GENERIC_WRITE, CREATE_ALWAYS,
                                           FILE_ATTRIBUTE_NORMAL),
                           _O_WRONLY, "wb");
}

FILE *eo_file_stream_temporary(void)
{
    wchar_t folder[MAX_PATH + 1], name[MAX_PATH + 1];
    HANDLE file;

    if (GetTempPathW(MAX_PATH + 1, folder) == 0 ||
        GetTempFileNameW(folder, L"eo", 0, name) == 0) {
        eo_windows_fail();
        return NULL;
    }
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE | DELETE, SHARE_ALL,
                       NULL, TRUNCATE_EXISTING,
                       FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE,
                       NULL);
    if (file == INVALID_HANDLE_VALUE) {
        eo_windows_fail();
        DeleteFileW(name);
    }
    return stream_or_close(file, _O_RDWR, "w+b");
}

int eo_file_stream_sync(FILE *stream)
{
    return eo_file_sync((os_file)_get_osfhandle(_fileno(stream)));
}

/* ---- what a file is ------------------------------------------------------ */

static int64_t ns_of(int64_t ticks)
{
    const int64_t TICKS_TO_1970 = 116444736000000000;

    return (ticks - TICKS_TO_1970) * 100;
}

/* Which file it is; not all that can be read has a number, as a standard stream
 * under Wine has none. */
static void identify(HANDLE file, struct stamp *stamp)
{
    BY_HANDLE_FILE_INFORMATION info;
    FILE_ID_INFO id;
    uint64_t half[2];

    if (GetFileInformationByHandleEx(file, FileIdInfo, &id, sizeof id)) {
        memcpy(half, &id.FileId, sizeof half);
        stamp->volume = id.VolumeSerialNumber;
        stamp->id = half[0] ^ half[1]; /* the second is 0 but for ReFS */
    } else if (GetFileInformationByHandle(file, &info)) {
        stamp->volume = info.dwVolumeSerialNumber;
        stamp->id = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
    }
}

int eo_windows_facts(HANDLE file, enum file_kind *kind, struct stamp *stamp)
{
    FILE_STANDARD_INFO info;
    FILE_BASIC_INFO times;
    const DWORD type = GetFileType(file);

    *stamp = (struct stamp){0};
    *kind = FILE_OTHER;
    if (type == FILE_TYPE_UNKNOWN)
        return eo_windows_fail();
    if (type != FILE_TYPE_DISK)
        return 0;
    if (!GetFileInformationByHandleEx(file, FileStandardInfo, &info,
                                      sizeof info) ||
        !GetFileInformationByHandleEx(file, FileBasicInfo, &times,
                                      sizeof times))
        return eo_windows_fail();
    *kind = info.Directory ? FILE_FOLDER : FILE_REGULAR;
    stamp->size = info.EndOfFile.QuadPart;
    stamp->mtime_ns = ns_of(times.LastWriteTime.QuadPart);
    /* FAT has none */
    stamp->ctime_ns = ns_of(times.ChangeTime.QuadPart != 0
                                ? times.ChangeTime.QuadPart
                                : times.LastWriteTime.QuadPart);
    identify(file, stamp);
    return 0;
}

int eo_file_facts_of(os_file file, struct file_facts *facts)
{
    struct rights r = {0};

    *facts = (struct file_facts){0};
    if (eo_windows_facts((HANDLE)file, &facts->kind, &facts->stamp) != 0)
        return -1;
    /* Whose list of rights is not for us to see is not private. */
    if (facts->kind != FILE_OTHER && eo_windows_rights((HANDLE)file, &r) != 0)
        r.some = FILE_ALL_ACCESS;
    facts->is_private =
        (r.some & (FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA |
                   FILE_EXECUTE | DELETE | WRITE_DAC | WRITE_OWNER)) == 0;
    facts->all_read = (r.all & FILE_READ_DATA) != 0;
    facts->all_write = (r.all & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    return 0;
}

/* Of a file that we may not read there is something to be known, too. */
int eo_file_facts(const char *path, struct file_facts *facts)
{
    HANDLE file =
        eo_windows_open(path, FILE_READ_ATTRIBUTES | READ_CONTROL,
                        OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    int rc;

    if (file == INVALID_HANDLE_VALUE && errno == EACCES)
        file = eo_windows_open(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING,
                               FILE_FLAG_BACKUP_SEMANTICS);
    if (file == INVALID_HANDLE_VALUE)
        return -1;
    rc = eo_file_facts_of((os_file)file, facts);
    eo_file_close((os_file)file);
    return rc;
}

int eo_file_facts_stream(FILE *stream, struct file_facts *facts)
{
    return eo_file_facts_of(_get_osfhandle(_fileno(stream)), facts);
}

bool eo_file_is_there(const char *path)
{
    wchar_t *wide = eo_windows_path(path);
    const bool is =
        wide != NULL && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;

    eo_free(wide);
    return is;
}

static bool opens(const char *path, DWORD access)
{
    const HANDLE file = eo_windows_open(path, access, OPEN_EXISTING,
                                        FILE_FLAG_BACKUP_SEMANTICS);

    eo_file_close((os_file)file);
    return file != INVALID_HANDLE_VALUE;
}

bool eo_file_can_read(const char *path)
{
    return opens(path, GENERIC_READ);
}

bool eo_file_can_write(const char *path)
{
    return opens(path, GENERIC_WRITE);
}

bool eo_file_can_list(const char *path)
{
    struct file_facts facts;

    if (eo_file_facts(path, &facts) != 0)
        return false;
    errno = ENOTDIR;
    return facts.kind == FILE_FOLDER &&
           opens(path, FILE_LIST_DIRECTORY | FILE_TRAVERSE);
}

int eo_file_stamp(os_file file, struct stamp *stamp)
{
    enum file_kind kind;
    struct stamp found;

    if (eo_windows_facts((HANDLE)file, &kind, &found) != 0)
        return -1;
    if (kind != FILE_REGULAR) {
        errno = kind == FILE_FOLDER ? EISDIR : EINVAL;
        return -1;
    }
    *stamp = found;
    return 0;
}

/* Whoever shares no writing is let in only if nobody writes.  It is let go at
 * once: who wanted to write meanwhile would not wait, but fail. */
enum writers eo_file_hold(os_file file)
{
    const HANDLE alone = ReOpenFile((HANDLE)file, FILE_READ_DATA,
                                    FILE_SHARE_READ | FILE_SHARE_DELETE, 0);

    if (alone == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_SHARING_VIOLATION ? WRITERS_SOME
                                                         : WRITERS_UNKNOWN;
    CloseHandle(alone);
    return WRITERS_NONE;
}

void eo_file_let_go(os_file file)
{
    (void)file;
}

/* ---- reading ------------------------------------------------------------ */

static bool is_folder(HANDLE file)
{
    FILE_STANDARD_INFO info;

    return GetFileInformationByHandleEx(file, FileStandardInfo, &info,
                                        sizeof info) &&
           info.Directory;
}

/* The end of a pipe is an error to the system, and a folder that is read has no
 * error of its own. */
static ptrdiff_t read_from(HANDLE file, void *bytes, size_t len,
                           OVERLAPPED *place)
{
    const DWORD ask = len < INT_MAX ? (DWORD)len : INT_MAX;
    DWORD n = 0, code;

    if (ReadFile(file, bytes, ask, &n, place))
        return (ptrdiff_t)n;
    code = GetLastError();
    if (code == ERROR_HANDLE_EOF || code == ERROR_BROKEN_PIPE)
        return 0;
    errno = is_folder(file) ? EISDIR : eo_windows_errno(code);
    return -1;
}

ptrdiff_t eo_file_read(os_file file, void *bytes, size_t len)
{
    return read_from((HANDLE)file, bytes, len, NULL);
}

ptrdiff_t eo_file_read_at(os_file file, void *bytes, size_t len, int64_t at)
{
    OVERLAPPED place = {.Offset = (DWORD)(uint64_t)at,
                        .OffsetHigh = (DWORD)((uint64_t)at >> 32)};
    const LARGE_INTEGER here = {0};
    LARGE_INTEGER was;
    ptrdiff_t n;

    /* It moves where the next read goes on, and is not to. */
    if (!SetFilePointerEx((HANDLE)file, here, &was, FILE_CURRENT))
        return eo_windows_fail();
    n = read_from((HANDLE)file, bytes, len, &place);
    if (!SetFilePointerEx((HANDLE)file, was, NULL, FILE_BEGIN))
        return eo_windows_fail();
    return n;
}

/* ---- a byte that is waited for -------------------------------------------- */

/* A console gives whole lines, and what is not asked for at once waits where no
 * wait sees it: so a line is kept here, and wiped as it is handed out. */
static char line[3072];
static size_t line_at, line_len;

static int read_line(HANDLE console)
{
    wchar_t wide[sizeof line / 3];
    DWORD n = 0;
    int bytes;

    if (!ReadConsoleW(console, wide, sizeof wide / sizeof *wide, &n, NULL))
        return eo_windows_fail();
    if (n == 0 && eo_windows_was_cut()) {
        errno = EINTR;
        return -1;
    }
    if (n == 0 || wide[0] == L'\x1a') /* Ctrl-Z: the end */
        return 0;
    bytes = WideCharToMultiByte(CP_UTF8, 0, wide, (int)n, line, sizeof line,
                                NULL, NULL);
    eo_wipe(wide, sizeof wide);
    line_at = 0;
    line_len = bytes > 0 ? (size_t)bytes : 0;
    return 0;
}

static int next_of_line(char *c)
{
    if (line_at == line_len)
        return 0;
    *c = line[line_at];
    line[line_at++] = '\0';
    return 1;
}

int eo_file_await_byte(os_file file, char *c)
{
    DWORD mode;
    const bool is_console = GetConsoleMode((HANDLE)file, &mode) != 0;

    if (is_console && next_of_line(c) > 0)
        return 1;
    if (eo_signals_await(file) < 0)
        return -1;
    if (!is_console)
        return (int)eo_file_read(file, c, 1);
    if (read_line((HANDLE)file) != 0)
        return -1;
    return next_of_line(c);
}
