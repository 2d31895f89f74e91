/* test_image_zip.c -- ZIP archives, most of them by people who mean harm. */
#include "support/test.h"

#include <stdio.h>

#include "support/forge_zip.h"
#include "support/sight.h"

#include "base/mem.h"
#include "image/gzip.h"
#include "image/zip.h"

static const char TEXT[] = "Some text, which is a file; it goes on for a while.";

/* The one that the table is about: its list begins at LIST, and its end is
 * at END. */
enum {
    NAME_LEN = 8,
    DATA = ZIP_HEADER + NAME_LEN + 4,
    PACKED = sizeof TEXT + 5,
    LIST = DATA + PACKED,
    END = LIST + ZIP_ENTRY + NAME_LEN
};

static void one(struct forged *f)
{
    forge_zip(f, &(struct forged_file){"file.txt", TEXT, sizeof TEXT,
                                       FILE_DEFLATED}, 1);
}

static void stored(struct forged *f)
{
    forge_zip(f, &(struct forged_file){"file.txt", TEXT, sizeof TEXT,
                                       FILE_STORED}, 1);
}

static void from_a_pipe(struct forged *f)
{
    forge_zip(f, &(struct forged_file){"file.txt", TEXT, sizeof TEXT,
                                       FILE_DESCRIPTOR}, 1);
}

static void with_a_comment(struct forged *f)
{
    one(f);
    f->bytes[f->len - 2] = 9;
    forge_put(f, "by a tool", 9);
}

/* The comment looks like another end. */
static void with_two_ends(struct forged *f)
{
    one(f);
    f->bytes[f->len - 2] = ZIP_END + 1;
    forge_put(f, "PK\5\6", 4);
    forge_fill(f, 0, f->len + ZIP_END - 4);
    forge_put(f, "x", 1);
}

/* Reads the first file of an exact copy. */
static int read_first(const struct forged *f, uint8_t **out, size_t *len,
                      struct espota_error *err)
{
    uint8_t *bytes = exact(f->bytes, f->len);
    struct zip z;
    struct zip_file file;
    int rc = eo_zip_open(&z, bytes, f->len, err);

    if (rc == 0 && (rc = eo_zip_next(&z, &file, err)) == 1)
        rc = eo_zip_read(&z, &file, out, err);
    if (rc == 0)
        *len = file.len;
    free(bytes);
    return rc;
}

static void test_read(void **state)
{
    static void (*const MAKE[])(struct forged *) = {
        one, stored, from_a_pipe, with_a_comment, with_two_ends};
    struct forged *f = malloc(sizeof *f);
    struct espota_error err;

    (void)state;
    for (size_t i = 0; i < sizeof MAKE / sizeof *MAKE; i++) {
        uint8_t *out = NULL;
        size_t len = 0;

        MAKE[i](f);
        if (MAKE[i] != stored && !eo_gzip_have()) {
            assert_int_equal(read_first(f, &out, &len, &err), -1);
            assert_int_equal(err.category, ESPOTA_E_IMAGE);
            assert_non_null(strstr(err.message, "this build cannot inflate"));
            continue;
        }
        assert_int_equal(read_first(f, &out, &len, &err), 0);
        assert_int_equal(len, sizeof TEXT);
        assert_memory_equal(out, TEXT, sizeof TEXT);
        eo_free(out);
    }
    free(f);
}

static void test_a_walk(void **state)
{
    static const struct forged_file FILES[] = {
        {"a/", NULL, 0, FILE_STORED},
        {"a/b.txt", "b", 1, FILE_STORED},
        {"c.txt", "", 0, FILE_STORED},
    };
    struct forged *f = malloc(sizeof *f);
    struct espota_error err;
    struct zip z;
    struct zip_file file;

    (void)state;
    forge_zip(f, FILES, 3);
    assert_int_equal(eo_zip_open(&z, f->bytes, f->len, &err), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(eo_zip_next(&z, &file, &err), 1);
        assert_int_equal(file.name_len, strlen(FILES[i].name));
        assert_memory_equal(file.name, FILES[i].name, file.name_len);
        assert_int_equal(file.len, FILES[i].len);
    }
    assert_int_equal(eo_zip_next(&z, &file, &err), 0);
    forge_zip(f, NULL, 0);
    assert_int_equal(eo_zip_open(&z, f->bytes, f->len, &err), 0);
    assert_int_equal(eo_zip_next(&z, &file, &err), 0);
    free(f);
}

static const struct harm {
    const char *name;
    void (*make)(struct forged *);
    size_t at;
    unsigned bytes; /* of value, little-endian */
    uint32_t value;
    const char *message;
} HARM[] = {
    {"encrypted", one, LIST + 8, 2, 1, "encrypted"},
    {"strongly encrypted", one, LIST + 8, 2, 0x40, "encrypted"},
    {"its facts are masked", one, LIST + 8, 2, 0x2000, "encrypted"},
    {"LZMA", one, LIST + 10, 2, 14, "method 14"},
    {"AES", one, LIST + 10, 2, 99, "method 99"},
    {"another CRC", stored, LIST - 5 + 16, 4, 5, "its CRC is wrong"},
    {"another byte", stored, DATA, 1, 's', "its CRC is wrong"},
    {"stored, and longer", stored, LIST - 5 + 24, 4, 4000, "cannot become 4000"},
    {"stored, and shorter", stored, LIST - 5 + 24, 4, 4, "cannot become 4"},
    {"claims 4 GiB", one, LIST + 24, 4, 0xfffffffe, "cannot become 4294967294"},
    {"claims more than there is", one, LIST + 24, 4, sizeof TEXT + 1, "the packed data is damaged"},
    {"claims less than there is", one, LIST + 24, 4, sizeof TEXT - 1, "the packed data is damaged"},
    {"claims nothing", one, LIST + 24, 4, 0, "the packed data is damaged"},
    {"damaged deflate", one, DATA, 1, 7, "the packed data is damaged"},
    {"packed data with more behind", one, DATA + 1, 2, 3, "the packed data is damaged"},
    {"packed data into the list", one, LIST + 20, 4, PACKED + 1, "header differ"},
    {"packed data beyond it all", one, LIST + 20, 4, 0xfffffffe, "header differ"},
    {"a header beyond it all", one, LIST + 42, 4, 0xfffffffe, "header differ"},
    {"a header in the list", one, LIST + 42, 4, LIST, "header differ"},
    {"a header that is not one", one, LIST + 42, 4, 1, "header differ"},
    {"another name there", one, ZIP_HEADER, 1, 'F', "header differ"},
    {"a shorter name there", one, 26, 2, 7, "header differ"},
    {"another method there", one, 8, 2, 0, "header differ"},
    {"an extra field beyond it all", one, 28, 2, 0xffff, "header differ"},
    {"a file of ZIP64", one, LIST + 24, 4, 0xffffffff, "ZIP64"},
    {"packed, of ZIP64", one, LIST + 20, 4, 0xffffffff, "ZIP64"},
    {"a place of ZIP64", one, LIST + 42, 4, 0xffffffff, "ZIP64"},
    {"a list of ZIP64", one, END + 16, 4, 0xffffffff, "ZIP64"},
    {"a long list of ZIP64", one, END + 12, 4, 0xffffffff, "ZIP64"},
    {"65535 files", one, END + 8, 4, 0xffffffff, "ZIP64"},
    {"more files than there are", one, END + 8, 4, 0x20002, NULL},
    {"the second disk", one, END + 4, 2, 1, "several parts"},
    {"a list on another disk", one, END + 6, 2, 1, "several parts"},
    {"a list in parts", one, END + 8, 2, 0, "several parts"},
    {"a list beyond the end", one, END + 16, 4, END + 1, "not where it should be"},
    {"a list that is too long", one, END + 12, 4, END, "not where it should be"},
    {"a list that is too short", one, END + 12, 4, ZIP_ENTRY - 1, "ends early"},
    {"a list elsewhere", one, END + 16, 4, LIST - 1, "ends early"},
    {"a name beyond the list", one, LIST + 28, 2, NAME_LEN + 1, "ends early"},
    {"an extra field beyond the list", one, LIST + 30, 2, 0xffff, "ends early"},
    {"a remark beyond the list", one, LIST + 32, 2, 1, "ends early"},
    {"a comment that is not there", one, END + 20, 2, 1, "list of files is missing"},
    {"no end", one, END + 3, 1, 7, "list of files is missing"},
};

static void test_harm(void **state)
{
    const struct harm *h = *state;
    struct forged *f = malloc(sizeof *f);
    struct espota_error err;
    uint8_t *out = NULL;
    size_t len = 0;
    int rc;

    if (h->message != NULL && strcmp(h->message, "the packed data is damaged") == 0 &&
        !eo_gzip_have()) {
        free(f);
        skip_because("this build cannot inflate");
    }
    h->make(f);
    for (unsigned i = 0; i < h->bytes; i++)
        f->bytes[h->at + i] = (uint8_t)(h->value >> 8 * i);
    rc = read_first(f, &out, &len, &err);
    if (h->message == NULL) {
        assert_int_equal(rc, eo_gzip_have() ? 0 : -1);
        eo_free(out);
    } else {
        assert_int_equal(rc, -1);
        assert_int_equal(err.category, ESPOTA_E_IMAGE);
        if (strstr(err.message, h->message) == NULL)
            fail_msg("expected \"%s\", got \"%s\"", h->message, err.message);
        assert_null(out);
    }
    free(f);
}

/* Of "more files than there are", the second. */
static void test_a_list_that_ends_early(void **state)
{
    struct forged *f = malloc(sizeof *f);
    struct espota_error err;
    struct zip z;
    struct zip_file file;

    (void)state;
    one(f);
    forge_set_le32(f, END + 8, 0x20002);
    assert_int_equal(eo_zip_open(&z, f->bytes, f->len, &err), 0);
    assert_int_equal(eo_zip_next(&z, &file, &err), 1);
    assert_int_equal(eo_zip_next(&z, &file, &err), -1);
    free(f);
}

static void test_no_memory(void **state)
{
    struct forged *f = malloc(sizeof *f);
    struct espota_error err;
    uint8_t *out = NULL;
    size_t len;

    (void)state;
    stored(f);
    eo_alloc_fail_at(1, 0);
    assert_int_equal(read_first(f, &out, &len, &err), -1);
    eo_alloc_fail_at(0, 0);
    assert_int_equal(err.category, ESPOTA_E_INTERNAL);
    free(f);
}

/* ---- as a kind of image ------------------------------------------------- */

/* The beginning of one, as of a download that broke off. */
static void zip(struct forged *f)
{
    forge_reset(f);
    forge_put(f, "PK\3\4", 4);
    forge_fill(f, 0, 26);
    forge_put(f, "\4\0\0\0a.bi", 8);
}

/* As nrfutil makes them: manifest, image and init packet. */
static void dfu(struct forged *f)
{
    static const struct forged_file FILES[] = {
        {"app.bin", "app", 3, FILE_STORED},
        {"app.dat", "dat", 3, FILE_STORED},
        {"manifest.json", "{}", 2, FILE_STORED},
    };

    forge_zip(f, FILES, 3);
}

static void dfu_with_comment(struct forged *f)
{
    dfu(f);
    f->bytes[f->len - 2] = 9;
    forge_put(f, "by a tool", 9);
}

static void only_called_dat(struct forged *f)
{
    static const struct forged_file FILES[] = {
        {".dat", "dat", 3, FILE_STORED},
        {"manifest.json", "{}", 2, FILE_STORED},
    };

    forge_zip(f, FILES, 2);
}

#define NRF "no protocol here updates one"
#define ANY NULL, NULL

/* clang-format off */
static const struct sight SIGHTS[] = {
    {"ZIP", zip, WHOLE, 0, 0, "zip", NULL, false, "first_file", "a.bi", "unpack", NOWHERE},
    {"one file", one, WHOLE, 0, 0, "zip", NULL, false, "first_file", "file.txt", "unpack", NOWHERE},
    {"a DFU package", dfu, WHOLE, 0, 0, "zip", "nRF52", false, "first_file", "app.bin", NRF, NOWHERE},
    {"a DFU package with a comment", dfu_with_comment, WHOLE, 0, 0, "zip", "nRF52", false, ANY, NRF, NOWHERE},
    {"without an init packet", only_called_dat, WHOLE, 0, 0, "zip", NULL, false, ANY, "unpack", NOWHERE},
    {"cut in its list", dfu, CUT, 250, 0, "zip", NULL, false, ANY, "unpack", NOWHERE},
    {"ZIP with a name longer than the file", zip, SET8, 27, 0xff, "zip", NULL, false, ANY, "unpack", NOWHERE},
};
/* clang-format on */

int main(void)
{
    enum { N = sizeof HARM / sizeof *HARM };
    struct CMUnitTest tests[N + 4] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_a_walk),
        cmocka_unit_test(test_a_list_that_ends_early),
        cmocka_unit_test(test_no_memory),
    };
    int bad;

    for (size_t i = 0; i < N; i++)
        tests[4 + i] = (struct CMUnitTest){
            .name = HARM[i].name,
            .test_func = test_harm,
            .initial_state = (void *)(uintptr_t)&HARM[i],
        };
    bad = cmocka_run_group_tests_name("image/zip", tests, NULL, NULL);
    return bad + sight_all("image/zip", SIGHTS, sizeof SIGHTS / sizeof *SIGHTS);
}
