/* test_cli_targets.c -- targets files: their three forms, and their errors. */
#include "support/test.h"

#include <stdio.h>

#include "cli/targets.h"

static struct section sections[] = {
    {SECTION_DEVICE, (char *)"kitchen", (char *)"flat", {0}},
    {SECTION_DEVICE, (char *)"attic", (char *)"flat", {0}},
    {SECTION_DEVICE, (char *)"garage", NULL, {0}},
    {SECTION_GROUP, (char *)"flat", NULL, {0}},
    {SECTION_DEVICE, (char *)"kitchen", (char *)"flat", {0}}, /* 2nd file */
};
static const struct config CONFIG = {sections,
                                     sizeof sections / sizeof *sections};

static const struct row {
    const char *name, *text;
    const char *expect; /* "name{key=value key};name{...}", or the error */
} ROWS[] = {
    {"plain hosts", "a.local\nb.local\n", "a.local{};b.local{};"},
    {"no newline at the end", "a\nb", "a{};b{};"},
    {"comments, blank lines, carriage returns",
     "# all\n\n  \na # one\r\n\tb\r\n", "a{};b{};"},
    {"keys and quotes", "a port=81 file=\"my file.bin\" quiet\n",
     "a{port=81 file=my file.bin quiet};"},
    {"a value with = in it", "a file=x=y\n", "a{file=x=y};"},
    {"underscores are dashes", "a auth_file=p\n", "a{auth-file=p};"},
    {"CSV", "host,port,file\na,81,x.bin\nb,,\n", "a{port=81 file=x.bin};b{};"},
    {"CSV, quoted", "name,file\na,\"x, \"\"y\"\".bin\"\n",
     "a{file=x, \"y\".bin};"},
    {"CSV, a quote inside a field and at its end",
     "host,file\na,5\"x\"\nb,\"y\"z\"\nc,\n",
     "a{file=5\"x\"};b{file=yz\"};c{};"},
    {"CSV of one column", "host\na\nb\n", "a{};b{};"},
    {"JSON lines",
     "{\"host\":\"a.local\",\"port\":81,\"board\":\"x\",\"quiet\":true}\n"
     "{\"addresses\":[\"10.0.0.7\"],\"txt\":{}}\n",
     "a.local{port=81 quiet=yes};10.0.0.7{};"},
    {"what discover prints: its auth is no password",
     "{\"host\":\"a.local\",\"auth\":\"password\",\"port\":8266,\"txt\":{}}\n"
     "{\"host\":\"b.local\",\"auth\":\"secret\"}\n",
     "a.local{port=8266};b.local{auth=secret};"},
    {"a group", "@flat port=81\n", "kitchen{port=81};attic{port=81};"},
    {"a device of the files", "@garage\n", "garage{};"},

    {"an unknown key", "a\nb prot=81\n",
     "T:2: unknown key \"prot\" (did you mean \"port\"?)"},
    {"a key that is for nobody's file", "a help\n", "T:1: unknown key \"help\""},
    {"a bad value", "a port=99999\n",
     "T:1: --port takes a number from 1 to 65535, not \"99999\""},
    {"a key without its value", "a port\n", "T:1: --port needs a value: PORT"},
    {"so of text", "a file\n", "T:1: --file needs a value: FILE"},
    {"so of words", "a compress\n", "T:1: --compress needs a value: WHEN"},
    {"no host first", "port=81\n", "T:1: a host comes first, not \"port\""},
    {"no word of a password", "auth=secret a\n",
     "T:1: a host comes first, not \"auth\""},
    {"nor of one in JSON", "{\"auth\":\"secret\"}\n",
     "T:1: the object has no \"host\""},
    {"nor where it is damaged", "{\"host\":\"a\",\"auth\" \"secret\"}\n",
     "T:1: no JSON object: \"':' expected\""},
    {"CSV without a host", "port,file\n", "T:1: the header names no column \"host\""},
    {"CSV with an unknown column", "host,prot\n",
     "T:1: unknown key \"prot\" (did you mean \"port\"?)"},
    {"CSV with too many fields", "host,port\na,1,2\n",
     "T:2: more fields than the header, which ends with \"port\""},
    {"CSV with a row without host", "port,host\n81,\n",
     "T:2: nothing in the column \"host\""},
    {"nor of a password there", "auth,name\nsecret\n",
     "T:2: nothing in the column \"name\""},
    {"nor in a field too many", "host,auth\na,,secret\n",
     "T:2: more fields than the header, which ends with \"auth\""},
    {"a group that is none", "@cellar\n",
     "T:1: no device and no group of the configuration files is called "
     "\"cellar\""},
    {"so in CSV", "host,port\na,1\n@cellar,2\n",
     "T:3: no device and no group of the configuration files is called "
     "\"cellar\""},
    {"JSON without a host", "{\"port\":1}\n", "T:1: the object has no \"host\""},
};

static void describe(char *out, size_t cap, const struct target_list *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        n += (size_t)snprintf(out + n, cap - n, "%s{", l->at[i].name);
        for (size_t k = 0; k < l->at[i].settings.n; k++) {
            const struct setting *s = &l->at[i].settings.at[k];

            n += (size_t)snprintf(out + n, cap - n, "%s%s%s%s",
                                  k > 0 ? " " : "", s->opt->name,
                                  s->value != NULL ? "=" : "",
                                  s->value != NULL ? s->value : "");
        }
        n += (size_t)snprintf(out + n, cap - n, "};");
    }
}

/* What a line of JSON is in this build. */
static const char *expected(const struct row *r)
{
#ifndef EO_WITH_JSON
    if (r->text[0] == '{')
        return "T:1: JSON was left out of this build: \"jansson\"";
#endif
    return r->expect;
}

static void test_row(void **state)
{
    const struct row *r = *state;
    const size_t len = strlen(r->text);
    struct target_list list = {0};
    struct espota_error err;
    char got[500] = "", *text = malloc(len + 1);

    assert_non_null(text);
    memcpy(text, r->text, len);
    if (eo_targets_parse(&list, text, len, "T", &CONFIG, &err) == 0) {
        describe(got, sizeof got, &list);
        assert_string_equal(got, expected(r));
    } else {
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_string_equal(err.message, expected(r));
    }
    eo_targets_free(&list);
    free(text);
}

static void test_every_device_is_in_exactly_one_shard(void **state)
{
    enum { DEVICES = 1000, SHARDS = 7 };
    unsigned seen[DEVICES] = {0};

    (void)state;
    for (uint32_t k = 1; k <= SHARDS; k++) {
        struct target_list list = {0};
        struct espota_error err;

        for (unsigned i = 0; i < DEVICES; i++) {
            char name[40];

            snprintf(name, sizeof name, "node-%u%s", i,
                     k % 2 ? ".local" : ".LOCAL.");
            assert_int_equal(eo_targets_add(&list, name, &CONFIG, &err), 0);
        }
        eo_targets_shard(&list, k, SHARDS);
        assert_in_range(list.n, DEVICES / SHARDS / 2, DEVICES * 2 / SHARDS);
        for (size_t i = 0; i < list.n; i++)
            seen[atoi(list.at[i].name + 5)]++;
        eo_targets_free(&list);
    }
    for (unsigned i = 0; i < DEVICES; i++)
        assert_int_equal(seen[i], 1);
}

int main(void)
{
    enum { N = sizeof ROWS / sizeof *ROWS };
    struct CMUnitTest tests[N + 1];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    tests[N] = (struct CMUnitTest)cmocka_unit_test(
        test_every_device_is_in_exactly_one_shard);
    return cmocka_run_group_tests_name("cli/targets", tests, NULL, NULL);
}
