/* test_os_paths.c -- where files are. */
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

static void test_nowhere(void **state)
{
    FILE *f = fopen(eo_paths_null(), "rb+");

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
        cmocka_unit_test(test_nowhere),
    };

    return cmocka_run_group_tests_name("os/paths", tests, NULL, NULL);
}
