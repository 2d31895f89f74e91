/* text_windows.c -- the system's text and ours. */
#include "os/windows.h"

#include <errno.h>

#include "base/mem.h"

wchar_t *eo_windows_wide(const char *utf8)
{
    const int n =
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, NULL, 0);
    wchar_t *wide = n > 0 ? eo_calloc((size_t)n, sizeof *wide) : NULL;

    if (wide == NULL)
        errno = n > 0 ? ENOMEM : EILSEQ;
    else
        MultiByteToWideChar(CP_UTF8, 0, utf8, -1, wide, n);
    return wide;
}

char *eo_windows_utf8(const wchar_t *wide)
{
    const int n = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1,
                                      NULL, 0, NULL, NULL);
    char *utf8 = n > 0 ? eo_calloc((size_t)n, 1) : NULL;

    if (utf8 == NULL)
        errno = n > 0 ? ENOMEM : EILSEQ;
    else
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, utf8, n, NULL, NULL);
    return utf8;
}
