/* test_os_library_windows.c -- the system's own libraries alone are loaded. */
#include "support/windows_folder.h"

#include "os/library.h"

static void test_the_systems_own(void **state)
{
    struct os_library *lib = eo_library_open("version.dll");
    DWORD(WINAPI *size)(const char *, DWORD *);

    (void)state;
    assert_non_null(lib);
    *(void **)(void *)&size = eo_library_find(lib, "GetFileVersionInfoSizeA");
    assert_non_null(size);
    assert_null(eo_library_find(lib, "espota_is_not_in_it"));
}

/* Neither from where we are nor from PATH. */
static void test_whoever_can_write_here_loads_nothing(void **state)
{
    wchar_t from[MAX_PATH + 40], here[MAX_PATH];

    (void)state;
    folder_make();
    GetSystemDirectoryW(from, MAX_PATH);
    wcscat(from, L"\\version.dll");
    assert_true(CopyFileW(from, in_folder_wide(L"espota-planted.dll"), FALSE));
    GetCurrentDirectoryW(MAX_PATH, here);
    assert_true(SetCurrentDirectoryW(folder_wide + FOLDER_PREFIX));
    SetEnvironmentVariableW(L"PATH", folder_wide + FOLDER_PREFIX);
    assert_null(eo_library_open("espota-planted.dll"));
    SetCurrentDirectoryW(here);
    folder_remove(folder_wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_systems_own),
        cmocka_unit_test(test_whoever_can_write_here_loads_nothing),
    };

    return cmocka_run_group_tests_name("os/library on Windows", tests, NULL,
                                       NULL);
}
