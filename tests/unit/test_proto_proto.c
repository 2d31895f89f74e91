/* test_proto_proto.c -- the list of protocols, and what makes sense over
 * which. */
#include "support/test.h"

#include "proto/proto.h"

static const uint8_t KEY[32] = {1};

static const struct row {
    const char *protocol;
    enum espota_type type;
    bool key, required;
    enum espota_category category;
} ROWS[] = {
    {"esphome", ESPOTA_TYPE_APP, false, false, ESPOTA_E_OK},
    {"esphome", ESPOTA_TYPE_APP, true, true, ESPOTA_E_OK},
    {"esphome", ESPOTA_TYPE_PARTITION_TABLE, true, false, ESPOTA_E_OK},
    {"esphome", ESPOTA_TYPE_BOOTLOADER, false, false, ESPOTA_E_OK},
    {"esphome", ESPOTA_TYPE_FILESYSTEM, false, false, ESPOTA_E_USAGE},
    {"arduino", ESPOTA_TYPE_APP, false, false, ESPOTA_E_OK},
    {"arduino", ESPOTA_TYPE_FILESYSTEM, false, false, ESPOTA_E_OK},
    {"arduino", ESPOTA_TYPE_PARTITION_TABLE, false, false, ESPOTA_E_USAGE},
    {"arduino", ESPOTA_TYPE_BOOTLOADER, false, false, ESPOTA_E_USAGE},
    {"arduino", ESPOTA_TYPE_APP, true, false, ESPOTA_E_POLICY},
    {"arduino", ESPOTA_TYPE_APP, false, true, ESPOTA_E_POLICY},
};

static void test_what_makes_sense(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *r = &ROWS[i];
        const struct proto_ops *ops = eo_proto_find(r->protocol);
        const struct proto_job job = {.type = r->type,
                                      .key = r->key ? KEY : NULL,
                                      .require_encryption = r->required};
        struct espota_error err = {0};
        const int rc = eo_proto_check(ops, &job, &err);

        assert_int_equal(rc, r->category == ESPOTA_E_OK ? 0 : -1);
        assert_int_equal(err.category, r->category);
    }
}

static void test_finding(void **state)
{
    (void)state;
    assert_null(eo_proto_find("nothing"));
    for (size_t i = 0; eo_proto_at(i) != NULL; i++)
        assert_ptr_equal(eo_proto_find(eo_proto_at(i)->name), eo_proto_at(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_makes_sense),
        cmocka_unit_test(test_finding),
    };

    return cmocka_run_group_tests_name("proto/proto", tests, NULL, NULL);
}
