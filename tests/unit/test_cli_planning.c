/* test_cli_planning.c -- planning four times the devices is four times the work,
 * and a little for sorting: nothing is compared with all before it.  What is
 * counted is comparisons, which no busy machine makes more of; the linker hands
 * them to this file (Makefile).
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/inventory.h"

enum { FEW = 1000, TIMES = 4 };

int __real_strcmp(const char *, const char *);
int __wrap_strcmp(const char *, const char *);
char __real_eo_lower(char);
char __wrap_eo_lower(char);

static unsigned long compared;

int __wrap_strcmp(const char *a, const char *b)
{
    compared++;
    return __real_strcmp(a, b);
}

char __wrap_eo_lower(char c)
{
    compared++;
    return __real_eo_lower(c);
}

/* Devices d0 to dN in groups of three that have no section, and every
 * fourth in one. */
static void write_config(struct config *c, size_t n)
{
    char text[40];

    *c = (struct config){.at = eo_calloc(n, sizeof *c->at), .n = n, .cap = n};
    assert_non_null(c->at);
    for (size_t i = 0; i < n; i++) {
        struct section *s = &c->at[i];

        s->kind = SECTION_DEVICE;
        snprintf(text, sizeof text, "d%zu", i);
        s->name = eo_strdup(text);
        if (i % 4 != 3)
            snprintf(text, sizeof text, "a%zu", i / 4);
        else
            snprintf(text, sizeof text, "an");
        s->group = eo_strdup(text);
        s->group_where = eo_strdup("here");
    }
}

static void by_name(char *text, size_t n)
{
    for (size_t i = n; i-- > 0;)
        text += sprintf(text, "@d%zu\n", i);
}

/* A lot behind one address, half of it twice. */
static void by_address(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text += sprintf(text, "10.0.0.1:%zu\n", 1 + i % (n / 2 + 1));
}

static unsigned long plan(void (*list_them)(char *, size_t), size_t n)
{
    struct target_list list = {0};
    struct notes notes = {0};
    struct espota_error err = {.message = ""};
    struct config config;
    char *text = calloc(n, 40);

    write_config(&config, n);
    list_them(text, n);
    compared = 0;
    assert_int_equal(eo_config_index(&config, &err), 0);
    assert_int_equal(eo_config_check(&config, &err), 0);
    if (eo_targets_parse(&list, text, strlen(text), "T", &config, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(eo_targets_unique(&list, &notes, &err), 0);
    for (size_t i = 0; i < list.n; i++)
        eo_config_address(&config, list.at[i].key);
    assert_true(list.n >= n / 2);
    eo_targets_free(&list);
    eo_notes_free(&notes);
    eo_config_free(&config);
    free(text);
    return compared;
}

static void grows_with(void (*list_them)(char *, size_t))
{
    const unsigned long few = plan(list_them, FEW),
                        many = plan(list_them, TIMES * FEW);

    if (many > few * TIMES * 3 / 2)
        fail_msg("%lu comparisons for %d devices, %lu for %d", few, FEW, many,
                 TIMES * FEW);
    assert_true(few > FEW);
}

static void test_devices_by_name(void **state)
{
    (void)state;
    grows_with(by_name);
}

static void test_devices_by_address(void **state)
{
    (void)state;
    grows_with(by_address);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices_by_name),
        cmocka_unit_test(test_devices_by_address),
    };

    return cmocka_run_group_tests_name("cli/planning", tests, NULL, NULL);
}
