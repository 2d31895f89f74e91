/* test_os_console_windows.c -- the console of Windows: its size, a line that is
 * asked for, and what it says to its programs. */
#include "support/test.h"

#include <errno.h>
#include <io.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

#include "os/console.h"
#include "os/file.h"
#include "os/signals.h"
#include "os/signals_inside.h"

static FILE *screen, *nothing;
static HANDLE in;

/* The console that we were started in, or one of our own. */
static HANDLE open_console(const wchar_t *name)
{
    DWORD mode;
    HANDLE console = CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                 OPEN_EXISTING, 0, NULL);

    if (console != INVALID_HANDLE_VALUE && !GetConsoleMode(console, &mode)) {
        CloseHandle(console);
        console = INVALID_HANDLE_VALUE;
    }
    return console;
}

static int set_up(void **state)
{
    (void)state;
    nothing = fopen("NUL", "w");
    in = open_console(L"CONIN$");
    if (in == INVALID_HANDLE_VALUE && AllocConsole())
        in = open_console(L"CONIN$");
    screen = in != INVALID_HANDLE_VALUE ? fopen("CONOUT$", "w+") : NULL;
    return nothing != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    if (screen != NULL)
        fclose(screen);
    fclose(nothing);
    if (in != INVALID_HANDLE_VALUE)
        CloseHandle(in);
    return 0;
}

#define NEEDS_CONSOLE \
    do { \
        if (screen == NULL) \
            skip_because("no console is to be had here"); \
    } while (0)

static void test_what_is_one(void **state)
{
    (void)state;
    NEEDS_CONSOLE;
    assert_true(eo_console_is(screen));
    assert_false(eo_console_is(nothing));
    _putenv("TERM=");
    assert_true(eo_console_draws(screen)); /* no variable is needed here */
    assert_false(eo_console_draws(nothing));
    _putenv("TERM=dumb");
    assert_false(eo_console_draws(screen));
    _putenv("TERM=");
}

static void test_its_size(void **state)
{
    unsigned width = 0, height = 0;

    (void)state;
    NEEDS_CONSOLE;
    assert_false(eo_console_size(nothing, &width, &height));
    assert_true(eo_console_size(screen, &width, &height));
    assert_true(width > 0 && height > 0);
}

static void test_two_streams_in_one_console(void **state)
{
    (void)state;
    NEEDS_CONSOLE;
    assert_true(eo_console_shared(screen, screen, NULL));
    assert_false(eo_console_shared(screen, nothing, NULL));
    assert_true(eo_console_shared(screen, nothing, "con"));
    assert_true(eo_console_shared(screen, nothing, "CONOUT$"));
    assert_false(eo_console_shared(screen, screen, "other"));
    assert_false(eo_console_shared(nothing, nothing, NULL));
}

static void test_frames(void **state)
{
    FILE *frames;

    (void)state;
    NEEDS_CONSOLE;
    frames = eo_console_frames(screen);
    assert_non_null(frames);
    assert_true(fputs("one line\nand one", frames) >= 0);
    assert_int_equal(fclose(frames), 0);
    assert_true(fputs("it is open", screen) >= 0);
    assert_int_equal(fflush(screen), 0);
}

/* ---- asking ------------------------------------------------------------------- */

static void type(const wchar_t *text)
{
    for (; *text != L'\0'; text++) {
        INPUT_RECORD keys[2] = {{.EventType = KEY_EVENT},
                                {.EventType = KEY_EVENT}};
        DWORD n;

        for (int i = 0; i < 2; i++) {
            keys[i].Event.KeyEvent.bKeyDown = i == 0;
            keys[i].Event.KeyEvent.wRepeatCount = 1;
            keys[i].Event.KeyEvent.uChar.UnicodeChar = *text;
        }
        assert_true(WriteConsoleInputW(in, keys, 2, &n));
    }
}

/* What was typed before is not the answer: so it comes a moment later. */
static DWORD WINAPI type_soon(void *text)
{
    Sleep(300);
    type(text);
    return 0;
}

static int asked(wchar_t *typed, char *line, size_t cap, bool *eof)
{
    const HANDLE thread = CreateThread(NULL, 0, type_soon, typed, 0, NULL);
    DWORD before, after;
    int rc;

    assert_non_null(thread);
    assert_true(GetConsoleMode(in, &before));
    rc = eo_console_ask("Password: ", line, cap, eof);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    assert_true(GetConsoleMode(in, &after));
    assert_int_equal(before, after);
    return rc;
}

static void test_a_line_is_asked_for(void **state)
{
    static struct {
        wchar_t typed[40];
        const char *line; /* NULL: it is too long */
        bool eof;
    } rows[] = {
        {L"secret\r", "secret", false},
        {L"\r", "", false},
        {L"K\u00fcche \U0001f525\r", "K\xc3\xbc" "che \xf0\x9f\x94\xa5", false},
        {L"ab\bc\r", "ac", false},
        {L"\U0001f525\bx\r", "x", false},
        {L"\b\bx\r", "x", false},
        {L"wrong\x15right\r", "right", false},
        {L"\x1a\r", "", true},
        {L"123456789012345678901234567890\r", NULL, false},
    };

    (void)state;
    NEEDS_CONSOLE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[20];
        bool eof;
        int rc;

        type(L"typed before\r");
        rc = asked(rows[i].typed, line, sizeof line, &eof);
        assert_int_equal(rc, rows[i].line != NULL ? 0 : -1);
        if (rows[i].line != NULL)
            assert_string_equal(line, rows[i].line);
        else
            assert_int_equal(errno, EMSGSIZE);
        assert_int_equal(eof, rows[i].eof);
        FlushConsoleInputBuffer(in);
    }
}

static void test_nobody_to_ask(void **state)
{
    char line[20];
    bool eof;

    (void)state;
    FreeConsole();
    assert_int_equal(eo_console_ask("? ", line, sizeof line, &eof), -1);
    assert_int_equal(errno, ENOTTY);
}

/* ---- what it says -------------------------------------------------------------- */

static volatile LONG called;

static void count(void *ctx)
{
    InterlockedIncrement(ctx);
}

static bool is_called_soon(void)
{
    for (int i = 0; i < 1000 && called == 0; i++)
        Sleep(10);
    return called != 0;
}

/* Ctrl-C ends a wait for a key and for a pipe, and is said to whoever wants to
 * know.  The last, as it stays said. */
static void test_a_console_asks_us_to_end(void **state)
{
    HANDLE reader, writer;
    char line[20];
    bool eof;

    (void)state;
    NEEDS_CONSOLE;
    assert_true(CreatePipe(&reader, &writer, NULL, 0));
    assert_true(WriteFile(writer, "x", 1, &(DWORD){0}, NULL));
    assert_int_equal(eo_signals_await((os_file)reader), 0);
    assert_true(eo_signals_catch());
    assert_int_equal(eo_signals_await((os_file)reader), 0);
    assert_int_equal(eo_signals_caught(), 0);
    assert_true(ReadFile(reader, line, 1, &(DWORD){0}, NULL));
    eo_signals_call(count, (void *)&called);
    if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        skip_because("this console passes no Ctrl-C on");
    assert_true(is_called_soon());
    assert_int_equal(eo_signals_caught(), SIGINT);
    assert_int_equal(called, 1);
    errno = 0;
    assert_int_equal(eo_signals_await((os_file)reader), -1);
    assert_int_equal(errno, EINTR);
    assert_int_equal(eo_console_ask("? ", line, sizeof line, &eof), -1);
    assert_int_equal(errno, EINTR);
    eo_signals_call(NULL, NULL);
    assert_true(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
    Sleep(100);
    assert_int_equal(called, 1);
    CloseHandle(reader);
    CloseHandle(writer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_one),
        TEST(test_its_size),
        TEST(test_two_streams_in_one_console),
        TEST(test_frames),
        TEST(test_a_line_is_asked_for),
        TEST(test_a_console_asks_us_to_end),
        TEST(test_nobody_to_ask),
    };

    return cmocka_run_group_tests_name("os/console on Windows", tests, NULL,
                                       NULL);
}
