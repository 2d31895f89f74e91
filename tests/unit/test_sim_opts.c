/* test_sim_opts.c -- the option tables of the simulated devices. */
#include "support/test.h"

#include "sim/sim.h"

struct config {
    bool flag;
    const char *text;
    unsigned number, micros;
    size_t size;
    int choice;
    int calls;
};

static int parse_call(void *at, const char *value, struct espota_error *err)
{
    (void)err;
    *(int *)at += 1;
    return strcmp(value, "bad") == 0 ? -1 : 0;
}

static const char *const COLOURS[] = {"red", "green", NULL};

#define AT(field) offsetof(struct config, field)
static const struct opt OPTS[] = {
    {"flag", OPT_FLAG, AT(flag), 0, 0, NULL, "", NULL, NULL},
    {"text", OPT_TEXT, AT(text), 0, 0, "TEXT", "", NULL, NULL},
    {"number", OPT_NUMBER, AT(number), 1, 9, "N", "", NULL, NULL},
    {"micros", OPT_MICROS, AT(micros), 0, 0, "MS", "", NULL, NULL},
    {"size", OPT_SIZE, AT(size), 1, 4 << 20, "BYTES", "", NULL, NULL},
    {"colour", OPT_CHOICE, AT(choice), 0, 0, "NAME", "", COLOURS, NULL},
    {"call", OPT_CALL, AT(calls), 0, 0, "X", "", NULL, parse_call},
};
#undef AT

static int parse(struct config *c, const char *a, const char *b, bool *help,
                 struct espota_error *err)
{
    const struct opt_set set = {OPTS, sizeof OPTS / sizeof *OPTS, c};
    char first[64], second[64];
    char *argv[] = {first, second};

    strcpy(first, a);
    strcpy(second, b != NULL ? b : "");
    memset(c, 0, sizeof *c);
    return eo_sim_opts(&set, 1, b != NULL ? 2 : 1, argv, help, err);
}

static int one(struct config *c, const char *arg)
{
    bool help = false;

    return parse(c, arg, NULL, &help, NULL);
}

static void test_values_are_stored(void **state)
{
    struct config c;
    bool help = false;

    (void)state;
    assert_int_equal(one(&c, "--flag"), 0);
    assert_true(c.flag);
    assert_int_equal(parse(&c, "--number", "7", &help, NULL), 0);
    assert_int_equal(c.number, 7);
    assert_int_equal(one(&c, "--number=9"), 0);
    assert_int_equal(c.number, 9);
    assert_int_equal(one(&c, "--size=64K"), 0);
    assert_int_equal(c.size, 65536);
    assert_int_equal(one(&c, "--size=4M"), 0);
    assert_int_equal(c.size, 4 << 20);
    assert_int_equal(one(&c, "--micros=20"), 0);
    assert_int_equal(c.micros, 20000);
    assert_int_equal(one(&c, "--micros=0.25"), 0);
    assert_int_equal(c.micros, 250);
    assert_int_equal(one(&c, "--micros=1.005"), 0);
    assert_int_equal(c.micros, 1005);
    assert_int_equal(one(&c, "--colour=green"), 0);
    assert_int_equal(c.choice, 1);
    assert_int_equal(parse(&c, "--call=1", "--call=2", &help, NULL), 0);
    assert_int_equal(c.calls, 2);
    assert_false(help);
}

static void test_an_empty_value_is_a_value(void **state)
{
    const struct opt_set set = {OPTS, sizeof OPTS / sizeof *OPTS, NULL};
    struct config c = {.text = "old"};
    char arg[] = "--text=";
    char *argv[] = {arg};
    struct opt_set mine = set;
    bool help = false;

    (void)state;
    mine.base = &c;
    assert_int_equal(eo_sim_opts(&mine, 1, 1, argv, &help, NULL), 0);
    assert_string_equal(c.text, "");
}

static void test_what_does_not_fit_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "--number=0",
        "--number=10",
        "--number=x",
        "--number=",
        "--number",
        "--size=5M",
        "--size=0",
        "--size=K",
        "--size=1G",
        "--micros=-1",
        "--micros=1.",
        "--micros=.5",
        "--micros=1.23456",
        "--flag=1",
        "--colour=blue",
        "--call=bad",
        "--",
        "word",
        "-x",
        "--nothing",
    };
    struct config c;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_int_equal(one(&c, WRONG[i]), -1);
}

static void test_the_nearest_spelling_is_named(void **state)
{
    struct espota_error err = {0};
    struct config c;
    bool help = false;

    (void)state;
    assert_int_equal(parse(&c, "--numbr=3", NULL, &help, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_non_null(strstr(err.message, "did you mean --number?"));
    assert_int_equal(parse(&c, "--colour", "gren", &help, &err), -1);
    assert_non_null(strstr(err.message, "did you mean \"green\"?"));
}

static void test_help_ends_the_reading(void **state)
{
    struct config c;
    bool help = false;

    (void)state;
    assert_int_equal(parse(&c, "-h", "--nonsense", &help, NULL), 0);
    assert_true(help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_stored),
        cmocka_unit_test(test_an_empty_value_is_a_value),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_the_nearest_spelling_is_named),
        cmocka_unit_test(test_help_ends_the_reading),
    };

    return cmocka_run_group_tests_name("sim/opts", tests, NULL, NULL);
}
