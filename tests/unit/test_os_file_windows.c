/* test_os_file_windows.c -- files of Windows: their names, who may do what with
 * them, and who has them open. */
#include "support/windows_folder.h"

#include <errno.h>

#include <sddl.h>

#include "base/mem.h"
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

static void assert_opens(const char *path)
{
    const os_file file = eo_file_open(path);

    assert_int_not_equal(file, OS_NO_FILE);
    eo_file_close(file);
}

/* ---- names ---------------------------------------------------------------- */

static void test_names_have_more_than_ascii(void **state)
{
    char slashes[sizeof folder + 20];

    (void)state;
    folder_put(L"\u4e2d\u6587 \U0001f525.bin", "x");
    assert_opens(in_folder("\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x94\xa5.bin"));
    assert_int_equal(eo_file_open(in_folder("\xff.bin")), OS_NO_FILE);
    assert_int_equal(errno, EILSEQ);
    folder_put(L"fw.bin", "x");
    snprintf(slashes, sizeof slashes, "%s/fw.bin", folder);
    for (char *p = slashes; *p != '\0'; p++)
        if (*p == '\\')
            *p = '/';
    assert_opens(slashes);
}

static void test_names_that_are_kept_for_devices(void **state)
{
    static const char *const KEPT[] = {
        "COM1",          "com1.txt",  "x\\COM9.bin", "C:\\firmware\\aux.bin",
        "C:\\dir/lpt1",  "PRN",       "con.bin",     "C:\\NUL",
        "nul .bin",      "com\xc2\xb9", "\\\\.\\COM1", "//./PhysicalDrive0",
        "C:AUX",         "aux:x",     "\\\\.\\GLOBALROOT\\Device\\Null",
    };
    static const char *const FREE[] = {"COM", "com10", "auxiliary", "xcon"};

    (void)state;
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++) {
        errno = 0;
        if (eo_file_open(KEPT[i]) != OS_NO_FILE || errno != ENODEV)
            fail_msg("%s: %s", KEPT[i], eo_file_text(errno));
        assert_null(eo_file_stream_write(KEPT[i]));
        assert_int_equal(errno, ENODEV);
    }
    assert_string_equal(eo_file_text(ENODEV),
                        "Windows keeps this name for a device");
    for (size_t i = 0; i < sizeof FREE / sizeof *FREE; i++) {
        errno = 0;
        assert_int_equal(eo_file_open(in_folder(FREE[i])), OS_NO_FILE);
        assert_int_equal(errno, ENOENT);
    }
}

static void test_the_null_device_by_its_own_name(void **state)
{
    struct file_facts facts;
    struct stamp stamp;
    const os_file file = eo_file_open("NUL");
    char byte;

    (void)state;
    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_read(file, &byte, 1), 0);
    assert_int_equal(eo_file_stamp(file, &stamp), -1);
    assert_int_equal(errno, EINVAL);
    eo_file_close(file);
    assert_int_equal(eo_file_facts("nul", &facts), 0);
    assert_int_equal(facts.kind, FILE_OTHER);
}

static void test_a_long_path(void **state)
{
    char path[sizeof folder + 400];
    size_t len;
    FILE *f;

    (void)state;
    snprintf(path, sizeof path, "%s\\", folder);
    for (int i = 0; i < 4; i++) {
        len = strlen(path);
        memset(path + len, 'a' + i, 70);
        strcpy(path + len + 70, "\\");
    }
    strcat(path, "fw.bin");
    assert_int_equal(eo_file_make_folders(path), 0);
    f = eo_file_stream_write(path);
    assert_non_null(f);
    fclose(f);
    assert_opens(path);
    /* What made the folders can take them away again. */
    assert_int_equal(eo_file_remove(path), 0);
    assert_false(eo_file_is_there(path));
    for (int i = 0; i < 4; i++) {
        wchar_t wide[1000] = L"\\\\?\\";

        *strrchr(path, '\\') = '\0';
        MultiByteToWideChar(CP_UTF8, 0, path, -1, wide + 4, 990);
        assert_true(RemoveDirectoryW(wide));
    }
}

/* ---- others who have it open ------------------------------------------------ */

static HANDLE open_other(const wchar_t *name, DWORD access, DWORD share)
{
    const HANDLE other = CreateFileW(in_folder_wide(name), access, share, NULL,
                                     OPEN_EXISTING, 0, NULL);

    assert_true(other != INVALID_HANDLE_VALUE);
    return other;
}

static void test_a_file_that_another_program_has(void **state)
{
    HANDLE other;

    (void)state;
    folder_put(L"fw.bin", "x");
    other = open_other(L"fw.bin", GENERIC_WRITE, 0);
    assert_int_equal(eo_file_open(in_folder("fw.bin")), OS_NO_FILE);
    assert_int_equal(errno, EBUSY);
    assert_string_equal(eo_file_text(errno), "Another program has it open");
    assert_int_equal(eo_file_open_below(folder, "/fw.bin"), OS_NO_FILE);
    assert_int_equal(errno, EBUSY);
    CloseHandle(other);
    assert_opens(in_folder("fw.bin"));
}

static void test_who_writes(void **state)
{
    const DWORD all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    os_file file;
    HANDLE other;

    (void)state;
    folder_put(L"fw.bin", "x");
    file = eo_file_open_below(folder, "/fw.bin");
    assert_int_equal(eo_file_hold(file), WRITERS_NONE);
    eo_file_let_go(file);
    other = open_other(L"fw.bin", GENERIC_READ, all);
    assert_int_equal(eo_file_hold(file), WRITERS_NONE);
    CloseHandle(other);
    other = open_other(L"fw.bin", GENERIC_WRITE, all);
    assert_int_equal(eo_file_hold(file), WRITERS_SOME);
    CloseHandle(other);
    /* Nobody who wants to write is kept from it. */
    assert_int_equal(eo_file_hold(file), WRITERS_NONE);
    CloseHandle(open_other(L"fw.bin", GENERIC_WRITE, all));
    eo_file_close(file);
}

/* While we have it open, it can be written, renamed and taken away. */
static void test_what_we_have_open_is_everybodys(void **state)
{
    const os_file file = (folder_put(L"fw.bin", "1"),
                          eo_file_open(in_folder("fw.bin")));
    char was[2] = "";

    (void)state;
    CloseHandle(open_other(L"fw.bin", GENERIC_WRITE,
                           FILE_SHARE_READ | FILE_SHARE_DELETE));
    assert_int_equal(eo_file_replace(in_folder("fw.bin"), in_folder("old")), 0);
    assert_int_equal(eo_file_remove(in_folder("old")), 0);
    assert_int_equal(eo_file_read(file, was, 1), 1);
    assert_string_equal(was, "1");
    eo_file_close(file);
    assert_false(eo_file_is_there(in_folder("old")));
}

static void test_a_reader_keeps_what_was_replaced(void **state)
{
    os_file file;
    char was[2] = "";

    (void)state;
    if (is_wine())
        skip_because("Wine does not rename over a file that is open");
    folder_put(L"fw.bin", "1");
    folder_put(L"new", "2");
    file = eo_file_open(in_folder("fw.bin"));
    assert_int_equal(eo_file_replace(in_folder("new"), in_folder("fw.bin")), 0);
    assert_int_equal(eo_file_read(file, was, 1), 1);
    assert_string_equal(was, "1");
    eo_file_close(file);
    file = eo_file_open(in_folder("fw.bin"));
    assert_int_equal(eo_file_read(file, was, 1), 1);
    assert_string_equal(was, "2");
    eo_file_close(file);
}

/* Who has it for a moment is waited for. */
static DWORD WINAPI let_go_soon(void *file)
{
    Sleep(50);
    CloseHandle(file);
    return 0;
}

static void test_a_file_that_is_held_for_a_moment_is_replaced(void **state)
{
    HANDLE thread;

    (void)state;
    folder_put(L"fw.bin", "1");
    folder_put(L"new", "2");
    thread = CreateThread(NULL, 0, let_go_soon,
                          open_other(L"fw.bin", GENERIC_READ, FILE_SHARE_READ),
                          0, NULL);
    assert_non_null(thread);
    assert_int_equal(eo_file_replace(in_folder("new"), in_folder("fw.bin")), 0);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

/* ---- who may ------------------------------------------------------------------ */

/* All to the user of this test, and what others are given; "": of the folder. */
static void give(const wchar_t *name, const wchar_t *others)
{
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } me;
    wchar_t list[400], *sid;
    PSECURITY_DESCRIPTOR about;
    HANDLE token;
    DWORD n;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenUser, &me, sizeof me, &n));
    CloseHandle(token);
    assert_true(ConvertSidToStringSidW(me.user.User.Sid, &sid));
    swprintf(list, sizeof list / sizeof *list, L"D:P(A;;FA;;;%ls)%ls", sid,
             others);
    LocalFree(sid);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        list, SDDL_REVISION_1, &about, NULL));
    assert_true(SetFileSecurityW(*name != L'\0' ? in_folder_wide(name)
                                                  : folder_wide,
                                 DACL_SECURITY_INFORMATION |
                                     PROTECTED_DACL_SECURITY_INFORMATION,
                                 about));
    LocalFree(about);
}

static void test_who_may(void **state)
{
    static const struct {
        const wchar_t *list;
        bool is_private, all_read, all_write;
        const char *doubt;
    } ROWS[] = {
        {L"(A;;FA;;;SY)", true, false, false, NULL},
        {L"(A;;FA;;;SY)(A;;FA;;;BA)", true, false, false, NULL},
        {L"(A;;FR;;;WD)", false, true, false, NULL},
        {L"(A;;FA;;;WD)", false, true, true,
         "can be written by everybody"},
    };

    (void)state;
    folder_put(L"x.conf", "x");
    give(L"", L"(A;;FA;;;SY)");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct file_facts facts;
        struct file_doubt doubt;
        os_file file;

        if (is_wine() && wcsstr(ROWS[i].list, L"BA") != NULL)
            continue; /* there it is a group like others */
        give(L"x.conf", ROWS[i].list);
        assert_int_equal(eo_file_facts(in_folder("x.conf"), &facts), 0);
        assert_int_equal(facts.is_private, ROWS[i].is_private);
        assert_int_equal(facts.all_read, ROWS[i].all_read);
        assert_int_equal(facts.all_write, ROWS[i].all_write);
        file = eo_file_open_trusted(in_folder("x.conf"), &doubt);
        assert_int_equal(file != OS_NO_FILE, ROWS[i].doubt == NULL);
        if (ROWS[i].doubt != NULL)
            assert_string_equal(doubt.why, ROWS[i].doubt);
        else
            assert_null(doubt.why);
        assert_false(doubt.of_folder);
        eo_file_close(file);
    }
}

static void test_whoever_can_put_something_in_its_place(void **state)
{
    struct file_doubt doubt;

    (void)state;
    folder_put(L"x.conf", "x");
    give(L"x.conf", L"(A;;FA;;;SY)");
    give(L"", L"(A;;FA;;;WD)");
    assert_int_equal(eo_file_open_trusted(in_folder("x.conf"), &doubt),
                     OS_NO_FILE);
    assert_string_equal(doubt.why, "can be written by everybody");
    assert_true(doubt.of_folder);
    assert_int_equal(eo_file_open_trusted(folder, &doubt), OS_NO_FILE);
    assert_string_equal(doubt.why, "is not a regular file");
}

static void test_what_is_made_is_the_users_alone(void **state)
{
    struct file_facts facts;
    os_file file;

    (void)state;
    assert_int_equal(eo_file_make_folders(in_folder("a\\b\\secret")), 0);
    file = eo_file_create(in_folder("a\\b\\secret"));
    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_facts_of(file, &facts), 0);
    assert_true(facts.is_private);
    eo_file_close(file);
    assert_int_equal(eo_file_facts(in_folder("a\\b"), &facts), 0);
    assert_true(facts.is_private);
}

static void test_the_new_file_has_the_rights_of_the_old(void **state)
{
    struct file_beside b;
    struct file_facts facts;

    (void)state;
    folder_put(L"x", "old");
    give(L"x", L"(A;;FA;;;SY)");
    assert_int_equal(eo_file_beside(&b, in_folder("x")), 0);
    assert_int_equal(eo_file_facts(b.name, &facts), 0);
    assert_true(facts.is_private);
    assert_int_equal(fclose(b.out), 0);
    assert_int_equal(eo_file_replace(b.name, b.place), 0);
    assert_int_equal(eo_file_facts(in_folder("x"), &facts), 0);
    assert_true(facts.is_private);
    assert_int_equal(facts.stamp.size, 0);
    eo_file_beside_free(&b);
}

/* ---- times ---------------------------------------------------------------------- */

static void test_a_time_since_1970(void **state)
{
    /* 2023-11-14 22:13:20.1234567 */
    const uint64_t then = 116444736000000000 + 17000000001234567;
    const FILETIME at = {(DWORD)then, (DWORD)(then >> 32)};
    struct file_facts facts;
    HANDLE file;

    (void)state;
    folder_put(L"x", "x");
    file = open_other(L"x", FILE_WRITE_ATTRIBUTES, FILE_SHARE_READ);
    assert_true(SetFileTime(file, NULL, NULL, &at));
    CloseHandle(file);
    assert_int_equal(eo_file_facts(in_folder("x"), &facts), 0);
    assert_true(facts.stamp.mtime_ns == 1700000000123456700);
    assert_true(facts.stamp.ctime_ns > facts.stamp.mtime_ns);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_names_have_more_than_ascii),
        TEST(test_names_that_are_kept_for_devices),
        TEST(test_the_null_device_by_its_own_name),
        TEST(test_a_long_path),
        TEST(test_a_file_that_another_program_has),
        TEST(test_who_writes),
        TEST(test_what_we_have_open_is_everybodys),
        TEST(test_a_reader_keeps_what_was_replaced),
        TEST(test_a_file_that_is_held_for_a_moment_is_replaced),
        TEST(test_who_may),
        TEST(test_whoever_can_put_something_in_its_place),
        TEST(test_what_is_made_is_the_users_alone),
        TEST(test_the_new_file_has_the_rights_of_the_old),
        TEST(test_a_time_since_1970),
    };

    return cmocka_run_group_tests_name("os/file on Windows", tests, NULL, NULL);
}
