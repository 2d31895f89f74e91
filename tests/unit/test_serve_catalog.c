/* test_serve_catalog.c -- which file is for whom. */
#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/forge.h"

#include "base/mem.h"
#include "serve/catalog.h"

static char dir[] = "/tmp/espota-catalog-XXXXXX";
static struct forged forged;

static void esp8266(void)
{
    forge_esp8266(&forged, CORE_3);
}

static void esp32(void)
{
    forge_esp32_app(&forged, 0);
}

static void esp32c3(void)
{
    forge_esp32_app(&forged, 5);
}

static void rp2040(void)
{
    forge_rp2040(&forged, 0, 0);
}

static void littlefs(void)
{
    forge_littlefs(&forged, 4096, 8);
}

static void text(void)
{
    forge_reset(&forged);
    forge_put(&forged, "{\"name\": \"by hand\"}", 19);
}

static const struct {
    const char *name;
    void (*forge)(void);
} FILES[] = {
    {"lamp8266.bin", esp8266},
    {"lamp32.bin", esp32},
    {"lampc3.bin", esp32c3},
    {"pico.bin", rp2040},
    {"files.bin", littlefs},
    {"kitchen.ota.bin", esp32},
    {"hall.bin", esp32},
    {"hall.json", text},
};

static const char *path_of(const char *name)
{
    static char path[8][200];
    static unsigned next;
    char *p = path[next++ % 8];

    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

/* ---- who asks ----------------------------------------------------------------- */

enum who { CURL, OLD8266, ESP32, PICO };

static void request(struct pull_request *r, enum who who, const char *path)
{
    eo_pull_start(r, "GET", path);
    switch (who) {
    case CURL:
        eo_pull_header(r, "User-Agent", "curl/8");
        break;
    case OLD8266:
        eo_pull_header(r, "User-Agent", "ESP8266-http-Update");
        eo_pull_header(r, "x-ESP8266-STA-MAC", "AA:BB:CC:00:00:01");
        eo_pull_header(r, "x-ESP8266-AP-MAC", "AA:BB:CC:00:00:02");
        eo_pull_header(r, "x-ESP8266-Chip-ID", "3735928559");
        break;
    case ESP32:
        eo_pull_header(r, "User-Agent", "ESP32-http-Update");
        eo_pull_header(r, "x-ESP32-STA-MAC", "AA:BB:CC:00:00:03");
        break;
    case PICO:
        eo_pull_header(r, "User-Agent", "Pico-HTTP-Update");
        eo_pull_header(r, "x-Pico-STA-MAC", "AA:BB:CC:00:00:04");
        break;
    }
    assert_int_equal(r->status, 0);
}

static const char *base(const struct stored *s)
{
    return s != NULL ? strrchr(s->file, '/') + 1 : "-";
}

struct row {
    enum who who;
    const char *path;
    const char *firmware, *filesystem; /* "-": none */
    int status;
    enum choice_what what;
    bool by_name;
};

static void check_rows(struct catalog *c, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pull_request r;
        struct choice ch;
        struct pull_answer a = {.status = 0};

        request(&r, rows[i].who, rows[i].path);
        eo_catalog_choose(c, &r, &ch, &a);
        if (strcmp(base(ch.firmware), rows[i].firmware) != 0 ||
            strcmp(base(ch.filesystem), rows[i].filesystem) != 0 ||
            a.status != rows[i].status || ch.what != rows[i].what ||
            ch.by_name != rows[i].by_name)
            fail_msg("row %zu, %s: %s %s %d %d %d (%s)", i, rows[i].path,
                     base(ch.firmware), base(ch.filesystem), a.status,
                     (int)ch.what, ch.by_name, a.reason);
        if (a.status != 0)
            assert_true(a.reason[0] != '\0');
        eo_choice_done(&ch);
    }
}

#define CHECK(catalog, rows) check_rows(catalog, rows, sizeof rows / sizeof *rows)

static struct catalog *open_catalog(const struct espota_serve_config *config)
{
    struct catalog *c = NULL;
    struct espota_error err;

    if (eo_catalog_new(&c, config, &err) != 0 ||
        eo_catalog_preload(c, &err) != 0)
        fail_msg("%s", err.message);
    return c;
}

/* ---- rules ---------------------------------------------------------------------- */

static void test_the_most_particular_rule_wins(void **state)
{
    const struct espota_serve_rule RULES[] = {
        {.who = "*", .firmware = path_of("hall.bin"), .version = "1"},
        {.who = "esp8266", .firmware = path_of("lamp8266.bin")},
        {.who = "porch", .firmware = path_of("lamp32.bin")},
        {.who = "3735928559", .filesystem = path_of("files.bin")},
        {.who = "aabbcc000003", .firmware = path_of("lampc3.bin")},
        {.who = "aa-bb-cc-00-00-09", .firmware = path_of("pico.bin")},
        {.who = "RP2040", .firmware = path_of("pico.bin")},
    };
    static const struct row ROWS[] = {
        {CURL, "/x", "hall.bin", "-", 0, CHOICE_IMAGE, false},
        {CURL, "/porch.bin", "lamp32.bin", "-", 0, CHOICE_IMAGE, false},
        {OLD8266, "/porch.bin", "-", "files.bin", 0, CHOICE_IMAGE, false},
        {ESP32, "/porch.bin", "lampc3.bin", "-", 0, CHOICE_IMAGE, false},
        {PICO, "/u", "pico.bin", "-", 0, CHOICE_IMAGE, false},
        {ESP32, "/u.md5", "lampc3.bin", "-", 0, CHOICE_MD5, false},
        {ESP32, "/u.json", "lampc3.bin", "-", 0, CHOICE_MANIFEST, false},
    };
    struct catalog *c = open_catalog(&(struct espota_serve_config){
        .rules = RULES, .n_rules = sizeof RULES / sizeof *RULES});
    struct pull_request r;
    struct choice ch;
    struct pull_answer a = {.status = 0};

    (void)state;
    CHECK(c, ROWS);
    request(&r, CURL, "/garden/shed.ota.bin");
    eo_catalog_choose(c, &r, &ch, &a);
    assert_string_equal(ch.version, "1");
    assert_string_equal(ch.name, "shed");
    assert_string_equal(ch.href, "shed.bin");
    eo_choice_done(&ch);
    eo_catalog_free(c);
}

/* Its own network's address is known as well as its own. */
static void test_a_device_known_by_its_access_point(void **state)
{
    const struct espota_serve_rule RULES[] = {
        {.who = "AA:BB:CC:00:00:02", .firmware = path_of("lamp8266.bin")}};
    static const struct row ROWS[] = {
        {OLD8266, "/u", "lamp8266.bin", "-", 0, CHOICE_IMAGE, false},
        {ESP32, "/u", "-", "-", 404, CHOICE_IMAGE, false},
        {CURL, "/u", "-", "-", 403, CHOICE_IMAGE, false},
        {CURL, "/", "-", "-", 403, CHOICE_IMAGE, false},
    };
    struct catalog *c = open_catalog(
        &(struct espota_serve_config){.rules = RULES, .n_rules = 1});

    (void)state;
    CHECK(c, ROWS);
    eo_catalog_free(c);
}

static void test_rules_are_replaced(void **state)
{
    const struct espota_serve_rule A[] = {
        {.who = "*", .firmware = path_of("hall.bin")}},
        B[] = {{.who = "*", .firmware = path_of("lamp32.bin"),
                .filesystem = path_of("gone.bin")}},
        GONE[] = {{.who = "*", .firmware = path_of("gone.bin")}};
    static const struct row ROW_A[] = {
        {ESP32, "/u", "hall.bin", "-", 0, CHOICE_IMAGE, false}},
        /* What cannot be read does not hide the other. */
        ROW_B[] = {{ESP32, "/u", "lamp32.bin", "-", 0, CHOICE_IMAGE, false}},
        ROW_GONE[] = {{ESP32, "/u", "-", "-", 404, CHOICE_IMAGE, false}},
        ROW_NONE[] = {{ESP32, "/u", "-", "-", 404, CHOICE_IMAGE, false}};
    struct espota_error err = {0};
    struct catalog *c = open_catalog(
        &(struct espota_serve_config){.rules = A, .n_rules = 1});

    (void)state;
    CHECK(c, ROW_A);
    assert_int_equal(eo_catalog_set_rules(c, B, 1, &err), 0);
    CHECK(c, ROW_B);
    assert_int_equal(eo_catalog_preload(c, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_IMAGE);
    assert_int_equal(eo_catalog_set_rules(c, GONE, 1, &err), 0);
    CHECK(c, ROW_GONE);
    assert_int_equal(eo_catalog_set_rules(c, NULL, 0, &err), 0);
    CHECK(c, ROW_NONE);
    eo_catalog_free(c);
}

/* ---- files ----------------------------------------------------------------------- */

static void test_files_by_name_and_by_chip(void **state)
{
    const char *const files[] = {
        path_of("lamp8266.bin"), path_of("lamp32.bin"), path_of("files.bin"),
        path_of("kitchen.ota.bin")};
    static const struct row ROWS[] = {
        {OLD8266, "/u", "lamp8266.bin", "files.bin", 0, CHOICE_IMAGE, false},
        {ESP32, "/u", "lamp32.bin", "files.bin", 0, CHOICE_IMAGE, false},
        {CURL, "/lamp32.bin", "lamp32.bin", "files.bin", 0, CHOICE_IMAGE,
         true},
        {CURL, "/files.bin", "files.bin", "files.bin", 0, CHOICE_IMAGE, true},
        /* kitchen.bin is not there: kitchen.ota.bin is about it */
        {ESP32, "/kitchen.bin", "kitchen.ota.bin", "files.bin", 0,
         CHOICE_IMAGE, false},
        {CURL, "/kitchen.json", "kitchen.ota.bin", "files.bin", 0,
         CHOICE_MANIFEST, false},
    };
    struct catalog *c = open_catalog(&(struct espota_serve_config){
        .files = files, .n_files = 4, .version = "7"});
    struct pull_request r;
    struct choice ch;
    struct pull_answer a = {.status = 0};

    (void)state;
    CHECK(c, ROWS);
    request(&r, CURL, "/kitchen.json");
    eo_catalog_choose(c, &r, &ch, &a);
    assert_string_equal(ch.href, "kitchen.ota.bin");
    assert_string_equal(ch.name, "kitchen");
    assert_string_equal(ch.version, "7");
    eo_choice_done(&ch);
    eo_catalog_free(c);
}

static void test_a_file_that_is_gone(void **state)
{
    const char *const files[] = {path_of("soon-gone.bin"),
                                 path_of("lamp32.bin")};
    static const struct row BOTH[] = {
        {CURL, "/soon-gone.bin", "soon-gone.bin", "-", 0, CHOICE_IMAGE, true}},
        ONE[] = {{CURL, "/soon-gone.bin", "lamp32.bin", "-", 0, CHOICE_IMAGE,
                  false}},
        NONE[] = {{CURL, "/u", "-", "-", 404, CHOICE_IMAGE, false}};
    struct catalog *c;
    FILE *f = fopen(files[0], "wb");

    (void)state;
    esp32();
    assert_int_equal(fwrite(forged.bytes, 1, forged.len, f), forged.len);
    fclose(f);
    c = open_catalog(
        &(struct espota_serve_config){.files = files, .n_files = 2});
    CHECK(c, BOTH);
    unlink(files[0]);
    CHECK(c, ONE);
    eo_catalog_free(c);

    {
        struct espota_error err = {0};

        c = NULL;
        assert_int_equal(
            eo_catalog_new(&c,
                           &(struct espota_serve_config){.files = files,
                                                         .n_files = 1},
                           &err), 0);
        assert_int_equal(eo_catalog_preload(c, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_IMAGE);
        CHECK(c, NONE);
        eo_catalog_free(c);
    }
}

/* One that is being written is meant, perhaps: another one is not given in its
 * place, and the others are. */
static void test_a_file_that_is_being_written(void **state)
{
    const char *const files[] = {path_of("late32.bin"), path_of("lamp32.bin"),
                                 path_of("files.bin")};
    const struct espota_serve_rule RULES[] = {
        {.who = "*", .firmware = path_of("late32.bin"),
         .filesystem = path_of("files.bin")}};
    static const struct row BY_FILE[] = {
        {ESP32, "/u", "lamp32.bin", "files.bin", 503, CHOICE_IMAGE, false},
        {CURL, "/late32.bin.md5", "lamp32.bin", "files.bin", 503, CHOICE_MD5,
         false},
        {CURL, "/lamp32.bin", "lamp32.bin", "files.bin", 0, CHOICE_IMAGE, true},
    }, BY_NAME[] = {
        {ESP32, "/late32.bin", "-", "-", 503, CHOICE_IMAGE, false},
        {CURL, "/late32.bin.md5", "-", "-", 503, CHOICE_MD5, false},
        {CURL, "/late32.json", "-", "-", 503, CHOICE_MANIFEST, false},
        {CURL, "/lamp32.bin", "lamp32.bin", "-", 0, CHOICE_IMAGE, true},
    }, BY_RULE[] = {
        {ESP32, "/u", "-", "files.bin", 503, CHOICE_IMAGE, false},
    };
    struct catalog *c = NULL;
    struct espota_error err;
    struct pull_request r;
    struct choice ch;
    struct pull_answer a = {.status = 0};
    const int fd =
        open(files[0], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

    (void)state;
    esp32();
    assert_int_equal(write(fd, forged.bytes, 500), 500);
    assert_int_equal(
        eo_catalog_new(&c, &(struct espota_serve_config){.files = files,
                                                         .n_files = 3}, &err),
        0);
    CHECK(c, BY_FILE);
    eo_catalog_free(c);
    c = open_catalog(&(struct espota_serve_config){.dir = dir});
    CHECK(c, BY_NAME);
    eo_catalog_free(c);
    assert_int_equal(
        eo_catalog_new(&c, &(struct espota_serve_config){.rules = RULES,
                                                         .n_rules = 1}, &err),
        0);
    CHECK(c, BY_RULE);
    /* Who asks for the other one does not wait. */
    request(&r, ESP32, "/u");
    eo_pull_header(&r, "x-ESP32-mode", "spiffs");
    eo_catalog_choose(c, &r, &ch, &a);
    assert_int_equal(a.status, 0);
    assert_string_equal(base(ch.filesystem), "files.bin");
    eo_choice_done(&ch);
    eo_catalog_free(c);
    close(fd);
    unlink(files[0]);
}

/* ---- the directory ----------------------------------------------------------------- */

static void test_a_directory(void **state)
{
    static const struct row ROWS[] = {
        {CURL, "/lamp32.bin", "lamp32.bin", "-", 0, CHOICE_IMAGE, true},
        {ESP32, "/lamp32.bin.md5", "lamp32.bin", "-", 0, CHOICE_MD5, true},
        {CURL, "/kitchen.json", "kitchen.ota.bin", "-", 0, CHOICE_MANIFEST,
         true},
        /* One written by hand is preferred. */
        {CURL, "/hall.json", "hall.json", "-", 0, CHOICE_IMAGE, true},
        {CURL, "/", "-", "-", 404, CHOICE_IMAGE, false},
        {CURL, "/nothing", "-", "-", 404, CHOICE_IMAGE, false},
        {CURL, "/nothing.json", "-", "-", 404, CHOICE_MANIFEST, false},
    };
    struct catalog *c =
        open_catalog(&(struct espota_serve_config){.dir = dir});

    (void)state;
    CHECK(c, ROWS);
    eo_catalog_free(c);
}

/* ---- out of memory ------------------------------------------------------------------ */

static void test_every_lack_of_memory_is_reported(void **state)
{
    const struct espota_serve_rule RULES[] = {
        {.who = "a", .firmware = "b", .filesystem = "c", .version = "d"},
        {.who = "e", .firmware = "f"}};
    static const char *const NAMES[] = {"g", "h"};
    const struct espota_serve_config config = {.rules = RULES,
                                               .n_rules = 2,
                                               .files = NAMES,
                                               .n_files = 2,
                                               .dir = "i",
                                               .version = "j"};
    bool done = false;

    (void)state;
    for (unsigned long n = 1; !done && n < 100; n++) {
        struct espota_error err = {0};
        struct catalog *c = NULL;

        eo_alloc_fail_at(n, 0);
        done = eo_catalog_new(&c, &config, &err) == 0;
        eo_alloc_fail_at(0, 0);
        if (!done) {
            assert_null(c);
            assert_int_equal(err.category, ESPOTA_E_INTERNAL);
        }
        eo_catalog_free(c);
    }
    assert_true(done);
}

static int make_files(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        FILE *f = fopen(path_of(FILES[i].name), "wb");

        FILES[i].forge();
        if (f == NULL ||
            fwrite(forged.bytes, 1, forged.len, f) != forged.len ||
            fclose(f) != 0)
            return -1;
    }
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        unlink(path_of(FILES[i].name));
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_most_particular_rule_wins),
        cmocka_unit_test(test_a_device_known_by_its_access_point),
        cmocka_unit_test(test_rules_are_replaced),
        cmocka_unit_test(test_files_by_name_and_by_chip),
        cmocka_unit_test(test_a_file_that_is_gone),
        cmocka_unit_test(test_a_file_that_is_being_written),
        cmocka_unit_test(test_a_directory),
        cmocka_unit_test(test_every_lack_of_memory_is_reported),
    };

    return cmocka_run_group_tests_name("serve/catalog", tests, make_files,
                                       remove_files);
}
