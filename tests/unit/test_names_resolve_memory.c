/* test_names_resolve_memory.c -- a name is looked up while memory runs out: it is
 * found, or that is said, once. */
#include "support/fake_link.h"
#include "support/no_memory.h"

#include "names/resolve.h"

struct row {
    const char *name, *resolver;
    enum espota_category category; /* with memory */
    const char *addr;              /* NULL: any */
};

struct outcome {
    unsigned calls;
    enum espota_category category;
    char addr[ADDR_TEXT], message[384];
};

static void on_resolved(void *ctx, const struct resolved *got,
                        const struct espota_error *err)
{
    struct outcome *o = ctx;

    o->calls++;
    assert_true((got != NULL) != (err != NULL));
    if (got != NULL) {
        eo_addr_text(&got->addr[0], false, o->addr);
    } else {
        o->category = err->category;
        strcpy(o->message, err->message);
    }
}

static void answer(const char *name)
{
    struct voice v;

    voice_begin(&v);
    voice_a(&v, name, "10.77.0.2", 120);
    voice_end(&v);
}

static struct outcome resolve(const struct row *row, struct espota_loop *l)
{
    static const char *const GIVEN[] = {"hall=192.0.2.1", "bad=nowhere"};
    struct outcome o = {0};
    struct resolve *r = eo_resolve_start(
        l,
        &(struct resolve_config){.name = row->name,
                                 .family = 4,
                                 .resolver = row->resolver,
                                 .given = GIVEN,
                                 .n_given = sizeof GIVEN / sizeof *GIVEN},
        on_resolved, &o);

    assert_int_equal(o.calls, 0);
    if (r == NULL) { /* which says that there was no memory */
        o.category = ESPOTA_E_INTERNAL;
        o.calls = 1;
    }
    /* A device answers whenever it is asked, which may be late. */
    for (int i = 0; i < 1000 && o.calls == 0; i++) {
        answer("kitchen.local");
        assert_int_equal(eo_loop_turn(l, 1000), 0);
    }
    eo_resolve_free(r);
    return o;
}

static void resolve_one(void *ctx)
{
    const struct row *row = ctx;
    struct espota_loop *l = eo_loop_new();
    struct outcome o;

    if (l == NULL) {
        assert_true(ran_out());
        return;
    }
    o = resolve(row, l);
    eo_loop_free(l);
    assert_int_equal(o.calls, 1);
    if (o.category != row->category &&
        !(ran_out() && o.category == ESPOTA_E_INTERNAL))
        fail_msg("%s: %d, %s", row->name, o.category, o.message);
    if (o.category == ESPOTA_E_OK && row->addr != NULL)
        assert_string_equal(o.addr, row->addr);
    for (size_t i = 0; i < FAKE_LINKS; i++)
        assert_null(fake.open[i]);
}

static const struct row ROWS[] = {
    {"192.0.2.7", NULL, ESPOTA_E_OK, "192.0.2.7"},
    {"hall", NULL, ESPOTA_E_OK, "192.0.2.1"},
    {"bad", NULL, ESPOTA_E_USAGE, NULL},
    {"fe80::1%none-such", NULL, ESPOTA_E_RESOLVE, NULL},
    {"device.example", "builtin", ESPOTA_E_USAGE, NULL},
    {"kitchen.local", "builtin", ESPOTA_E_OK, "10.77.0.2"},
    {"kitchen", "builtin", ESPOTA_E_OK, "10.77.0.2"},
    {"a..local", "builtin", ESPOTA_E_RESOLVE, NULL},
    /* A thread, and what /etc/hosts has everywhere. */
    {"localhost", "system", ESPOTA_E_OK, "127.0.0.1"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        /* The loop and the resolve at least. */
        no_memory(resolve_one, (void *)&ROWS[i], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };

    return cmocka_run_group_tests_name("names/resolve without memory", tests,
                                       NULL, NULL);
}
