/* test_wire_announce.c -- TXT records of real devices, and what they mean. */
#include "support/test.h"

#include "wire/announce.h"

static const struct row {
    const char *what;
    enum announce_service service;
    uint16_t port;
    const char *txt; /* pairs behind their lengths; octal, C's and DNS's */
    const char *protocol, *profile, *auth, *board, *platform, *version;
    uint16_t flash;
} ROWS[] = {
    {"an ESP8266 with a password", ANNOUNCE_ARDUINO, 8266,
     "\014tcp_check=no\017auth_upload=yes\030board=\"ESP8266_WEMOS_D1\"",
     "arduino", NULL, "password", "ESP8266_WEMOS_D1", "", "", 8266},
    {"an ESP32 without one", ANNOUNCE_ARDUINO, 3232,
     "\013board=esp32\016auth_upload=no", "arduino", NULL, "none", "esp32", "",
     "", 3232},
    {"a WiFi101 board speaks HTTP", ANNOUNCE_ARDUINO, 65280,
     "\017auth_upload=yes\015board=arduino", "web", "sketch", "password",
     "arduino", "", "", 65280},
    {"that port alone does not make it one", ANNOUNCE_ARDUINO, 65280,
     "\013board=esp32", "arduino", NULL, NULL, "esp32", "", "", 65280},
    {"ESPHome on an ESP8266", ANNOUNCE_ESPHOME, 6053,
     "\022version=2025.12.0a\020platform=ESP8266\013board=d1_mi", "esphome",
     NULL, NULL, "d1_mi", "ESP8266", "2025.12.0a", 8266},
    {"ESPHome with a key", ANNOUNCE_ESPHOME, 6053,
     "\016platform=ESP32\024api_encryption=Noise", "esphome", NULL, "key", "",
     "ESP32", "", 3232},
    {"ESPHome that could have a key", ANNOUNCE_ESPHOME, 6053,
     "\016platform=ESP32\036api_encryption_supported=Noise", "esphome", NULL,
     NULL, "", "ESP32", "", 3232},
    {"ESPHome on LibreTiny", ANNOUNCE_ESPHOME, 6053,
     "\020platform=BK7231N", "esphome", NULL, NULL, "", "BK7231N", "", 8892},
    {"ESPHome on what we do not know", ANNOUNCE_ESPHOME, 6053,
     "\016platform=nRF52", "esphome", NULL, NULL, "", "nRF52", "", 0},
    {"ESPHome without its API", ANNOUNCE_HTTP, 80, "\020version=2026.9.0",
     "esphome", NULL, NULL, "", "", "2026.9.0", 0},
    {"a printer", ANNOUNCE_HTTP, 80, "\011version=1", NULL, NULL, NULL, "", "",
     "1", 0},
    {"a printer of few words", ANNOUNCE_HTTP, 80, "", NULL, NULL, NULL, "", "",
     "", 0},
    {"a terminal's enemy", ANNOUNCE_ARDUINO, 1, "\013board=\033[2Jx", "arduino",
     NULL, NULL, "\\x1b[2Jx", "", "", 1},
    {"keys are ASCII without case, the last one counts", ANNOUNCE_ARDUINO, 1,
     "\007BOARD=a\007board=b", "arduino", NULL, NULL, "b", "", "", 1},
};

static const char *or_none(const char *s)
{
    return s != NULL ? s : "(none)";
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *r = &ROWS[i];
        const size_t len = strlen(r->txt);
        uint8_t *txt = exact(r->txt, len);
        struct announced a;

        eo_announce_read(&a, r->service, r->port, txt, len);
        free(txt);
        if (strcmp(or_none(a.protocol), or_none(r->protocol)) != 0 ||
            strcmp(or_none(a.profile), or_none(r->profile)) != 0 ||
            strcmp(or_none(a.auth), or_none(r->auth)) != 0 ||
            strcmp(a.board, r->board) != 0 ||
            strcmp(a.platform, r->platform) != 0 ||
            strcmp(a.version, r->version) != 0 || a.port != r->flash)
            fail_msg("%s: %s %s %s \"%s\" \"%s\" \"%s\" %u", r->what,
                     or_none(a.protocol), or_none(a.profile), or_none(a.auth),
                     a.board, a.platform, a.version, a.port);
    }
}

static void test_long_values_are_cut(void **state)
{
    uint8_t txt[256];
    struct announced a;

    (void)state;
    memset(txt, 'x', sizeof txt);
    txt[0] = 255;
    memcpy(txt + 1, "board=", 6);
    eo_announce_read(&a, ANNOUNCE_ARDUINO, 1, txt, sizeof txt);
    assert_int_equal(strlen(a.board), ANNOUNCE_VALUE - 1);
}

static void test_types_are_names(void **state)
{
    (void)state;
    for (int s = 0; s < ANNOUNCE_SERVICE_COUNT; s++) {
        struct mdns_name n;

        assert_int_equal(
            eo_mdns_name(&n, eo_announce_type((enum announce_service)s)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_values_are_cut),
        cmocka_unit_test(test_types_are_names),
    };

    return cmocka_run_group_tests_name("wire/announce", tests, NULL, NULL);
}
