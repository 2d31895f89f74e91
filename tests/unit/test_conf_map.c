/* test_conf_map.c -- a map that is edited while it is in force. */
#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf/map.h"
#include "os/clock.h"
#include "os/file.h"

#ifdef EO_WITH_INI

static char path[] = "/tmp/espota-map-XXXXXX";

static void put(const char *text)
{
    FILE *f = fopen(path, "r+"); /* in place, and never empty in between */

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(truncate(path, (off_t)strlen(text)), 0);
}

static void pretend(time_t ago)
{
    const time_t then = time(NULL) - ago;

    assert_int_equal(
        utimensat(AT_FDCWD, path,
                  (const struct timespec[]){{then, 0}, {then, 0}}, 0), 0);
}

/* What again() says first that is not 0; 0 after four seconds. */
static int wait_for(struct serve_map_file *f, struct serve_map *m)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    const uint64_t end = eo_monotonic_ms() + 4000;
    struct espota_error err;
    int said = 0;

    while (said == 0 && eo_monotonic_ms() < end) {
        nanosleep(&pause, NULL);
        said = eo_serve_map_again(f, m, &err);
    }
    return said;
}

static void expect(struct serve_map_file *f, const char *file)
{
    struct serve_map m;

    assert_int_equal(wait_for(f, &m), 1);
    assert_int_equal(m.n, 1);
    assert_string_equal(m.rules[0].firmware, file);
    eo_serve_map_free(&m);
}

static void open_map(struct serve_map_file *f)
{
    struct serve_map m;
    struct espota_error err;

    if (eo_serve_map_open(f, path, &m, &err) != 0)
        fail_msg("%s", err.message);
    eo_serve_map_free(&m);
}

/* All of one length, each with the time that the one before had. */
static void test_every_edit_counts(void **state)
{
    struct serve_map_file f;
    struct serve_map m;
    struct espota_error err;

    (void)state;
    put("[*]\nfirmware=/a\n");
    pretend(-7200);
    open_map(&f);
    put("[*]\nfirmware=/b\n");
    pretend(-7200);
    expect(&f, "/b");
    put("[*]\nfirmware=/c\n");
    pretend(-7200);
    put("[*]\nfirmware=/d\n");
    pretend(-7200);
    expect(&f, "/d");
    pretend(0); /* a time alone is no edit */
    assert_int_equal(wait_for(&f, &m), 0);
    /* What could not be put in force is new once more. */
    eo_serve_map_unread(&f);
    assert_int_equal(eo_serve_map_again(&f, &m, &err), 1);
    eo_serve_map_free(&m);
    eo_serve_map_close(&f);
}

static void test_a_wrong_one_is_told_once(void **state)
{
    struct serve_map_file f;
    struct serve_map m;

    (void)state;
    put("[*]\nfirmware=/a\n");
    open_map(&f);
    put("[*]\nfrimware=/a\n");
    assert_int_equal(wait_for(&f, &m), -1);
    assert_int_equal(m.n, 0);
    assert_int_equal(wait_for(&f, &m), 0);
    put("[*]\nfirmware=/a\n");
    expect(&f, "/a");
    eo_serve_map_close(&f);
}

/* Half a map is valid, and gives a device what is meant for others. */
static void test_half_a_map_does_not_count(void **state)
{
    const struct timespec settle = {.tv_sec = STAMP_SETTLE_MS / 1000 + 1};
    struct serve_map_file f;
    struct serve_map m;
    struct espota_error err;
    enum writers seen;
    int fd;

    (void)state;
    put("[*]\nfirmware=/a\n");
    open_map(&f);
    fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, "[*]\nfirmware=/b\n", 16), 16);
    assert_int_equal(eo_serve_map_again(&f, &m, &err), 0);
    {
        const int other = open(path, O_RDONLY | O_CLOEXEC);

        seen = eo_file_hold(other);
        close(other);
    }
    if (seen == WRITERS_SOME) {
        nanosleep(&settle, NULL); /* it stands still */
        assert_int_equal(eo_serve_map_again(&f, &m, &err), 0);
    }
    assert_int_equal(write(fd, "[kitchen]\nfirmware=/k\n", 22), 22);
    close(fd);
    assert_int_equal(wait_for(&f, &m), 1);
    assert_int_equal(m.n, 2);
    eo_serve_map_free(&m);
    eo_serve_map_close(&f);
}

/* As <(...) of a shell is. */
static void test_a_pipe_is_read_once(void **state)
{
    struct serve_map_file f;
    struct serve_map m;
    struct espota_error err;
    char name[40];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "[*]\nfirmware=/a\n", 16), 16);
    close(ends[1]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    if (access(name, R_OK) != 0)
        skip_because("there is no /dev/fd here");
    assert_int_equal(eo_serve_map_open(&f, name, &m, &err), 0);
    assert_int_equal(m.n, 1);
    eo_serve_map_free(&m);
    assert_int_equal(eo_serve_map_again(&f, &m, &err), 0);
    eo_serve_map_close(&f);
    close(ends[0]);
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
        cmocka_unit_test(test_every_edit_counts),
        cmocka_unit_test(test_a_wrong_one_is_told_once),
        cmocka_unit_test(test_half_a_map_does_not_count),
        cmocka_unit_test(test_a_pipe_is_read_once),
    };

    return cmocka_run_group_tests_name("conf/map", tests, prepare,
                                       clean_up);
}

#else

int main(void)
{
    return 0;
}

#endif
