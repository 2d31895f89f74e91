/* test_conf_parse.c -- the command lines that build systems write today. */
#include "support/test.h"

#include <stdio.h>

#include "base/mem.h"
#include "conf/parse.h"

enum { ARGS_MAX = 20 };

struct line {
    const char *name;
    const char *argv[ARGS_MAX]; /* ends with NULL */
    const char *want[ARGS_MAX]; /* "option=value", "option", or "!part of the
                                   message"; arguments are "@text" */
    unsigned notes;
};

/* Where a row names a caller, its argument vector is that caller's. */
static const struct line LINES[] = {
    {"ESP8266 core, IDE 1 and 2",
     {"-I", "/pkg/esp8266/3.1.2/tools/espota.py", "-i", "192.168.1.7", "-p",
      "8266", "--auth=secret", "-f", "/tmp/build/sketch.bin"},
     {"ip=192.168.1.7", "port=8266", "auth=secret", "file=/tmp/build/sketch.bin"},
     0},
    {"ESP8266 core without a password",
     {"-I", "C:\\pkg\\tools\\espota.py", "-i", "10.0.0.2", "-p", "8266",
      "--auth=", "-f", "a b.bin"},
     {"ip=10.0.0.2", "port=8266", "auth=", "file=a b.bin"},
     0},
    {"Pico core, IDE 2, nothing expanded",
     {"-I", "/x/espota.py", "-i", "pico.local", "-p",
      "{upload.port.properties.port}", "--auth={upload.field.password}", "-f",
      "s.bin"},
     {"ip=pico.local", "file=s.bin"},
     2},
    {"ESP32 core, IDE 1",
     {"-r", "-i", "192.168.1.8", "-p", "3232", "--auth=", "-f", "s.bin"},
     {"progress", "ip=192.168.1.8", "port=3232", "auth=", "file=s.bin"},
     0},
    {"PlatformIO espressif8266",
     {"--debug", "--progress", "-i", "kitchen.local", "--port=8266",
      "--auth=pw", "--host_port=38266", "-s", "-f", "littlefs.bin"},
     {"debug", "progress", "ip=kitchen.local", "port=8266", "auth=pw",
      "host_port=38266", "spiffs", "file=littlefs.bin"},
     0},
    {"PlatformIO espressif32, filesystem",
     {"--debug", "--progress", "-i", "kitchen.local", "--spiffs", "-f",
      "fs.bin"},
     {"debug", "progress", "ip=kitchen.local", "spiffs", "file=fs.bin"},
     0},
    {"PlatformIO raspberrypi",
     {"--debug", "--progress", "-i", "192.168.1.9", "-p", "2040", "-f",
      "firmware.bin.signed"},
     {"debug", "progress", "ip=192.168.1.9", "port=2040",
      "file=firmware.bin.signed"},
     0},
    {"PlatformIO with its script left in front",
     {"/home/u/.platformio/packages/framework/tools/espota.py", "--debug", "-i",
      "h", "-f", "f"},
     {"debug", "ip=h", "file=f"},
     0},
    {"LittleFS plugin, ESP8266",
     {"/x/tools/espota.py", "-i", "h", "-p", "8266", "-f", "fs.bin", "-s"},
     {"ip=h", "port=8266", "file=fs.bin", "spiffs"},
     0},
    {"LittleFS plugin, Pico",
     {"-I", "/x/tools/espota.py", "-i", "h", "-p", "2040", "-f", "i", "-s"},
     {"ip=h", "port=2040", "file=i", "spiffs"},
     0},
    {"LittleFS plugin, ESP32",
     {"-r", "-i", "h", "-p", "3232", "-f", "i", "-s"},
     {"progress", "ip=h", "port=3232", "file=i", "spiffs"},
     0},
    {"HomeDing: a host port that is none, the last -p wins",
     {"-d", "-r", "-i", "homeding", "-P", "38288", "-p", "8266", "-a", "123",
      "-f", "b.bin"},
     {"debug", "progress", "ip=homeding", "host_port=38288", "port=8266",
      "auth=123", "file=b.bin"},
     0},

    {"glued values", {"-p8266", "-ih", "-ff.bin", "-asecret"},
     {"port=8266", "ip=h", "file=f.bin", "auth=secret"}, 0},
    {"bundled flags", {"-dr"}, {"debug", "progress"}, 0},
    {"bundled flags before a value", {"-drih"}, {"debug", "progress", "ip=h"}, 0},
    {"three times more", {"-vvv"}, {"verbose", "verbose", "verbose"}, 0},
    {"a long value apart", {"--port", "3232"}, {"port=3232"}, 0},
    {"an abbreviation", {"--prog", "--deb", "--tim=3"},
     {"progress", "debug", "timeout=3"}, 0},
    {"espota.py's shortest abbreviations",
     {"--a=x", "--po=1", "--pr", "--m", "--f=f", "--s", "--t=1", "--d"},
     {"auth=x", "port=1", "progress", "md5-target", "file=f", "spiffs",
      "timeout=1", "debug"}, 0},
    {"dash and underscore are one",
     {"--host-ip=::1", "--host_port", "4000-4010", "--auth_file=p"},
     {"host_ip=::1", "host_port=4000-4010", "auth-file=p"}, 0},
    {"another name", {"--filesystem"}, {"spiffs"}, 0},
    {"a password that begins with a dash", {"-a", "-secret"}, {"auth=-secret"}, 0},
    {"... and by its long name", {"--auth", "--secret"}, {"auth=--secret"}, 0},
    {"... and with equals signs", {"--auth=a=b="}, {"auth=a=b="}, 0},
    {"a password in braces is one", {"-a", "{braces}", "-a", "{a b.c}"},
     {"auth={braces}", "auth={a b.c}"}, 0},
    {"an empty password", {"--auth", ""}, {"auth="}, 0},
    {"a new template in a port", {"-p", "{something else}"}, {0}, 1},
    {"an option's own -I", {"-I", "192.168.1.2"}, {"host_ip=192.168.1.2"}, 0},
    {"json may have a file", {"--json", "--json=x"}, {"json=", "json=x"}, 0},
    {"json does not eat what follows", {"--json", "-q"}, {"json=", "quiet"}, 0},
    {"a dash alone and what follows two", {"-", "--", "-i"}, {"@-", "@-i"}, 0},
    {"words", {"--window", "lockstep", "--window=16384", "--type=filesystem"},
     {"window=lockstep", "window=16384", "type=filesystem"}, 0},
    {"fractions of a second", {"--retry-delay=0.05", "--retry-delay", "0"},
     {"retry-delay=0.05", "retry-delay=0"}, 0},

    {"unknown, with what was meant", {"--protcol=x"},
     {"!unknown option \"--protcol\" (did you mean \"--protocol\"?)"}, 0},
    {"unknown, like nothing", {"--zzzzzz=s3cret"},
     {"!unknown option \"--zzzzzz\""}, 0},
    {"unknown letter", {"-dX"}, {"!unknown option \"-X\""}, 0},
    {"a letter that is none", {"-\x1b"}, {"!unknown option \"-\\x1b\""}, 0},
    {"ambiguous", {"--ret=1"}, {"!ambiguous: --retry, --retry-delay"}, 0},
    {"nothing but equals", {"--=x"}, {"!unknown option \"--\""}, 0},
    {"a value is missing", {"-f"}, {"!--file needs a value: FILE"}, 0},
    {"a value too many", {"--quiet=yes"}, {"!--quiet takes no value"}, 0},
    {"port 0", {"-p", "0"}, {"!--port takes a number from 1 to 65535, not \"0\""}, 0},
    {"port 70000", {"-p70000"}, {"!--port takes a number from 1 to 65535"}, 0},
    {"port with a tail", {"-p", "8266x"}, {"!--port takes"}, 0},
    {"no port", {"-p", ""}, {"!--port takes"}, 0},
    {"window 0", {"--window=0"}, {"!--window takes auto, lockstep or a number"}, 0},
    {"a range backwards", {"-P", "20-10"}, {"!--host_port takes"}, 0},
    {"a range without end", {"-P", "20-"}, {"!--host_port takes"}, 0},
    {"a misspelt word", {"--type=filesytem"},
     {"!--type takes app, filesystem, partition-table or bootloader, not "
      "\"filesytem\" (did you mean \"filesystem\"?)"}, 0},
    {"no time at all", {"--connect-timeout=0"}, {"!more than 0"}, 0},
    {"too fine", {"--retry-delay=0.0005"}, {"!--retry-delay takes seconds"}, 0},
    {"longer than a day", {"--stall-timeout=99999"}, {"!at most 86400"}, 0},
};

static void check_setting(const struct parsed *p, size_t at, const char *want)
{
    char got[200] = "(nothing)";

    if (at < p->settings.n) {
        const struct setting *s = &p->settings.at[at];

        snprintf(got, sizeof got, "%s%s%s", s->opt->name,
                 s->value != NULL ? "=" : "", s->value != NULL ? s->value : "");
    }
    assert_string_equal(got, want);
}

static void test_line(void **state)
{
    const struct line *l = *state;
    struct parsed p = {0};
    struct notes notes = {0};
    struct espota_error err = {0};
    char *argv[ARGS_MAX] = {0};
    size_t n_settings = 0, n_args = 0;
    const char *message = NULL;
    int argc = 0, status;

    for (; l->argv[argc] != NULL; argc++)
        argv[argc] =
            (char *)exact(l->argv[argc], strlen(l->argv[argc]) + 1);
    status = eo_parse_args(&p, CMD_UPLOAD, argc, argv, &notes, &err);
    for (size_t i = 0; l->want[i] != NULL; i++) {
        const char *want = l->want[i];

        if (*want == '!')
            message = want + 1;
        else if (*want == '@')
            assert_string_equal(p.args.at[n_args++], want + 1);
        else
            check_setting(&p, n_settings++, want);
    }
    if (message != NULL) {
        assert_int_equal(status, -1);
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        if (strstr(err.message, message) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", err.message, message);
        assert_null(strstr(err.message, "s3cret"));
    } else {
        assert_int_equal(status, 0);
        assert_int_equal(p.settings.n, n_settings);
        assert_int_equal(p.args.n, n_args);
        assert_int_equal(notes.n, l->notes);
    }
    eo_parsed_free(&p);
    eo_notes_free(&notes);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
}

static void test_passwords_are_wiped_from_argv(void **state)
{
    char apart[] = "one", glued[] = "-atwo", equals[] = "--auth=three",
         brief[] = "-a", port[] = "-p80";
    char *argv[] = {brief, apart, glued, equals, port};
    struct parsed p = {0};
    struct notes notes = {0};

    (void)state;
    assert_int_equal(eo_parse_args(&p, CMD_UPLOAD, 5, argv, &notes, NULL), 0);
    assert_memory_equal(apart, "\0\0\0", 3);
    assert_memory_equal(glued, "-a\0\0\0", 5);
    assert_memory_equal(equals, "--auth=\0\0\0\0\0", 12);
    assert_string_equal(port, "-p80");
    assert_string_equal(p.settings.at[2].value, "three");
    eo_parsed_free(&p);
}

static void test_every_lack_of_memory_is_reported(void **state)
{
    bool done = false;

    (void)state;
    for (unsigned long n = 1; !done && n < 100; n++) {
        char host[] = "-ih", password[] = "-asecret", arg[] = "x";
        char *argv[] = {host, password, arg};
        struct parsed p = {0};
        struct notes notes = {0};
        struct espota_error err = {0};

        eo_alloc_fail_at(n, 0);
        done = eo_parse_args(&p, CMD_UPLOAD, 3, argv, &notes, &err) == 0;
        eo_alloc_fail_at(0, 0);
        if (!done)
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        eo_parsed_free(&p);
    }
    assert_true(done);
}

int main(void)
{
    enum { N = sizeof LINES / sizeof *LINES };
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(test_passwords_are_wiped_from_argv),
        cmocka_unit_test(test_every_lack_of_memory_is_reported),
    };
    struct CMUnitTest tests[N + sizeof more / sizeof *more] = {0};

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){.name = LINES[i].name,
                                       .test_func = test_line,
                                       .initial_state = (void *)(uintptr_t)&LINES[i]};
    memcpy(tests + N, more, sizeof more);
    return cmocka_run_group_tests_name("conf/parse", tests, NULL, NULL);
}
