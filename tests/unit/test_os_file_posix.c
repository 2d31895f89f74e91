/* test_os_file_posix.c -- files by POSIX: links, modes, pipes, and what a process
 * hands down. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"

static char dir[] = "/tmp/espota-file-XXXXXX";
static char path[100], other[100];

static void put(const char *at, const void *bytes, size_t len)
{
    FILE *f = fopen(at, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *at, const char *text)
{
    struct stamp stamp;
    const os_file file = eo_file_open(at);
    uint8_t *bytes;

    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_stamp(file, &stamp), 0);
    bytes = eo_file_read_whole(file, &stamp);
    assert_non_null(bytes);
    assert_string_equal((char *)bytes, text);
    eo_free(bytes);
    eo_file_close(file);
}

/* ---- what a file is ------------------------------------------------------ */

static void test_who_may(void **state)
{
    static const struct {
        mode_t mode;
        bool is_private, all_read, all_write;
    } ROWS[] = {
        {0600, true, false, false},  {0640, false, false, false},
        {0604, false, true, false},  {0602, false, false, true},
        {0666, false, true, true},   {0610, false, false, false},
    };

    (void)state;
    put(path, "", 0);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct file_facts facts;

        assert_int_equal(chmod(path, ROWS[i].mode), 0);
        assert_int_equal(eo_file_facts(path, &facts), 0);
        assert_int_equal(facts.is_private, ROWS[i].is_private);
        assert_int_equal(facts.all_read, ROWS[i].all_read);
        assert_int_equal(facts.all_write, ROWS[i].all_write);
    }
}

static void test_a_time_has_nanoseconds(void **state)
{
    static const struct timespec THEN[2] = {{1700000000, 5},
                                            {1700000000, 123456789}};
    struct file_facts facts;

    (void)state;
    put(path, "", 0);
    assert_int_equal(utimensat(AT_FDCWD, path, THEN, 0), 0);
    assert_int_equal(eo_file_facts(path, &facts), 0);
    assert_true(facts.stamp.mtime_ns == 1700000000123456789);
}

static void test_something_of_that_name(void **state)
{
    struct file_facts facts;

    (void)state;
    assert_false(eo_file_is_there(other));
    assert_int_equal(symlink("/nowhere/at/all", other), 0);
    assert_true(eo_file_is_there(other));
    assert_int_equal(eo_file_facts(other, &facts), -1);
    assert_true(eo_file_can_list(dir));
    assert_false(eo_file_can_list("/dev/null"));
    assert_false(eo_file_can_read(other));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(remove(other), 0);
    assert_int_equal(symlink(dir, other), 0);
    assert_true(eo_file_can_list(other)); /* a folder by another name */
}

/* ---- below a folder -------------------------------------------------------- */

static void test_below_a_folder(void **state)
{
    static const struct {
        const char *path;
        bool there;
    } ROWS[] = {
        {"/file", true},          {"/in/file", true},
        {"//in//file", true},     {"/", false},
        {"", false},              {"/none", false},
        {"/../file", false},      {"/in/../file", false},
        {"/.hidden", false},      {"/link", false},
        {"/folder/file", false},  {"/file/file", false},
    };
    char at[200];

    (void)state;
    put(path, "x", 1);
    snprintf(at, sizeof at, "%s/in", dir);
    assert_int_equal(mkdir(at, 0700), 0);
    snprintf(at, sizeof at, "%s/in/file", dir);
    put(at, "y", 1);
    snprintf(at, sizeof at, "%s/.hidden", dir);
    put(at, "z", 1);
    snprintf(at, sizeof at, "%s/link", dir);
    assert_int_equal(symlink("file", at), 0);
    snprintf(at, sizeof at, "%s/folder", dir);
    assert_int_equal(symlink("in", at), 0);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const os_file file = eo_file_open_below(dir, ROWS[i].path);

        if ((file != OS_NO_FILE) != ROWS[i].there)
            fail_msg("%s", ROWS[i].path);
        eo_file_close(file);
    }
}

/* Neither to read nor to look: a named pipe without a writer. */
static void test_a_pipe_is_not_waited_for(void **state)
{
    os_file file;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    file = eo_file_open_now(path);
    assert_int_not_equal(file, OS_NO_FILE);
    eo_file_close(file);
    file = eo_file_open_below(dir, "/file");
    assert_int_not_equal(file, OS_NO_FILE);
    eo_file_close(file);
}

/* ---- whom it could be from ---------------------------------------------------- */

static void assert_doubt(const char *why, bool of_folder)
{
    struct file_doubt doubt;
    const os_file file = eo_file_open_trusted(path, &doubt);

    if (why == NULL)
        assert_null(doubt.why);
    else
        assert_string_equal(doubt.why, why);
    assert_int_equal(file != OS_NO_FILE, why == NULL);
    if (why != NULL)
        assert_int_equal(doubt.of_folder, of_folder);
    eo_file_close(file);
}

static void test_who_could_have_written_it(void **state)
{
    struct file_doubt doubt;

    (void)state;
    put(path, "", 0);
    assert_int_equal(chmod(path, 0644), 0);
    assert_doubt(NULL, false);
    assert_int_equal(chmod(path, 0646), 0);
    assert_doubt("can be written by everybody", false);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(dir, 0703), 0);
    assert_doubt("can be written by everybody", true);
    assert_int_equal(chmod(dir, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 4711, (gid_t)-1), 0);
        assert_doubt("belongs to another user", false);
        assert_int_equal(chown(path, 0, 4711), 0);
        assert_int_equal(chmod(path, 0660), 0);
        assert_doubt("can be written by a group", false);
    }
    assert_int_equal(remove(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_doubt("is not a regular file", false);
    assert_int_equal(rmdir(path), 0);
    errno = 0;
    assert_int_equal(eo_file_open_trusted(path, &doubt), OS_NO_FILE);
    assert_null(doubt.why);
    assert_int_equal(errno, ENOENT);
}

/* A link says nothing; what it leads to does. */
static void test_a_link_is_judged_by_what_it_leads_to(void **state)
{
    (void)state;
    put(other, "", 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(chmod(other, 0600), 0);
    assert_doubt(NULL, false);
    assert_int_equal(chmod(other, 0602), 0);
    assert_doubt("can be written by everybody", false);
}

/* ---- writing ------------------------------------------------------------ */

static void test_beside_and_into_place(void **state)
{
    struct file_beside b;
    struct file_facts facts;

    (void)state;
    put(other, "old", 3);
    assert_int_equal(chmod(other, 0640), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(eo_file_beside(&b, path), 0);
    assert_true(strncmp(b.name, other, strlen(other)) == 0);
    assert_true(fputs("new", b.out) >= 0);
    assert_int_equal(fflush(b.out), 0);
    assert_int_equal(eo_file_stream_sync(b.out), 0);
    assert_int_equal(fclose(b.out), 0);
    assert_holds(path, "old");
    assert_int_equal(eo_file_replace(b.name, b.place), 0);
    assert_holds(other, "new");
    assert_holds(path, "new"); /* the link is still one */
    assert_int_equal(eo_file_facts(other, &facts), 0);
    assert_false(facts.is_private); /* its mode is what it was */
    assert_false(facts.all_read);
    assert_false(eo_file_is_there(b.name));
    eo_file_beside_free(&b);
    assert_int_equal(eo_file_beside(&b, "/nowhere/at/all"), -1);
    assert_int_equal(errno, ENOENT);
    assert_null(b.name);
}

/* No process that we start has what we opened. */
static void test_nothing_is_handed_down(void **state)
{
    FILE *streams[2];
    os_file files[4];

    (void)state;
    put(path, "", 0);
    files[0] = eo_file_open(path);
    files[1] = eo_file_open_now(path);
    files[2] = eo_file_open_below(dir, "/file");
    files[3] = eo_file_open_log(path);
    for (size_t i = 0; i < 4; i++) {
        assert_int_not_equal(files[i], OS_NO_FILE);
        assert_true(fcntl((int)files[i], F_GETFD) & FD_CLOEXEC);
        eo_file_close(files[i]);
    }
    streams[0] = eo_file_stream_read(path);
    streams[1] = eo_file_stream_write(path);
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(streams[i]);
        assert_true(fcntl(fileno(streams[i]), F_GETFD) & FD_CLOEXEC);
        fclose(streams[i]);
    }
}

/* ---- all of them ------------------------------------------------------------ */

/* ---- a new file ------------------------------------------------------------ */

static void test_a_new_file_is_ours_alone(void **state)
{
    char below[200];
    struct file_facts facts;
    const mode_t mask = umask(0);
    os_file file;

    (void)state;
    snprintf(below, sizeof below, "%s/folder/in/file", dir);
    assert_int_equal(eo_file_create(below), OS_NO_FILE);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(eo_file_make_folders(below), 0);
    assert_int_equal(eo_file_make_folders(below), 0); /* they are there */
    file = eo_file_create(below);
    umask(mask);
    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_write(file, "new", 3), 0);
    eo_file_close(file);
    assert_holds(below, "new");
    assert_int_equal(eo_file_facts(below, &facts), 0);
    assert_true(facts.is_private);
    remove(below);
    *strrchr(below, '/') = '\0';
    assert_int_equal(eo_file_facts(below, &facts), 0);
    assert_int_equal(facts.kind, FILE_FOLDER);
    assert_true(facts.is_private);
    remove(below);
}

static void test_a_new_file_takes_no_place(void **state)
{
    (void)state;
    put(path, "old", 3);
    assert_int_equal(eo_file_create(path), OS_NO_FILE);
    assert_int_equal(errno, EEXIST);
    assert_holds(path, "old");
    assert_int_equal(symlink("nowhere", other), 0);
    assert_int_equal(eo_file_create(other), OS_NO_FILE);
    assert_int_equal(errno, EEXIST);
    snprintf(other, sizeof other, "%s/file/below", dir); /* under a file */
    assert_int_equal(eo_file_make_folders(other), 0);
    assert_int_equal(eo_file_create(other), OS_NO_FILE);
    assert_int_equal(errno, ENOTDIR);
    snprintf(other, sizeof other, "%s/other", dir);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(strrchr(dir, '-'), "-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/file", dir);
    snprintf(other, sizeof other, "%s/other", dir);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const NAMES[] = {"file",   "other",  "in/file", "in",
                                        ".hidden", "link", "folder",  ""};
    char at[200];

    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        snprintf(at, sizeof at, "%s/%s", dir, NAMES[i]);
        remove(at);
    }
    return access(dir, F_OK) == 0 ? -1 : 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_who_may),
        TEST(test_a_time_has_nanoseconds),
        TEST(test_something_of_that_name),
        TEST(test_below_a_folder),
        TEST(test_a_pipe_is_not_waited_for),
        TEST(test_who_could_have_written_it),
        TEST(test_a_link_is_judged_by_what_it_leads_to),
        TEST(test_beside_and_into_place),
        TEST(test_a_new_file_is_ours_alone),
        TEST(test_a_new_file_takes_no_place),
        TEST(test_nothing_is_handed_down),
    };

    alarm(60); /* who waits for ever fails */
    return cmocka_run_group_tests_name("os/file by POSIX", tests, NULL, NULL);
}
