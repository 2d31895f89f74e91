/* windows_folder.h -- a folder for a test, as Windows makes them. */
#ifndef TEST_WINDOWS_FOLDER_H
#define TEST_WINDOWS_FOLDER_H

#include "support/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

/* Its path in both kinds of text, with a name that has more than ASCII.  What is
 * put there may have any name: in this form the system changes none. */
enum { FOLDER_PREFIX = 4 };
static wchar_t folder_wide[MAX_PATH + 60];
static char folder[3 * (MAX_PATH + 60)];

static inline void folder_make(void)
{
    wchar_t temp[MAX_PATH + 1];

    assert_true(GetTempPathW(MAX_PATH + 1, temp) > 0);
    swprintf(folder_wide, sizeof folder_wide / sizeof *folder_wide,
             L"\\\\?\\%lsespota K\u00fcche %lu", temp, GetCurrentProcessId());
    assert_true(CreateDirectoryW(folder_wide, NULL));
    assert_true(WideCharToMultiByte(CP_UTF8, 0, folder_wide + FOLDER_PREFIX,
                                    -1, folder, sizeof folder, NULL,
                                    NULL) > 0);
}

/* folder\name, in both. */
static inline wchar_t *in_folder_wide(const wchar_t *name)
{
    static wchar_t path[MAX_PATH + 400];

    swprintf(path, sizeof path / sizeof *path, L"%ls\\%ls", folder_wide, name);
    return path;
}

static inline char *in_folder(const char *name)
{
    static char paths[4][sizeof folder + 400];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof *paths, "%s\\%s", folder, name);
    return path;
}

/* false: the system has no such names. */
static inline bool folder_try(const wchar_t *name, const char *text)
{
    const HANDLE file = CreateFileW(in_folder_wide(name), GENERIC_WRITE, 0, NULL,
                                    CREATE_ALWAYS, 0, NULL);
    DWORD n;

    if (file == INVALID_HANDLE_VALUE)
        return false;
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &n, NULL));
    CloseHandle(file);
    return true;
}

static inline void folder_put(const wchar_t *name, const char *text)
{
    assert_true(folder_try(name, text));
}

/* What it does not do tells nothing of Windows. */
static inline bool is_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") !=
           NULL;
}

/* With all that is in it, but nothing behind a link. */
static inline void folder_remove(const wchar_t *path)
{
    wchar_t pattern[MAX_PATH + 400], name[MAX_PATH + 400];
    WIN32_FIND_DATAW found;
    HANDLE all;

    swprintf(pattern, sizeof pattern / sizeof *pattern, L"%ls\\*", path);
    all = FindFirstFileW(pattern, &found);
    if (all != INVALID_HANDLE_VALUE)
        do {
            if (wcscmp(found.cFileName, L".") == 0 ||
                wcscmp(found.cFileName, L"..") == 0)
                continue;
            swprintf(name, sizeof name / sizeof *name, L"%ls\\%ls", path,
                     found.cFileName);
            if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
                DeleteFileW(name);
            else if (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
                RemoveDirectoryW(name);
            else
                folder_remove(name);
        } while (FindNextFileW(all, &found));
    if (all != INVALID_HANDLE_VALUE)
        FindClose(all);
    RemoveDirectoryW(path);
}

#endif
