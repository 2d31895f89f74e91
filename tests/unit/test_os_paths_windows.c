/* test_os_paths_windows.c -- drives, shares, two kinds of slashes, and where the
 * user's files are. */
#include "support/test.h"

#include <string.h>
#include <windows.h>

#include "os/paths.h"

static void test_what_no_folder_is_put_in_front_of(void **state)
{
    static const char *const WHOLE[] = {
        "C:\\x", "c:/x", "C:x", "\\x", "/x", "\\\\server\\share\\x", "//s/x",
        "\\\\?\\C:\\x", "\\\\.\\pipe\\x"};
    static const char *const PARTS[] = {"x", "x\\y", "x/y", ".\\x", "..",
                                           "", "1:x", ":x"};

    (void)state;
    for (size_t i = 0; i < sizeof WHOLE / sizeof *WHOLE; i++)
        if (!eo_paths_is_absolute(WHOLE[i]))
            fail_msg("%s", WHOLE[i]);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        if (eo_paths_is_absolute(PARTS[i]))
            fail_msg("%s", PARTS[i]);
}

static void test_folders(void **state)
{
    static const struct {
        const char *path;
        size_t folder;
    } ROWS[] = {
        {"C:\\one\\x", 7}, {"C:/one/x", 7}, {"C:\\one/x", 7}, {"C:x", 2},
        {"one\\x", 4},     {"x", 0},        {"\\x", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_int_equal(eo_paths_folder(ROWS[i].path), ROWS[i].folder);
}

static void test_joining(void **state)
{
    static const char *const ROWS[][3] = {
        {"C:\\one", "x", "C:\\one\\x"}, {"C:\\", "x", "C:\\x"},
        {"C:/one", "x", "C:/one/x"},    {"one", "x", "one\\x"},
        {"\\\\s\\share", "x", "\\\\s\\share\\x"},
    };
    char out[20];

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        assert_true(eo_paths_join(out, sizeof out, ROWS[i][0], ROWS[i][1]));
        assert_string_equal(out, ROWS[i][2]);
    }
    assert_false(eo_paths_join(out, 8, "C:\\one", "x"));
}

static void test_upwards(void **state)
{
    static const char *const ROWS[][2] = {
        {"C:\\one\\two", "C:\\one"},
        {"C:\\one", "C:\\"},
        {"C:/one/", "C:/"},
        {"\\\\s\\share\\one", "\\\\s\\share"},
    };
    static const char *const TOPS[] = {"C:\\", "C:/", "\\\\s\\share", "/"};
    char folder[40];

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        strcpy(folder, ROWS[i][0]);
        assert_true(eo_paths_up(folder));
        assert_string_equal(folder, ROWS[i][1]);
    }
    for (size_t i = 0; i < sizeof TOPS / sizeof *TOPS; i++) {
        strcpy(folder, TOPS[i]);
        assert_false(eo_paths_up(folder));
    }
}

static void test_the_users_own(void **state)
{
    char out[100];

    (void)state;
    SetEnvironmentVariableW(L"APPDATA", L"C:\\K\u00fcche\\Roaming");
    assert_true(eo_paths_config(out, sizeof out, "a"));
    assert_string_equal(out, "C:\\K\xc3\xbc" "che\\Roaming\\espota-c\\a");
    assert_false(eo_paths_config(out, 10, "a"));
    SetEnvironmentVariableW(L"APPDATA", L"relative");
    assert_false(eo_paths_config(out, sizeof out, "a"));
    SetEnvironmentVariableW(L"APPDATA", NULL);
    assert_false(eo_paths_config(out, sizeof out, "a"));
    SetEnvironmentVariableW(L"USERPROFILE", L"C:\\K\u00fcche");
    assert_string_equal(eo_paths_home(), "C:\\K\xc3\xbc" "che");
    SetEnvironmentVariableW(L"USERPROFILE", NULL);
    assert_null(eo_paths_home());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_no_folder_is_put_in_front_of),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_joining),
        cmocka_unit_test(test_upwards),
        cmocka_unit_test(test_the_users_own),
    };

    return cmocka_run_group_tests_name("os/paths on Windows", tests, NULL,
                                       NULL);
}
