/* library_windows.c -- libraries by LoadLibrary(). */
#include "os/windows.h"

#include <string.h>

#include "base/mem.h"
#include "os/library.h"

/* The system's own alone: whoever can write where we start from, or into a
 * folder of PATH, must not choose what runs in this process. */
struct os_library *eo_library_open(const char *name)
{
    wchar_t *wide = eo_windows_wide(name);
    HMODULE module = NULL;

    if (wide != NULL)
        module = LoadLibraryExW(wide, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    eo_free(wide);
    return (struct os_library *)module;
}

void *eo_library_find(struct os_library *library, const char *symbol)
{
    const FARPROC address = GetProcAddress((HMODULE)library, symbol);
    void *found = NULL;

    /* A function as an object, which C does not convert. */
    memcpy(&found, &address, sizeof found);
    return found;
}
