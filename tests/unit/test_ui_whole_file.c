/* test_ui_whole_file.c -- a file is there whole, or what was there before is:
 * whichever of the last calls fails. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif
#include "support/test.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/whole_file.h"

static char dir[] = "/tmp/espota-whole-XXXXXX";

/* ---- calls that fail ---------------------------------------------------- */

static const char *failing = "";

static int fails(const char *call)
{
    if (strcmp(failing, call) != 0)
        return 0;
    errno = EIO;
    return 1;
}

int fsync(int fd)
{
    (void)fd;
    return fails("fsync") ? -1 : 0;
}

int rename(const char *from, const char *to)
{
    static int (*next)(const char *, const char *);

    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "rename");
    return fails("rename") ? -1 : next(from, to);
}

/* The bytes are gone as far as the program knows, and the file is closed. */
int fclose(FILE *f)
{
    static int (*next)(FILE *);
    const int bad = fails("fclose");

    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "fclose");
    if (next(f) != 0)
        return EOF;
    if (bad)
        errno = EIO;
    return bad ? EOF : 0;
}

/* ---- the folder --------------------------------------------------------- */

static const char *at(const char *name)
{
    static char path[4][100];
    static unsigned turn;
    char *p = path[turn++ % 4];

    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static void check_text(const char *name, const char *text)
{
    char is[32] = "";
    FILE *f = fopen(at(name), "r");

    assert_non_null(f);
    assert_non_null(fgets(is, sizeof is, f));
    fclose(f);
    assert_string_equal(is, text);
}

static unsigned files(void)
{
    unsigned n = 0;
    DIR *d = opendir(dir);

    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int put(const char *name, const char *text, struct espota_error *err)
{
    struct whole_file w;

    assert_int_equal(eo_whole_open(&w, at(name), err), 0);
    fputs(text, w.out);
    return eo_whole_end(&w, err);
}

/* ---- tests -------------------------------------------------------------- */

static void test_each_call_that_tells_of_a_failure(void **state)
{
    static const char *const CALLS[] = {"fsync", "fclose", "rename"};
    struct espota_error err;

    (void)state;
    assert_int_equal(put("kept", "old", &err), 0);
    assert_int_equal(files(), 1);
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++)
        for (int exists = 0; exists < 2; exists++) {
            failing = CALLS[i];
            assert_int_equal(put(exists ? "kept" : "new", "half", &err), -1);
            failing = "";
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            assert_int_equal(err.sys_errno, EIO);
            check_text("kept", "old");
            assert_int_equal(files(), 1); /* neither a new one nor its parts */
        }
    unlink(at("kept"));
}

static void test_what_is_put_in_place(void **state)
{
    struct espota_error err;
    struct stat st;

    (void)state;
    assert_int_equal(put("a", "first", &err), 0);
    assert_int_equal(chmod(at("a"), 0640), 0);
    assert_int_equal(symlink("a", at("link")), 0);
    assert_int_equal(put("link", "second", &err), 0);
    check_text("a", "second");
    assert_int_equal(lstat(at("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(at("a"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    unlink(at("a"));
    unlink(at("link"));
}

static void test_dropped(void **state)
{
    struct whole_file w;
    struct espota_error err;

    (void)state;
    assert_int_equal(put("a", "old", &err), 0);
    assert_int_equal(eo_whole_open(&w, at("a"), &err), 0);
    fputs("half", w.out);
    eo_whole_drop(&w);
    check_text("a", "old");
    assert_int_equal(files(), 1);
    unlink(at("a"));
}

/* Whoever named it is told; and nothing is left by a mere look. */
static void test_where_it_cannot_be(void **state)
{
    struct whole_file w;
    struct espota_error err;

    (void)state;
    assert_int_equal(eo_whole_open(&w, at("missing/a"), &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(eo_whole_check(at("missing/a"), &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(eo_whole_check(dir, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(eo_whole_check(at("a"), &err), 0);
    assert_int_equal(files(), 0);
}

static void test_a_full_device_is_written_to_directly(void **state)
{
    struct whole_file w;
    struct espota_error err;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip_because("no /dev/full");
    assert_int_equal(eo_whole_open(&w, "/dev/full", &err), 0);
    fputs("lost", w.out);
    assert_int_equal(eo_whole_end(&w, &err), -1);
    assert_int_equal(err.sys_errno, ENOSPC);
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_that_tells_of_a_failure),
        cmocka_unit_test(test_what_is_put_in_place),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_where_it_cannot_be),
        cmocka_unit_test(test_a_full_device_is_written_to_directly),
    };

    return cmocka_run_group_tests_name("ui/whole_file", tests, make_dir,
                                       remove_dir);
}
