/* test_serve_pull.c -- what a device that pulls is given. */
#include "support/test.h"

#include "serve/pull.h"

/* ---- targets ------------------------------------------------------------ */

static const struct target {
    const char *method, *target;
    int status; /* 0: well-formed */
    const char *path;
} TARGETS[] = {
    {"GET", "/fw.bin", 0, "/fw.bin"},
    {"HEAD", "/fw.bin", 0, "/fw.bin"},
    {"GET", "fw.bin", 0, "/fw.bin"},
    {"GET", "", 0, "/"},
    {"GET", "/", 0, "/"},
    {"GET", "/update/fw.bin?v=1&x=../..", 0, "/update/fw.bin"},
    {"GET", "/fw.bin#part", 0, "/fw.bin"},
    {"GET", "//update//fw.bin", 0, "/update/fw.bin"},
    {"GET", "http://10.0.0.2:8080/fw.bin", 0, "/fw.bin"},
    {"GET", "HTTPS://host", 0, "/"},
    {"GET", "http://host?x", 0, "/"},
    {"GET", "/my%20fw.bin", 0, "/my fw.bin"},
    {"GET", "/a..b/c.", 0, "/a..b/c."},
    {"POST", "/fw.bin", 405, "/fw.bin"},
    {"get", "/fw.bin", 405, "/fw.bin"},
    {"GET", "/../etc/passwd", 404, "/../etc/passwd"},
    {"GET", "..", 404, "/.."},
    {"GET", "/a/%2e%2e/b", 404, "/a/../b"},
    {"GET", "/a%2f..%2fb", 404, "/a/../b"},
    {"GET", "/a/./b", 404, "/a/./b"},
    {"GET", "/.git/config", 404, "/.git/config"},
    {"GET", "http://host/../x", 404, "/../x"},
    {"GET", "/a\\..\\b", 400, NULL},
    {"GET", "/a%00.bin", 400, NULL},
    {"GET", "/a%0d%0aX: y", 400, NULL},
    {"GET", "/a\x01", 400, NULL},
    {"GET", "/a%", 400, NULL},
    {"GET", "/a%4", 400, NULL},
    {"GET", "/a%zz", 400, NULL},
};

static void test_a_target_becomes_a_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++) {
        const struct target *t = &TARGETS[i];
        uint8_t *copy = exact(t->target, strlen(t->target) + 1);
        struct pull_request r;

        eo_pull_start(&r, t->method, (char *)copy);
        assert_int_equal(r.status, t->status);
        assert_int_equal(r.reason[0] != '\0', t->status != 0);
        if (t->path != NULL)
            assert_string_equal(r.path, t->path);
        free(copy);
    }
}

static void test_a_path_has_a_greatest_length(void **state)
{
    char target[300];
    struct pull_request r;

    (void)state;
    memset(target, 'a', sizeof target);
    target[0] = '/';
    target[sizeof r.path - 1] = '\0';
    eo_pull_start(&r, "GET", target);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.path, target);
    target[sizeof r.path - 1] = 'a';
    target[sizeof r.path] = '\0';
    eo_pull_start(&r, "GET", target);
    assert_int_equal(r.status, 414);
}

static const struct mac {
    const char *text, *out; /* NULL: refused */
} MACS[] = {
    {"AA:bb:0C:dd:Ee:FF", "AA:BB:0C:DD:EE:FF"},
    {"aa-bb-0c-dd-ee-ff", "AA:BB:0C:DD:EE:FF"},
    {"aabb0cddeeff", "AA:BB:0C:DD:EE:FF"},
    {"", NULL},
    {"aabb0cddeef", NULL},
    {"aa:bb:0c:dd:ee", NULL},
    {"aa:bb:0c:dd:ee:fg", NULL},
    {"aa.bb.0c.dd.ee.ff", NULL},
    {"aa:bb:0c:dd:ee:ff:", NULL},
};

static void test_a_mac_has_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MACS / sizeof *MACS; i++) {
        uint8_t *copy = exact(MACS[i].text, strlen(MACS[i].text) + 1);
        char out[18] = "";

        assert_int_equal(eo_pull_mac(out, (char *)copy),
                         MACS[i].out != NULL ? 0 : -1);
        assert_string_equal(out, MACS[i].out != NULL ? MACS[i].out : "");
        free(copy);
    }
}

/* ---- decisions ---------------------------------------------------------- */

#define MD5(c) #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c \
               #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c #c
#define SHA(c) MD5(c) MD5(c)

static const struct image_form RAW = {(const uint8_t *)"raw", 400000, MD5(a)};
static const struct image_form GZ = {(const uint8_t *)"gz", 250000, MD5(b)};
static const struct image_form FS = {(const uint8_t *)"fs", 1024000, MD5(c)};

#define ALL(form) .raw = &form, .plain = &form, .app = &form

static const struct pull_image E8 = {
    ALL(RAW),
    .chip = "ESP8266",
    .running_md5 = {MD5(0), MD5(1), MD5(2), MD5(3)},
};
static const struct pull_image E8_GZ = {.raw = &RAW, .plain = &RAW, .app = &GZ,
                                        .chip = "ESP8266"};
static const struct pull_image E8_PACKED = {.raw = &GZ, .plain = &RAW, .app = &GZ,
                                            .chip = "ESP8266"};
static const struct pull_image C3 = {
    ALL(RAW),
    .chip = "ESP32-C3",
    .running_md5 = {MD5(a)},
    .running_sha256 = SHA(d),
};
static const struct pull_image PICO = {ALL(RAW), .chip = "RP2040"};
static const struct pull_image ANY = {ALL(RAW)};
static const struct pull_image ANY_PACKED = {.raw = &GZ, .plain = &RAW,
                                             .app = &GZ};
/* What this build, or nobody, can unpack. */
static const struct pull_image LOCKED = {ALL(GZ), .packed = true};
static const struct pull_image FILES = {ALL(FS)};

#define AGENT8 "User-Agent: ESP8266-http-Update"
#define AGENT32 "User-Agent: ESP32-http-Update"
#define PICO_MAC "x-Pico-STA-MAC: 28:CD:C1:00:00:01"

enum { ENOUGH = 10 };

static const struct decision {
    const char *what;
    const char *headers[6];
    const struct pull_image *firmware, *filesystem;
    const char *version;
    unsigned given;
    int status;
    const struct image_form *form;
    bool body;
} DECISIONS[] = {
    {"whoever asks", {NULL}, &E8, NULL, NULL, 0, 200, &RAW, true},
    {"nothing there", {AGENT8}, NULL, NULL, NULL, 0, 404, NULL, false},
    /* versions */
    {"same version", {AGENT8, "X-ESP8266-VERSION: 7"}, &E8, NULL, "7", 0, 304,
     NULL, false},
    {"other version", {AGENT8, "x-esp8266-version: 6"}, &E8, NULL, "7", 0,
     200, &RAW, true},
    {"a newer one is another one", {AGENT32, "x-ESP32-version: 8"}, &C3, NULL,
     "7", 0, 200, &RAW, true},
    {"versions are no numbers", {AGENT8, "x-ESP8266-version: 7.0"}, &E8, NULL,
     "7", 0, 200, &RAW, true},
    {"pico, same version", {PICO_MAC, "x-Pico-Version: 7"}, &PICO, NULL, "7",
     0, 304, NULL, false},
    {"version told, none set", {AGENT8, "x-ESP8266-version: 6"}, &E8, NULL,
     NULL, 0, 200, &RAW, true},
    {"version set, none told", {AGENT8}, &E8, NULL, "7", 0, 200, &RAW, true},
    /* hashes */
    {"running, as in the file", {"x-ESP8266-sketch-md5: " MD5(0)}, &E8, NULL,
     NULL, 0, 304, NULL, false},
    {"running, flash mode 3", {"x-ESP8266-sketch-md5: " MD5(3)}, &E8, NULL,
     NULL, 0, 304, NULL, false},
    {"running, a version set", {"x-ESP8266-sketch-md5: " MD5(1)}, &E8, NULL,
     "7", 0, 304, NULL, false},
    {"running another", {"x-ESP8266-sketch-md5: " MD5(4)}, &E8, NULL, NULL, 0,
     200, &RAW, true},
    {"esp32 digest in capitals", {"x-ESP32-sketch-sha256: " SHA(D)}, &C3,
     NULL, NULL, 0, 304, NULL, false},
    {"esp32 md5", {"x-ESP32-sketch-md5: " MD5(a)}, &C3, NULL, NULL, 0, 304,
     NULL, false},
    {"esp32 other digest", {"x-ESP32-sketch-sha256: " SHA(E)}, &C3, NULL,
     NULL, 0, 200, &RAW, true},
    {"an empty digest is none", {"x-ESP32-sketch-sha256: "}, &C3, NULL, NULL,
     0, 200, &RAW, true},
    {"an image without digest matches none",
     {"x-ESP32-sketch-md5: " MD5(9)}, &ANY, NULL, NULL, 0, 200, &RAW, true},
    {"version differs, bytes do not: asked for, given once",
     {"x-ESP8266-version: 6", "x-ESP8266-sketch-md5: " MD5(0)}, &E8, NULL,
     "7", 0, 200, &RAW, true},
    {"but not for ever",
     {"x-ESP8266-version: 6", "x-ESP8266-sketch-md5: " MD5(0)}, &E8, NULL,
     "7", 1, 304, NULL, false},
    {"no loop for those that tell nothing", {PICO_MAC}, &PICO, NULL, NULL, 10,
     304, NULL, false},
    {"nine times is no loop yet", {PICO_MAC}, &PICO, NULL, NULL, 9, 200, &RAW,
     true},
    /* filesystems */
    {"filesystem", {"x-ESP8266-mode: spiffs"}, &E8, &FILES, NULL, 0, 200, &FS,
     true},
    {"no filesystem", {"x-ESP8266-mode: spiffs"}, &E8, NULL, NULL, 0, 404,
     NULL, false},
    {"free space is that of sketches",
     {"x-ESP8266-mode: spiffs", "x-ESP8266-free-space: 1000"}, &E8, &FILES,
     NULL, 0, 200, &FS, true},
    {"the sketch's hash is not the filesystem's",
     {"x-ESP8266-mode: spiffs", "x-ESP8266-sketch-md5: " MD5(0)}, &E8, &E8,
     NULL, 0, 200, &RAW, true},
    {"filesystem, same version",
     {"x-ESP32-mode: spiffs", "x-ESP32-version: 7"}, NULL, &FILES, "7", 0,
     304, NULL, false},
    {"a packed filesystem is unpacked", {"x-ESP8266-mode: spiffs"}, NULL,
     &ANY_PACKED, NULL, 0, 200, &RAW, true},
    {"or not given", {"x-Pico-mode: littlefs"}, NULL, &LOCKED, NULL, 0, 404,
     NULL, false},
    {"a filesystem is never compressed", {"x-ESP8266-mode: spiffs"}, NULL,
     &E8_GZ, NULL, 0, 200, &RAW, true},
    /* modes */
    {"sketch", {"x-ESP8266-mode: sketch"}, &E8, NULL, NULL, 0, 200, &RAW,
     true},
    {"version probe", {"x-ESP8266-mode: version"}, &E8, NULL, "7", 0, 200,
     &RAW, false},
    {"version probe, same", {"x-ESP8266-mode: version",
     "x-ESP8266-version: 7"}, &E8, NULL, "7", 0, 200, &RAW, false},
    {"version probe, none set", {"x-ESP8266-mode: version"}, &E8, NULL, NULL,
     0, 404, NULL, false},
    {"unknown mode", {"x-ESP8266-mode: \x1b[2J"}, &E8, NULL, NULL, 0, 404,
     NULL, false},
    /* room */
    {"room enough", {"x-ESP8266-free-space: 400000"}, &E8, NULL, NULL, 0, 200,
     &RAW, true},
    {"no room", {"x-ESP8266-free-space: 399999"}, &E8, NULL, NULL, 0, 404,
     NULL, false},
    {"room for the compressed form", {"x-ESP8266-free-space: 250000"}, &E8_GZ,
     NULL, NULL, 0, 200, &GZ, true},
    {"current, whatever the room",
     {"x-ESP8266-free-space: 0", "x-ESP8266-version: 7"}, &E8, NULL, "7", 0,
     304, NULL, false},
    /* forms */
    {"compressed, as asked for", {AGENT8}, &E8_GZ, NULL, NULL, 0, 200, &GZ,
     true},
    {"compressed only for those that unpack", {NULL}, &E8_GZ, NULL, NULL, 0,
     200, &RAW, true},
    {"packed file", {AGENT8}, &E8_PACKED, NULL, NULL, 0, 200, &GZ, true},
    {"packed file, esp32", {AGENT32}, &ANY_PACKED, NULL, NULL, 0, 200, &RAW,
     true},
    {"packed for good, esp32", {AGENT32}, &LOCKED, NULL, NULL, 0, 404, NULL,
     false},
    {"packed file, nobody knows for whom", {NULL}, &ANY_PACKED, NULL, NULL, 0,
     200, &GZ, true},
    /* chips */
    {"esp8266 image, esp32", {AGENT32}, &E8, NULL, NULL, 0, 404, NULL, false},
    {"esp32 image, esp8266", {AGENT8}, &C3, NULL, NULL, 0, 404, NULL, false},
    {"esp32 image, pico", {PICO_MAC}, &C3, NULL, NULL, 0, 404, NULL, false},
    {"any chip", {PICO_MAC}, &ANY, NULL, NULL, 0, 200, &RAW, true},
    {"esphome tells no chip", {"User-Agent: ESPHome/2026.9.1"}, &C3, NULL,
     NULL, 0, 200, &RAW, true},
    /* parts */
    {"the rest", {AGENT8, "Range: bytes=100000-"}, &E8, NULL, NULL, 0, 206,
     &RAW, true},
    {"of the file whose rest it is",
     {"range: bytes=1-2", "If-Range: \"" MD5(a) "\""}, &E8, NULL, NULL, 0,
     206, &RAW, true},
    {"of another file", {"Range: bytes=1-2", "If-Range: \"" MD5(b) "\""}, &E8,
     NULL, NULL, 0, 200, &RAW, true},
    {"behind the end", {"Range: bytes=400000-"}, &E8, NULL, NULL, 0, 416, &RAW,
     false},
    {"several parts", {"Range: bytes=0-1,5-6"}, &E8, NULL, NULL, 0, 200, &RAW,
     true},
    {"no part where there is no update",
     {"Range: bytes=1-2", "x-ESP8266-version: 7"}, &E8, NULL, "7", 0, 304,
     NULL, false},
    {"of the compressed form", {AGENT8, "Range: bytes=249999-"}, &E8_GZ, NULL,
     NULL, 0, 206, &GZ, true},
    {"it has the file", {"If-None-Match: \"x\", \"" MD5(a) "\""}, &E8, NULL,
     NULL, 0, 304, &RAW, false},
    /* nonsense */
    {"bad md5", {"x-ESP8266-sketch-md5: zz"}, &E8, NULL, NULL, 0, 400, NULL,
     false},
    {"bad mac", {"x-ESP8266-STA-MAC: zz"}, &E8, NULL, NULL, 0, 400, NULL,
     false},
    {"bad size", {"x-ESP32-free-space: -1"}, &C3, NULL, NULL, 0, 400, NULL,
     false},
    {"huge size", {"x-ESP32-free-space: 99999999999999999999"}, &C3, NULL,
     NULL, 0, 400, NULL, false},
    {"two families", {"x-ESP32-mode: sketch", "x-ESP8266-mode: sketch"}, &ANY,
     NULL, NULL, 0, 400, NULL, false},
    {"an agent in small letters", {"User-Agent: esp8266-http-update"}, &C3,
     NULL, NULL, 0, 404, NULL, false},
    {"headers say more than the agent", {AGENT8, "Accept: x", "X-Other: y"},
     &E8, NULL, NULL, 0, 200, &RAW, true},
};

static void feed(struct pull_request *r, const char *const *headers)
{
    for (size_t i = 0; i < 6 && headers[i] != NULL; i++) {
        const char *colon = strchr(headers[i], ':');
        uint8_t *name = exact(headers[i], (size_t)(colon - headers[i]) + 1);
        uint8_t *value = exact(colon + 2, strlen(colon + 2) + 1);

        name[colon - headers[i]] = '\0';
        eo_pull_header(r, (char *)name, (char *)value);
        free(name);
        free(value);
    }
}

static void test_every_decision_has_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DECISIONS / sizeof *DECISIONS; i++) {
        const struct decision *d = &DECISIONS[i];
        const struct pull_offer offer = {d->firmware, d->filesystem,
                                         d->version, d->given, ENOUGH};
        struct pull_request r;
        struct pull_answer a;

        eo_pull_start(&r, "GET", "/fw.bin");
        feed(&r, d->headers);
        eo_pull_decide(&r, &offer, &a);
        if (a.status != d->status || a.form != d->form || a.body != d->body)
            fail_msg("%s: %d (%s), body %d", d->what, a.status, a.reason,
                     a.body);
        assert_int_not_equal(a.reason[0], '\0');
        assert_null(strchr(a.reason, '\x1b'));
        if (d->status / 100 == 2 && d->version != NULL)
            assert_string_equal(a.version, d->version);
    }
}

static void test_enough_is_what_the_user_says(void **state)
{
    static const struct {
        unsigned given, enough;
        int status;
    } ROWS[] = {
        {0, 0, 200}, {1000000, 0, 200}, {0, 1, 200}, {1, 1, 304},
        {2, 3, 200}, {3, 3, 304},       {4, 3, 304},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct pull_offer offer = {.firmware = &PICO,
                                         .given = ROWS[i].given,
                                         .enough = ROWS[i].enough};
        struct pull_request r;
        struct pull_answer a;

        eo_pull_start(&r, "GET", "/fw.bin");
        eo_pull_decide(&r, &offer, &a);
        assert_int_equal(a.status, ROWS[i].status);
    }
}

static void test_head_gets_headers_alone(void **state)
{
    const struct pull_offer offer = {.firmware = &E8, .version = "7"};
    struct pull_request r;
    struct pull_answer a;

    (void)state;
    eo_pull_start(&r, "HEAD", "/fw.bin");
    eo_pull_decide(&r, &offer, &a);
    assert_int_equal(a.status, 200);
    assert_ptr_equal(a.form, &RAW);
    assert_false(a.body);
}

static void test_how_many_bytes_there_will_be(void **state)
{
    static const struct {
        const char *method, *headers[6];
        int status;
        size_t first, len;
        bool body;
    } ROWS[] = {
        {"GET", {NULL}, 200, 0, 400000, true},
        {"HEAD", {NULL}, 200, 0, 400000, false},
        {"GET", {"Range: bytes=100-199"}, 206, 100, 100, true},
        {"GET", {"Range: bytes=-1"}, 206, 399999, 1, true},
        {"HEAD", {"Range: bytes=100-199"}, 200, 0, 400000, false},
        {"GET", {"Range: bytes=400000-"}, 416, 0, 0, false},
        {"HEAD", {"If-None-Match: *"}, 304, 0, 0, false},
        /* The length of a body that a GET would get. */
        {"GET", {"x-ESP8266-mode: version"}, 200, 0, 0, false},
        {"HEAD", {"x-ESP8266-mode: version"}, 200, 0, 0, false},
    };
    const struct pull_offer offer = {.firmware = &E8, .version = "7"};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct pull_request r;
        struct pull_answer a;

        eo_pull_start(&r, ROWS[i].method, "/fw.bin");
        feed(&r, ROWS[i].headers);
        eo_pull_decide(&r, &offer, &a);
        if (a.status != ROWS[i].status || a.first != ROWS[i].first ||
            a.len != ROWS[i].len || a.body != ROWS[i].body)
            fail_msg("row %zu: %d, %zu bytes from %zu (%s)", i, a.status,
                     a.len, a.first, a.reason);
        eo_pull_refuse(&a, 503, "out of %s", "memory");
        assert_int_equal(a.status, 503);
        assert_int_equal(a.len, 0);
        assert_false(a.body);
        assert_string_equal(a.reason, "out of memory");
    }
}

static void test_what_a_device_tells_is_kept(void **state)
{
    static const char *const HEADERS[6] = {
        "X-esp32-STA-mac: aa:bb:cc:dd:ee:ff", "x-ESP32-sdk-version: v5.5.1",
        "x-ESP32-chip-size: 4194304", "x-ESP32-sketch-size: 946576",
        "User-Agent: curl/8", "x-ESP32-BASE-MAC: whatever",
    };
    struct pull_request r;

    (void)state;
    eo_pull_start(&r, "GET", "/");
    feed(&r, HEADERS);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.family, PULL_ESP32);
    assert_string_equal(r.mac, "AA:BB:CC:DD:EE:FF");
    assert_string_equal(r.sdk, "v5.5.1");
    assert_int_equal(r.chip_size, 4194304);
    assert_int_equal(r.sketch_size, 946576);
    assert_false(eo_pull_told(&r, PULL_FREE_SPACE));
    assert_string_equal(eo_pull_family_name(r.family), "ESP32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_target_becomes_a_path),
        cmocka_unit_test(test_a_path_has_a_greatest_length),
        cmocka_unit_test(test_a_mac_has_one_form),
        cmocka_unit_test(test_every_decision_has_a_reason),
        cmocka_unit_test(test_enough_is_what_the_user_says),
        cmocka_unit_test(test_head_gets_headers_alone),
        cmocka_unit_test(test_how_many_bytes_there_will_be),
        cmocka_unit_test(test_what_a_device_tells_is_kept),
    };

    return cmocka_run_group_tests_name("serve/pull", tests, NULL, NULL);
}
