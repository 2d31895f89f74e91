/* file_windows.h -- what the files of src/os/ that are about files of Windows
 * share. */
#ifndef EO_FILE_WINDOWS_H
#define EO_FILE_WINDOWS_H

#include "os/windows.h"

#include "os/file.h"

/* Others may do with an open file what they may do with it by POSIX. */
enum { SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };

/* ---- names: file_name_windows.c ------------------------------------------ */

/* A path as the system wants it, however long, to be freed with eo_free().  NULL
 * with errno: ENODEV where its last name is kept for a device, as COM1.txt is,
 * ENOMEM or EILSEQ.  The null device and the console are given by their own
 * names alone. */
wchar_t *eo_windows_path(const char *path);

/* As CreateFileW(); nobody inherits it.  INVALID_HANDLE_VALUE with errno, which
 * is EISDIR where a folder stands where a file was to be made. */
HANDLE eo_windows_open(const char *path, DWORD access, DWORD how, DWORD flags);

/* Of a file that is open: where it really is, to be freed with eo_free(). */
wchar_t *eo_windows_real(HANDLE);

/* ---- rights: file_rights_windows.c --------------------------------------- */

/* What others than the user, the administrators and the system may do with a
 * file. */
struct rights {
    bool owner_is_other;
    ACCESS_MASK all;  /* everybody */
    ACCESS_MASK some; /* anybody, everybody included */
};

/* -1 with errno: it cannot be looked at. */
int eo_windows_rights(HANDLE, struct rights *);

/* All to the user, the administrators and the system, nothing to others, and
 * nothing that a folder hands down; to be freed with LocalFree().  NULL with
 * errno. */
PSECURITY_DESCRIPTOR eo_windows_users_alone(void);

/* ---- facts: file_windows.c ----------------------------------------------- */

int eo_windows_facts(HANDLE, enum file_kind *, struct stamp *);

#endif
