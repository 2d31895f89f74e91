/* test_sim_flash.c -- the model of where an update goes. */
#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "image/gzip.h"
#include "sim/flash.h"

static const struct flash_config FREE = {.sector = 1024};

static const uint8_t TEST[] = {'t', 'e', 's', 't'};
#define TEST_MD5 "098f6bcd4621d373cade4e832627b4f6"

/* When all of len bytes are written, in pieces, each when the last was done. */
static uint64_t write_all(const struct flash_config *c, size_t len,
                          size_t piece)
{
    static const uint8_t zeros[1024];
    struct flash f;
    uint64_t at = 1000000;

    assert_int_equal(eo_sim_flash_begin(&f, c, len, false, NULL), 0);
    for (size_t done = 0; done < len; done += piece) {
        const size_t n = len - done < piece ? len - done : piece;

        at = eo_sim_flash_write(&f, zeros, n, at);
    }
    eo_sim_flash_end(&f);
    return at - 1000000;
}

static void test_writing_takes_its_time_however_it_is_cut(void **state)
{
    const struct flash_config c = {.sector = 4096, .us_per_kib = 5000};

    (void)state;
    assert_int_equal(write_all(&c, 64 * 1024, 1024), 64 * 5000);
    assert_int_equal(write_all(&c, 64 * 1024, 100), 64 * 5000);
    assert_int_equal(write_all(&c, 64 * 1024, 1), 64 * 5000);
    assert_int_equal(write_all(&c, 10 * 1024 + 512, 1024), 52500);
}

static void test_blocks_are_erased_once(void **state)
{
    const struct flash_config c = {.sector = 1024, .us_per_erase = 150000};

    (void)state;
    assert_int_equal(write_all(&c, 1, 1), 150000);
    assert_int_equal(write_all(&c, 64 * 1024, 1024), 150000);
    assert_int_equal(write_all(&c, 64 * 1024 + 1, 1024), 300000);
}

static void test_a_sector_is_written_when_it_is_full(void **state)
{
    const struct flash_config c = {.sector = 4096, .us_per_kib = 1000};
    static const uint8_t zeros[4096];
    struct flash f;

    (void)state;
    assert_int_equal(eo_sim_flash_begin(&f, &c, 8192, false, NULL), 0);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 4095, 50000), 50000);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 1, 50000), 54000);
    eo_sim_flash_end(&f);
}

static void test_a_late_timer_costs_nothing_idleness_does(void **state)
{
    const struct flash_config c = {.sector = 1024, .us_per_kib = 5000};
    static const uint8_t zeros[1024];
    struct flash f;

    (void)state;
    assert_int_equal(eo_sim_flash_begin(&f, &c, 4096, false, NULL), 0);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 1024, 50000), 55000);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 1024, 57000), 60000);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 1024, 90000), 95000);
    eo_sim_flash_end(&f);
}

static void test_time_never_runs_backwards(void **state)
{
    const struct flash_config c = {.sector = 1024, .us_per_kib = 100};
    static const uint8_t zeros[1024];
    struct flash f;

    (void)state;
    assert_int_equal(eo_sim_flash_begin(&f, &c, 4096, false, NULL), 0);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 1024, 50000), 50100);
    assert_int_equal(eo_sim_flash_write(&f, zeros, 1024, 53000), 53000);
    eo_sim_flash_end(&f);
}

static void test_what_is_stored_is_what_came(void **state)
{
    char path[] = "/tmp/test_sim_flash.XXXXXX", back[8] = "";
    struct flash_result r;
    struct flash f;
    FILE *file;
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(eo_sim_flash_begin(&f, &FREE, 4, true, NULL), 0);
    eo_sim_flash_write(&f, TEST, 1, 0);
    eo_sim_flash_write(&f, TEST + 1, 3, 0);
    assert_int_equal(eo_sim_flash_finish(&f, path, &r, NULL), 0);
    assert_int_equal(r.size, 4);
    assert_string_equal(r.md5, TEST_MD5);
    assert_false(r.gzip);
    eo_sim_flash_end(&f);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(back, 1, sizeof back, file), 4);
    assert_string_equal(back, "test");
    fclose(file);
    unlink(path);
}

/* What becomes of an update of these bytes. */
static struct flash_result update(const uint8_t *bytes, size_t len,
                                  bool as_it_is)
{
    struct flash_result r;
    struct flash f;

    assert_int_equal(eo_sim_flash_begin(&f, &FREE, len, true, NULL), 0);
    f.as_it_is = as_it_is;
    eo_sim_flash_write(&f, bytes, len, 0);
    assert_int_equal(eo_sim_flash_finish(&f, NULL, &r, NULL), 0);
    eo_sim_flash_end(&f);
    return r;
}

/* A filesystem is whatever came, and gzip is not one. */
static void test_gzip_that_nobody_inflates(void **state)
{
    struct flash_result r;
    uint8_t *packed;
    size_t len;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    assert_int_equal(eo_gzip(TEST, sizeof TEST, &packed, &len, NULL), 0);
    r = update(packed, len, true);
    assert_true(r.gzip);
    assert_true(r.left_packed);
    assert_int_equal(r.size, len);
    eo_free(packed);
    /* What is not packed is not left so, wherever it goes. */
    r = update(TEST, sizeof TEST, true);
    assert_false(r.gzip);
    assert_false(r.left_packed);
}

static void test_gzip_is_inflated(void **state)
{
    struct flash_result r;
    uint8_t *packed;
    size_t len;

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    assert_int_equal(eo_gzip(TEST, sizeof TEST, &packed, &len, NULL), 0);
    r = update(packed, len, false);
    assert_true(r.gzip);
    assert_false(r.damaged);
    assert_false(r.left_packed);
    assert_int_equal(r.size, 4);
    assert_string_equal(r.md5, TEST_MD5);

    packed[len - 1] ^= 1; /* its length */
    r = update(packed, len, false);
    assert_true(r.damaged);
    eo_free(packed);
}

/* What is stored is patched, and what came was hashed. */
static void test_a_patch_is_no_damage(void **state)
{
    struct flash_result r;
    char md5[DIGEST_HEX_MAX];
    struct flash f;

    (void)state;
    assert_int_equal(eo_sim_flash_begin(&f, &FREE, 4, true, NULL), 0);
    eo_sim_flash_write(&f, (const uint8_t *)"tent", 4, 0);
    eo_sim_flash_patch(&f, 9, 's');
    eo_sim_flash_patch(&f, 2, 's');
    assert_int_equal(eo_sim_flash_md5(&f, md5), 0);
    assert_string_not_equal(md5, TEST_MD5);
    assert_int_equal(eo_sim_flash_finish(&f, NULL, &r, NULL), 0);
    assert_string_equal(r.md5, TEST_MD5);
    eo_sim_flash_end(&f);
}

static void test_a_lost_bit_shows_in_the_digest(void **state)
{
    char md5[DIGEST_HEX_MAX];
    struct flash f;

    (void)state;
    assert_int_equal(eo_sim_flash_begin(&f, &FREE, 4, false, NULL), 0);
    eo_sim_flash_write(&f, TEST, sizeof TEST, 0);
    assert_int_equal(eo_sim_flash_md5(&f, md5), 0);
    assert_string_equal(md5, TEST_MD5);
    eo_sim_flash_corrupt(&f);
    assert_int_equal(eo_sim_flash_md5(&f, md5), 0);
    assert_string_not_equal(md5, TEST_MD5);
    eo_sim_flash_end(&f);
}

static void test_without_memory_nothing_begins(void **state)
{
    struct espota_error err = {0};
    struct flash f;

    (void)state;
    for (unsigned long n = 1; n <= 2; n++) {
        eo_alloc_fail_at(n, 0);
        assert_int_equal(eo_sim_flash_begin(&f, &FREE, 4, true, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        eo_alloc_fail_at(0, 0);
        eo_sim_flash_end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writing_takes_its_time_however_it_is_cut),
        cmocka_unit_test(test_blocks_are_erased_once),
        cmocka_unit_test(test_a_sector_is_written_when_it_is_full),
        cmocka_unit_test(test_a_late_timer_costs_nothing_idleness_does),
        cmocka_unit_test(test_time_never_runs_backwards),
        cmocka_unit_test(test_what_is_stored_is_what_came),
        cmocka_unit_test(test_gzip_that_nobody_inflates),
        cmocka_unit_test(test_gzip_is_inflated),
        cmocka_unit_test(test_a_patch_is_no_damage),
        cmocka_unit_test(test_a_lost_bit_shows_in_the_digest),
        cmocka_unit_test(test_without_memory_nothing_begins),
    };

    return cmocka_run_group_tests_name("sim/flash", tests, NULL, NULL);
}
