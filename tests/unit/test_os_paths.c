/* test_os_paths.c -- where files are, and where the user's are. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/paths.h"

static void test_parts(void **state)
{
    (void)state;
    assert_true(eo_paths_is_absolute("/etc"));
    assert_false(eo_paths_is_absolute("etc"));
    assert_false(eo_paths_is_absolute(""));
    assert_int_equal(eo_paths_folder("/etc/x"), 5);
    assert_int_equal(eo_paths_folder("x"), 0);
    assert_int_equal(eo_paths_folder("./x"), 2);
}

static void test_joining(void **state)
{
    char out[10];

    (void)state;
    assert_true(eo_paths_join(out, sizeof out, "/", "x"));
    assert_string_equal(out, "/x");
    assert_true(eo_paths_join(out, sizeof out, "/1234", "678"));
    assert_string_equal(out, "/1234/678");
    assert_false(eo_paths_join(out, sizeof out, "/1234", "6789"));
}

static void test_upwards(void **state)
{
    char folder[] = "/one/two";

    (void)state;
    assert_true(eo_paths_up(folder));
    assert_string_equal(folder, "/one");
    assert_true(eo_paths_up(folder));
    assert_string_equal(folder, "/");
    assert_false(eo_paths_up(folder));
}

static void test_here(void **state)
{
    char here[1024];

    (void)state;
    assert_true(eo_paths_here(here, sizeof here));
    assert_true(eo_paths_is_absolute(here));
    assert_false(eo_paths_here(here, 1));
}

static void test_the_users_own(void **state)
{
    static const struct {
        const char *xdg, *home, *file; /* NULL: not there */
    } ROWS[] = {
        {"/x", "/h", "/x/espota/a"},
        {"/", "/h", "/espota/a"},
        {"", "/h", "/h/.config/espota/a"},
        {"relative", "/h", "/h/.config/espota/a"},
        {NULL, "/h", "/h/.config/espota/a"},
        {NULL, "h", NULL},
        {NULL, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char out[100];
        bool got;

        if (ROWS[i].xdg != NULL)
            setenv("XDG_CONFIG_HOME", ROWS[i].xdg, 1);
        else
            unsetenv("XDG_CONFIG_HOME");
        if (ROWS[i].home != NULL)
            setenv("HOME", ROWS[i].home, 1);
        else
            unsetenv("HOME");
        got = eo_paths_config(out, sizeof out, "a");
        assert_int_equal(got, ROWS[i].file != NULL);
        if (got)
            assert_string_equal(out, ROWS[i].file);
        if (ROWS[i].home == NULL)
            assert_null(eo_paths_home());
        else
            assert_string_equal(eo_paths_home(), ROWS[i].home);
    }
}

static void test_nowhere(void **state)
{
    FILE *f = fopen(eo_paths_null(), "r+");

    (void)state;
    assert_non_null(f);
    assert_int_equal(fgetc(f), EOF);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_joining),
        cmocka_unit_test(test_upwards),
        cmocka_unit_test(test_here),
        cmocka_unit_test(test_the_users_own),
        cmocka_unit_test(test_nowhere),
    };

    return cmocka_run_group_tests_name("os/paths", tests, NULL, NULL);
}
