/* test_os_secret.c -- no argument, no variable. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "os/secret.h"

static void test_an_argument(void **state)
{
    char arg[] = "password";

    (void)state;
    eo_secret_wipe_argument(arg);
    for (size_t i = 0; i < sizeof arg; i++)
        assert_int_equal(arg[i], '\0');
}

static void test_a_variable(void **state)
{
    static char whole[] = "ESPOTA_TEST=password";

    (void)state;
    assert_int_equal(putenv(whole), 0);
    assert_string_equal(getenv("ESPOTA_TEST"), "password");
    eo_secret_wipe_variable("ESPOTA_TEST");
    assert_null(getenv("ESPOTA_TEST"));
    eo_secret_wipe_variable("ESPOTA_TEST"); /* not there is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_argument),
        cmocka_unit_test(test_a_variable),
    };

    return cmocka_run_group_tests_name("os/secret", tests, NULL, NULL);
}
