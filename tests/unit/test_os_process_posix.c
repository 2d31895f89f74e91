/* test_os_process_posix.c -- processes by POSIX: shells, signals, and that a group ends as
 * one. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/process.h"

static const char *const ENV[] = {"PATH=/usr/bin:/bin", "WORD=of ours", NULL};

/* How it ended, within 20 s. */
static int end_of(struct process *p)
{
    int status = -1;

    for (int i = 0; i < 2000 && !eo_process_ended(p, &status); i++)
        poll(NULL, 0, 10);
    return status;
}

/* What a command that was given this says. */
static int run(const char *const *words, const char *shell, const char *text,
               char *said, size_t cap)
{
    struct process_start s = {words, shell, ENV, tmpfile(), tmpfile()};
    struct process p;
    int status = -1;

    fputs(text, s.in);
    assert_int_equal(fseek(s.in, 0, SEEK_SET), 0);
    errno = eo_process_start(&p, &s);
    if (errno == 0)
        status = end_of(&p);
    rewind(s.out);
    said[fread(said, 1, cap - 1, s.out)] = '\0';
    fclose(s.in);
    fclose(s.out);
    return status;
}

static void test_words_and_streams(void **state)
{
    static const char *const CAT[] = {"cat", "-", "/nowhere/at/all", NULL};
    static const char *const NOTHING[] = {"/nowhere/at/all", NULL};
    char said[300];
    int status;

    (void)state;
    assert_int_equal(run(CAT, NULL, "its input\n", said, sizeof said), 1);
    assert_true(strncmp(said, "its input\n", 10) == 0);
    assert_non_null(strstr(said, "/nowhere/at/all")); /* on standard error */
    /* What starts it may be told so by its end alone, as valgrind tells us:
     * posix_spawn() has either. */
    status = run(NOTHING, NULL, "", said, sizeof said);
    assert_true((status == -1 && errno == ENOENT) || status == 127);
}

static void test_a_shell_and_its_environment(void **state)
{
    char said[300];

    (void)state;
    assert_int_equal(setenv("ESPOTA_TEST", "ours alone", 1), 0);
    assert_int_equal(run(NULL, "echo \"$WORD$ESPOTA_TEST\"; exit 7", "", said,
                         sizeof said),
                     7);
    assert_string_equal(said, "of ours\n");
    assert_int_equal(run(NULL, "kill -9 $$", "", said, sizeof said), 137);
}

/* Of descriptors and of signals that we ignore. */
static void test_nothing_else_is_handed_down(void **state)
{
    char said[300];
    const int fd = open("/dev/null", O_RDONLY);

    (void)state;
    assert_true(fd >= 0 && fd < 10);
    signal(SIGPIPE, SIG_IGN);
    snprintf(said, sizeof said, "(: <&%d) 2>&-; echo $?; kill -13 $$", fd);
    assert_int_equal(run(NULL, said, "", said, sizeof said), 128 + SIGPIPE);
    assert_string_not_equal(said, "0\n");
    close(fd);
}

/* Nobody has it open any more: all who had it have ended. */
static bool is_let_go(int reader)
{
    struct pollfd p = {.fd = reader, .events = POLLIN};
    char byte;

    for (int i = 0; i < 200; i++)
        if (poll(&p, 1, 100) > 0 && read(reader, &byte, 1) == 0)
            return true;
    return false;
}

/* Two generations, of which the second would outlive the first. */
static void end_group(void (*end)(struct process *), int number)
{
    static const char *const WORDS[] = {
        "sh", "-c", "sleep 60 & echo; sleep 60; wait", NULL};
    struct process_start s = {WORDS, NULL, ENV, tmpfile(), NULL};
    struct process p;
    char byte;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    s.out = fdopen(ends[1], "w");
    assert_int_equal(eo_process_start(&p, &s), 0);
    fclose(s.in);
    fclose(s.out);
    assert_int_equal(read(ends[0], &byte, 1), 1); /* both are there */
    end(&p);
    assert_int_equal(end_of(&p), 128 + number);
    assert_true(is_let_go(ends[0]));
    close(ends[0]);
}

static void test_a_group_ends_as_one(void **state)
{
    (void)state;
    end_group(eo_process_ask_to_end, SIGTERM);
    end_group(eo_process_kill, SIGKILL);
}

static void test_what_is_said_of_us(void **state)
{
    const char *const *env = eo_process_env();
    bool found = false;

    (void)state;
    assert_int_equal(setenv("ESPOTA_TEST", "here", 1), 0);
    for (env = eo_process_env(); *env != NULL; env++)
        found |= strcmp(*env, "ESPOTA_TEST=here") == 0;
    assert_true(found);
    assert_int_equal(eo_process_id(), getpid());
    assert_int_equal(eo_process_is_admin(), geteuid() == 0);
}

static void test_nobody_of_that_name(void **state)
{
    const char *why;

    (void)state;
    assert_int_equal(eo_process_become("no such user, surely", &why), -1);
    assert_string_equal(why, "there is no such user");
}

/* What was closed when we were started is not where the next file goes. */
static void test_standard_streams_are_open(void **state)
{
    const int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO);
    int next;

    (void)state;
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    eo_process_open_streams();
    next = dup(STDERR_FILENO);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    close(in);
    close(out);
    close(next);
    assert_true(next > STDERR_FILENO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_streams),
        cmocka_unit_test(test_a_shell_and_its_environment),
        cmocka_unit_test(test_nothing_else_is_handed_down),
        cmocka_unit_test(test_a_group_ends_as_one),
        cmocka_unit_test(test_what_is_said_of_us),
        cmocka_unit_test(test_nobody_of_that_name),
        cmocka_unit_test(test_standard_streams_are_open),
    };

    alarm(60); /* who waits for ever fails */
    return cmocka_run_group_tests_name("os/process by POSIX", tests, NULL, NULL);
}
