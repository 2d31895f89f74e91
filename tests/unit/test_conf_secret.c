/* test_conf_secret.c -- secrets out of files, and no further. */
#include "support/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/secret.h"

static char path[] = "/tmp/espota-secret-XXXXXX";

static void write_file(const void *bytes, size_t len, mode_t mode)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static const struct {
    const char *bytes;
    size_t len;
    const char *secret; /* NULL: refused */
} FILES[] = {
#define ROW(text) text, sizeof text - 1
    {ROW("word\n"), "word"},
    {ROW("no end of line"), "no end of line"},
    {ROW("of Windows\r\n"), "of Windows"},
    {ROW("first\nsecond\n"), "first"},
    {ROW("  blanks belong to it \n"), "  blanks belong to it "},
    {ROW("\n"), ""},
    {ROW(""), ""},
    {ROW("a\rb\n"), "a\rb"},
#undef ROW
};

static void test_the_first_line_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        const char *names[] = {path};
        const struct texts files = {names, 1};
        struct secrets s = {0};
        struct notes notes = {0};
        struct espota_error err = {0};

        write_file(FILES[i].bytes, FILES[i].len, 0600);
        assert_int_equal(eo_secrets_files(&s, &files, &notes, &err), 0);
        assert_int_equal(s.n, 1);
        assert_string_equal(s.at[0], FILES[i].secret);
        assert_int_equal(notes.n, 0);
        eo_secrets_free(&s);
    }
}

static void test_a_file_that_is_none_of_a_secret(void **state)
{
    const char *names[] = {path};
    const struct texts files = {names, 1};
    struct secrets s = {0};
    struct notes notes = {0};
    struct espota_error err = {0};
    char big[5000];

    (void)state;
    memset(big, 'x', sizeof big); /* somebody gave the firmware */
    write_file(big, sizeof big, 0600);
    assert_int_equal(eo_secrets_files(&s, &files, &notes, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_SECRET);
    write_file("w\0o\0r\0d\0\r\0\n", 11, 0600); /* UTF-16: not "w" */
    assert_int_equal(eo_secrets_files(&s, &files, &notes, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_SECRET);
    names[0] = "/tmp";
    assert_int_equal(eo_secrets_files(&s, &files, &notes, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_SECRET);
    names[0] = "/nonexistent/secret";
    assert_int_equal(eo_secrets_files(&s, &files, &notes, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_SECRET);
    assert_non_null(strstr(err.message, "/nonexistent/secret"));
    assert_int_equal(s.n, 0);
    eo_notes_free(&notes);
    eo_secrets_free(&s);
}

static void test_readable_by_all_is_warned_about_but_read(void **state)
{
    const char *names[] = {path};
    const struct texts files = {names, 1};
    struct secrets s = {0};
    struct notes notes = {0};
    struct espota_error err = {0};

    (void)state;
    write_file("word\n", 5, 0604);
    assert_int_equal(eo_secrets_files(&s, &files, &notes, &err), 0);
    assert_string_equal(s.at[0], "word");
    assert_int_equal(notes.n, 1);
    assert_null(strstr(notes.at[0].text, "word"));
    eo_notes_free(&notes);
    eo_secrets_free(&s);
}

static void test_the_order_to_try_them(void **state)
{
    const char *names[] = {path, path};
    const struct opts o = {.auth = "given", .auth_file = {names, 2}};
    struct secrets s = {0};
    struct asked asked = {0};
    struct notes notes = {0};
    struct espota_error err = {0};

    (void)state;
    write_file("filed\n", 6, 0600);
    assert_int_equal(eo_passwords(&s, &o, &asked, &notes, &err), 0);
    assert_int_equal(s.n, 3);
    assert_string_equal(s.at[0], "given");
    assert_string_equal(s.at[2], "filed");
    eo_secrets_free(&s);
    eo_asked_free(&asked);
}

static void test_every_lack_of_memory_is_reported(void **state)
{
    const char *names[] = {path, path};
    const struct opts o = {.auth = "given", .auth_file = {names, 2}};
    bool done = false;

    (void)state;
    write_file("filed\n", 6, 0600);
    for (unsigned long n = 1; !done && n < 50; n++) {
        struct secrets s = {0};
        struct asked asked = {0};
        struct notes notes = {0};
        struct espota_error err = {0};

        eo_alloc_fail_at(n, 0);
        done = eo_passwords(&s, &o, &asked, &notes, &err) == 0;
        eo_alloc_fail_at(0, 0);
        if (!done)
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        eo_secrets_free(&s);
        eo_asked_free(&asked);
    }
    assert_true(done);
}

static int make_path(void **state)
{
    const int fd = mkstemp(path);

    (void)state;
    return fd >= 0 ? close(fd) : -1;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_line_counts),
        cmocka_unit_test(test_a_file_that_is_none_of_a_secret),
        cmocka_unit_test(test_readable_by_all_is_warned_about_but_read),
        cmocka_unit_test(test_the_order_to_try_them),
        cmocka_unit_test(test_every_lack_of_memory_is_reported),
    };

    return cmocka_run_group_tests_name("conf/secret", tests, make_path,
                                       remove_path);
}
