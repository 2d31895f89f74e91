/* test_cli_hooks.c -- real commands: words, facts, input, time, ends. */
#include "support/test.h"

#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/hooks.h"

struct seen {
    int calls, status;
    void *tag;
    char why[400];
};

static char out_path[] = "/tmp/espota-hooks-XXXXXX";

static void on_end(void *ctx, void *tag, int status, const char *why)
{
    struct seen *s = ctx;

    s->calls++;
    s->status = status;
    s->tag = tag;
    snprintf(s->why, sizeof s->why, "%s", why != NULL ? why : "");
}

static FILE *file_of(const char *text)
{
    FILE *f = tmpfile();

    assert_non_null(f);
    fputs(text, f);
    return f;
}

static struct seen run(const char *command, bool shell, uint32_t timeout_ms,
                       const char *const *env, const char *text)
{
    struct seen seen = {0};
    FILE *input = file_of(text);
    struct espota_error err = {0};
    struct hooks *h = eo_hooks_new(
        &(struct hooks_config){shell, timeout_ms, on_end, &seen});
    int tag;

    assert_non_null(h);
    seen.status = eo_hooks_start(h, command, env, input, &tag, &err) - 1;
    fclose(input);
    if (seen.status == -2) {
        snprintf(seen.why, sizeof seen.why, "%s", err.message);
        eo_hooks_free(h);
        return seen;
    }
    for (int i = 0; i < 1000 && eo_hooks_poll(h) > 0; i++)
        poll(NULL, 0, 10);
    assert_int_equal(seen.calls, 1);
    assert_ptr_equal(seen.tag, &tag);
    eo_hooks_free(h);
    return seen;
}

static const char *const NONE[] = {NULL};

static const struct row {
    const char *command;
    bool shell;
    int status; /* -2: cannot be started */
    const char *why;
} ROWS[] = {
    {"true", false, 0, ""},
    {"false", false, 1, ""},
    {"sh -c 'exit 7'", false, 7, ""},
    {"sh -c \"exit 8\"", false, 8, ""},
    {"  sh   -c exit\\ 9 ", false, 9, ""},
    {"exit 5", true, 5, ""},
    {"exit 5", false, -2, "the hook exit cannot be run: No such file or directory"},
    {"kill -9 $$", true, 128 + 9, ""},
    {"sh -c 'exit", false, -2,
     "the hook \"sh -c 'exit\" cannot be split into words"},
    {"", false, -2, "the hook \"\" cannot be split into words"},
    {"true ; false", false, 0, ""}, /* no shell: mere words */
};

/* Where vfork() is a fork, as under qemu-user, a child that cannot become the
 * program has no way to tell: it ends with 127. */
static bool spawn_tells(void)
{
    char *const argv[] = {(char *)"/no/such/program", NULL};
    char *const env[] = {NULL};
    pid_t pid;

    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, env) != 0)
        return true;
    waitpid(pid, NULL, 0);
    return false;
}

static void test_row(void **state)
{
    const struct row *r = *state;
    struct seen s;

    if (strstr(r->why, "No such file") != NULL && !spawn_tells()) {
        puts("skip: posix_spawn() does not tell of a program that is missing");
        skip();
    }
    s = run(r->command, r->shell, 10000, NONE, "");
    assert_int_equal(s.status, r->status);
    assert_string_equal(s.why, r->why);
}

static void test_facts_and_input_arrive_and_secrets_do_not(void **state)
{
    static const char *const ENV[] = {"ESPOTA_DEVICE=kitchen $(x)", NULL};
    char command[200], got[200] = "";
    FILE *f;

    (void)state;
    setenv("ESPOTA_PASSWORD", "hunter2", 1);
    snprintf(command, sizeof command,
             "{ echo \"$ESPOTA_DEVICE,$ESPOTA_PASSWORD\"; cat; } > %s",
             out_path);
    assert_int_equal(run(command, true, 10000, ENV, "{\"a\":1}\n").status, 0);
    unsetenv("ESPOTA_PASSWORD");
    f = fopen(out_path, "r");
    assert_non_null(f);
    assert_true(fread(got, 1, sizeof got - 1, f) > 0);
    fclose(f);
    assert_string_equal(got, "kitchen $(x),\n{\"a\":1}\n");
}

static void test_one_that_hangs_is_ended(void **state)
{
    struct seen s = run("sleep 60", false, 50, NONE, "");

    (void)state;
    assert_int_equal(s.status, -1);
    assert_string_equal(s.why, "took too long and was ended");
    /* Deaf to SIGTERM, and its child with it: the whole group is killed. */
    s = run("trap '' TERM; sleep 60; true", true, 50, NONE, "");
    assert_int_equal(s.status, -1);
}

static void test_freeing_ends_what_runs(void **state)
{
    struct seen seen = {0};
    struct espota_error err;
    struct hooks *h =
        eo_hooks_new(&(struct hooks_config){false, 60000, on_end, &seen});
    FILE *input = file_of("");
    const time_t begin = time(NULL);

    (void)state;
    assert_non_null(h);
    assert_int_equal(eo_hooks_start(h, "sleep 60", NONE, input, NULL, &err), 0);
    fclose(input);
    eo_hooks_free(h); /* waits for it: no zombie, no minute */
    assert_int_equal(seen.calls, 0);
    assert_true(time(NULL) - begin < 30);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_facts_and_input_arrive_and_secrets_do_not),
        cmocka_unit_test(test_one_that_hangs_is_ended),
        cmocka_unit_test(test_freeing_ends_what_runs),
    };
    enum { MORE = sizeof others / sizeof *others };
    struct CMUnitTest tests[N + MORE];
    const int fd = mkstemp(out_path);
    int failed;

    if (fd < 0)
        return 1;
    close(fd);
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].command,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    memcpy(tests + N, others, sizeof others);
    failed = cmocka_run_group_tests_name("cli/hooks", tests, NULL, NULL);
    unlink(out_path);
    return failed;
}
