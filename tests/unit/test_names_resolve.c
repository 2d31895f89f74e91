/* test_names_resolve.c -- what needs nobody to be asked, and who is never asked.
 * Asking is shown in a network of our own: tests/e2e/mdns_*.bats. */
#include "support/test.h"

#include <stdbool.h>

#include "names/resolve.h"

struct outcome {
    bool done;
    char how[16], addr[ADDR_TEXT], message[384];
    enum espota_category category;
};

static void on_resolved(void *ctx, const struct resolved *got,
                        const struct espota_error *err)
{
    struct outcome *o = ctx;

    assert_false(o->done);
    o->done = true;
    if (got != NULL) {
        strcpy(o->how, got->how);
        eo_addr_text(&got->addr[0], false, o->addr);
    } else {
        strcpy(o->message, err->message);
        o->category = err->category;
    }
}

static struct outcome resolve(struct resolve_config c)
{
    struct outcome o = {0};
    struct espota_loop *l = eo_loop_new();
    struct resolve *r = eo_resolve_start(l, &c, on_resolved, &o);

    assert_non_null(r);
    assert_false(o.done); /* never from within the start */
    for (int i = 0; i < 600 && !o.done; i++)
        assert_int_equal(eo_loop_turn(l, 1000), 0);
    assert_true(o.done);
    eo_resolve_free(r);
    eo_loop_free(l);
    return o;
}

static const char *const GIVEN[] = {"kitchen=192.0.2.1", "Hall.local=::1",
                                    "bad=nowhere", "kitchen=192.0.2.2"};

static const struct row {
    const char *name;
    int family;
    const char *resolver, *how, *addr;
    enum espota_category category;
} ROWS[] = {
    {"192.0.2.7", 0, NULL, "literal", "192.0.2.7", ESPOTA_E_OK},
    {"[::1]", 0, "builtin", "literal", "::1", ESPOTA_E_OK},
    {"kitchen", 0, NULL, "given", "192.0.2.1", ESPOTA_E_OK},
    {"KITCHEN", 0, NULL, "given", "192.0.2.1", ESPOTA_E_OK},
    {"hall.local", 0, NULL, "given", "::1", ESPOTA_E_OK},
    {"bad", 0, NULL, NULL, NULL, ESPOTA_E_USAGE},
    {"fe80::1%none-such", 0, NULL, NULL, NULL, ESPOTA_E_RESOLVE},
    {"192.0.2.7", 6, NULL, NULL, NULL, ESPOTA_E_RESOLVE},
    {"::1", 4, NULL, NULL, NULL, ESPOTA_E_RESOLVE},
    {"device.example", 0, "builtin", NULL, NULL, ESPOTA_E_USAGE},
    {"device.example", 0, "bind", NULL, NULL, ESPOTA_E_USAGE},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *row = &ROWS[i];
        const struct outcome o = resolve((struct resolve_config){
            .name = row->name,
            .family = row->family,
            .resolver = row->resolver,
            .given = GIVEN,
            .n_given = sizeof GIVEN / sizeof *GIVEN,
        });

        if (o.category != row->category)
            fail_msg("%s: %s", row->name, o.message);
        if (row->how != NULL) {
            assert_int_equal(eo_name_is_address(row->name),
                             strcmp(row->how, "literal") == 0);
            assert_string_equal(o.how, row->how);
            assert_string_equal(o.addr, row->addr);
        }
    }
}

static void test_long_names_are_none(void **state)
{
    char name[1000];
    struct outcome o;

    (void)state;
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    o = resolve((struct resolve_config){.name = name});
    assert_int_equal(o.category, ESPOTA_E_USAGE);
}

static void test_stopping_midway(void **state)
{
    struct espota_loop *l = eo_loop_new();
    struct outcome o = {0};
    struct resolve *r = eo_resolve_start(
        l, &(struct resolve_config){.name = "localhost"}, on_resolved, &o);

    (void)state;
    assert_non_null(r);
    eo_resolve_free(r);
    eo_loop_turn(l, 20);
    assert_false(o.done);
    eo_loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_names_are_none),
        cmocka_unit_test(test_stopping_midway),
    };

    return cmocka_run_group_tests_name("names/resolve", tests, NULL, NULL);
}
