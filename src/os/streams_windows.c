/* streams_windows.c -- the standard streams, as all of this program expects
 * them. */
#include "os/windows.h"

#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/process.h"

/* Bytes are bytes, and a console shows UTF-8 as long as we run. */
static UINT code_page;

static void restore_code_page(void)
{
    if (code_page != 0)
        SetConsoleOutputCP(code_page);
}

static void open_one(FILE *stream, const char *mode)
{
    const bool is_open =
        _fileno(stream) >= 0 && _get_osfhandle(_fileno(stream)) >= 0;
    FILE *const now = is_open ? stream : freopen("NUL", mode, stream);

    if (now != NULL)
        _setmode(_fileno(now), _O_BINARY);
}

void eo_process_open_streams(void)
{
    open_one(stdin, "rb");
    open_one(stdout, "wb");
    open_one(stderr, "wb");
    _fmode = _O_BINARY;
    if (code_page == 0) {
        code_page = GetConsoleOutputCP();
        if (code_page != 0 && SetConsoleOutputCP(CP_UTF8))
            atexit(restore_code_page);
    }
}
