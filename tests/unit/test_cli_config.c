/* test_cli_config.c -- configuration files and the environment. */
#include "support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"

struct fixture {
    char path[2][40];
    struct config config;
    struct notes notes;
    struct espota_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    for (int i = 0; i < 2; i++) {
        int fd;

        strcpy(f->path[i], "/tmp/espota-test-XXXXXX");
        fd = mkstemp(f->path[i]);
        assert_true(fd >= 0);
        close(fd);
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    eo_config_free(&f->config);
    eo_notes_free(&f->notes);
    for (int i = 0; i < 2; i++)
        unlink(f->path[i]);
    free(f);
    return 0;
}

#ifdef EO_WITH_INI
static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static const char PROJECT[] = "# the project's\n"
                              "[defaults]\n"
                              "retry = 1\n"
                              "  window = lockstep ; indented, with comment\n"
                              "\n"
                              "[group lamps]\n"
                              "retry = 2\n"
                              "port = 3232\n"
                              "[device Kitchen]\n"
                              "ip = 192.0.2.7\n"
                              "group = lamps\n"
                              "auth = pass word\n"
                              "connect_timeout = 3\n";

static const char USER[] = "[device kitchen]\n"
                           "retry = 9\n"
                           "stall-timeout = 33\n"
                           "[defaults]\n"
                           "quiet = yes\n";

static void test_sections_and_files_have_their_rank(void **state)
{
    struct fixture *f = *state;
    struct opts o;

    write_file(f->path[0], PROJECT, 0600);
    write_file(f->path[1], USER, 0600);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(eo_config_read(&f->config, f->path[i], i, false,
                                        &f->notes, &f->err),
                         0);
    assert_int_equal(f->notes.n, 0);
    assert_int_equal(eo_opts_init(&o, &f->err), 0);
    assert_int_equal(eo_config_apply(&f->config, "kitchen", &o, &f->err), 0);
    assert_int_equal(o.retry, 2); /* its group's, in the stronger file */
    assert_int_equal(o.port, 3232);
    assert_int_equal(o.window, ESPOTA_WINDOW_LOCKSTEP);
    assert_string_equal(o.auth, "pass word");
    assert_int_equal(o.connect_ms, 3000);
    assert_int_equal(o.stall_ms, 33000); /* only the weaker file says */
    assert_true(o.quiet);
    assert_string_equal(eo_config_address(&f->config, "kitchen")->value,
                        "192.0.2.7");
    eo_opts_free(&o);

    assert_int_equal(eo_opts_init(&o, &f->err), 0);
    assert_int_equal(eo_config_apply(&f->config, "porch", &o, &f->err), 0);
    assert_int_equal(o.retry, 1);
    assert_int_equal(o.port, 0);
    assert_null(o.auth);
    assert_null(eo_config_address(&f->config, "porch"));
    eo_opts_free(&o);
}

static void test_a_readable_password_is_warned_about(void **state)
{
    struct fixture *f = *state;

    write_file(f->path[0], PROJECT, 0644);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, false,
                                    &f->notes, &f->err),
                     0);
    assert_int_equal(f->notes.n, 1);
    assert_string_equal(f->notes.at[0].code, "readable-secret");
    assert_null(strstr(f->notes.at[0].text, "pass word"));
}

static const struct {
    const char *text, *message; /* behind the file's name */
} BAD[] = {
    {"[defaults]\nretri = 1\n",
     ":2: unknown key \"retri\" (did you mean \"retry\"?)"},
    {"[device a]\n\n\nport = 0\n", ":4: --port takes a number"},
    {"[defaults]\njson = x\n", ":2: a file cannot set \"json\""},
    {"[group a]\nip = ::1\n", ":2: a group has no address: \"ip\""},
    {"port = 1\n", ":1: a key before any section: \"\""},
    {"[devices a]\nport = 1\n",
     ":2: unknown section \"devices a\" (did you mean \"device\"?)"},
    {"[device]\nport = 1\n", ":2: a name is missing in section \"device\""},
    {"[defaults x]\nport = 1\n", ":2: no name belongs into section"},
    {"[defaults]\nnonsense\n", ":2: neither \"key = value\""},
    {"[defaults]\nquiet = perhaps\n", ":2: quiet is yes or no"},
    {"[device a-name-that-is-so-long-that-nobody-would-ever-use-it]\n",
     ":1: this name is too long"},
};

static void test_mistakes_are_named_by_file_and_line(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char want[200];

        write_file(f->path[0], BAD[i].text, 0600);
        assert_int_equal(eo_config_read(&f->config, f->path[0], 0, false,
                                        &f->notes, &f->err),
                         -1);
        assert_int_equal(f->err.category, ESPOTA_E_USAGE);
        snprintf(want, sizeof want, "%s%s", f->path[0], BAD[i].message);
        if (strstr(f->err.message, want) != f->err.message)
            fail_msg("\"%s\" is not \"%s\"", f->err.message, want);
        eo_config_free(&f->config);
    }
}

static void test_a_line_that_is_too_long_is_not_cut(void **state)
{
    struct fixture *f = *state;
    char text[400] = "[defaults]\nauth = ";

    memset(text + strlen(text), 'x', 300);
    write_file(f->path[0], text, 0600);
    assert_int_equal(eo_config_read(&f->config, f->path[0], 0, false,
                                    &f->notes, &f->err),
                     -1);
    assert_non_null(strstr(f->err.message, ":2: this line is too long"));
    assert_null(strstr(f->err.message, "xxx"));
}

#endif

static void test_a_missing_file_matters_only_if_it_was_named(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(eo_config_read(&f->config, "/nonexistent/x", 0, true,
                                    &f->notes, &f->err),
                     0);
    assert_int_equal(eo_config_read(&f->config, "/nonexistent/x", 0, false,
                                    &f->notes, &f->err),
                     -1);
    assert_int_equal(f->err.category, ESPOTA_E_USAGE);
}

static void test_the_environment(void **state)
{
    struct fixture *f = *state;
    struct settings s = {0};

    setenv("ESPOTA_PASSWORD", "", 1);
    setenv("ESPOTA_FILE", "", 1);
    setenv("ESPOTA_PORT", "8266", 1);
    assert_int_equal(eo_env_settings(&s, &f->err), 0);
    assert_int_equal(s.n, 2); /* an empty password is one; no file is none */
    assert_string_equal(s.at[0].where, "ESPOTA_PORT");
    eo_settings_free(&s);

    setenv("ESPOTA_PORT", "http", 1);
    assert_int_equal(eo_env_settings(&s, &f->err), -1);
    assert_non_null(strstr(f->err.message, "ESPOTA_PORT: --port takes"));
    eo_settings_free(&s);
    unsetenv("ESPOTA_PASSWORD");
    unsetenv("ESPOTA_FILE");
    unsetenv("ESPOTA_PORT");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
#ifdef EO_WITH_INI
        TEST(test_sections_and_files_have_their_rank),
        TEST(test_a_readable_password_is_warned_about),
        TEST(test_mistakes_are_named_by_file_and_line),
        TEST(test_a_line_that_is_too_long_is_not_cut),
#endif
        TEST(test_a_missing_file_matters_only_if_it_was_named),
        TEST(test_the_environment),
    };

    return cmocka_run_group_tests_name("cli/config", tests, NULL, NULL);
}
