/* test_image_extract.c -- the app is taken out of what holds more than that. */
#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "support/forge_zip.h"

#include <espota/image.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "image/crc.h"
#include "image/gzip.h"

#define DIR "../shared/images/"

static struct forged whole, alone;

/* ---- one file ----------------------------------------------------------- */

/* What is taken out of whole; NULL: *err says why not. */
static struct espota_image *take(enum espota_compress policy,
                                 struct espota_error *err)
{
    uint8_t *bytes = exact(whole.bytes, whole.len);
    struct espota_image *from, *app = NULL;

    assert_int_equal(espota_image_wrap(&from, bytes, whole.len,
                                       ESPOTA_COMPRESS_NEVER, err), 0);
    if (espota_image_extract(&app, from, policy, err) != 0)
        assert_null(app);
    /* It is an image of its own. */
    espota_image_free(from);
    memset(bytes, 0x5a, whole.len);
    free(bytes);
    return app;
}

/* It must be alone, and words (NULL: none) say where it was. */
static void expect(const char *words)
{
    struct espota_error err = {.message = ""};
    struct espota_image *app = take(ESPOTA_COMPRESS_NEVER, &err);
    const struct espota_image_info *info;
    const void *bytes;
    size_t len;

    if (app == NULL)
        fail_msg("%s", err.message);
    info = espota_image_info(app);
    bytes = espota_image_bytes(app, &len);
    assert_int_equal(len, alone.len);
    assert_int_equal(info->bytes, len);
    assert_memory_equal(bytes, alone.bytes, len);
    assert_string_equal(info->file, "(memory)");
    if (words == NULL)
        assert_null(info->taken);
    else
        assert_string_equal(info->taken, words);
    espota_image_free(app);
}

static void refuse(const char *message, const char *hint)
{
    struct espota_error err;

    assert_null(take(ESPOTA_COMPRESS_NEVER, &err));
    assert_int_equal(err.category, ESPOTA_E_IMAGE);
    if (strstr(err.message, message) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", message, err.message);
    assert_ptr_equal(strstr(err.message, "(memory): "), err.message);
    if (hint != NULL)
        assert_non_null(strstr(err.hint, hint));
}

#define FIRST_APP "partition app0 at 0x%x (the first app; otadata selects none)"

static void test_merged(void **state)
{
    static const struct {
        uint16_t chip;
        size_t bootloader_at, table_at, app_at, from;
    } ROWS[] = {
        {0, 0x1000, 0x8000, 0x10000, 0}, {9, 0, 0x8000, 0x10000, 0},
        {23, 0x2000, 0x8000, 0x10000, 0}, {5, 0, 0x9000, 0x10000, 0},
        {2, 0x1000, 0x10000, 0x12000, 0}, {0, 0, 0x7000, 0xf000, 0x1000},
        {18, 0, 0xb000, 0xe000, 0x2000},
    };
    char words[128];

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        forge_esp32_merged(&whole, ROWS[i].chip, ROWS[i].bootloader_at,
                           ROWS[i].table_at, ROWS[i].app_at, ROWS[i].from);
        forge_esp32_app(&alone, ROWS[i].chip);
        snprintf(words, sizeof words, FIRST_APP,
                 (unsigned)(ROWS[i].app_at + ROWS[i].from));
        expect(words);
        forge_fill(&whole, 0xff, whole.len + 3000); /* the rest of the flash */
        expect(words);
    }
}

static void record(uint32_t number, uint32_t crc)
{
    forge_set_le32(&whole, 0x9000, number);
    forge_set_le32(&whole, 0x901c, crc);
}

static void test_the_app_that_would_start(void **state)
{
    static const uint8_t SAFEBOOT[] = {0x00, 0x10};

    (void)state;
    forge_esp32_app(&alone, 9);
    alone.bytes[600] ^= 1; /* told apart, and damaged: both is fine here */
    forge_esp32_slots(&whole, SAFEBOOT, 2);
    memcpy(whole.bytes + 0x11000, alone.bytes, alone.len);
    record(1, 0x4743989a);
    expect("partition slot1 at 0x11000 (otadata selects it)");
    memcpy(whole.bytes + 0x10000, alone.bytes, alone.len);
    record(0xffffffff, 0xffffffff);
    expect("partition slot0 at 0x10000 (the factory app; otadata selects "
           "none)");
}

/* Behind the app, as Secure Boot wants it, and filler behind that. */
static void test_with_its_signature(void **state)
{
    uint8_t sum[DIGEST_MAX];

    (void)state;
    forge_esp32_factory(&whole, 9, 0);
    forge_esp32_app(&alone, 9);
    forge_le32(&alone, 0);
    for (unsigned i = 0; i < 64; i++)
        forge_put(&alone, &(uint8_t){(uint8_t)(3 * i + 1)}, 1);
    whole.len = 0x10000;
    forge_put(&whole, alone.bytes, alone.len);
    expect("partition app0 at 0x10000 (the first app; otadata selects none)");
    forge_fill(&whole, 0xff, whole.len + 4000);
    expect("partition app0 at 0x10000 (the first app; otadata selects none)");
    whole.bytes[0x10000 + alone.len] = 7; /* then it was none */
    alone.len -= 68;
    expect("partition app0 at 0x10000 (the first app; otadata selects none)");

    forge_fill(&alone, 0xff, 4096);
    assert_int_equal(eo_digest(DIGEST_SHA256,
                               &(struct piece){alone.bytes, 4096}, 1, sum), 0);
    forge_put(&alone, "\xe7\2\0\0", 4);
    forge_put(&alone, sum, 32);
    forge_fill(&alone, 0x11, 8192);
    whole.len = 0x10000;
    forge_put(&whole, alone.bytes, alone.len);
    forge_fill(&whole, 0xff, whole.len + 4000);
    expect("partition app0 at 0x10000 (the first app; otadata selects none)");
    whole.bytes[0x10000 + 100] ^= 1; /* not signed by that any more */
    memcpy(alone.bytes, whole.bytes + 0x10000, alone.len);
    forge_esp32_app(&alone, 9);
    alone.bytes[100] ^= 1;
    expect("partition app0 at 0x10000 (the first app; otadata selects none)");
}

static void test_esp8266_with_a_filesystem(void **state)
{
    char words[96];

    (void)state;
    for (int core = CORE_2_4; core <= CORE_3; core++) {
        forge_esp8266(&alone, (enum forged_core)core);
        forge_esp8266(&whole, (enum forged_core)core);
        expect(NULL);
        forge_fill(&whole, 0xff, 0x4000);
        forge_put(&whole, "littlefs", 8);
        forge_fill(&whole, 0xff, 0x8000);
        snprintf(words, sizeof words,
                 "the first %zu bytes, where the app says that it ends",
                 alone.len);
        expect(words);
    }
}

/* One of the field may be damaged in a way that only its problems tell. */
static void test_a_damaged_app(void **state)
{
    struct espota_error err;
    struct espota_image *app;

    (void)state;
    forge_esp32_factory(&whole, 9, 0);
    whole.bytes[0x10000 + 500] ^= 1;
    app = take(ESPOTA_COMPRESS_NEVER, &err);
    assert_non_null(app);
    assert_false(espota_image_info(app)->ok);
    assert_non_null(strstr(espota_image_info(app)->problems[0].text,
                           "damaged"));
    espota_image_free(app);
    forge_esp32_factory(&whole, 9, 0);
    whole.len -= 100;
    app = take(ESPOTA_COMPRESS_NEVER, &err);
    assert_non_null(app);
    assert_false(espota_image_info(app)->ok);
    espota_image_free(app);
}

static void test_an_app_is_all_of_it(void **state)
{
    (void)state;
    forge_esp32_app(&whole, 5);
    alone = whole;
    expect(NULL);
    forge_rp2350(&whole);
    alone = whole;
    expect(NULL);
    /* With the signature behind it, which must stay. */
    forge_esp8266(&whole, CORE_3);
    for (unsigned i = 0; i < 256; i++)
        forge_put(&whole, &(uint8_t){(uint8_t)(i * 181)}, 1);
    forge_le32(&whole, 256);
    alone = whole;
    expect(NULL);
}

static void pack(const struct forged *from, struct forged *to)
{
    uint8_t *packed;
    size_t len;

    assert_int_equal(eo_gzip(from->bytes, from->len, &packed, &len, NULL), 0);
    forge_reset(to);
    forge_put(to, packed, len);
    eo_free(packed);
}

static void test_gzip(void **state)
{
    static struct forged inner;

    (void)state;
    if (!eo_gzip_have()) {
        forge_reset(&whole);
        forge_put(&whole, "\x1f\x8b\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
        refuse("this build cannot inflate", "unpack it");
        return;
    }
    forge_esp32_app(&alone, 5);
    pack(&alone, &whole);
    expect("unpacked by gzip");
    forge_esp32_factory(&inner, 5, 0);
    pack(&inner, &whole);
    expect("unpacked by gzip, partition app0 at 0x10000 (the first app; "
           "otadata selects none)");
    /* This the device inflates itself. */
    forge_esp8266(&inner, CORE_3);
    pack(&inner, &whole);
    alone = whole;
    expect(NULL);
    whole.bytes[30] ^= 0xff;
    refuse("the gzip data is damaged", NULL);
    forge_zip(&inner, &(struct forged_file){"a", "b", 1, FILE_STORED}, 1);
    pack(&inner, &whole);
    refuse("it is a ZIP archive, and holds no app", "unpack it");
}

static void test_compressed_as_asked(void **state)
{
    struct espota_error err;
    struct espota_image *app;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    forge_esp8266(&whole, CORE_3);
    forge_fill(&whole, 0xff, 0x4000);
    app = take(ESPOTA_COMPRESS_AUTO, &err);
    assert_non_null(app);
    assert_true(espota_image_info(app)->gzip_bytes > 0);
    espota_image_free(app);
}

/* ---- what cannot be reached --------------------------------------------- */

static void test_refused(void **state)
{
    (void)state;
    forge_esp32_factory(&whole, 9, 0);
    memset(whole.bytes + 0x8000, 0x5a, 0xc00);
    forge_fill(&whole, 0x77, 0x13000);
    refuse("no partition table up to 0x20000", NULL);
    forge_esp32_factory(&whole, 9, 0);
    whole.bytes[0x8005] ^= 1;
    refuse("the MD5 of the partition table is wrong", NULL);
    forge_esp32_factory(&whole, 9, 0);
    whole.len = 0x10000;
    refuse("partition app0 at 0x10000, which a device would start, is behind "
           "the end", NULL);
    forge_fill(&whole, 0xff, 0x11000);
    refuse("is empty", NULL);
    whole.bytes[0x10000] = 0;
    refuse("does not begin with an app", NULL);
    for (uint32_t i = 0, x = 1; i < 4096; i++, x = x * 1664525 + 1013904223)
        whole.bytes[0x10000 + i] = (uint8_t)(x >> 24);
    whole.bytes[0x10000] = 0x42;
    refuse("is encrypted", NULL);
    forge_esp32_slots(&whole, NULL, 0);
    forge_fill(&whole, 0xff, 0x10000);
    refuse("has no partition for an app", NULL);
    forge_esp32_merged(&whole, 0, 0, 0x7000, 0xf000, 0x1000);
    forge_set_le32(&whole, 0x7044, 0x800); /* before the file begins */
    whole.bytes[0x7080] = 0xff;
    refuse("is behind the end", NULL);

    forge_esp32_bootloader(&whole, 9);
    refuse("it is an ESP32 bootloader, and holds no app", "flash the app");
    forge_littlefs(&whole, 4096, 4);
    refuse("and holds no app", "check the file");
    forge_reset(&whole);
    forge_put(&whole, "\1\2\3", 3);
    refuse("it is not an image of a known kind, and holds no app", "check");
}

/* An app that grew beyond its partition would not start. */
static void test_larger_than_its_partition(void **state)
{
    (void)state;
    forge_esp32_slots(&whole, (const uint8_t[]){0x10}, 1);
    forge_set_le32(&whole, 0x8028, 0x200);
    whole.bytes[0x8040] = 0xff; /* no MD5 */
    refuse("the app in partition slot0 has 720 bytes, and the partition 512",
           NULL);
}

/* ---- archives ----------------------------------------------------------- */

static struct forged_file file(const char *name, const struct forged *f)
{
    return (struct forged_file){name, f->bytes, f->len, FILE_STORED};
}

static void test_a_zip_with_one_app(void **state)
{
    static struct forged boot, table, more;
    struct forged_file files[5];

    (void)state;
    forge_esp32_app(&alone, 9);
    forge_esp32_bootloader(&boot, 9);
    forge_esp32_table(&table);
    files[0] = (struct forged_file){"out/", NULL, 0, FILE_STORED};
    files[1] = file("out/bootloader.bin", &boot);
    files[2] = file("out/partitions.bin", &table);
    files[3] = file("out/fw.bin", &alone);
    files[4] = (struct forged_file){"README", "Read me", 7, FILE_STORED};
    forge_zip(&whole, files, 5);
    expect("file out/fw.bin");
    /* The same app once more, with what is flashed over a cable. */
    forge_esp32_factory(&more, 9, 0);
    files[1] = file("out/fw.factory.bin", &more);
    forge_zip(&whole, files, 5);
    expect("file out/fw.factory.bin, partition app0 at 0x10000 (the first "
           "app; otadata selects none)");
    if (!eo_gzip_have())
        skip_because("this build cannot inflate");
    files[3].how = FILE_DESCRIPTOR;
    forge_zip(&whole, files + 3, 2);
    expect("file out/fw.bin");
    pack(&alone, &more);
    files[3] = file("out/fw.bin.gz", &more);
    forge_zip(&whole, files + 3, 2);
    expect("file out/fw.bin.gz, unpacked by gzip");
}

static void test_a_zip_with_several(void **state)
{
    static struct forged c3, s3, fs;
    struct forged_file files[3];

    (void)state;
    forge_esp32_app(&c3, 5);
    forge_esp32_app(&s3, 9);
    forge_littlefs(&fs, 4096, 4);
    files[0] = file("c3.bin", &c3);
    files[1] = file("s3/\x1b[2J.bin", &s3);
    files[2] = file("fs.bin", &fs);
    forge_zip(&whole, files, 3);
    refuse("there are 2 apps in it: c3.bin (ESP32-C3), s3/\\x1b[2J.bin "
           "(ESP32-S3)", "the one for this device");
    forge_zip(&whole, files + 2, 1);
    refuse("no file in it is an app: fs.bin (a LittleFS filesystem)", NULL);
    forge_zip(&whole, NULL, 0);
    memcpy(whole.bytes, "PK\5\6", 4);
    refuse("holds no app", NULL); /* an empty one is not known by its list */
}

/* Whatever cannot be read may be the image. */
static void test_a_zip_that_cannot_be_read(void **state)
{
    static struct forged app, inner;
    struct forged_file files[2];
    size_t list;

    (void)state;
    forge_esp32_app(&app, 5);
    files[0] = file("fw.bin", &app);
    files[1] = (struct forged_file){"notes.txt", "text", 4, FILE_STORED};
    forge_zip(&whole, files, 2);
    list = whole.len - ZIP_END - 2 * ZIP_ENTRY - 6 - 9;
    whole.bytes[list + ZIP_ENTRY + 6 + 8] = 1;
    refuse("notes.txt: it is encrypted", "unpack it");
    whole.len -= 30;
    refuse("list of files is missing", NULL);

    files[0] = (struct forged_file){"fw.bin", "\x1f\x8b\x08 damaged, isn't it",
                                    20, FILE_STORED};
    forge_zip(&whole, files, 2);
    refuse(eo_gzip_have() ? "fw.bin: the gzip data"
                          : "fw.bin: it is packed, and this build", NULL);
    forge_zip(&inner, files + 1, 1);
    files[0] = file("inner.zip", &inner);
    forge_zip(&whole, files, 1);
    refuse("no file in it is an app: inner.zip (a ZIP archive)", NULL);

    files[0] = file("fw.bin", &app);
    files[1] = (struct forged_file){"manifest.json", "{}", 2, FILE_STORED};
    forge_zip(&whole, (struct forged_file[]){files[0], files[1], {"i.dat", "i", 1, FILE_STORED}}, 3);
    refuse("a DFU package for an nRF", "nrfutil");
}

/* A few kilobytes that unpack to more than any image: one file that says so,
 * many that say it together, and gzip that says it once more. */
static void test_bombs(void **state)
{
    const size_t len = ESPOTA_IMAGE_MAX;
    uint8_t *zeros, *packed;
    size_t packed_len;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build cannot inflate");
    zeros = eo_calloc(len, 1);
    assert_non_null(zeros);
    assert_int_equal(eo_gzip(zeros, len, &packed, &packed_len, NULL), 0);
    /* A gzip member is 10 bytes, bare deflate data, and 8 bytes. */
    forge_zip_packed(&whole, "zeros", packed + 10, packed_len - 18, len,
                     eo_crc32(zeros, len));
    refuse("no file in it is an app: zeros", NULL);
    forge_zip_packed(&whole, "zeros", packed + 10, packed_len - 18, len + 1,
                     0);
    refuse("its files have more than 64 MiB together", NULL);

    /* The list has it twice: they overlap. */
    forge_zip_packed(&whole, "zeros", packed + 10, packed_len - 18, len,
                     eo_crc32(zeros, len));
    {
        const size_t list = whole.len - ZIP_END - ZIP_ENTRY - 5;
        uint8_t entry[ZIP_ENTRY + 5], end[ZIP_END];

        memcpy(entry, whole.bytes + list, sizeof entry);
        memcpy(end, whole.bytes + list + sizeof entry, sizeof end);
        end[8] = end[10] = 2;
        end[12] = 2 * sizeof entry;
        whole.len = list + sizeof entry;
        forge_put(&whole, entry, sizeof entry);
        forge_put(&whole, end, sizeof end);
    }
    refuse("its files have more than 64 MiB together", NULL);

    /* What gzip may still give is what is left of that. */
    forge_reset(&alone);
    forge_put(&alone, packed, packed_len);
    forge_zip(&whole, &(struct forged_file){"zeros.gz", alone.bytes, alone.len,
                                            FILE_STORED}, 1);
    refuse("zeros.gz: the gzip data claims to be 67108864 bytes long",
           NULL);
    eo_free(packed);
    eo_free(zeros);
}

/* ---- without memory ----------------------------------------------------- */

static void test_no_memory(void **state)
{
    static struct forged app;
    unsigned long failed = 0;
    bool done = false;

    (void)state;
    forge_esp32_app(&app, 9);
    forge_zip(&whole, (struct forged_file[]){file("a.bin", &app),
                                             file("b.bin", &app)}, 2);
    for (unsigned long n = 1; !done; n++) {
        struct espota_image *from, *out = NULL;
        struct espota_error err;

        assert_true(n < 100);
        assert_int_equal(espota_image_wrap(&from, whole.bytes, whole.len,
                                           ESPOTA_COMPRESS_NEVER, &err), 0);
        eo_alloc_fail_at(n, 0);
        done = espota_image_extract(&out, from, ESPOTA_COMPRESS_NEVER, &err) ==
               0;
        eo_alloc_fail_at(0, 0);
        if (!done) {
            failed++;
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
            assert_null(out);
        }
        espota_image_free(out);
        espota_image_free(from);
    }
    assert_true(failed >= 6); /* the search, each file, a copy, its image */
}

/* ---- from the field ----------------------------------------------------- */

static void test_real(void **state)
{
    static const struct {
        const char *file, *project;
        size_t bytes;
    } ROWS[] = {
        {"esp32-factory-esphome2026-ps1.bin", "presence-1", 848448},
        {"esp32c3-factory-esphome2025-espcan.bin", "espcan-usb-serial", 244368},
        {"esp32c5-factory-arduino-waveshare.bin", "arduino-lib-builder", 1366784},
        {"esp32c6-factory-esphome2026-grgdo.bin", "grgdo", 1025120},
        {"esp32s3-factory-arduino-zifi.bin", "arduino-lib-builder", 946576},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *from, *app;
        struct espota_error err;
        char path[256];
        const char *all;
        const void *bytes;
        size_t all_len, len;

        snprintf(path, sizeof path, DIR "%s", ROWS[i].file);
        if (access(path, R_OK) != 0)
            skip_because("the images of the field are not here");
        assert_int_equal(espota_image_open(&from, path, ESPOTA_COMPRESS_NEVER,
                                           &err), 0);
        assert_int_equal(espota_image_extract(&app, from, ESPOTA_COMPRESS_NEVER,
                                              &err), 0);
        all = espota_image_bytes(from, &all_len);
        bytes = espota_image_bytes(app, &len);
        assert_int_equal(len, ROWS[i].bytes);
        assert_true(len <= all_len - 0x10000);
        assert_memory_equal(bytes, all + 0x10000, len);
        assert_true(espota_image_info(app)->ok);
        assert_string_equal(espota_image_info(app)->project, ROWS[i].project);
        assert_string_equal(espota_image_info(app)->file, path);
        espota_image_free(app);
        espota_image_free(from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged),
        cmocka_unit_test(test_the_app_that_would_start),
        cmocka_unit_test(test_with_its_signature),
        cmocka_unit_test(test_esp8266_with_a_filesystem),
        cmocka_unit_test(test_a_damaged_app),
        cmocka_unit_test(test_an_app_is_all_of_it),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_compressed_as_asked),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_larger_than_its_partition),
        cmocka_unit_test(test_a_zip_with_one_app),
        cmocka_unit_test(test_a_zip_with_several),
        cmocka_unit_test(test_a_zip_that_cannot_be_read),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_real),
    };

    return cmocka_run_group_tests_name("image/extract", tests, NULL, NULL);
}
