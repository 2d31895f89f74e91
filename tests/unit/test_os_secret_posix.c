/* test_os_secret_posix.c -- no core, and no memory of a variable. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "os/secret.h"

static void test_no_core(void **state)
{
    struct rlimit limit;

    (void)state;
    eo_secret_no_core();
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(limit.rlim_max, 0);
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
#endif
}

static void test_the_memory_of_a_variable(void **state)
{
    static char whole[] = "ESPOTA_TEST=password";

    (void)state;
    assert_int_equal(putenv(whole), 0); /* it is this very memory */
    eo_secret_wipe_variable("ESPOTA_TEST");
    assert_null(getenv("ESPOTA_TEST"));
    assert_null(strstr(whole, "pass"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_core),
        cmocka_unit_test(test_the_memory_of_a_variable),
    };

    return cmocka_run_group_tests_name("os/secret by POSIX", tests, NULL, NULL);
}
