/* file_trust_windows.c -- files that nobody else could have written, by Windows:
 * not by bits of a mode, which are invented here, but by the list of who may. */
#include "os/file_windows.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

static const char UNSEEN[] = "cannot be looked at";

enum {
    CHANGES = FILE_WRITE_DATA | FILE_APPEND_DATA | WRITE_DAC | WRITE_OWNER,
    /* of a folder: who puts something there, or takes away what is there */
    REPLACES = FILE_ADD_FILE | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER
};

/* May nobody but the user and the administrators?  NULL, or why not. */
static const char *others_may(HANDLE file, ACCESS_MASK what)
{
    struct rights r;

    if (eo_windows_rights(file, &r) != 0)
        return UNSEEN;
    if (r.owner_is_other)
        return "belongs to another user";
    if (r.all & what)
        return "can be written by everybody";
    return r.some & what ? "can be written by another user or a group" : NULL;
}

/* Of the folder that the file is really in. */
static const char *others_may_beside(HANDLE file)
{
    wchar_t *real = eo_windows_real(file);
    wchar_t *end = real != NULL ? wcsrchr(real, L'\\') : NULL;
    const char *why = UNSEEN;
    HANDLE folder;

    if (end != NULL) {
        end[end[-1] == L':'] = L'\0'; /* "C:\" keeps its slash */
        folder = CreateFileW(real, READ_CONTROL, SHARE_ALL, NULL, OPEN_EXISTING,
                             FILE_FLAG_BACKUP_SEMANTICS, NULL);
        if (folder != INVALID_HANDLE_VALUE) {
            why = others_may(folder, REPLACES);
            CloseHandle(folder);
        }
    }
    eo_free(real);
    return why;
}

os_file eo_file_open_trusted(const char *path, struct file_doubt *doubt)
{
    HANDLE file = eo_windows_open(path, GENERIC_READ, OPEN_EXISTING,
                                  FILE_FLAG_BACKUP_SEMANTICS);
    enum file_kind kind;
    struct stamp stamp;

    *doubt = (struct file_doubt){0};
    if (file == INVALID_HANDLE_VALUE) {
        if (errno != ENOENT && errno != ENOTDIR)
            doubt->why = UNSEEN;
        return OS_NO_FILE;
    }
    if (eo_windows_facts(file, &kind, &stamp) != 0)
        doubt->why = UNSEEN;
    else if (kind != FILE_REGULAR)
        doubt->why = "is not a regular file";
    else
        doubt->why = others_may(file, CHANGES);
    if (doubt->why == NULL) {
        doubt->why = others_may_beside(file);
        doubt->of_folder = doubt->why != NULL;
    }
    if (doubt->why == NULL)
        return (os_file)file;
    CloseHandle(file);
    return OS_NO_FILE;
}
