/* test_base_line.c -- lines of any length and content. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/mem.h"

static FILE *file_of(const void *bytes, size_t len)
{
    FILE *f = tmpfile();

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    rewind(f);
    return f;
}

static void test_lines(void **state)
{
    static const char BYTES[] = "one\n\n\0two\nno end";
    FILE *f = file_of(BYTES, sizeof BYTES - 1);
    char *line = NULL;
    size_t cap = 0;

    (void)state;
    assert_int_equal(eo_line_read(f, &line, &cap), 4);
    assert_string_equal(line, "one\n");
    assert_int_equal(eo_line_read(f, &line, &cap), 1);
    assert_string_equal(line, "\n");
    assert_int_equal(eo_line_read(f, &line, &cap), 5);
    assert_memory_equal(line, "\0two\n", 6);
    assert_int_equal(eo_line_read(f, &line, &cap), 6);
    assert_string_equal(line, "no end");
    assert_int_equal(eo_line_read(f, &line, &cap), -1);
    assert_true(feof(f));
    eo_free(line);
    fclose(f);
}

/* Around the sizes at which the memory grows. */
static void test_long_lines(void **state)
{
    char bytes[600];
    char *line = NULL;
    size_t cap = 0;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    for (size_t n = 100; n < sizeof bytes; n++) {
        FILE *f;

        bytes[n - 1] = '\n';
        f = file_of(bytes, n);
        assert_int_equal(eo_line_read(f, &line, &cap), n);
        assert_int_equal(strlen(line), n);
        assert_memory_equal(line, bytes, n);
        assert_int_equal(eo_line_read(f, &line, &cap), -1);
        fclose(f);
        bytes[n - 1] = 'x';
    }
    eo_free(line);
}

static void test_nothing(void **state)
{
    FILE *f = file_of("", 0);
    char *line = NULL;
    size_t cap = 0;

    (void)state;
    assert_int_equal(eo_line_read(f, &line, &cap), -1);
    assert_true(feof(f));
    assert_null(line);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests_name("base/line", tests, NULL, NULL);
}
