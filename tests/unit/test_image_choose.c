/* test_image_choose.c -- in which form an image goes out: compressed never
 * reaches what stores it as it comes. */
#include "support/test.h"

#include <stdio.h>

#include "support/forge.h"

#include "base/mem.h"
#include "image/gzip.h"
#include "image/image.h"

static struct forged forged;

static void pack(struct forged *f)
{
    uint8_t *gz;
    size_t len;

    assert_int_equal(eo_gzip(f->bytes, f->len, &gz, &len, NULL), 0);
    forge_reset(f);
    forge_put(f, gz, len);
    eo_free(gz);
}

static void esp8266(struct forged *f)
{
    forge_esp8266(f, CORE_2_7);
}

static void pico(struct forged *f)
{
    forge_rp2040(f, 0x10100000, 0x10200000);
}

static void esp32(struct forged *f)
{
    forge_esp32_app(f, 9);
}

static void littlefs(struct forged *f)
{
    forge_littlefs(f, 4096, 4);
}

static void bootloader(struct forged *f)
{
    forge_esp32_bootloader(f, 5);
}

/* FAT, or what else a sketch mounts. */
static void unknown(struct forged *f)
{
    forge_reset(f);
    forge_fill(f, 3, 9000);
}

#define PACKED(make)                        \
    static void packed_##make(struct forged *f) \
    {                                       \
        make(f);                            \
        pack(f);                            \
    }
PACKED(esp8266)
PACKED(pico)
PACKED(esp32)
PACKED(littlefs)
PACKED(bootloader)
PACKED(unknown)

static void packed_table(struct forged *f)
{
    forge_esp32_table(f);
    pack(f);
}

static void broken(struct forged *f)
{
    packed_esp8266(f);
    f->len -= 9;
}

enum form { RAW, INSIDE, MADE };

#define APP ESPOTA_TYPE_APP
#define FS ESPOTA_TYPE_FILESYSTEM
#define TABLE ESPOTA_TYPE_PARTITION_TABLE
#define BOOT ESPOTA_TYPE_BOOTLOADER
#define UNTOLD INFLATES_UNTOLD
#define NO INFLATES_NO
#define YES INFLATES_YES
#define AUTO ESPOTA_COMPRESS_AUTO
#define ALWAYS ESPOTA_COMPRESS_ALWAYS
#define NEVER ESPOTA_COMPRESS_NEVER

/* clang-format off */
static const struct row {
    void (*make)(struct forged *);
    enum espota_compress policy;
    enum image_inflates inflates;
    enum espota_type type;
    enum form form;
} ROWS[] = {
    {esp8266,           AUTO,   UNTOLD, APP,   RAW},
    {esp8266,           AUTO,   NO,     APP,   RAW},
    {esp8266,           AUTO,   YES,    APP,   MADE},
    {esp8266,           ALWAYS, UNTOLD, APP,   MADE},
    {esp8266,           ALWAYS, NO,     APP,   RAW},
    {esp8266,           NEVER,  YES,    APP,   RAW},
    {esp8266,           ALWAYS, YES,    FS,    RAW},
    {pico,              AUTO,   UNTOLD, APP,   RAW},
    {pico,              ALWAYS, UNTOLD, APP,   MADE},
    {esp32,             ALWAYS, YES,    APP,   RAW},
    {unknown,           ALWAYS, UNTOLD, APP,   MADE},
    {unknown,           ALWAYS, UNTOLD, FS,    RAW},
    {unknown,           AUTO,   YES,    FS,    RAW},
    {littlefs,          ALWAYS, UNTOLD, FS,    RAW},
    {littlefs,          ALWAYS, YES,    FS,    RAW},
    {bootloader,        ALWAYS, YES,    BOOT,  RAW},
    {packed_esp8266,    AUTO,   UNTOLD, APP,   RAW},
    {packed_esp8266,    NEVER,  YES,    APP,   RAW},
    {packed_esp8266,    ALWAYS, NO,     APP,   INSIDE},
    {packed_pico,       AUTO,   NO,     APP,   INSIDE},
    {packed_pico,       AUTO,   UNTOLD, APP,   RAW},
    {packed_esp32,      AUTO,   UNTOLD, APP,   INSIDE},
    {packed_littlefs,   NEVER,  UNTOLD, FS,    INSIDE},
    {packed_littlefs,   ALWAYS, YES,    FS,    INSIDE},
    {packed_unknown,    AUTO,   UNTOLD, FS,    INSIDE},
    {packed_unknown,    AUTO,   UNTOLD, APP,   RAW},
    {packed_table,      AUTO,   YES,    TABLE, INSIDE},
    {packed_bootloader, AUTO,   NO,     BOOT,  INSIDE},
    {broken,            AUTO,   NO,     APP,   RAW},
};
/* clang-format on */

static void test_row(void **state)
{
    const struct row *r = *state;
    const struct image_form *form;
    struct espota_image *img;
    bool packed;

    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    r->make(&forged);
    assert_int_equal(espota_image_wrap(&img, forged.bytes, forged.len,
                                       ALWAYS, NULL), 0);
    form = eo_image_choose(img, r->policy, r->inflates, r->type);
    packed = eo_is_gzip(form->bytes, form->len);
    assert_ptr_equal(form, r->form == RAW      ? eo_image_raw(img)
                           : r->form == INSIDE ? eo_image_plain(img)
                                               : eo_image_gzip(img));
    if (r->form == INSIDE)
        assert_ptr_not_equal(form, eo_image_raw(img));
    if (r->make != broken && (r->type != APP || r->inflates == NO))
        assert_false(packed);
    espota_image_free(img);
}

/* What the inside is announced by must be its own length and digest. */
static void test_the_inside(void **state)
{
    const struct image_form *inside;
    struct espota_image *img, *plain;
    struct forged *other = calloc(1, sizeof *other);

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    assert_non_null(other);
    littlefs(other);
    packed_littlefs(&forged);
    assert_int_equal(espota_image_wrap(&img, forged.bytes, forged.len, NEVER,
                                       NULL), 0);
    assert_int_equal(espota_image_wrap(&plain, other->bytes, other->len, NEVER,
                                       NULL), 0);
    inside = eo_image_choose(img, AUTO, UNTOLD, FS);
    assert_int_equal(inside->len, other->len);
    assert_memory_equal(inside->bytes, other->bytes, other->len);
    assert_string_equal(inside->md5, eo_image_raw(plain)->md5);
    assert_true(espota_image_info(img)->ok);
    espota_image_free(img);
    espota_image_free(plain);
    free(other);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1];
    char names[N][24];

    for (size_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "row %zu", i + 1);
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = test_row,
            .initial_state = (void *)(uintptr_t)&ROWS[i],
        };
    }
    tests[N] = (struct CMUnitTest)cmocka_unit_test(test_the_inside);
    return cmocka_run_group_tests_name("image/choose", tests, NULL, NULL);
}
