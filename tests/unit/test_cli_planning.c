/* test_cli_planning.c -- planning four times the devices is four times the work,
 * and a little for sorting, and so is choosing whose turn it is: nothing is
 * compared with all before it.  What is counted is comparisons, which no busy
 * machine makes more of; the linker hands them to this file (Makefile).
 */
#include "support/fleet_seen.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/inventory.h"
#include "os/sock.h"

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

static void grows_with(unsigned long few, unsigned long many, int devices)
{
    if (many > few * TIMES * 3 / 2)
        fail_msg("%lu comparisons for %d devices, %lu for %d", few, devices,
                 many, TIMES * devices);
    assert_true(few > (unsigned long)devices);
}

static void test_devices_by_name(void **state)
{
    (void)state;
    grows_with(plan(by_name, FEW), plan(by_name, TIMES * FEW), FEW);
}

static void test_devices_by_address(void **state)
{
    (void)state;
    grows_with(plan(by_address, FEW), plan(by_address, TIMES * FEW), FEW);
}

/* All behind one address, one after the other; none is there. */
static unsigned long run(uint16_t closed_port, unsigned n)
{
    const struct espota_fleet_config c = ESPOTA_FLEET_CONFIG(.per_host = 1);
    const struct espota_target t = seen_target(closed_port);
    struct espota_loop *loop;
    struct espota_fleet *f;

    assert_int_equal(espota_loop_new(&loop, NULL), 0);
    assert_int_equal(espota_fleet_new(&f, loop, &c, NULL), 0);
    for (unsigned i = 0; i < n; i++)
        seen_add(f, &t);
    compared = 0;
    assert_int_equal(espota_loop_run(loop, -1, NULL), ESPOTA_LOOP_DONE);
    espota_fleet_free(f);
    espota_loop_free(loop);
    return compared;
}

static void test_turns_behind_one_address(void **state)
{
    struct addr a;
    int fd;

    (void)state;
    assert_int_equal(eo_addr_parse(&a, "127.0.0.1"), 0);
    fd = eo_tcp_listen(&a, 1);
    assert_int_equal(eo_sock_local(fd, &a), 0);
    close(fd);
    grows_with(run(eo_addr_port(&a), FEW / 10),
               run(eo_addr_port(&a), TIMES * FEW / 10), FEW / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices_by_name),
        cmocka_unit_test(test_devices_by_address),
        cmocka_unit_test_setup_teardown(test_turns_behind_one_address,
                                        seen_prepare, seen_clean_up),
    };

    return cmocka_run_group_tests_name("cli/planning", tests, NULL, NULL);
}
