/* test_os_console_posix.c -- what is a terminal, how wide, and whose. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* posix_openpt() */
#endif
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "os/console.h"

static int master;
static FILE *screen, *nothing;
static char name[100];

static int set_up(void **state)
{
    (void)state;
    master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return -1;
    snprintf(name, sizeof name, "%s", ptsname(master));
    screen = fdopen(open(name, O_RDWR | O_NOCTTY), "w");
    nothing = fopen("/dev/null", "w");
    return screen != NULL && nothing != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return fclose(screen) | fclose(nothing) | close(master);
}

static void test_what_is_one(void **state)
{
    (void)state;
    assert_true(eo_console_is(screen));
    assert_false(eo_console_is(nothing));
    setenv("TERM", "xterm", 1);
    assert_true(eo_console_draws(screen));
    assert_false(eo_console_draws(nothing));
    setenv("TERM", "dumb", 1);
    assert_false(eo_console_draws(screen));
    unsetenv("TERM");
    assert_false(eo_console_draws(screen));
}

static void test_its_size(void **state)
{
    struct winsize size = {.ws_col = 0, .ws_row = 43};
    unsigned width = 11, height = 12;

    (void)state;
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    assert_false(eo_console_size(screen, &width, &height));
    assert_false(eo_console_size(nothing, &width, &height));
    assert_int_equal(width, 11);
    assert_int_equal(height, 12);
    size.ws_col = 132;
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    assert_true(eo_console_size(screen, &width, &height));
    assert_int_equal(width, 132);
    assert_int_equal(height, 43);
}

static void test_two_streams_in_one_terminal(void **state)
{
    char other_name[100];
    const int other = posix_openpt(O_RDWR | O_NOCTTY);

    (void)state;
    assert_true(other >= 0);
    assert_int_equal(grantpt(other) | unlockpt(other), 0);
    snprintf(other_name, sizeof other_name, "%s", ptsname(other));
    assert_true(eo_console_shared(screen, screen, NULL));
    assert_false(eo_console_shared(screen, nothing, NULL));
    assert_true(eo_console_shared(screen, nothing, name));
    assert_true(eo_console_shared(screen, nothing, "/dev/tty"));
    assert_false(eo_console_shared(screen, screen, other_name));
    assert_false(eo_console_shared(screen, screen, "/nowhere/at/all"));
    assert_false(eo_console_shared(nothing, nothing, NULL));
    close(other);
}

/* A frame is there whole. */
static void test_frames(void **state)
{
    char seen[32];
    FILE *frames = eo_console_frames(screen);

    (void)state;
    assert_non_null(frames);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    fputs("one line\nand one", frames);
    assert_int_equal(read(master, seen, sizeof seen), -1);
    assert_int_equal(fclose(frames), 0);
    assert_true(read(master, seen, sizeof seen) > 0);
    assert_true(fputs("it is open", screen) >= 0);
    assert_int_equal(fflush(screen), 0);
}

/* In a session that has no terminal. */
static void test_nobody_to_ask(void **state)
{
    char line[100];
    bool eof;
    int status;
    pid_t pid;

    (void)state;
    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(setsid() < 0 || eo_console_ask("? ", line, sizeof line, &eof) == 0
                  ? 1
                  : errno == ENOTTY ? 0 : 2);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_one),
        TEST(test_its_size),
        TEST(test_two_streams_in_one_terminal),
        TEST(test_frames),
        TEST(test_nobody_to_ask),
    };

    alarm(60); /* who waits for ever fails */
    return cmocka_run_group_tests_name("os/console by POSIX", tests, NULL, NULL);
}
