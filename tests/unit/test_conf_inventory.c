/* test_conf_inventory.c -- targets files: their three forms, and their errors. */
#include "support/test.h"

#include <stdio.h>

#include "base/mem.h"
#include "conf/inventory.h"

static struct section sections[] = {
    {.kind = SECTION_DEVICE, .name = (char *)"kitchen", .group = (char *)"flat"},
    {.kind = SECTION_DEVICE, .name = (char *)"attic", .group = (char *)"flat"},
    {.kind = SECTION_DEVICE, .name = (char *)"garage"},
    {.kind = SECTION_GROUP, .name = (char *)"flat"},
    {.kind = SECTION_DEVICE, .name = (char *)"kitchen", .group = (char *)"flat",
     .again = true}, /* in a second file */
    {.kind = SECTION_DEVICE, .name = (char *)"bike", .group = (char *)"shed"},
    {.kind = SECTION_DEVICE, .name = (char *)"shed"},
    {.kind = SECTION_DEVICE, .name = (char *)"car", .group = (char *)"shed"},
    {.kind = SECTION_DEVICE, .name = (char *)"box", .group = (char *)"loft"},
    {.kind = SECTION_DEVICE, .name = (char *)"loft", .group = (char *)"loft"},
};
static struct config CONFIG = {
    .at = sections, .n = sizeof sections / sizeof *sections};

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
    {"a mark before the text",
     "\xef\xbb\xbf" "a port=81\r\n", "a{port=81};"},
    {"... before a header", "\xef\xbb\xbfhost\r\nb\r\n", "b{};"},
    {"... before JSON", "\xef\xbb\xbf{\"host\":\"a\"}\n", "a{};"},
    {"a port behind the host", "a.local:8266\n[::1]:81\n::1\n",
     "a.local:8266{port=8266};[::1]:81{port=81};::1{};"},
    {"a name before it", "attic=10.0.0.7:81 quiet\n\"the shed\"=10.0.0.8\n",
     "attic=10.0.0.7{port=81 quiet};the shed=10.0.0.8{};"},
    {"a host in quotes", "\"a.local\" port=81\n", "a.local{port=81};"},
    {"a URL, and a name for it", "http://a:81/up\nlamp=http://b/up?x=y\n",
     "http://a:81/up{};lamp=http://b/up?x=y{};"},
    {"the same port twice", "a:81 port=81\n", "a:81{port=81 port=81};"},
    {"CSV with semicolons", "Port;HOST;File\n81;a;x,y.bin\n",
     "a{port=81 file=x,y.bin};"},
    {"CSV with tabs", "host\tport\na\t81\nb\t\n", "a{port=81};b{};"},
    {"tabs in a plain line", "a\tport=81\n", "a{port=81};"},
    {"CSV with a name", "name,host,port\nporch,a,81\n,b,82\n",
     "porch=a{port=81};b{port=82};"},
    {"a name with blanks, of a host with a port",
     "host;Name\n10.0.0.7:81;front door\n", "front door=10.0.0.7{port=81};"},
    {"columns of one's own",
     "host,Where,label:prot,,port\na,attic,x,y,81\nb,,,,\n",
     "a{port=81 [Where=attic] [prot=x]};b{};"},
    {"rows and fields that a spreadsheet left empty",
     "host,port\n,\na,81,,\n\" \",\n", "a{port=81};"},
    {"JSON with a name", "{\"host\":\"a:81\",\"name\":\"front door\"}\n",
     "front door=a{port=81};"},
    {"JSON of a group", "{\"host\":\"@flat\",\"port\":81}\n",
     "kitchen{port=81};attic{port=81};"},
    {"what was announced is no group, and no host",
     "{\"host\":\"@flat\",\"name\":\"x\",\"addresses\":[\"10.0.0.7\"],"
     "\"txt\":{}}\n{\"host\":\"a b\",\"addresses\":[\"::1\"],\"txt\":{}}\n",
     "x{};::1{};"},
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
    {"one that is in a group", "@attic\n", "attic{};"},
    {"one that is called like a group, and not in it", "@shed\n",
     "bike{};shed{};car{};"},
    {"one that is in the group it is called like", "@loft\n",
     "box{};loft{};"},

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
    {"CSV with a column that is almost an option", "host,prot\n",
     "T:1: unknown key \"prot\" (did you mean \"port\"? a label of yours is "
     "written \"label:prot\")"},
    {"... by a letter, whatever its case", "host,Fille\n",
     "T:1: unknown key \"Fille\" (did you mean \"file\"? a label of yours is "
     "written \"label:Fille\")"},
    {"... or almost a name", "host,nmae\n",
     "T:1: unknown key \"nmae\" (did you mean \"name\"? a label of yours is "
     "written \"label:nmae\")"},
    {"a column called like an option, with other values",
     "host,type\na,lamp\n",
     "T:2: --type takes app, filesystem, partition-table or bootloader, not "
     "\"lamp\" (did you mean \"app\"?) (a label of yours is written \"label:type\")"},
    {"an option that no list sets", "host,Only\n",
     "T:1: a list cannot set this; a label of yours is written "
     "\"label:only\": \"Only\""},
    {"two columns of hosts", "host,port,ip\n",
     "T:1: there are two columns \"ip\""},
    {"a quote that stays open", "a auth=\"secret\n",
     "T:1: a quote is not closed"},
    {"... around the host", "# x\n\"a port=81\n", "T:2: a quote is not closed"},
    {"... in CSV", "host,auth\na,\"secret\nb,\n",
     "T:2: a quote is not closed on its line"},
    {"two ports", "a:81 port=82\n", "T:1: two ports are given for \"a:81\""},
    {"... in CSV", "host,port\nb,81\na:81,82\n",
     "T:3: two ports are given for \"a:81\""},
    {"... in JSON", "{\"host\":\"a:81\",\"port\":82}\n",
     "T:1: two ports are given for \"a:81\""},
    {"no host", "a\n10.0.0.0/8\n", "T:2: \"10.0.0.0/8\" cannot be a host"},
    {"no word of a URL's password", "a\nhttp://me:secret@b/\n",
     "T:2: user and password do not belong in a URL"},
    {"... in CSV", "host,port\nhttp://me:secret@b/,1\n",
     "T:2: user and password do not belong in a URL"},
    {"... in JSON", "{\"host\":\"http://me:secret@b/\"}\n",
     "T:1: user and password do not belong in a URL"},
    {"an option that came along with a value",
     "a \"file=x.bin --auth=secret\"\n",
     "T:1: --file and more arrived as one argument: \"x.bin ...\""},
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
        const struct target_row *row = &l->at[i];

        n += (size_t)snprintf(out + n, cap - n, "%s%s%s{", row->name,
                              row->host != NULL ? "=" : "",
                              row->host != NULL ? row->host : "");
        for (size_t k = 0; k < l->at[i].settings.n; k++) {
            const struct setting *s = &l->at[i].settings.at[k];

            n += (size_t)snprintf(out + n, cap - n, "%s%s%s%s",
                                  k > 0 ? " " : "", s->opt->name,
                                  s->value != NULL ? "=" : "",
                                  s->value != NULL ? s->value : "");
        }
        for (size_t k = 0; k < row->n_labels; k++)
            n += (size_t)snprintf(out + n, cap - n, " [%s=%s]",
                                  row->labels[k].key, row->labels[k].value);
        n += (size_t)snprintf(out + n, cap - n, "};");
    }
}

/* What a line of JSON is in this build. */
static const char *expected(const struct row *r)
{
#ifndef EO_WITH_JSON
    if (r->text[strncmp(r->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0] == '{')
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

/* One row a text; gives the message, or NULL and the names that are left. */
static const char *unite(const char *const *texts, char out[200],
                         struct notes *notes)
{
    static struct espota_error err;
    struct target_list list = {0};
    int rc = 0;

    for (; *texts != NULL && rc == 0; texts++)
        rc = eo_targets_add(&list, *texts, &CONFIG, &err);
    assert_int_equal(rc, 0);
    rc = eo_targets_unique(&list, notes, &err);
    out[0] = '\0';
    for (size_t i = 0; i < list.n && rc == 0; i++)
        sprintf(out + strlen(out), "%s;", list.at[i].name);
    eo_targets_free(&list);
    return rc == 0 ? NULL : err.message;
}

static void test_one_device_is_one_row(void **state)
{
    struct notes notes = {0};
    char left[200];

    (void)state;
    assert_null(unite((const char *const[]){"b", "a", "B", "a:1", "a:2", "@flat",
                                            "kitchen", "b", NULL},
                      left, &notes));
    assert_string_equal(left, "b;a;a:1;a:2;kitchen;attic;");
    assert_int_equal(notes.n, 3);
    assert_string_equal(notes.at[0].code, "repeated");
    assert_null(unite((const char *const[]){"x=a", "x=a", "y=a", "a", NULL},
                      left, &notes));
    assert_string_equal(left, "x;y;a;");
    assert_string_equal(unite((const char *const[]){"x=a", "y=a", "x=b", NULL},
                              left, &notes),
                        "two devices are called \"x\"");
    assert_string_equal(unite((const char *const[]){"x=a", "x", NULL}, left,
                              &notes),
                        "two devices are called \"x\"");
    eo_notes_free(&notes);
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
    struct CMUnitTest tests[N + 2];
    int failed;

    if (eo_config_index(&CONFIG, NULL) != 0)
        return 1;
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = ROWS[i].name,
                                       .test_func = test_row,
                                       .initial_state = (void *)&ROWS[i]};
    tests[N] = (struct CMUnitTest)cmocka_unit_test(
        test_every_device_is_in_exactly_one_shard);
    tests[N + 1] =
        (struct CMUnitTest)cmocka_unit_test(test_one_device_is_one_row);
    failed = cmocka_run_group_tests_name("conf/inventory", tests, NULL, NULL);
    eo_free(CONFIG.sorted);
    eo_free(CONFIG.member);
    return failed;
}
