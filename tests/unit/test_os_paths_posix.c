/* test_os_paths_posix.c -- where the user's files are by the XDG base
 * directories. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "os/paths.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_users_own),
    };

    return cmocka_run_group_tests_name("os/paths by POSIX", tests, NULL, NULL);
}
