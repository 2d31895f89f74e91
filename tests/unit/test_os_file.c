/* test_os_file.c -- files of every system: what they are, how they are read, and
 * how they come to their place. */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"
#include "os/paths.h"
#include "os/process.h"

static char dir[200], path[220], other[220];

static void put(const char *at, const void *bytes, size_t len)
{
    FILE *f = eo_file_stream_write(at);

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

static void test_kinds(void **state)
{
    struct file_facts facts;
    struct stamp stamp;
    os_file file;

    (void)state;
    put(path, "1234567", 7);
    assert_int_equal(eo_file_facts(path, &facts), 0);
    assert_int_equal(facts.kind, FILE_REGULAR);
    assert_int_equal(facts.stamp.size, 7);
    assert_int_equal(eo_file_facts(dir, &facts), 0);
    assert_int_equal(facts.kind, FILE_FOLDER);
    assert_int_equal(eo_file_facts(eo_paths_null(), &facts), 0);
    assert_int_equal(facts.kind, FILE_OTHER);
    assert_int_equal(eo_file_facts(other, &facts), -1);
    assert_int_equal(errno, ENOENT);

    file = eo_file_open(dir);
    assert_int_equal(eo_file_stamp(file, &stamp), -1);
    assert_int_equal(errno, EISDIR);
    eo_file_close(file);
    file = eo_file_open(eo_paths_null());
    assert_int_equal(eo_file_stamp(file, &stamp), -1);
    assert_int_equal(errno, EINVAL);
    eo_file_close(file);
}

static void test_whether_it_can_be_had(void **state)
{
    (void)state;
    put(path, "x", 1);
    assert_true(eo_file_is_there(path));
    assert_true(eo_file_can_read(path));
    assert_true(eo_file_can_write(path));
    assert_false(eo_file_can_list(path));
    assert_int_equal(errno, ENOTDIR);
    assert_true(eo_file_can_list(dir));
    assert_false(eo_file_is_there(other));
    assert_false(eo_file_can_read(other));
    assert_int_equal(errno, ENOENT);
    assert_false(eo_file_can_list(other));
    assert_int_equal(eo_file_remove(path), 0);
    assert_int_equal(eo_file_remove(path), -1);
    assert_int_equal(errno, ENOENT);
    assert_string_equal(eo_file_text(ENOENT), "No such file or directory");
}

static void test_a_folder_is_no_file_to_write(void **state)
{
    (void)state;
    assert_null(eo_file_stream_write(dir));
    assert_int_equal(errno, EISDIR);
    assert_int_equal(eo_file_open_log(dir), OS_NO_FILE);
    assert_int_equal(errno, EISDIR);
}

/* Be it said when it is opened or when it is read. */
static void test_a_folder_is_no_file_to_read(void **state)
{
    const os_file file = eo_file_open(dir);
    FILE *f;
    char byte;

    (void)state;
    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_read(file, &byte, 1), -1);
    assert_int_equal(errno, EISDIR);
    eo_file_close(file);
    errno = 0;
    f = eo_file_stream_read(dir);
    if (f != NULL) {
        assert_int_equal(fread(&byte, 1, 1, f), 0);
        assert_true(ferror(f));
    }
    assert_int_equal(errno, EISDIR);
    if (f != NULL)
        fclose(f);
}

/* ---- below a folder -------------------------------------------------------- */

/* What it takes for a name of a file in it may be there under that name: so it is
 * made, where the system makes it. */
static void test_below_a_folder(void **state)
{
    static const struct {
        const char *path;
        bool there;
    } ROWS[] = {
        {"/file", true},         {"/in/file", true},  {"//in//file", true},
        {"/", false},            {"", false},         {"/in", true},
        {"/in/", false},         {"/none", false},    {"/../file", false},
        {"/in/../file", false},  {"/./file", false},  {"/.hidden", false},
        {"/in/.hidden", false},  {"/..", false},      {"/file/file", false},
        {"/in/../../x", false},  {"/.../file", false},
    };
    char at[300];

    (void)state;
    snprintf(at, sizeof at, "%s/in/file", dir);
    assert_int_equal(eo_file_make_folders(at), 0);
    put(path, "x", 1);
    put(at, "y", 1);
    snprintf(at, sizeof at, "%s/.hidden", dir);
    put(at, "z", 1);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const os_file file = eo_file_open_below(dir, ROWS[i].path);

        if ((file != OS_NO_FILE) != ROWS[i].there)
            fail_msg("%s", ROWS[i].path);
        eo_file_close(file);
    }
    assert_int_equal(eo_file_open_below(other, "/file"), OS_NO_FILE);
}

/* ---- whom it could be from ---------------------------------------------------- */

static void test_what_is_not_trusted(void **state)
{
    struct file_doubt doubt;

    (void)state;
    assert_int_equal(eo_file_open_trusted(path, &doubt), OS_NO_FILE);
    assert_null(doubt.why);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(eo_file_open_trusted(dir, &doubt), OS_NO_FILE);
    assert_string_equal(doubt.why, "is not a regular file");
}

/* ---- reading ------------------------------------------------------------ */

static void test_a_file_that_changes(void **state)
{
    struct stamp stamp;
    os_file file;

    (void)state;
    put(path, "12345678", 8);
    file = eo_file_open(path);
    assert_int_equal(eo_file_stamp(file, &stamp), 0);
    put(path, "123", 3);
    assert_null(eo_file_read_whole(file, &stamp));
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(stamp.size, 3); /* that of now */
    eo_file_close(file);
    assert_holds(path, "123");
}

static void test_places_and_the_next_bytes(void **state)
{
    char bytes[8];
    os_file file;

    (void)state;
    put(path, "abcdef", 6);
    file = eo_file_open(path);
    assert_int_equal(eo_file_read_at(file, bytes, 2, 4), 2);
    assert_memory_equal(bytes, "ef", 2);
    assert_int_equal(eo_file_read(file, bytes, sizeof bytes), 6);
    assert_memory_equal(bytes, "abcdef", 6);
    assert_int_equal(eo_file_read(file, bytes, sizeof bytes), 0);
    eo_file_close(file);
}

static void test_lines(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *line; /* NULL: error is why */
        bool eof;
        int error;
        char next; /* what is left for others */
    } ROWS[] = {
#define ROW(text) text, sizeof text - 1
        {ROW("word\nnext"), "word", false, 0, 'n'},
        {ROW("word\r\n"), "word", false, 0, '\0'},
        {ROW("\xef\xbb\xbfword"), "word", false, 0, '\0'},
        {ROW("\n"), "", false, 0, '\0'},
        {ROW(""), "", true, 0, '\0'},
        {ROW("123456789\nx"), "123456789", false, 0, 'x'},
        {ROW("1234567890123"), NULL, false, EMSGSIZE, '2'},
        {ROW("a\0b\n"), NULL, false, EILSEQ, '\0'},
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char line[12], next = '\0';
        os_file file;
        bool eof;
        int rc;

        put(path, ROWS[i].bytes, ROWS[i].len);
        file = eo_file_open(path);
        errno = 0;
        rc = eo_file_read_line(file, line, sizeof line, &eof);
        assert_int_equal(rc, ROWS[i].line != NULL ? 0 : -1);
        assert_int_equal(errno, ROWS[i].error);
        if (ROWS[i].line != NULL)
            assert_string_equal(line, ROWS[i].line);
        else
            for (size_t k = 0; k < sizeof line; k++)
                assert_int_equal(line[k], '\0'); /* wiped */
        assert_int_equal(eof, ROWS[i].eof);
        eo_file_read(file, &next, 1);
        assert_int_equal(next, ROWS[i].next);
        eo_file_close(file);
    }
}

/* ---- writing ------------------------------------------------------------ */

static void test_a_log(void **state)
{
    os_file file, reader;

    (void)state;
    file = eo_file_open_log(path);
    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_write(file, "one\n", 4), 0);
    eo_file_close(file);
    file = eo_file_open_log(path);
    assert_int_equal(eo_file_write(file, "two\n", 4), 0); /* behind it */
    assert_int_equal(eo_file_sync(file), 0);
    assert_int_equal(eo_file_size(file), 8);
    assert_holds(path, "one\ntwo\n");
    assert_int_equal(eo_file_cut(file, 4), 0);
    assert_holds(path, "one\n");

    assert_int_equal(eo_file_lock(file, false), 0);
    reader = eo_file_open(path);
    assert_int_equal(eo_file_lock(reader, true), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    eo_file_close(file);
    assert_int_equal(eo_file_lock(reader, true), 0);
    file = eo_file_open(path);
    assert_int_equal(eo_file_lock(file, true), 0); /* readers are no harm */
    eo_file_close(file);
    eo_file_close(reader);
}

static void test_a_stream_without_a_name(void **state)
{
    FILE *f = eo_file_stream_temporary();
    struct file_facts facts;
    char back[4] = "";

    (void)state;
    assert_non_null(f);
    assert_true(fputs("a\nb", f) >= 0);
    assert_int_equal(fseek(f, 0, SEEK_SET), 0);
    assert_int_equal(fread(back, 1, sizeof back, f), 3); /* and no more */
    assert_string_equal(back, "a\nb");
    assert_int_equal(eo_file_facts_stream(f, &facts), 0);
    assert_int_equal(facts.kind, FILE_REGULAR);
    assert_int_equal(facts.stamp.size, 3);
    fclose(f);
}

static void test_beside_and_into_place(void **state)
{
    struct file_beside b;
    char nowhere[300];

    (void)state;
    put(path, "old", 3);
    assert_int_equal(eo_file_beside(&b, path), 0);
    assert_true(fputs("new\n", b.out) >= 0);
    assert_int_equal(fflush(b.out), 0);
    assert_int_equal(eo_file_stream_sync(b.out), 0);
    assert_int_equal(fclose(b.out), 0);
    assert_holds(path, "old");
    assert_int_equal(eo_file_replace(b.name, b.place), 0);
    assert_holds(path, "new\n");
    assert_false(eo_file_is_there(b.name));
    eo_file_beside_free(&b);

    assert_int_equal(eo_file_beside(&b, other), 0); /* where there was none */
    assert_int_equal(fclose(b.out), 0);
    assert_int_equal(eo_file_replace(b.name, b.place), 0);
    assert_holds(other, "");
    eo_file_beside_free(&b);

    snprintf(nowhere, sizeof nowhere, "%s/none/file", dir);
    assert_int_equal(eo_file_beside(&b, nowhere), -1);
    assert_int_equal(errno, ENOENT);
    assert_null(b.name);
}

static void test_a_new_file(void **state)
{
    char below[300];
    struct file_facts facts;
    os_file file;

    (void)state;
    snprintf(below, sizeof below, "%s/in/file", dir);
    assert_int_equal(eo_file_create(below), OS_NO_FILE);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(eo_file_make_folders(below), 0);
    assert_int_equal(eo_file_make_folders(below), 0); /* they are there */
    file = eo_file_create(below);
    assert_int_not_equal(file, OS_NO_FILE);
    assert_int_equal(eo_file_write(file, "new", 3), 0);
    eo_file_close(file);
    assert_holds(below, "new");
    assert_int_equal(eo_file_facts(below, &facts), 0);
    assert_true(facts.is_private);
    assert_int_equal(eo_file_create(below), OS_NO_FILE);
    assert_int_equal(errno, EEXIST);
}

/* ---- all of them ------------------------------------------------------------ */

static int set_up(void **state)
{
    const char *temp = getenv("TEMP");

    (void)state;
    snprintf(dir, sizeof dir, "%s/espota-os-file-%llu",
             temp != NULL ? temp : "/tmp", (unsigned long long)eo_process_id());
    snprintf(path, sizeof path, "%s/file", dir);
    snprintf(other, sizeof other, "%s/other", dir);
    return eo_file_make_folders(path);
}

static int tear_down(void **state)
{
    char at[300];

    (void)state;
    eo_file_remove(path);
    eo_file_remove(other);
    snprintf(at, sizeof at, "%s/in/file", dir);
    eo_file_remove(at);
    snprintf(at, sizeof at, "%s/.hidden", dir);
    eo_file_remove(at);
    snprintf(at, sizeof at, "%s/in", dir);
    rmdir(at);
    return rmdir(dir);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_kinds),
        TEST(test_whether_it_can_be_had),
        TEST(test_a_folder_is_no_file_to_write),
        TEST(test_a_folder_is_no_file_to_read),
        TEST(test_below_a_folder),
        TEST(test_what_is_not_trusted),
        TEST(test_a_file_that_changes),
        TEST(test_places_and_the_next_bytes),
        TEST(test_lines),
        TEST(test_a_log),
        TEST(test_a_stream_without_a_name),
        TEST(test_beside_and_into_place),
        TEST(test_a_new_file),
    };

    return cmocka_run_group_tests_name("os/file", tests, NULL, NULL);
}
