/* test_names_name.c -- who may know a name, and under which. */
#include "support/test.h"

#include "names/name.h"

static const struct row {
    const char *name;
    enum name_kind kind;
    const char *mdns; /* NULL: mDNS does not know it */
} ROWS[] = {
    {"192.0.2.7", NAME_ADDRESS, NULL},
    {"::1", NAME_ADDRESS, NULL},
    {"[fe80::1%lo]", NAME_ADDRESS, NULL},
    {"fe80::1%none-such", NAME_ADDRESS, NULL},
    {"kitchen", NAME_BARE, "kitchen.local"},
    {"Kitchen-2_b", NAME_BARE, "Kitchen-2_b.local"},
    {"local", NAME_BARE, "local.local"},
    {"kitchenlocal", NAME_BARE, "kitchenlocal.local"},
    {"kitchen.local", NAME_LOCAL, "kitchen.local"},
    {"kitchen.LOCAL.", NAME_LOCAL, "kitchen.LOCAL."},
    {"a.b.local", NAME_LOCAL, "a.b.local"},
    {".local", NAME_DNS, NULL},
    {"kitchen.", NAME_DNS, NULL},
    {"kitchen.example", NAME_DNS, NULL},
    {"kitchen.local.example", NAME_DNS, NULL},
    {"a.local.example.", NAME_DNS, NULL},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *r = &ROWS[i];
        char local[NAME_SPACE] = "";
        const bool has = eo_name_for_mdns(r->name, local);

        if (eo_name_kind(r->name) != r->kind || has != (r->mdns != NULL) ||
            eo_name_is_address(r->name) != (r->kind == NAME_ADDRESS))
            fail_msg("%s: kind %d", r->name, eo_name_kind(r->name));
        if (has)
            assert_string_equal(local, r->mdns);
    }
}

static void test_long_names_are_none(void **state)
{
    char name[1000], local[NAME_SPACE];

    (void)state;
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_false(eo_name_for_mdns(name, local));
    strcpy(name + sizeof name - sizeof ".local", ".local");
    assert_false(eo_name_for_mdns(name, local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_names_are_none),
    };

    return cmocka_run_group_tests_name("names/name", tests, NULL, NULL);
}
