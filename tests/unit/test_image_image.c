/* test_image_image.c -- loading, looking through gzip and what is compressed. */
#include "support/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "support/forge.h"
#include "support/no_memory.h"

#include "base/buf.h"
#include "base/mem.h"
#include "image/gzip.h"
#include "image/image.h"

static struct forged forged;

static struct espota_image *wrap(const struct forged *f,
                                 enum espota_compress policy)
{
    struct espota_image *img;
    struct espota_error err;

    if (espota_image_wrap(&img, f->bytes, f->len, policy, &err) != 0)
        fail_msg("%s", err.message);
    return img;
}

/* ---- compressing -------------------------------------------------------- */

static void esp8266(struct forged *f)
{
    forge_esp8266(f, CORE_3);
}

static void esp32(struct forged *f)
{
    forge_esp32_app(f, 5);
}

static void pico(struct forged *f)
{
    forge_rp2040(f, 0x10100000, 0x10200000);
}

static void beken(struct forged *f)
{
    forge_uf2(f, 0x7b3ef230, 1);
}

static void littlefs(struct forged *f)
{
    forge_littlefs(f, 4096, 4);
}

static void unknown(struct forged *f)
{
    forge_reset(f);
    forge_fill(f, 3, 5000);
}

/* Every 16-bit value there is: nothing repeats enough to shrink. */
static void dense(struct forged *f)
{
    uint32_t x = 1;

    forge_reset(f);
    for (int i = 0; i < 500; i++) {
        x = x * 1664525u + 1013904223u;
        forge_put(f, &(uint8_t){(uint8_t)(x >> 24)}, 1);
    }
}

static void gzipped(struct forged *f)
{
    uint8_t *out;
    size_t len;

    esp8266(f);
    assert_int_equal(eo_gzip(f->bytes, f->len, &out, &len, NULL), 0);
    forge_reset(f);
    forge_put(f, out, len);
    eo_free(out);
}

static const struct {
    void (*make)(struct forged *);
    bool automatic, always;
} POLICIES[] = {
    {esp8266, true, true}, {esp32, false, false},  {pico, false, true},
    {beken, false, false}, {littlefs, false, false}, {unknown, true, true},
    {dense, false, false}, {gzipped, false, false},
};

static void test_what_is_compressed(void **state)
{
    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    for (size_t i = 0; i < sizeof POLICIES / sizeof *POLICIES; i++) {
        struct espota_image *img;

        POLICIES[i].make(&forged);
        img = wrap(&forged, ESPOTA_COMPRESS_AUTO);
        assert_int_equal(eo_image_gzip(img) != NULL, POLICIES[i].automatic);
        espota_image_free(img);
        img = wrap(&forged, ESPOTA_COMPRESS_ALWAYS);
        assert_int_equal(eo_image_gzip(img) != NULL, POLICIES[i].always);
        espota_image_free(img);
        img = wrap(&forged, ESPOTA_COMPRESS_NEVER);
        assert_null(eo_image_gzip(img));
        assert_int_equal(espota_image_info(img)->gzip_bytes, 0);
        espota_image_free(img);
    }
}

/* eboot takes the length from the last four bytes, and skips no name. */
static void test_the_compressed_form(void **state)
{
    struct espota_image *img;
    const struct image_form *z;
    uint8_t *back;
    size_t len;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    esp8266(&forged);
    img = wrap(&forged, ESPOTA_COMPRESS_AUTO);
    z = eo_image_gzip(img);
    assert_non_null(z);
    assert_int_equal(z->len, espota_image_info(img)->gzip_bytes);
    assert_memory_equal(z->bytes, "\x1f\x8b\x08\0", 4);
    assert_int_equal(eo_le32(z->bytes + z->len - 4), forged.len);
    assert_int_equal(eo_gunzip(z->bytes, z->len, forged.len, &back, &len,
                               NULL), 0);
    assert_int_equal(len, forged.len);
    assert_memory_equal(back, forged.bytes, len);
    eo_free(back);
    espota_image_free(img);
}

/* ---- gzip from outside -------------------------------------------------- */

static void test_gzip_is_looked_through(void **state)
{
    struct espota_image *img;
    const struct espota_image_info *info;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    gzipped(&forged);
    img = wrap(&forged, ESPOTA_COMPRESS_AUTO);
    info = espota_image_info(img);
    assert_string_equal(info->kind, "esp8266-app");
    assert_string_equal(info->chip, "ESP8266");
    assert_true(info->is_gzip);
    assert_true(info->ok);
    espota_image_free(img);
}

static void test_bad_gzip(void **state)
{
    static const struct {
        int at; /* from the end if negative */
        uint8_t flip;
        const char *problem;
    } ROWS[] = {
        {40, 0x55, "the gzip data is damaged"},
        {-1, 0xff, "claims to be"},        /* ISIZE of 4 GiB */
        {-4, 0x01, "the gzip data is damaged"}, /* ... off by one */
        {-6, 0x01, "the gzip data is damaged"}, /* CRC */
    };

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *img;
        const struct espota_image_info *info;

        gzipped(&forged);
        forged.bytes[ROWS[i].at < 0 ? forged.len + (size_t)(long)ROWS[i].at
                                    : (size_t)ROWS[i].at] ^= ROWS[i].flip;
        img = wrap(&forged, ESPOTA_COMPRESS_AUTO);
        info = espota_image_info(img);
        assert_string_equal(info->kind, "gzip");
        assert_false(info->ok);
        assert_int_equal(info->n_problems, 1);
        if (strstr(info->problems[0].text, ROWS[i].problem) == NULL)
            fail_msg("got \"%s\"", info->problems[0].text);
        espota_image_free(img);
    }
}

/* A few bytes that would become 60 MiB: told by the claim, not by trying. */
static void test_a_gzip_bomb_costs_nothing(void **state)
{
    static const uint8_t BOMB[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3,
                                   0,    0,    0, 0, 0, 0, 0, 0xc0, 0x03};
    const struct espota_image_info *info;
    struct espota_image *img;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    assert_int_equal(espota_image_wrap(&img, BOMB, sizeof BOMB,
                                       ESPOTA_COMPRESS_NEVER, NULL), 0);
    info = espota_image_info(img);
    assert_int_equal(info->n_problems, 1);
    assert_string_equal(info->problems[0].text,
                        "the gzip data claims to be 62914560 bytes long");
    espota_image_free(img);
}

static void test_cut_at_every_length(void **state)
{
    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    gzipped(&forged);
    for (size_t len = 1; len < forged.len; len++) {
        uint8_t *bytes = exact(forged.bytes, len);
        struct espota_image *img;

        assert_int_equal(espota_image_wrap(&img, bytes, len,
                                           ESPOTA_COMPRESS_NEVER, NULL), 0);
        assert_false(espota_image_info(img)->ok);
        espota_image_free(img);
        free(bytes);
    }
}

/* ---- files -------------------------------------------------------------- */

static void test_what_cannot_be_opened(void **state)
{
    static const struct {
        const char *path, *message;
    } ROWS[] = {
        {"/nonexistent/f.bin", "cannot read /nonexistent/f.bin"},
        {"/tmp", "cannot read /tmp"},
        {"/dev/null", "/dev/null is empty"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *img;
        struct espota_error err;

        assert_int_equal(espota_image_open(&img, ROWS[i].path,
                                           ESPOTA_COMPRESS_AUTO, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_IMAGE);
        assert_non_null(strstr(err.message, ROWS[i].message));
    }
}

/* As one that a build is still writing: it has more bytes than it said. */
static void test_a_file_that_grows(void **state)
{
    static const char PATH[] = "/proc/version"; /* says it is empty */
    struct espota_image *img;
    struct espota_error err;

    (void)state;
    if (access(PATH, R_OK) != 0) {
        print_message("skip: no file here has more than it says\n");
        skip();
    }
    assert_int_equal(
        espota_image_open(&img, PATH, ESPOTA_COMPRESS_AUTO, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_IMAGE);
    assert_string_equal(err.message,
                        "/proc/version changed while it was read");
}

/* Sparse; 3 GiB do not fit into a signed offset of 32 bits. */
static void test_a_file_that_no_device_takes(void **state)
{
    static const uint64_t SIZES[] = {ESPOTA_IMAGE_MAX + 1,
                                     UINT64_C(3) << 30, UINT64_C(5) << 30};
    char path[] = "/tmp/espota-image-XXXXXX";
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct espota_image *img;
        struct espota_error err = {0};

        if (ftruncate(fd, (off_t)SIZES[i]) != 0) {
            assert_true(errno == EFBIG || errno == ENOSPC);
            printf("skip: no sparse file of %" PRIu64 " bytes here\n",
                   SIZES[i]);
            break;
        }
        assert_int_equal(
            espota_image_open(&img, path, ESPOTA_COMPRESS_AUTO, &err), -1);
        assert_non_null(strstr(err.message, "is longer than 64 MiB"));
    }
    close(fd);
    unlink(path);
}

/* ---- without memory ----------------------------------------------------- */

struct opening {
    const char *path;
    enum espota_category category; /* with memory */
    char sha256[65];
    size_t gzip_bytes;
};

/* A library that manages without is no failure; then all is there. */
static void is_whole(struct opening *o, const struct espota_image *img)
{
    const struct espota_image_info *info = espota_image_info(img);

    if (!ran_out()) {
        memcpy(o->sha256, info->sha256, sizeof o->sha256);
        o->gzip_bytes = info->gzip_bytes;
    }
    assert_string_equal(info->sha256, o->sha256);
    assert_int_equal(info->gzip_bytes, o->gzip_bytes);
}

static void open_one(void *ctx)
{
    struct opening *o = ctx;
    struct espota_image *img = NULL;
    struct espota_error err = {0};
    const int rc =
        o->path != NULL
            ? espota_image_open(&img, o->path, ESPOTA_COMPRESS_AUTO, &err)
            : espota_image_wrap(&img, forged.bytes, forged.len,
                                ESPOTA_COMPRESS_AUTO, &err);

    assert_int_equal(img != NULL, rc == 0);
    if (rc == 0)
        is_whole(o, img);
    else if (err.category != (ran_out() ? ESPOTA_E_INTERNAL : o->category))
        fail_msg("%s", err.message);
    espota_image_free(img);
}

static void test_out_of_memory(void **state)
{
    char path[] = "/tmp/espota-image-XXXXXX";
    const int fd = mkstemp(path);
    void (*const MAKE[])(struct forged *) = {esp8266, esp32, gzipped};

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof MAKE / sizeof *MAKE; i++) {
        if (MAKE[i] == gzipped && !eo_gzip_have())
            break;
        MAKE[i](&forged);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, forged.bytes, forged.len, 0), forged.len);
        no_memory(open_one, &(struct opening){.path = path}, 3);
        no_memory(open_one, &(struct opening){.path = NULL}, 1);
    }
    close(fd);
    unlink(path);
    /* Read without knowing where it ends, up to what no device takes. */
    no_memory(open_one,
              &(struct opening){"/dev/zero", ESPOTA_E_IMAGE, "", 0}, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_compressed),
        cmocka_unit_test(test_the_compressed_form),
        cmocka_unit_test(test_gzip_is_looked_through),
        cmocka_unit_test(test_bad_gzip),
        cmocka_unit_test(test_a_gzip_bomb_costs_nothing),
        cmocka_unit_test(test_cut_at_every_length),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_a_file_that_grows),
        cmocka_unit_test(test_a_file_that_no_device_takes),
        cmocka_unit_test(test_out_of_memory),
    };

    no_memory_for_libraries();
    return cmocka_run_group_tests_name("image/image", tests, NULL, NULL);
}
