/* test_serve_store_writers.c -- files that somebody writes to while they are
 * wanted. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/forge.h"

#include "os/clock.h"
#include "os/file.h"
#include "serve/store.h"

static char dir[] = "/tmp/espota-store-XXXXXX";
static char path[100], other[100];
static struct forged forged;

static void put(const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Its own time, which is nobody's to change but the kernel's, is another. */
static void pretend(const char *of, time_t ago)
{
    const time_t then = time(NULL) - ago;

    assert_int_equal(
        utimensat(AT_FDCWD, of,
                  (const struct timespec[]){{then, 0}, {then, 0}}, 0), 0);
}

static struct stored *try(struct store *s, struct espota_error *err)
{
    *err = (struct espota_error){0};
    return eo_store_get(s, path, err);
}

static struct stored *get(struct store *s)
{
    struct espota_error err;
    struct stored *got = try(s, &err);

    if (got == NULL)
        fail_msg("%s", err.message);
    return got;
}

static void forge_app(char mark)
{
    forge_esp8266(&forged, CORE_2_4); /* no checksum of the whole */
    forged.bytes[5001] ^= forged.bytes[5000] ^ (uint8_t)mark;
    forged.bytes[5000] = (uint8_t)mark; /* that of the segment is the same */
}

static void put_app(char mark)
{
    forge_app(mark);
    put(forged.bytes, forged.len);
}

static char mark_of(const struct stored *s)
{
    return (char)((const uint8_t *)s->pull.raw->bytes)[5000];
}

/* Waits until the mark is what is given: at most as long as a writer has. */
static void wait_for_mark(struct store *s, char mark)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    const uint64_t end = eo_monotonic_ms() + 4000;
    struct stored *got;
    char is;

    do {
        nanosleep(&pause, NULL);
        got = get(s);
        is = mark_of(got);
        eo_stored_put(got);
    } while (is != mark && eo_monotonic_ms() < end);
    assert_int_equal(is, mark);
}

static enum writers writers_of(const char *of)
{
    const int fd = open(of, O_RDONLY | O_CLOEXEC);
    const enum writers w = eo_file_hold(fd);

    eo_file_let_go(fd);
    close(fd);
    return w;
}

/* ---- when a file can be taken for whole ------------------------------------- */

static void test_when_a_file_has_settled(void **state)
{
    static const struct {
        enum writers writers;
        int64_t age_ms;
        uint64_t seen_ms;
        bool settled;
    } ROWS[] = {
        {WRITERS_NONE, 0, 0, false},
        {WRITERS_NONE, STAMP_SETTLE_MS - 1, 0, false},
        {WRITERS_NONE, STAMP_SETTLE_MS, 0, true},
        {WRITERS_UNKNOWN, STAMP_SETTLE_MS, 0, true},
        {WRITERS_UNKNOWN, 10, 10, false},
        /* Its time lies in the future: what was seen counts. */
        {WRITERS_NONE, -3600000, 0, true},
        {WRITERS_UNKNOWN, -3600000, 0, false},
        {WRITERS_UNKNOWN, -3600000, STAMP_SETTLE_MS - 1, false},
        {WRITERS_UNKNOWN, -3600000, STAMP_SETTLE_MS, true},
        /* Who writes is not done, however long it stands still. */
        {WRITERS_SOME, 3600000, 3600000, false},
        {WRITERS_SOME, -3600000, 3600000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (eo_stamp_settled(ROWS[i].writers, ROWS[i].age_ms,
                             ROWS[i].seen_ms) != ROWS[i].settled)
            fail_msg("row %zu", i);
    assert_false(eo_stamp_reliable(0));
    assert_false(eo_stamp_reliable(-3600000));
    assert_true(eo_stamp_reliable(3600000));
}

/* ---- the first who asks ------------------------------------------------------ */

static void half_a_file(const uint8_t *bytes, size_t len)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct espota_error err;
    struct stored *got;
    int fd;

    unlink(path);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, bytes, len / 2), (ssize_t)len / 2);
    for (int i = 0; i < 2; i++) {
        assert_null(try(s, &err));
        assert_int_equal(err.sys_errno, EAGAIN);
        assert_non_null(strstr(err.message, "still being written"));
    }
    assert_int_equal(write(fd, bytes + len / 2, len - len / 2),
                     (ssize_t)(len - len / 2));
    close(fd);
    got = get(s);
    assert_int_equal(got->pull.raw->len, len);
    eo_stored_put(got);
    eo_store_free(s);
}

/* Whether it is a format that tells when it is cut, or not. */
static void test_half_a_file_is_not_given_to_the_first(void **state)
{
    static const uint8_t ANY[8000] = "no format that is known";

    (void)state;
    put("", 0);
    if (writers_of(path) == WRITERS_UNKNOWN)
        skip_because("writers cannot be seen here");
    half_a_file(ANY, sizeof ANY);
    forge_app('a');
    half_a_file(forged.bytes, forged.len);
}

/* It opens the file anew for each piece: what the image says of itself tells
 * that some of it is missing. */
static void test_nor_one_that_is_written_in_pieces(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct espota_error err;
    struct stored *got;
    FILE *f;

    (void)state;
    unlink(path);
    forge_app('a');
    put(forged.bytes, 6000);
    assert_null(try(s, &err));
    assert_int_equal(err.sys_errno, EAGAIN);
    f = fopen(path, "ab");
    assert_int_equal(fwrite(forged.bytes + 6000, 1, forged.len - 6000, f),
                     forged.len - 6000);
    fclose(f);
    wait_for_mark(s, 'a');
    got = get(s);
    assert_int_equal(got->pull.raw->len, forged.len);
    eo_stored_put(got);
    eo_store_free(s);
}

/* ---- files that are written over ----------------------------------------------- */

/* A linker that writes over its output: half a file is nobody's update. */
static void test_a_file_that_is_being_written(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *old, *meanwhile;

    (void)state;
    put_app('a');
    old = get(s);
    put_app('b'); /* and may not be done */
    meanwhile = get(s);
    assert_ptr_equal(meanwhile, old);
    wait_for_mark(s, 'b');
    assert_int_equal(mark_of(old), 'a');
    eo_stored_put(old);
    eo_stored_put(meanwhile);
    eo_store_free(s);
}

/* Whatever time a change is given: that of before, or one to come. */
static void test_times_that_lie(void **state)
{
    static const time_t AGO[] = {3600, -3600, 0};
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    const char *marks = "abcd";

    (void)state;
    put_app(marks[0]);
    pretend(path, AGO[0]);
    wait_for_mark(s, marks[0]);
    for (size_t i = 0; i < sizeof AGO / sizeof *AGO; i++) {
        put_app(marks[i + 1]); /* of the same length */
        pretend(path, AGO[i]);
        wait_for_mark(s, marks[i + 1]);
    }
    eo_store_free(s);
}

/* It was still for long, and is changed with neither size nor time: the one that
 * nobody can set tells. */
static void test_a_time_that_is_put_back(void **state)
{
    const struct timespec grain = {.tv_sec = STAMP_GRAIN_MS / 1000,
                                   .tv_nsec = 200000000};
    const struct timespec then[2] = {{.tv_sec = 1700000000},
                                     {.tv_sec = 1700000000}};
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);

    (void)state;
    put_app('a');
    assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
    nanosleep(&grain, NULL);
    eo_stored_put(get(s));
    put_app('b');
    assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
    wait_for_mark(s, 'b');
    eo_store_free(s);
}

/* A file that comes by rename() is whole, whatever its time. */
static void test_a_file_that_is_put_in_place(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *got;

    (void)state;
    put_app('b');
    assert_int_equal(rename(path, other), 0);
    put_app('a');
    eo_stored_put(get(s));
    pretend(other, 3600);
    assert_int_equal(rename(other, path), 0);
    if (writers_of(path) == WRITERS_NONE) {
        got = get(s);
        assert_int_equal(mark_of(got), 'b');
        eo_stored_put(got);
    }
    wait_for_mark(s, 'b');
    eo_store_free(s);
}

/* However long its writer stands still, where the system tells that there is
 * one. */
static void test_a_file_whose_writer_stands_still(void **state)
{
    const struct timespec settle = {.tv_sec = 1, .tv_nsec = 600000000};
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *old, *meanwhile;
    int fd;

    (void)state;
    put_app('a');
    old = get(s);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    if (writers_of(path) != WRITERS_SOME) {
        print_message("skip: writers cannot be seen here\n");
    } else {
        assert_int_equal(ftruncate(fd, 0), 0); /* to begin anew */
        assert_int_equal(pwrite(fd, forged.bytes, 6000, 0), 6000);
        nanosleep(&settle, NULL);
        meanwhile = get(s);
        assert_ptr_equal(meanwhile, old);
        eo_stored_put(meanwhile);
    }
    forge_app('b');
    assert_int_equal(pwrite(fd, forged.bytes, forged.len, 0),
                     (ssize_t)forged.len);
    assert_int_equal(close(fd), 0);
    wait_for_mark(s, 'b');
    eo_stored_put(old);
    eo_store_free(s);
}

static int prepare(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/app.bin", dir);
    snprintf(other, sizeof other, "%s/other.bin", dir);
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    return unlink(path) | rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_when_a_file_has_settled),
        cmocka_unit_test(test_half_a_file_is_not_given_to_the_first),
        cmocka_unit_test(test_nor_one_that_is_written_in_pieces),
        cmocka_unit_test(test_a_file_that_is_being_written),
        cmocka_unit_test(test_times_that_lie),
        cmocka_unit_test(test_a_time_that_is_put_back),
        cmocka_unit_test(test_a_file_that_is_put_in_place),
        cmocka_unit_test(test_a_file_whose_writer_stands_still),
    };

    return cmocka_run_group_tests_name("serve/store: writers", tests, prepare,
                                       clean_up);
}
