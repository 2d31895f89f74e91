/* test_image_types.c -- what may be sent as a partition table or a bootloader,
 * decided before a device is touched. */
#include "support/forge.h"
#include "support/test.h"

#include <stdio.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "image/gzip.h"
#include "image/preflight.h"

static void app(struct forged *f)
{
    forge_esp32_app(f, 5);
}

static void bootloader(struct forged *f)
{
    forge_esp32_bootloader(f, 5);
}

/* One byte more than is before the table. */
static void large_bootloader(struct forged *f)
{
    forge_esp32_bootloader(f, 23);
    forge_fill(f, 0xff, 0x6001);
}

static void full_bootloader(struct forged *f)
{
    forge_esp32_bootloader(f, 23);
    forge_fill(f, 0xff, 0x6000);
}

static void merged(struct forged *f)
{
    forge_esp32_merged(f, 0, 0, 0x8000, 0xf000, 0x1000);
}

static void pack(struct forged *f)
{
    uint8_t *gz;
    size_t len;

    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    assert_int_equal(eo_gzip(f->bytes, f->len, &gz, &len, NULL), 0);
    forge_reset(f);
    forge_put(f, gz, len);
    eo_free(gz);
}

static void packed_bootloader(struct forged *f)
{
    bootloader(f);
    pack(f);
}

static void packed_app(struct forged *f)
{
    app(f);
    pack(f);
}

static void packed_uf2(struct forged *f)
{
    forge_uf2(f, 0x7b3ef230, 1);
    pack(f);
}

/* A program for a computer, as ESPHome's host platform runs it. */
static void packed_host(struct forged *f)
{
    forge_reset(f);
    forge_put(f, "\x7f" "ELF\2\1\1", 7);
    forge_fill(f, 0, 16);
    forge_put(f, (uint8_t[]){3, 0, 62, 0}, 4);
    forge_fill(f, 0, 700);
    pack(f);
}

static void nrf(struct forged *f)
{
    forge_uf2(f, 0x621e937a, 0);
}

/* otadata, nvs, app0, app1 and the MD5 entry, 32 bytes each. */
enum { OTADATA = 0, NVS = 32, APP1 = 96, MD5 = 128, LABEL = 12 };

/* With an MD5 that is right again. */
static void resum(struct forged *f)
{
    assert_int_equal(eo_digest(DIGEST_MD5, &(struct piece){f->bytes, MD5}, 1,
                               f->bytes + MD5 + 16),
                     0);
}

static void table_without_md5(struct forged *f)
{
    forge_esp32_table(f);
    memset(f->bytes + MD5, 0xff, 32);
}

static void table_with_one_app(struct forged *f)
{
    forge_esp32_table(f);
    f->bytes[APP1 + 2] = 1;
    f->bytes[APP1 + 3] = 0x82;
    resum(f);
}

static void table_without_otadata(struct forged *f)
{
    forge_esp32_table(f);
    f->bytes[OTADATA + 3] = 0x82;
    resum(f);
}

static void table_with_another_nvs(struct forged *f)
{
    forge_esp32_table(f);
    memcpy(f->bytes + NVS + LABEL, "nvs2", 4);
    resum(f);
}

static void damaged_table(struct forged *f)
{
    forge_esp32_table(f);
    f->bytes[5] ^= 1;
}

static void cut_table(struct forged *f)
{
    forge_esp32_table(f);
    f->len -= 32;
}

static void packed_table(struct forged *f)
{
    forge_esp32_table(f);
    pack(f);
}

static void packed_cut_table(struct forged *f)
{
    cut_table(f);
    pack(f);
}

static void packed_filesystem(struct forged *f)
{
    forge_littlefs(f, 4096, 3);
    pack(f);
}

static void signed_filesystem(struct forged *f)
{
    packed_filesystem(f);
    for (int i = 0; i < 128; i++)
        forge_put(f, &(uint8_t){(uint8_t)(i * 37 + 5)}, 1);
    forge_le32(f, 128);
}

static const struct row {
    const char *name;
    void (*make)(struct forged *);
    enum espota_type type;
    const char *message; /* a part of it; NULL: it may be sent */
} ROWS[] = {
    {"a table", forge_esp32_table, ESPOTA_TYPE_PARTITION_TABLE, NULL},
    {"a bootloader", bootloader, ESPOTA_TYPE_BOOTLOADER, NULL},
    {"an app", app, ESPOTA_TYPE_APP, NULL},
    {"an app as table", app, ESPOTA_TYPE_PARTITION_TABLE,
     "not a partition table"},
    {"an app as bootloader", app, ESPOTA_TYPE_BOOTLOADER, "not a bootloader"},
    {"a bootloader as table", bootloader, ESPOTA_TYPE_PARTITION_TABLE,
     "not a partition table"},
    {"a table as bootloader", forge_esp32_table, ESPOTA_TYPE_BOOTLOADER,
     "not a bootloader"},
    {"a table as app", forge_esp32_table, ESPOTA_TYPE_APP, "not a firmware"},
    {"a bootloader as app", bootloader, ESPOTA_TYPE_APP, "not a firmware"},
    {"a compressed bootloader", packed_bootloader, ESPOTA_TYPE_BOOTLOADER,
     NULL},
    {"a compressed table", packed_table, ESPOTA_TYPE_PARTITION_TABLE, NULL},
    {"a compressed and cut table", packed_cut_table,
     ESPOTA_TYPE_PARTITION_TABLE, "3040 bytes"},
    {"a compressed filesystem", packed_filesystem, ESPOTA_TYPE_FILESYSTEM,
     NULL},
    {"one that was signed compressed", signed_filesystem,
     ESPOTA_TYPE_FILESYSTEM, "the signature is for the packed file"},
    {"a bootloader that fills its room", full_bootloader,
     ESPOTA_TYPE_BOOTLOADER, NULL},
    {"a bootloader beyond its room", large_bootloader, ESPOTA_TYPE_BOOTLOADER,
     "24577 bytes, and there is room for 24576"},
    {"a merged image as bootloader", merged, ESPOTA_TYPE_BOOTLOADER,
     "not a bootloader"},
    {"a compressed app", packed_app, ESPOTA_TYPE_APP, "packed by gzip"},
    {"a compressed UF2", packed_uf2, ESPOTA_TYPE_APP, "packed by gzip"},
    {"a compressed program", packed_host, ESPOTA_TYPE_APP, "packed by gzip"},
    {"an nRF's UF2", nrf, ESPOTA_TYPE_APP, "no protocol here"},
    {"a short table", cut_table, ESPOTA_TYPE_PARTITION_TABLE,
     "3040 bytes, and a partition table 3072"},
    {"a damaged table", damaged_table, ESPOTA_TYPE_PARTITION_TABLE,
     "damaged: the MD5"},
    {"a table without MD5", table_without_md5, ESPOTA_TYPE_PARTITION_TABLE,
     "no MD5 entry"},
    {"a table with one app", table_with_one_app, ESPOTA_TYPE_PARTITION_TABLE,
     "fewer than two app partitions"},
    {"a table without otadata", table_without_otadata,
     ESPOTA_TYPE_PARTITION_TABLE, "no otadata"},
    {"a table with another nvs", table_with_another_nvs,
     ESPOTA_TYPE_PARTITION_TABLE, "no nvs partition"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct forged *f = calloc(1, sizeof *f);
    struct espota_check check =
        ESPOTA_CHECK(.protocol = "esphome", .type = r->type);
    struct espota_error err = {0};
    struct espota_image *img;
    int rc;

    assert_non_null(f);
    r->make(f);
    assert_int_equal(espota_image_wrap(&img, f->bytes, f->len,
                                       ESPOTA_COMPRESS_NEVER, NULL),
                     0);
    rc = espota_image_check(img, &check, &err);
    if (r->message == NULL && rc != 0)
        fail_msg("refused: %s", err.message);
    if (r->message != NULL) {
        assert_int_equal(rc, -1);
        assert_int_equal(err.category, ESPOTA_E_IMAGE);
        if (strstr(err.message, r->message) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", err.message, r->message);
        check.force = true;
        assert_int_equal(espota_image_check(img, &check, &err), 0);
    }
    espota_image_free(img);
    free(f);
}

/* The real ones; see the notes beside them. */
static const struct {
    const char *file;
    enum espota_type type;
    bool taken;
} REAL[] = {
    {"esp32c3-partitions-arduino-sam2695.bin", ESPOTA_TYPE_PARTITION_TABLE,
     true},
    {"esp32-partitions-nomd5-esptool.bin", ESPOTA_TYPE_PARTITION_TABLE, false},
    {"esp32-bootloader-idf52-esptool.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32-bootloader-old-esptool.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32-bootloader-signedv2-esptool.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32c3-bootloader-arduino-sam2695.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32h2-bootloader-espflash.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32p4-bootloader-espflash.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32s3-bootloader-arduino-sam2695.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp32s31-bootloader-espflash.bin", ESPOTA_TYPE_BOOTLOADER, true},
    {"esp8266-bootloader-esptool.bin", ESPOTA_TYPE_BOOTLOADER, false},
    {"esp32-app-esphome2026-sgre.bin", ESPOTA_TYPE_BOOTLOADER, false},
};

static void test_real_files(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof REAL / sizeof *REAL; i++) {
        const struct espota_check check =
            ESPOTA_CHECK(.protocol = "esphome", .type = REAL[i].type);
        struct espota_image *img;
        char path[256];

        snprintf(path, sizeof path, "../shared/images/%s", REAL[i].file);
        if (espota_image_open(&img, path, ESPOTA_COMPRESS_NEVER, NULL) != 0)
            continue;
        seen++;
        if ((espota_image_check(img, &check, NULL) == 0) != REAL[i].taken)
            fail_msg("%s", REAL[i].file);
        espota_image_free(img);
    }
    if (seen == 0) {
        print_message("skip: no real images in ../shared/images\n");
        skip();
    }
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1] = {cmocka_unit_test(test_real_files)};

    for (size_t i = 0; i < N; i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = ROWS[i].name,
            .test_func = test_row,
            .initial_state = (void *)&ROWS[i],
        };
    return cmocka_run_group_tests_name("image/types", tests, NULL, NULL);
}
