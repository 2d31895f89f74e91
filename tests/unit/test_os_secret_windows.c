/* test_os_secret_windows.c -- what is left of a secret where Windows keeps the
 * line of a process.  The test starts itself with lines of its own. */
#include "support/test.h"

#include <stdio.h>
#include <windows.h>

#include "os/secret.h"

/* Behind "wipe": arguments of which the second is wiped, from where a '=' is, if
 * there is one.  0: nothing is left of it, and the others are there. */
static int wipe(int argc, char **argv)
{
    char *equals = strchr(argv[3], '='), secret[100];
    char *value = equals != NULL ? equals + 1 : argv[3];
    wchar_t wide[100];

    strcpy(secret, value);
    MultiByteToWideChar(CP_UTF8, 0, secret, -1, wide, 100);
    eo_secret_no_core();
    eo_secret_wipe_argument(value);
    if (value[0] != '\0' || wcsstr(GetCommandLineW(), wide) != NULL ||
        strstr(GetCommandLineA(), secret) != NULL)
        return 1;
    for (int i = 0; i < __argc; i++)
        if (strstr(__argv[i], secret) != NULL)
            return 2;
    if (argc != 5 || wcsstr(GetCommandLineW(), L"before") == NULL ||
        wcsstr(GetCommandLineW(), L"behind") == NULL)
        return 3;
    return 0;
}

static DWORD started_with(const wchar_t *words)
{
    wchar_t name[MAX_PATH], line[MAX_PATH + 200];
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION made;
    DWORD code = 99;

    GetModuleFileNameW(NULL, name, MAX_PATH);
    swprintf(line, sizeof line / sizeof *line, L"\"%ls\" wipe before %ls behind",
             name, words);
    assert_true(CreateProcessW(name, line, NULL, NULL, FALSE, 0, NULL, NULL,
                               &how, &made));
    WaitForSingleObject(made.hProcess, 30000);
    GetExitCodeProcess(made.hProcess, &code);
    CloseHandle(made.hProcess);
    CloseHandle(made.hThread);
    return code;
}

static void test_the_line_of_the_process(void **state)
{
    static const wchar_t *const WORDS[] = {
        L"secretword", L"--auth=secretword", L"\"--auth=secret word\"",
        L"\"secret word\"", L"--auth=\"secretword\"", L"--au\"th=secretword\"",
        L"--auth=\"secret\\\"word\"", L"secret\\word\\", L"\"secret\\\\\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        const DWORD code = started_with(WORDS[i]);

        if (code != 0)
            fail_msg("%ls: %lu", WORDS[i], code);
    }
}

static void test_the_block_of_variables(void **state)
{
    wchar_t value[20];

    (void)state;
    assert_true(SetEnvironmentVariableW(L"ESPOTA_TEST", L"password"));
    eo_secret_wipe_variable("ESPOTA_TEST");
    assert_int_equal(GetEnvironmentVariableW(L"ESPOTA_TEST", value, 20), 0);
    eo_secret_wipe_variable("ESPOTA_TEST"); /* not there is fine */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_of_the_process),
        cmocka_unit_test(test_the_block_of_variables),
    };

    if (argc > 3 && strcmp(argv[1], "wipe") == 0)
        return wipe(argc, argv);
    return cmocka_run_group_tests_name("os/secret on Windows", tests, NULL,
                                       NULL);
}
