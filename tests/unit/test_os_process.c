/* test_os_process.c -- processes of every system: what they are given, and how
 * they end.  What is started is this test itself. */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/process.h"

static const char *self;

/* ---- what was started ------------------------------------------------------- */

/* Tells what it was given, on both of its streams. */
static int tell(int argc, char **argv)
{
    const char *word = getenv("WORD");
    int c;

    eo_process_open_streams();
    for (int i = 2; i < argc; i++)
        printf("[%s]", argv[i]);
    fflush(stdout);
    fprintf(stderr, "(%s)(%s)", word != NULL ? word : "none",
            getenv("ESPOTA_TEST") != NULL ? "handed down" : "none");
    fflush(stderr);
    while ((c = getchar()) != EOF)
        putchar(c);
    return 7;
}

static int sleep_long(void)
{
    eo_sleep_ms(60000);
    return 0;
}

/* ---- starting it -------------------------------------------------------------- */

/* Ours, without what is not for it: a system may need some of them. */
static const char **env_with(const char *more)
{
    const char *const *ours = eo_process_env();
    const char **all;
    size_t n = 0, m = 0;

    while (ours[n] != NULL)
        n++;
    all = eo_calloc(n + 2, sizeof *all);
    assert_non_null(all);
    all[m++] = more;
    for (size_t i = 0; i < n; i++)
        if (strncmp(ours[i], "ESPOTA_", 7) != 0)
            all[m++] = ours[i];
    return all;
}

static int end_of(struct process *p)
{
    int status = -1;

    for (int i = 0; i < 3000 && !eo_process_ended(p, &status); i++)
        eo_sleep_ms(10);
    return status;
}

/* Starts it; 0, or why not. */
static int begin(struct process *p, const char *const *words, FILE *in,
                 FILE *out)
{
    const char **env = env_with("WORD=of ours");
    const struct process_start s = {words, NULL, env, in, out};
    const int rc = eo_process_start(p, &s);

    eo_free(env);
    return rc;
}

static void test_words_streams_and_environment(void **state)
{
    const char *const words[] = {
        self, "tell", "plain", "two words", "", "a\"quote", "\"all\"", "end\\",
        "a\\b", "\\\\host\\share", "\\\"", "\\\\\"x y\\\\", "a\tb", "100%PATH%",
        "^&|<>()", "$HOME `x`", "'x'", "*", "-", "/?", NULL};
    char want[400] = "", said[500] = "";
    FILE *in = eo_file_stream_temporary(), *out = eo_file_stream_temporary();
    struct process p;

    (void)state;
    for (size_t i = 2; words[i] != NULL; i++)
        snprintf(want + strlen(want), sizeof want - strlen(want), "[%s]",
                 words[i]);
    strcat(want, "(of ours)(none)its\r\ninput\n");
    assert_non_null(in);
    assert_non_null(out);
    fputs("skipped its\r\ninput\n", in);
    fflush(in);
    assert_int_equal(fseek(in, 8, SEEK_SET), 0);
    assert_int_equal(begin(&p, words, in, out), 0);
    fclose(in);
    assert_int_equal(end_of(&p), 7);
    rewind(out);
    said[fread(said, 1, sizeof said - 1, out)] = '\0';
    fclose(out);
    assert_string_equal(said, want);
}

static void test_it_is_ended(void **state)
{
    const char *const words[] = {self, "sleep", NULL};
    FILE *nothing = eo_file_stream_temporary();
    struct process p;
    int status;

    (void)state;
    assert_int_equal(begin(&p, words, nothing, nothing), 0);
    assert_false(eo_process_ended(&p, &status));
    eo_process_kill(&p);
    assert_int_equal(end_of(&p), 137);
    assert_int_equal(begin(&p, words, nothing, nothing), 0);
    eo_process_kill(&p);
    eo_process_wait(&p);
    fclose(nothing);
}

static void test_no_such_program(void **state)
{
    static const char *const NONE[][2] = {{"/nowhere/at/all", NULL},
                                          {"no-such-program-here", NULL}};
    FILE *nothing = eo_file_stream_temporary();

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct process p;
        const int rc = begin(&p, NONE[i], nothing, nothing);

        /* Who cannot tell why ends it so. */
        if (rc == 0)
            assert_int_equal(end_of(&p), 127);
        else
            assert_int_equal(rc, ENOENT);
    }
    fclose(nothing);
}

static void test_a_shell(void **state)
{
    const char **env = env_with("WORD=x");
    FILE *nothing = eo_file_stream_temporary(),
         *out = eo_file_stream_temporary();
    const struct process_start s = {NULL, "echo \"a  b\"&& exit 5", env, nothing,
                                    out};
    char said[30] = "";
    struct process p;

    (void)state;
    assert_int_equal(eo_process_start(&p, &s), 0);
    assert_int_equal(end_of(&p), 5);
    rewind(out);
    said[fread(said, 1, sizeof said - 1, out)] = '\0';
    assert_non_null(strstr(said, "a  b"));
    fclose(nothing);
    fclose(out);
    eo_free(env);
}

static void test_what_is_said_of_us(void **state)
{
    const char *why = NULL;

    (void)state;
    assert_true(eo_process_id() > 0);
    assert_int_equal(eo_process_become("no such user, surely", &why), -1);
    assert_non_null(why);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_streams_and_environment),
        cmocka_unit_test(test_it_is_ended),
        cmocka_unit_test(test_no_such_program),
        cmocka_unit_test(test_a_shell),
        cmocka_unit_test(test_what_is_said_of_us),
    };

    self = argv[0];
    if (argc > 1 && strcmp(argv[1], "tell") == 0)
        return tell(argc, argv);
    if (argc > 1 && strcmp(argv[1], "sleep") == 0)
        return sleep_long();
    return cmocka_run_group_tests_name("os/process", tests, NULL, NULL);
}
