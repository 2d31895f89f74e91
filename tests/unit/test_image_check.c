/* test_image_check.c -- the right file that lies beside a wrong one. */
#include "support/test.h"

#include <stdio.h>
#include <unistd.h>

#include "support/forge.h"

#include <espota/image.h>

static char dir[] = "/tmp/espota-check-XXXXXX";

static void path_of(char *out, size_t cap, const char *name)
{
    snprintf(out, cap, "%s/%s", dir, name);
}

static void write_as(const struct forged *f, const char *name)
{
    char path[128];
    FILE *file;

    path_of(path, sizeof path, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(f->bytes, 1, f->len, file), f->len);
    fclose(file);
}

static void forget(const char *name)
{
    char path[128];

    path_of(path, sizeof path, name);
    unlink(path);
}

/* What is said of the file of that name. */
static void ask(const char *name, const struct espota_check *check,
                struct espota_error *err)
{
    struct espota_image *img;
    char path[128];

    path_of(path, sizeof path, name);
    assert_int_equal(espota_image_open(&img, path, ESPOTA_COMPRESS_NEVER, err),
                     0);
    assert_int_equal(espota_image_check(img, check, err), -1);
    assert_int_equal(err->category, ESPOTA_E_IMAGE);
    espota_image_free(img);
}

static void test_beside_a_factory_image(void **state)
{
    const struct espota_check check = ESPOTA_CHECK(.type = ESPOTA_TYPE_APP);
    struct espota_error err;
    static struct forged factory, app, other;

    (void)state;
    forge_esp32_factory(&factory, 5, 0);
    forge_esp32_app(&app, 5);
    forge_esp32_app(&other, 9);
    write_as(&factory, "kitchen.factory.bin");

    ask("kitchen.factory.bin", &check, &err);
    assert_null(strstr(err.message, "beside"));
    assert_non_null(strstr(err.hint, ".ota.bin"));

    write_as(&app, "kitchen.ota.bin");
    ask("kitchen.factory.bin", &check, &err);
    assert_non_null(strstr(err.message, "beside it lies kitchen.ota.bin"));

    /* Names prove nothing: one that would be refused is not proposed. */
    write_as(&factory, "kitchen.ota.bin");
    ask("kitchen.factory.bin", &check, &err);
    assert_null(strstr(err.message, "beside"));

    /* Nor is one for another chip than the device's. */
    write_as(&other, "kitchen.ota.bin");
    ask("kitchen.factory.bin", &ESPOTA_CHECK(.chip = "ESP32-C3"), &err);
    assert_null(strstr(err.message, "beside"));

    write_as(&app, "firmware.bin");
    ask("kitchen.factory.bin", &check, &err);
    assert_non_null(strstr(err.message, "kitchen.ota.bin"));
    forget("kitchen.ota.bin");
    ask("kitchen.factory.bin", &check, &err);
    assert_non_null(strstr(err.message, "beside it lies firmware.bin"));
    forget("kitchen.factory.bin");
    forget("firmware.bin");
}

static void test_beside_a_uf2(void **state)
{
    static struct forged uf2, raw;
    struct espota_error err;

    (void)state;
    forge_uf2(&uf2, 0xe48bff56, 0);
    forge_rp2040(&raw, 0x10100000, 0x10200000);
    write_as(&uf2, "blink.uf2");
    write_as(&raw, "blink.bin");
    ask("blink.uf2", &ESPOTA_CHECK(.port = 2040), &err);
    assert_non_null(strstr(err.message, "beside it lies blink.bin"));
    forget("blink.uf2");
    forget("blink.bin");
}

static void test_nothing_lies_beside_memory(void **state)
{
    static struct forged factory;
    struct espota_image *img;
    struct espota_error err;

    (void)state;
    forge_esp32_factory(&factory, 5, 0);
    assert_int_equal(espota_image_wrap(&img, factory.bytes, factory.len,
                                       ESPOTA_COMPRESS_NEVER, NULL), 0);
    assert_int_equal(espota_image_check(img, &ESPOTA_CHECK(), &err), -1);
    assert_null(strstr(err.message, "beside"));
    assert_int_equal(
        espota_image_check(img, &ESPOTA_CHECK(.force = true), &err), 0);
    espota_image_free(img);
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside_a_factory_image),
        cmocka_unit_test(test_beside_a_uf2),
        cmocka_unit_test(test_nothing_lies_beside_memory),
    };

    return cmocka_run_group_tests_name("image/check", tests, make_dir,
                                       remove_dir);
}
