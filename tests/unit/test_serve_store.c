/* test_serve_store.c -- files as images: read once, read again when they change,
 * and nothing outside of the directory. */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/forge.h"

#include "base/hex.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "image/gzip.h"
#include "os/clock.h"
#include "serve/store.h"

static char dir[] = "/tmp/espota-store-XXXXXX";
static struct forged forged;

static const char *at(const char *name)
{
    static char path[4][400];
    static unsigned next;
    char *p = path[next++ % 4];

    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static void put(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* A damaged one may be about to be written on for a moment. */
static struct stored *get(struct store *s, const char *path)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    const uint64_t end = eo_monotonic_ms() + 4000;
    struct espota_error err = {0};
    struct stored *got = eo_store_get(s, path, &err);

    while (got == NULL && err.sys_errno == EAGAIN && eo_monotonic_ms() < end) {
        nanosleep(&pause, NULL);
        got = eo_store_get(s, path, &err);
    }
    if (got == NULL)
        fail_msg("%s", err.message);
    return got;
}

static void put_app(const char *path, char mark)
{
    forge_esp8266(&forged, CORE_2_4); /* no checksum of the whole */
    forged.bytes[0x1101] ^= forged.bytes[0x1100] ^ (uint8_t)mark;
    forged.bytes[0x1100] = (uint8_t)mark; /* that of the segment is the same */
    put(path, forged.bytes, forged.len);
}

/* ---- reading, and reading again --------------------------------------------- */

static void test_a_file_is_read_once(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *a, *b;

    (void)state;
    put_app(at("a.bin"), 'a');
    a = get(s, at("a.bin"));
    b = get(s, at("a.bin"));
    assert_ptr_equal(a, b);
    assert_string_equal(a->file, at("a.bin"));
    assert_int_equal(a->pull.raw->len, forged.len);
    assert_string_equal(a->info->chip, "ESP8266");
    eo_stored_put(a);
    eo_stored_put(b);
    eo_store_free(s);
    eo_store_free(NULL);
    eo_stored_put(NULL);
}

/* Who reads the old one goes on reading it. */
static void test_a_new_file_in_its_place(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *old, *new;

    (void)state;
    put_app(at("a.bin"), 'a');
    old = get(s, at("a.bin"));
    put_app(at("a.new"), 'b');
    assert_int_equal(rename(at("a.new"), at("a.bin")), 0);
    new = get(s, at("a.bin"));
    assert_ptr_not_equal(old, new);
    assert_string_not_equal(old->pull.raw->md5, new->pull.raw->md5);
    assert_int_equal(((const uint8_t *)old->pull.raw->bytes)[0x1100], 'a');
    assert_int_equal(((const uint8_t *)new->pull.raw->bytes)[0x1100], 'b');
    eo_store_free(s);
    assert_int_equal(((const uint8_t *)new->pull.raw->bytes)[0x1100], 'b');
    eo_stored_put(old);
    eo_stored_put(new);
}

static void test_what_nobody_reads_is_let_go(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *held;
    char name[20];

    (void)state;
    put_app(at("held.bin"), 'h');
    held = get(s, at("held.bin"));
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "f%d.bin", i);
        put_app(at(name), (char)i);
        eo_stored_put(get(s, at(name)));
    }
    assert_ptr_equal(get(s, at("held.bin")), held);
    assert_int_equal(held->refs, 3); /* the store's, and ours */
    eo_stored_put(held);
    eo_stored_put(held);
    eo_store_free(s);
}

/* ---- what is no image --------------------------------------------------------- */

static void test_what_cannot_be_read(void **state)
{
    static const struct {
        const char *name;
        int sys; /* 0: not the system's fault */
    } ROWS[] = {
        {"nothing", ENOENT}, {".", EISDIR}, {"pipe", EINVAL},
        {"empty", 0},        {"huge", 0},
    };
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);

    (void)state;
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    put(at("empty"), "", 0);
    put(at("huge"), "", 0);
    assert_int_equal(truncate(at("huge"), (off_t)ESPOTA_IMAGE_MAX + 1), 0);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_error err = {0};

        assert_null(eo_store_get(s, at(ROWS[i].name), &err));
        assert_int_equal(err.category, ESPOTA_E_IMAGE);
        assert_int_equal(err.sys_errno, ROWS[i].sys);
        assert_non_null(strstr(err.message, ROWS[i].name));
    }
    eo_store_free(s);
}

/* A file that goes away is gone, even if it was served before. */
static void test_a_file_that_was_removed(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *old;
    struct espota_error err = {0};

    (void)state;
    put_app(at("a.bin"), 'a');
    old = get(s, at("a.bin"));
    unlink(at("a.bin"));
    assert_null(eo_store_get(s, at("a.bin"), &err));
    assert_int_equal(err.sys_errno, ENOENT);
    eo_stored_put(old);
    eo_store_free(s);
}

/* ---- below a directory ---------------------------------------------------------- */

#define LONG100 \
    "0123456789012345678901234567890123456789012345678901234567890123456789" \
    "012345678901234567890123456789"

static void test_nothing_outside_of_the_directory(void **state)
{
    static const struct {
        const char *path;
        bool there;
    } ROWS[] = {
        {"/in.bin", true},
        {"//in.bin", true},
        {"/sub/deep.bin", true},
        {"/sub//deep.bin", true},
        {"/", false},
        {"/sub", false},
        {"/sub/", false},
        {"/in.bin/", false},
        {"/../out.bin", false},
        {"/sub/../in.bin", false},
        {"/./in.bin", false},
        {"/.hidden", false},
        {"/link.bin", false},
        {"/linked/deep.bin", false},
        {"/nothing/deep.bin", false},
        {"/in.bin/deep.bin", false},
        {"/" LONG100 LONG100 LONG100, false},
        {"/" LONG100 "/" LONG100 "/" LONG100 "/" LONG100 "/" LONG100 "/" LONG100
         "/" LONG100 "/" LONG100 "/" LONG100 "/" LONG100 "/" LONG100,
         false},
    };
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    char served[300];

    (void)state;
    snprintf(served, sizeof served, "%s/served", dir);
    assert_int_equal(mkdir(served, 0700), 0);
    assert_int_equal(mkdir(at("served/sub"), 0700), 0);
    put_app(at("out.bin"), 'o');
    put_app(at("served/in.bin"), 'i');
    put_app(at("served/.hidden"), 'h');
    put_app(at("served/sub/deep.bin"), 'd');
    assert_int_equal(symlink("../out.bin", at("served/link.bin")), 0);
    assert_int_equal(symlink("sub", at("served/linked")), 0);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_error err = {0};
        struct stored *got =
            eo_store_get_below(s, served, ROWS[i].path, &err);

        if ((got != NULL) != ROWS[i].there)
            fail_msg("%s: %s", ROWS[i].path, got != NULL ? "read" : "not read");
        if (got == NULL)
            assert_int_equal(err.category, ESPOTA_E_IMAGE);
        eo_stored_put(got);
    }
    eo_store_free(s);
}

/* ---- what a device that runs it says of itself ------------------------------------ */

static void hash(enum digest kind, const void *bytes, size_t len,
                 char hex[DIGEST_HEX_MAX])
{
    assert_int_equal(
        eo_digest_hex(kind, &(struct piece){bytes, len}, 1, hex), 0);
}

/* What this build can do. */
static enum espota_compress best(void)
{
    return eo_gzip_have() ? ESPOTA_COMPRESS_ALWAYS : ESPOTA_COMPRESS_NEVER;
}

static void test_an_esp8266_tells_an_md5_of_its_flash_mode(void **state)
{
    struct store *s = eo_store_new(best());
    struct stored *plain, *packed;
    struct image_form gz = {0};
    char hex[DIGEST_HEX_MAX];

    (void)state;
    put_app(at("a.bin"), 'a');
    plain = get(s, at("a.bin"));
    for (uint8_t mode = 0; mode < 4; mode++) {
        forged.bytes[2] = mode;
        hash(DIGEST_MD5, forged.bytes, forged.len, hex);
        assert_string_equal(plain->pull.running_md5[mode], hex);
    }
    assert_string_equal(plain->pull.running_sha256, "");
    assert_false(plain->pull.packed);
    if (plain->pull.app == plain->pull.raw) {
        eo_stored_put(plain);
        eo_store_free(s);
        skip_because("this build has no gzip");
    }
    /* A file that is packed already runs as what is inside. */
    gz = *plain->pull.app;
    put(at("a.bin.gz"), gz.bytes, gz.len);
    packed = get(s, at("a.bin.gz"));
    assert_false(packed->pull.packed);
    assert_ptr_equal(packed->pull.app, packed->pull.raw);
    assert_string_equal(packed->pull.plain->md5, plain->pull.raw->md5);
    assert_memory_equal(packed->pull.running_md5, plain->pull.running_md5,
                        sizeof plain->pull.running_md5);
    eo_stored_put(packed);

    /* One whose insides are damaged is not known to run. */
    {
        uint8_t *copy = exact(gz.bytes, gz.len);

        copy[gz.len - 6] ^= 1; /* its checksum */
        put(at("b.bin.gz"), copy, gz.len);
        free(copy);
    }
    packed = get(s, at("b.bin.gz"));
    assert_true(packed->pull.packed);
    assert_string_equal(packed->pull.running_md5[0], "");
    eo_stored_put(packed);
    eo_stored_put(plain);
    eo_store_free(s);
}

/* Bytes as evenly spread as those of a signature, and its length. */
static void sign(struct forged *f, size_t n)
{
    uint32_t x = 11;

    for (size_t i = 0; i < n; i++) {
        const uint8_t byte = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);

        forge_put(f, &byte, 1);
    }
    forge_le32(f, (uint32_t)n);
}

/* Of whatever key: the device counts the segments of its sketch alone. */
static void test_a_signature_is_not_counted(void **state)
{
    static const size_t LENGTHS[] = {71, 128, 256, 384, 512, 1024};
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    char hex[DIGEST_HEX_MAX], name[32];

    (void)state;
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        struct stored *got;
        size_t len;

        forge_esp8266(&forged, CORE_3);
        len = forged.len;
        sign(&forged, LENGTHS[i]);
        snprintf(name, sizeof name, "signed%zu.bin", i);
        put(at(name), forged.bytes, forged.len);
        got = get(s, at(name));
        forged.bytes[2] = 0;
        hash(DIGEST_MD5, forged.bytes, len, hex);
        assert_string_equal(got->pull.running_md5[0], hex);
        eo_stored_put(got);
    }
    eo_store_free(s);
}

/* It was put behind the compressed image, and signs that. */
static void test_a_signature_behind_gzip(void **state)
{
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    struct stored *got;
    struct espota_error err;
    char hex[DIGEST_HEX_MAX];
    uint8_t *packed;
    size_t len;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    forge_esp8266(&forged, CORE_3);
    assert_int_equal(eo_gzip(forged.bytes, forged.len, &packed, &len, &err), 0);
    forged.bytes[2] = 1;
    hash(DIGEST_MD5, forged.bytes, forged.len, hex);
    forge_reset(&forged);
    forge_put(&forged, packed, len);
    eo_free(packed);
    sign(&forged, 384);
    put(at("signed.bin.gz"), forged.bytes, forged.len);
    got = get(s, at("signed.bin.gz"));
    assert_string_equal(got->pull.running_md5[1], hex);
    eo_stored_put(got);
    eo_store_free(s);
}

/* Digest and segments of an ESP32 image, damaged in each way. */
static void test_an_esp32_tells_its_digest(void **state)
{
    static const struct {
        const char *name;
        size_t at; /* 0: nothing */
        uint8_t value;
        size_t cut;
        bool known;
    } ROWS[] = {
        {"whole.bin", 0, 0, 0, true},
        {"nodigest.bin", 23, 0, 0, false},
        {"other.bin", 200, 0x77, 0, false},
        {"cut.bin", 0, 0, 20, false},
        {"segments.bin", 1, 16, 0, false},
        {"length.bin", 24 + 7, 0x7f, 0, false},
    };
    struct store *s = eo_store_new(ESPOTA_COMPRESS_NEVER);
    char hex[65];

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        forge_esp32_app(&forged, 0);
        eo_hex(hex, forged.bytes + forged.len - 32, 32);
        if (ROWS[i].at != 0)
            forged.bytes[ROWS[i].at] = ROWS[i].value;
        forged.len -= ROWS[i].cut;
        put(at(ROWS[i].name), forged.bytes, forged.len);
    }
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct stored *got = get(s, at(ROWS[i].name));

        assert_string_equal(got->pull.running_sha256,
                            ROWS[i].known ? hex : "");
        eo_stored_put(got);
    }
    eo_store_free(s);
}

/* ---- texts -------------------------------------------------------------------------- */

static void test_small_texts(void **state)
{
    char *text;

    (void)state;
    put(at("pem"), "secret\n", 7);
    text = eo_store_text(at("pem"), 7);
    assert_non_null(text);
    assert_string_equal(text, "secret\n");
    eo_free_secret(text);
    assert_null(eo_store_text(at("pem"), 6));
    assert_int_equal(errno, EFBIG);
    assert_null(eo_store_text(at("no-such"), 100));
    assert_int_equal(errno, ENOENT);
    assert_null(eo_store_text(dir, 100));
    assert_int_equal(errno, EISDIR);
}

/* ---- out of memory -------------------------------------------------------------------- */

/* A passing lack may be overcome by another try; a lasting one is ours, and
 * never the image's fault. */
static void test_every_lack_of_memory_is_survived(void **state)
{
    (void)state;
    put_app(at("m.bin"), 'm');
    for (unsigned long n = 1; n < 40; n++)
        for (int forever = 0; forever < 2; forever++) {
            struct store *s = eo_store_new(best());
            struct espota_error err = {0};
            struct stored *got;

            eo_alloc_fail_at(n, forever);
            got = eo_store_get(s, at("m.bin"), &err);
            eo_alloc_fail_at(0, 0);
            if (n == 1)
                assert_int_equal(got != NULL, !forever);
            if (got == NULL)
                assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            else
                assert_int_equal(got->pull.raw->len, forged.len);
            eo_stored_put(got);
            eo_store_free(s);
        }
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_once),
        cmocka_unit_test(test_a_new_file_in_its_place),
        cmocka_unit_test(test_what_nobody_reads_is_let_go),
        cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_a_file_that_was_removed),
        cmocka_unit_test(test_nothing_outside_of_the_directory),
        cmocka_unit_test(test_an_esp8266_tells_an_md5_of_its_flash_mode),
        cmocka_unit_test(test_a_signature_is_not_counted),
        cmocka_unit_test(test_a_signature_behind_gzip),
        cmocka_unit_test(test_an_esp32_tells_its_digest),
        cmocka_unit_test(test_small_texts),
        cmocka_unit_test(test_every_lack_of_memory_is_survived),
    };

    return cmocka_run_group_tests_name("serve/store", tests, make_dir,
                                       remove_dir);
}
