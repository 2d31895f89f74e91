/* test_web_verdict.c -- what the answers of a device's web page mean. */
#include "support/test.h"

#include "web/verdict.h"

enum { EARLY = 1, GONE = 2, CUT = 4 };

static const struct verdict {
    const char *profile;
    int status;
    const char *text;
    enum espota_category category;
    const char *device; /* the device's own words; NULL: none */
    unsigned when;
} VERDICTS[] = {
    {"esphome", 200, "Update Successful!", ESPOTA_E_OK, NULL, 0},
    {"esphome", 201, "Update Successful!", ESPOTA_E_OK, NULL, 0},
    {"esphome", 200, "Update Failed!", ESPOTA_E_DEVICE, "Update Failed!", 0},
    {"esphome", 200, "Update Failed: Not Enough Space", ESPOTA_E_REFUSED,
     "Not Enough Space", 0},
    {"esp32", 200, "<b>Update Failed: Bad Size Given</b>", ESPOTA_E_REFUSED,
     "Bad Size Given", 0},
    {"esphome", 404, "", ESPOTA_E_PROTOCOL, "404", 0},
    {"esphome", 200, "<html>Welcome", ESPOTA_E_UNKNOWN, NULL, 0},
    {"esphome", 200, "", ESPOTA_E_UNKNOWN, NULL, 0},
    {"esphome", 404, "Update Successful!", ESPOTA_E_PROTOCOL,
     "404 Update Successful!", 0},
    {"esp8266", 200,
     "<META http-equiv=\"refresh\" content=\"15;URL=/\">Update Success! "
     "Rebooting...",
     ESPOTA_E_OK, NULL, 0},
    {"esp8266", 200, "Update error: ERROR[4]: Not Enough Space\r\n",
     ESPOTA_E_REFUSED, "ERROR[4]: Not Enough Space", 0},
    {"esp8266", 200, "Update error: ERROR[99]: \x1b[2J<br>", ESPOTA_E_DEVICE,
     "ERROR[99]: \\x1b[2J", 0},
    {"esp32", 200, "Update error: ", ESPOTA_E_DEVICE, "", 0},
    {"esp32", 200, "Update error: Wrong origin received!", ESPOTA_E_POLICY,
     "Wrong origin received!", 0},
    {"esp32", 200, "Update error: Not Enough Space", ESPOTA_E_REFUSED,
     "Not Enough Space", 0},
    /* The page of the examples: a word, and nothing around it. */
    {"esp32", 200, "OK", ESPOTA_E_OK, NULL, 0},
    {"esp8266", 200, " OK\r\n", ESPOTA_E_OK, NULL, 0},
    {"esp8266", 200, "FAIL\n", ESPOTA_E_REFUSED, "FAIL", 0},
    {"esp8266", 200, "FAIL", ESPOTA_E_REFUSED, "FAIL", EARLY},
    {"esp32", 200, "OKAY", ESPOTA_E_UNKNOWN, NULL, 0},
    {"esp32", 200, "OK!", ESPOTA_E_UNKNOWN, NULL, 0},
    {"esp32", 200, "<p>OK", ESPOTA_E_UNKNOWN, NULL, 0},
    {"esp32", 200, "OK", ESPOTA_E_UNKNOWN, NULL, CUT},
    {"esp32", 200, "FAIL", ESPOTA_E_UNKNOWN, NULL, CUT},
    /* What is no verdict on an image that has arrived. */
    {"esphome", 101, "Update Successful!", ESPOTA_E_UNKNOWN, NULL, 0},
    {"esphome", 302, "", ESPOTA_E_UNKNOWN, "302", 0},
    {"esphome", 303, "Update Successful!", ESPOTA_E_UNKNOWN, "303", 0},
    {"esphome", 401, "", ESPOTA_E_UNKNOWN, "401", 0},
    {"esphome", 408, "", ESPOTA_E_DEVICE, "408", 0},
    {"esp8266", 414, "", ESPOTA_E_DEVICE, "414", 0},
    /* The same while it was on its way. */
    {"esphome", 302, "", ESPOTA_E_PROTOCOL, "302", EARLY},
    {"esphome", 302, "", ESPOTA_E_UNKNOWN, "302", EARLY | GONE},
    {"esphome", 401, "", ESPOTA_E_AUTH, "401", EARLY},
    {"esphome", 408, "", ESPOTA_E_BROKEN, "408", EARLY},
    {"esphome", 414, "", ESPOTA_E_BROKEN, "414", EARLY},
    {"esphome", 200, "Update Successful!", ESPOTA_E_PROTOCOL, NULL, EARLY},
    {"esphome", 200, "Update Successful!", ESPOTA_E_UNKNOWN, NULL,
     EARLY | GONE},
    {"esphome", 200, "OK", ESPOTA_E_UNKNOWN, NULL, EARLY | GONE},
    {"sketch", 200, "OK", ESPOTA_E_PROTOCOL, NULL, EARLY},
    {"sketch", 200, "OK", ESPOTA_E_OK, NULL, 0},
    {"sketch", 401, "Unauthorized", ESPOTA_E_AUTH, "401 Unauthorized", 0},
    {"sketch", 413, "Payload Too Large", ESPOTA_E_REFUSED,
     "413 Payload Too Large", 0},
    {"sketch", 414, "Payload size wrong", ESPOTA_E_DEVICE,
     "414 Payload size wrong", 0},
    {"sketch", 500, "Internal Server Error", ESPOTA_E_DEVICE,
     "500 Internal Server Error", 0},
    {"sketch", 503, "", ESPOTA_E_BUSY, "503", 0},
    {"sketch", 418, "I'm a teapot", ESPOTA_E_PROTOCOL, "418 I'm a teapot", 0},
};

/* No advice to compress what nobody inflates. */
static void test_no_room_for_a_file_system_is_told_as_that(void **state)
{
    static const char TEXT[] = "Update error: ERROR[4]: Not Enough Space\r\n";

    (void)state;
    for (int fs = 0; fs < 2; fs++) {
        const struct web_answer answer = {.status = 200,
                                          .text = TEXT,
                                          .len = sizeof TEXT - 1,
                                          .ended = true,
                                          .whole = true,
                                          .filesystem = fs};
        struct espota_error err = {0};

        assert_int_equal(
            eo_web_verdict(eo_web_profile("esp8266"), &answer, &err), -1);
        assert_int_equal(err.category, ESPOTA_E_REFUSED);
        assert_int_equal(strstr(err.hint, "compress") == NULL, fs);
        assert_int_equal(strstr(err.message, "filesystem area") != NULL, fs);
    }
}

static void test_the_text_is_the_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VERDICTS / sizeof *VERDICTS; i++) {
        const struct verdict *v = &VERDICTS[i];
        uint8_t *text = exact(v->text, strlen(v->text));
        struct espota_error err = {.category = ESPOTA_E_OK};
        const struct web_answer answer = {
            .status = v->status,
            .text = (const char *)text,
            .len = strlen(v->text),
            .ended = !(v->when & CUT),
            .whole = !(v->when & EARLY),
            .gone = !(v->when & EARLY) || (v->when & GONE) != 0,
        };
        const int rc =
            eo_web_verdict(eo_web_profile(v->profile), &answer, &err);

        if (err.category != v->category || (rc == 0) != (v->category == 0))
            fail_msg("%s %d \"%s\" (%u): %s, %s", v->profile, v->status,
                     v->text, v->when, espota_category_name(err.category),
                     err.message);
        if (err.category == ESPOTA_E_UNKNOWN)
            assert_string_equal(err.hint, "check which firmware the device runs "
                                          "before flashing it again");
        if (v->device != NULL && strstr(err.device, v->device) != err.device)
            assert_string_equal(err.device, v->device);
        free(text);
    }
}

static void test_a_redirect_is_told_safely(void **state)
{
    const struct web_answer answer = {.status = 301,
                                      .location = "https://a.test/\x1b[2Jx"};
    struct espota_error err;

    (void)state;
    assert_int_equal(eo_web_verdict(eo_web_profile(NULL), &answer, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_PROTOCOL);
    assert_string_equal(err.message, "the page takes no upload and points at "
                                     "https://a.test/\\x1b[2Jx");
}

static const struct {
    const char *line;
    int status;
} LINES[] = {
    {"HTTP/1.1 200 OK\r\n", 200},
    {"HTTP/1.0 404 Not Found\n", 404},
    {"HTTP/1.1 200\r\n", 200},
    {"HTTP/1.1 200", 200},
    {"HTTP/1.1 100 Continue", 100},
    {"HTTP/1.1 999 ?", 999},
    {"http/1.1 200 OK", -1},
    {"HTTP/2 200 OK", -1},
    {"HTTP/2.0 200 OK", -1},
    {"HTTP/1.1  200 OK", -1},
    {"HTTP/1.1 20 OK", -1},
    {"HTTP/1.1 2000", -1},
    {"HTTP/1.1 -20 OK", -1},
    {"HTTP/1.1 020 OK", -1},
    {"HTTP/1.x 200 OK", -1},
    {" HTTP/1.1 200 OK", -1},
    {"ICY 200 OK", -1},
    {"HTTP/1.1", -1},
    {"\r\n", -1},
    {"", -1},
};

static void test_what_begins_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
        const size_t len = strlen(LINES[i].line);
        uint8_t *line = exact(LINES[i].line, len);

        if (eo_web_status((const char *)line, len) != LINES[i].status)
            fail_msg("\"%s\" is not %d", LINES[i].line, LINES[i].status);
        free(line);
    }
}

static const struct {
    struct web_loss loss;
    enum espota_category category;
    const char *message;
} LOSSES[] = {
    {{.cause = "no route"}, ESPOTA_E_CONNECT, "cannot connect: no route"},
    {{.connected = true, .probing = true, .stalled = true, .cause = "x"},
     ESPOTA_E_NO_ANSWER,
     "it took the connection and does not answer"},
    {{.connected = true, .probing = true, .stalled = true, .answering = true},
     ESPOTA_E_NO_ANSWER,
     "it answers, but too slowly"},
    {{.connected = true, .probing = true, .answering = true, .garbled = true},
     ESPOTA_E_PROTOCOL,
     "the device's answer is not HTTP, or has no end"},
    {{.connected = true, .committed = true, .confirmed = true, .garbled = true},
     ESPOTA_E_UNKNOWN,
     "the device answered what is not HTTP, or has no end, after it had every "
     "byte"},
    {{.connected = true, .probing = true, .cause = "x"},
     ESPOTA_E_BROKEN,
     "the device closed the connection"},
    {{.connected = true, .cause = "x"},
     ESPOTA_E_BROKEN,
     "the device closed the connection"},
    {{.connected = true, .stalled = true, .cause = "x"},
     ESPOTA_E_BROKEN,
     "the device stopped reading"},
    {{.connected = true, .committed = true, .confirmed = true, .cause = "x"},
     ESPOTA_E_UNKNOWN,
     "the device closed without a verdict after it had every byte"},
    {{.connected = true,
      .committed = true,
      .confirmed = true,
      .stalled = true,
      .cause = "x"},
     ESPOTA_E_UNKNOWN,
     "the device said nothing after it had every byte"},
    {{.connected = true, .committed = true, .stalled = true, .cause = "x"},
     ESPOTA_E_UNKNOWN,
     "the device said nothing after the last byte was sent, but not confirmed"},
};

static void test_a_loss_counts_by_how_far_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LOSSES / sizeof *LOSSES; i++) {
        struct espota_error err = {.category = ESPOTA_E_OK};

        eo_web_lost(&err, &LOSSES[i].loss);
        assert_string_equal(err.message, LOSSES[i].message);
        assert_int_equal(err.category, LOSSES[i].category);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_room_for_a_file_system_is_told_as_that),
        cmocka_unit_test(test_the_text_is_the_verdict),
        cmocka_unit_test(test_a_loss_counts_by_how_far_it_was),
        cmocka_unit_test(test_a_redirect_is_told_safely),
        cmocka_unit_test(test_what_begins_an_answer),
    };

    return cmocka_run_group_tests_name("web/verdict", tests, NULL, NULL);
}
