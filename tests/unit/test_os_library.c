/* test_os_library.c -- what is loaded has what it is loaded for. */
#include "support/test.h"

#include <stdio.h>

#include "os/library.h"

static void test_no_such_library(void **state)
{
    (void)state;
    assert_null(eo_library_open("libespota-is-nowhere.so.77"));
}

static void test_a_library(void **state)
{
    static const char *const NAMES[] = {"libcrypto.so.3", "libcrypto.3.dylib"};
    unsigned (*major)(void) = NULL;
    struct os_library *lib = NULL;

    (void)state;
    for (size_t i = 0; lib == NULL && i < 2; i++)
        lib = eo_library_open(NAMES[i]);
    if (lib == NULL)
        skip_because("no libcrypto to be loaded");
    *(void **)(void *)&major = eo_library_find(lib, "OPENSSL_version_major");
    assert_non_null(major);
    assert_int_equal(major(), 3);
    assert_null(eo_library_find(lib, "espota_is_not_in_it"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_such_library),
        cmocka_unit_test(test_a_library),
    };

    return cmocka_run_group_tests_name("os/library", tests, NULL, NULL);
}
