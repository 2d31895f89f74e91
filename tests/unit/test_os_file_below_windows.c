/* test_os_file_below_windows.c -- what a folder of Windows does not let out. */
#include "support/windows_folder.h"

#include "os/file.h"

static int set_up(void **state)
{
    (void)state;
    folder_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(folder_wide);
    return GetFileAttributesW(folder_wide) == INVALID_FILE_ATTRIBUTES ? 0 : -1;
}

static void assert_below(const char *path, bool there)
{
    const os_file file = eo_file_open_below(folder, path);

    if ((file != OS_NO_FILE) != there)
        fail_msg("%s: %s", path, there ? "is not there" : "was let out");
    eo_file_close(file);
}

static void test_what_a_folder_does_not_let_out(void **state)
{
    static const char *const NEVER[] = {
        /* upwards and elsewhere */
        "/..", "/../secret", "/in/../fw.bin", "/in\\..\\fw.bin", "/..\\secret",
        "/in\\fw.bin", "/\\", "\\in/fw.bin", "/C:/Windows/win.ini",
        "/C:\\Windows\\win.ini", "/C:fw.bin", "//server\\share/x",
        "/\\\\server\\share\\x", "/?\?/C:/Windows/win.ini",
        "/\\?\?\\C:\\Windows\\win.ini", "/GLOBALROOT/x",
        /* streams */
        "/fw.bin:secret", "/fw.bin::$DATA", "/fw.bin:$DATA", "/in:x/fw.bin",
        "/in::$INDEX_ALLOCATION/fw.bin", "/:secret", "/fw.bin:",
        /* what the system would cut off */
        "/fw.bin.", "/fw.bin ", "/fw.bin. .", "/in./fw.bin", "/in /fw.bin",
        "/in.../fw.bin", "/. /fw.bin",
        /* devices */
        "/CON", "/con", "/NUL", "/nul.txt", "/aux.bin", "/COM1", "/com1.txt",
        "/LPT9", "/CONIN$", "/conout$", "/PRN", "/com\xc2\xb2", "/nul .bin",
        "/CON/fw.bin", "/COM1/fw.bin",
        /* patterns, controls and what is no text */
        "/*", "/fw.???", "/fw<", "/f\"", "/fw|", "/\x01", "/fw\x1f.bin",
        "/fw.bin\n", "/\xff\xfe", "/\xed\xa0\x80",
        /* by a second name */
        "/HIDDEN~1", "/_HIDD~1", "/LONGNA~1.BIN",
        /* what is hidden, and what is none */
        "/.hidden", "/in/.hidden", "", "/", "//", "/in/", "/none", "/fw.bin/x",
    };

    /* What would be let out, where the system has such names. */
    static const wchar_t *const PLANTED[] = {
        L"con",     L"nul.txt",       L"aux.bin",        L"COM1",
        L"LPT9",    L"fw.bin.",       L"fw.bin ",        L"fw.bin:secret",
        L"conout$", L"fw\x1f.bin",    L"com\u00b2",      L"fw|",
        L"nul .bin"};

    (void)state;
    folder_put(L"fw.bin", "x");
    for (size_t i = 0; i < sizeof PLANTED / sizeof *PLANTED; i++)
        folder_try(PLANTED[i], "secret");
    folder_put(L".hidden", "secret");
    folder_put(L"long name of a file.binary", "x");
    assert_true(CreateDirectoryW(in_folder_wide(L"in"), NULL));
    folder_put(L"in\\fw.bin", "y");
    assert_below("/fw.bin", true);
    assert_below("/in/fw.bin", true);
    assert_below("//in//fw.bin", true);
    assert_below("/long name of a file.binary", true);
    for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++)
        assert_below(NEVER[i], false);
}

/* The name that the system made itself for those who know eight letters. */
static void test_a_short_name_is_no_name(void **state)
{
    wchar_t shorter[MAX_PATH + 100], *name;
    char path[100];
    DWORD n;

    (void)state;
    folder_put(L".hidden file", "secret");
    n = GetShortPathNameW(in_folder_wide(L".hidden file"), shorter,
                          sizeof shorter / sizeof *shorter);
    name = n > 0 ? wcsrchr(shorter, L'\\') : NULL;
    if (name == NULL || wcschr(name, L'~') == NULL)
        skip_because("this filesystem makes no short names");
    snprintf(path, sizeof path, "/%ls", name + 1);
    assert_below(path, false);
}

static void test_links_are_not_followed(void **state)
{
    wchar_t to[MAX_PATH + 400];

    (void)state;
    assert_true(CreateDirectoryW(in_folder_wide(L"in"), NULL));
    folder_put(L"in\\fw.bin", "y");
    wcscpy(to, in_folder_wide(L"in"));
    if (!CreateSymbolicLinkW(in_folder_wide(L"link"), to,
                             SYMBOLIC_LINK_FLAG_DIRECTORY |
                                 SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE) ||
        GetFileAttributesW(in_folder_wide(L"link")) == INVALID_FILE_ATTRIBUTES)
        skip_because("links cannot be made here");
    wcscpy(to, in_folder_wide(L"in\\fw.bin"));
    CreateSymbolicLinkW(in_folder_wide(L"file"), to,
                        SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE);
    assert_below("/in/fw.bin", true);
    assert_below("/link/fw.bin", false);
    assert_below("/file", false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_a_folder_does_not_let_out),
        TEST(test_a_short_name_is_no_name),
        TEST(test_links_are_not_followed),
    };

    return cmocka_run_group_tests_name("os/file below a folder on Windows",
                                       tests, NULL, NULL);
}
