/* test_base_given.c -- a caller's struct, whatever the caller's age, and what
 * the library says of its own. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include <espota/espota.h>

#include "support/fleet_seen.h"

#include "base/given.h"

/* Three ages of one struct; the library is of the middle. */
struct first {
    size_t size;
    const char *name;
    unsigned n;
};

struct thing {
    size_t size;
    const char *name;
    unsigned n;
    unsigned fill; /* where the first had its padding */
    const char *more;
};

struct newer {
    struct thing known;
    unsigned char news[40];
};

static int take(struct thing *own, const void *given, struct espota_error *err)
{
    memset(own, 0xa5, sizeof *own);
    return EO_GIVEN(struct thing, n, own, given, err);
}

static void test_as_it_is(void **state)
{
    const struct thing given = {
        .size = sizeof given, .name = "x", .n = 7, .more = "y"};
    struct thing own;

    (void)state;
    assert_int_equal(take(&own, &given, NULL), 0);
    assert_int_equal(own.size, sizeof own);
    assert_string_equal(own.name, "x");
    assert_int_equal(own.n, 7);
    assert_string_equal(own.more, "y");
}

static void test_what_an_older_one_lacks_is_zero(void **state)
{
    /* Alone on the heap: a sanitizer sees a byte too many. */
    struct first *given = calloc(1, sizeof *given);
    struct thing own;

    (void)state;
    assert_non_null(given);
    *given = (struct first){.size = sizeof *given, .name = "x", .n = 7};
    assert_int_equal(take(&own, given, NULL), 0);
    assert_int_equal(own.size, sizeof own);
    assert_string_equal(own.name, "x");
    assert_int_equal(own.n, 7);
    assert_null(own.more);
    free(given);
}

static void test_a_newer_one_may_have_zeros_only(void **state)
{
    struct newer given = {.known = {.size = sizeof given, .name = "x", .n = 7}};
    struct espota_error err;
    struct thing own;

    (void)state;
    assert_int_equal(take(&own, &given, NULL), 0);
    assert_int_equal(own.size, sizeof own);
    assert_string_equal(own.name, "x");
    for (size_t i = 0; i < sizeof given.news; i++) {
        given.news[i] = 1;
        assert_int_equal(take(&own, &given, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_string_equal(err.message,
                            "struct thing was filled for a newer library");
        given.news[i] = 0;
    }
}

static void test_no_size(void **state)
{
    static const size_t FIRST = offsetof(struct thing, n) + sizeof(unsigned);
    struct thing own, given = {.name = "x"};
    struct espota_error err;

    (void)state;
    for (given.size = 0; given.size < FIRST; given.size++) {
        assert_int_equal(take(&own, &given, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_string_equal(err.message, "the size of struct thing is not set");
    }
    assert_int_equal(take(&own, &given, &err), 0);
}

/* ---- every function that takes one --------------------------------------- */

static struct espota_loop *loop;

static int give_target(const void *given, struct espota_error *err)
{
    return espota_target_check(given, err);
}

static int give_job(const void *given, struct espota_error *err)
{
    struct espota_fleet *f;
    int job;

    assert_int_equal(espota_fleet_new(&f, loop, &ESPOTA_FLEET_CONFIG(), err),
                     0);
    job = espota_fleet_add(f, seen_image, given, err);
    espota_fleet_free(f);
    return job;
}

static int give_fleet(const void *given, struct espota_error *err)
{
    struct espota_fleet *f;

    if (espota_fleet_new(&f, loop, given, err) != 0)
        return -1;
    espota_fleet_free(f);
    return 0;
}

static int give_check(const void *given, struct espota_error *err)
{
    return espota_image_check(seen_image, given, err);
}

static int give_discover(const void *given, struct espota_error *err)
{
    struct espota_discover *d;

    if (espota_discover_new(&d, loop, given, err) != 0)
        return -1;
    espota_discover_free(d);
    return 0;
}

static int give_wait(const void *given, struct espota_error *err)
{
    struct espota_wait *w;

    if (espota_wait_new(&w, loop, given, err) != 0)
        return -1;
    espota_wait_free(w);
    return 0;
}

static int give_server(const void *given, struct espota_error *err)
{
    struct espota_server *s;

    if (espota_server_new(&s, loop, given, err) != 0)
        return -1;
    espota_server_free(s);
    return 0;
}

/* Room for one of any kind, and for news behind it. */
union any {
    struct espota_target target;
    struct espota_fleet_config fleet;
    struct espota_check check;
    struct espota_discover_config discover;
    struct espota_wait_config wait;
    struct espota_serve_config serve;
    size_t size;
    unsigned char bytes[1024];
};

static const struct row {
    const char *name;
    int (*give)(const void *, struct espota_error *);
    union any any;
    const char *otherwise; /* what it is refused for with its size set; NULL:
                              it is not */
} ROWS[] = {
    {"struct espota_target",
     give_target,
     {.target = {.size = sizeof(struct espota_target), .host = "127.0.0.1"}},
     NULL},
    {"struct espota_target",
     give_job,
     {.target = {.size = sizeof(struct espota_target), .host = "127.0.0.1"}},
     NULL},
    {"struct espota_fleet_config",
     give_fleet,
     {.fleet = {.size = sizeof(struct espota_fleet_config)}},
     NULL},
    {"struct espota_check",
     give_check,
     {.check = {.size = sizeof(struct espota_check), .force = true}},
     NULL},
    {"struct espota_discover_config",
     give_discover,
     {.discover = {.size = sizeof(struct espota_discover_config),
                   .bind = "no such place"}},
     "no such place"},
    {"struct espota_wait_config",
     give_wait,
     {.wait = {.size = sizeof(struct espota_wait_config), .host = "127.0.0.1"}},
     NULL},
    {"struct espota_serve_config",
     give_server,
     {.serve = {.size = sizeof(struct espota_serve_config)}},
     "nothing to serve"},
};

static void expect(const struct row *r, const union any *given,
                   const char *format)
{
    struct espota_error err = {0};
    char want[80] = "";

    if (format != NULL)
        snprintf(want, sizeof want, format, r->name);
    else if (r->otherwise != NULL)
        snprintf(want, sizeof want, "%s", r->otherwise);
    assert_int_equal(r->give(given, &err), want[0] != '\0' ? -1 : 0);
    if (strstr(err.message, want) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err.message, want);
}

static void test_row(void **state)
{
    const struct row *r = *state;
    union any given = r->any;
    const size_t size = given.size;

    loop = NULL;
    assert_int_equal(espota_loop_new(&loop, NULL), 0);
    expect(r, &given, NULL);
    given.size = size + 8;
    expect(r, &given, NULL);
    given.bytes[size + 7] = 1;
    expect(r, &given, "%s was filled for a newer library");
    given.size = 0;
    expect(r, &given, "the size of %s is not set");
    espota_loop_free(loop);
}

/* ---- the version ----------------------------------------------------------
 */

static void test_one_version(void **state)
{
    const int n = ESPOTA_VERSION_NUMBER;
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", n / 10000, n / 100 % 100, n % 100);
    assert_string_equal(ESPOTA_VERSION, text);
    assert_string_equal(espota_version(), text);
}

int main(void)
{
    enum { N_ROWS = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N_ROWS + 5] = {
        cmocka_unit_test(test_as_it_is),
        cmocka_unit_test(test_what_an_older_one_lacks_is_zero),
        cmocka_unit_test(test_a_newer_one_may_have_zeros_only),
        cmocka_unit_test(test_no_size),
        cmocka_unit_test(test_one_version),
    };

    for (size_t i = 0; i < N_ROWS; i++)
        tests[5 + i] = (struct CMUnitTest){
            .name = ROWS[i].name,
            .test_func = test_row,
            .initial_state = (void *)&ROWS[i],
        };
    return cmocka_run_group_tests_name("base/given", tests, seen_prepare,
                                       seen_clean_up);
}
