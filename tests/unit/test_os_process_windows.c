/* test_os_process_windows.c -- processes of Windows: trees, batch files, and what
 * is handed down. */
#include "support/windows_folder.h"

#include <errno.h>

#include "base/mem.h"
#include "os/file.h"
#include "os/process.h"

static char self[3 * MAX_PATH];

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
    return 0;
}

/* ---- what was started ---------------------------------------------------------- */

static int sleep_long(void)
{
    Sleep(60000);
    return 0;
}

/* Starts another, tells its number and sleeps. */
static int sleep_with_child(const char *file)
{
    wchar_t line[MAX_PATH + 20], name[MAX_PATH];
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION child;
    FILE *f;

    GetModuleFileNameW(NULL, name, MAX_PATH);
    swprintf(line, sizeof line / sizeof *line, L"\"%ls\" sleep", name);
    if (!CreateProcessW(name, line, NULL, NULL, FALSE, 0, NULL, NULL, &how,
                        &child))
        return 1;
    f = fopen(file, "w");
    if (f == NULL)
        return 1;
    fprintf(f, "%lu\n", child.dwProcessId);
    fclose(f);
    return sleep_long();
}

/* ---- starting it ------------------------------------------------------------------ */

static int begin(struct process *p, const char *const *words, FILE *out)
{
    FILE *nothing = eo_file_stream_temporary();
    const struct process_start s = {words, NULL, eo_process_env(), nothing,
                                    out != NULL ? out : nothing};
    const int rc = eo_process_start(p, &s);

    fclose(nothing);
    return rc;
}

static int end_of(struct process *p)
{
    int status = -1;

    for (int i = 0; i < 3000 && !eo_process_ended(p, &status); i++)
        Sleep(10);
    return status;
}

/* The number that the child of the child wrote, within 20 s. */
static DWORD await_number(const char *path)
{
    unsigned long number = 0;

    for (int i = 0; i < 2000 && number == 0; i++) {
        FILE *f = fopen(path, "r");

        if (f == NULL || fscanf(f, "%lu\n", &number) != 1)
            number = 0;
        if (f != NULL)
            fclose(f);
        Sleep(10);
    }
    return number;
}

static void test_a_tree_ends_as_one(void **state)
{
    char file[MAX_PATH];
    const char *const words[] = {self, "tree", file, NULL};
    struct process p;
    HANDLE grandchild;
    DWORD number;

    (void)state;
    /* In the code page of the other, too. */
    snprintf(file, sizeof file, "espota-tree-%lu", GetCurrentProcessId());
    assert_int_equal(begin(&p, words, NULL), 0);
    number = await_number(file);
    remove(file);
    assert_true(number != 0);
    grandchild = OpenProcess(SYNCHRONIZE, FALSE, number);
    assert_non_null(grandchild);
    assert_int_equal(WaitForSingleObject(grandchild, 0), WAIT_TIMEOUT);
    eo_process_kill(&p);
    assert_int_equal(end_of(&p), 137);
    assert_int_equal(WaitForSingleObject(grandchild, 20000), WAIT_OBJECT_0);
    CloseHandle(grandchild);
}

/* A word that cmd.exe would read as something else is not given to it. */
static void test_a_batch_file(void **state)
{
    static const char *const NEVER[] = {"%PATH%", "a\"&calc&\"", "a\nb"};
    const char *words[] = {in_folder("two words.cmd"), "a b", "&^|<>!", NULL};
    FILE *out = eo_file_stream_temporary();
    char said[100] = "";
    struct process p;

    (void)state;
    folder_put(L"two words.cmd", "@echo [%~1][%~2]\r\n@exit /b 9\r\n");
    words[2] = "c";
    assert_int_equal(begin(&p, words, out), 0);
    assert_int_equal(end_of(&p), 9);
    rewind(out);
    said[fread(said, 1, sizeof said - 1, out)] = '\0';
    assert_string_equal(said, "[a b][c]\r\n");
    fclose(out);
    for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++) {
        words[1] = NEVER[i];
        assert_int_equal(begin(&p, words, NULL), EINVAL);
    }
}

/* Not where we happen to be, even without its end. */
static void test_a_program_beside_us_is_not_taken(void **state)
{
    static const char *const WORDS[] = {"espota-only-here", NULL};
    wchar_t here[MAX_PATH];
    struct process p;
    int rc;

    (void)state;
    folder_put(L"espota-only-here.cmd", "@exit /b 3\r\n");
    GetCurrentDirectoryW(MAX_PATH, here);
    assert_true(SetCurrentDirectoryW(folder_wide + FOLDER_PREFIX));
    rc = begin(&p, WORDS, NULL);
    SetCurrentDirectoryW(here);
    assert_int_equal(rc, ENOENT);
    SetEnvironmentVariableW(L"PATH", folder_wide + FOLDER_PREFIX);
    assert_int_equal(begin(&p, WORDS, NULL), 0);
    assert_int_equal(end_of(&p), 3);
}

/* Of two that could be inherited it has the one that is its output. */
static void test_nothing_else_is_handed_down(void **state)
{
    const char *words[] = {self, "has", NULL, NULL};
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited,
                                     .bInheritHandle = TRUE};
    char number[30];
    struct process p;
    HANDLE event;

    (void)state;
    event = CreateEventW(&inherited, TRUE, FALSE, NULL);
    assert_non_null(event);
    snprintf(number, sizeof number, "%llu",
             (unsigned long long)(uintptr_t)event);
    words[2] = number;
    assert_int_equal(begin(&p, words, NULL), 0);
    assert_int_equal(end_of(&p), 0);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CloseHandle(event);
}

/* Would be heard if it were ours. */
static int ring(const char *number)
{
    SetEvent((HANDLE)(uintptr_t)strtoull(number, NULL, 10));
    return 0;
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_tree_ends_as_one),
        TEST(test_a_batch_file),
        TEST(test_a_program_beside_us_is_not_taken),
        TEST(test_nothing_else_is_handed_down),
    };
    wchar_t name[MAX_PATH];

    if (argc > 2 && strcmp(argv[1], "tree") == 0)
        return sleep_with_child(argv[2]);
    if (argc > 1 && strcmp(argv[1], "sleep") == 0)
        return sleep_long();
    if (argc > 2 && strcmp(argv[1], "has") == 0)
        return ring(argv[2]);
    GetModuleFileNameW(NULL, name, MAX_PATH);
    WideCharToMultiByte(CP_UTF8, 0, name, -1, self, sizeof self, NULL, NULL);
    return cmocka_run_group_tests_name("os/process on Windows", tests, NULL,
                                       NULL);
}
