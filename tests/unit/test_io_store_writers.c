/* test_io_store_writers.c -- files that somebody writes to while they are
 * wanted. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* leases */
#endif
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/forge.h"

#include "io/store.h"

static char path[] = "/tmp/espota-store-XXXXXX";
static struct forged forged;

static void put(const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* As if it had been written long ago. */
static void age(time_t seconds)
{
    const time_t then = time(NULL) - seconds;

    assert_int_equal(
        utimensat(AT_FDCWD, path,
                  (const struct timespec[]){{then, 0}, {then, 0}}, 0), 0);
}

static struct stored *get(struct store *s)
{
    struct espota_error err = {0};
    struct stored *got = eo_store_get(s, path, &err);

    if (got == NULL)
        fail_msg("%s", err.message);
    return got;
}

static void put_app(char mark)
{
    forge_esp8266(&forged, CORE_3);
    forged.bytes[0x1100] = (uint8_t)mark; /* inside of a segment */
    put(forged.bytes, forged.len);
    age(10);
}

/* Of a file that is open for writing. */
static bool writers_are_seen(void)
{
#ifdef F_SETLEASE
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool seen =
        fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;

    close(fd);
    return seen;
#else
    return false;
#endif
}

/* A linker that writes over its output: half a file is nobody's update. */
static void test_a_file_that_is_being_written(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *old, *meanwhile, *after;
    FILE *f;

    (void)state;
    put_app('a');
    old = get(s);
    f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0x1100, SEEK_SET), 0);
    assert_int_equal(fputc('b', f), 'b');
    assert_int_equal(fclose(f), 0);
    age(-600); /* the last write is not past yet */
    meanwhile = get(s);
    assert_ptr_equal(meanwhile, old);
    age(5);
    after = get(s);
    assert_ptr_not_equal(after, old);
    assert_int_equal(((const uint8_t *)after->pull.raw->bytes)[0x1100], 'b');
    eo_stored_put(old);
    eo_stored_put(meanwhile);
    eo_stored_put(after);
    eo_store_free(s);
}

/* However long its writer stands still, where the system tells that there is
 * one. */
static void test_a_file_whose_writer_stands_still(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *old, *meanwhile, *after;
    int fd;

    (void)state;
    put_app('a');
    old = get(s);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "b", 1, 0x1100), 1);
    age(60);
    if (!writers_are_seen())
        print_message("skip: writers cannot be seen here\n");
    else {
        meanwhile = get(s);
        assert_ptr_equal(meanwhile, old);
        eo_stored_put(meanwhile);
        assert_int_equal(ftruncate(fd, 0), 0); /* to begin anew */
        age(60);
        meanwhile = get(s);
        assert_ptr_equal(meanwhile, old);
        eo_stored_put(meanwhile);
        forged.bytes[0x1100] = 'b';
        assert_int_equal(pwrite(fd, forged.bytes, forged.len, 0),
                         (ssize_t)forged.len);
        age(60);
    }
    assert_int_equal(close(fd), 0);
    after = get(s);
    assert_ptr_not_equal(after, old);
    assert_int_equal(((const uint8_t *)after->pull.raw->bytes)[0x1100], 'b');
    eo_stored_put(old);
    eo_stored_put(after);
    eo_store_free(s);
}

static int prepare(void **state)
{
    const int fd = mkstemp(path);

    (void)state;
    return fd >= 0 ? close(fd) : -1;
}

static int clean_up(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_that_is_being_written),
        cmocka_unit_test(test_a_file_whose_writer_stands_still),
    };

    return cmocka_run_group_tests_name("io/store: writers", tests, prepare,
                                       clean_up);
}
