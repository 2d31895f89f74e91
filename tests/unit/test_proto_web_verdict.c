/* test_proto_web_verdict.c -- what the answers of a device's web page mean. */
#include "support/test.h"

#include "proto/web_verdict.h"

static const struct verdict {
    const char *profile;
    int status;
    const char *text;
    enum espota_category category;
    const char *device; /* the device's own words; NULL: none */
} VERDICTS[] = {
    {"esphome", 200, "Update Successful!", ESPOTA_E_OK, NULL},
    {"esphome", 200, "Update Failed!", ESPOTA_E_DEVICE, "Update Failed!"},
    {"esphome", 200, "Update Failed: Not Enough Space", ESPOTA_E_DEVICE,
     "Update Failed: Not Enough Space"},
    {"esphome", 401, "", ESPOTA_E_AUTH, "401"},
    {"esphome", 404, "", ESPOTA_E_PROTOCOL, "404"},
    {"esphome", 408, "", ESPOTA_E_BROKEN, "408"},
    {"esphome", 200, "<html>Welcome", ESPOTA_E_UNKNOWN, NULL},
    {"esphome", 200, "", ESPOTA_E_UNKNOWN, NULL},
    {"esphome", 302, "", ESPOTA_E_PROTOCOL, "302"},
    {"esphome", 404, "Update Successful!", ESPOTA_E_PROTOCOL,
     "404 Update Successful!"},
    {"esp8266", 200,
     "<META http-equiv=\"refresh\" content=\"15;URL=/\">Update Success! "
     "Rebooting...",
     ESPOTA_E_OK, NULL},
    {"esp8266", 200, "Update error: ERROR[4]: Not Enough Space\r\n",
     ESPOTA_E_REFUSED, "ERROR[4]: Not Enough Space"},
    {"esp8266", 200, "Update error: ERROR[99]: \x1b[2J<br>", ESPOTA_E_DEVICE,
     "ERROR[99]: \\x1b[2J"},
    {"esp32", 200, "Update error: Wrong origin received!", ESPOTA_E_POLICY,
     "Wrong origin received!"},
    {"esp32", 200, "Update error: Not Enough Space", ESPOTA_E_REFUSED,
     "Not Enough Space"},
    {"sketch", 200, "OK", ESPOTA_E_OK, NULL},
    {"sketch", 401, "Unauthorized", ESPOTA_E_AUTH, "401 Unauthorized"},
    {"sketch", 413, "Payload Too Large", ESPOTA_E_REFUSED,
     "413 Payload Too Large"},
    {"sketch", 414, "Payload size wrong", ESPOTA_E_BROKEN,
     "414 Payload size wrong"},
    {"sketch", 500, "Internal Server Error", ESPOTA_E_DEVICE,
     "500 Internal Server Error"},
    {"sketch", 503, "", ESPOTA_E_BUSY, "503"},
    {"sketch", 418, "I'm a teapot", ESPOTA_E_PROTOCOL, "418 I'm a teapot"},
};

static void test_the_text_is_the_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VERDICTS / sizeof *VERDICTS; i++) {
        const struct verdict *v = &VERDICTS[i];
        uint8_t *text = exact(v->text, strlen(v->text));
        struct espota_error err = {.category = ESPOTA_E_OK};
        const int rc =
            eo_web_verdict(eo_web_profile(v->profile), v->status,
                           (const char *)text, strlen(v->text), &err);

        if (err.category != v->category || (rc == 0) != (v->category == 0))
            fail_msg("%s %d \"%s\": %s, %s", v->profile, v->status, v->text,
                     espota_category_name(err.category), err.message);
        if (v->device != NULL && strstr(err.device, v->device) != err.device)
            assert_string_equal(err.device, v->device);
        free(text);
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
     "the device's answer is no HTTP, or has no end"},
    {{.connected = true, .committed = true, .confirmed = true, .garbled = true},
     ESPOTA_E_UNKNOWN,
     "the device has every byte and answers what is no HTTP, or has no end"},
    {{.connected = true, .probing = true, .cause = "x"},
     ESPOTA_E_BROKEN,
     "the device closed the connection"},
    {{.connected = true, .cause = "x"},
     ESPOTA_E_BROKEN,
     "the device closed the connection"},
    {{.connected = true, .stalled = true, .cause = "x"},
     ESPOTA_E_BROKEN,
     "the device took nothing for too long"},
    {{.connected = true, .committed = true, .confirmed = true, .cause = "x"},
     ESPOTA_E_UNKNOWN,
     "the device has every byte and closed without a verdict"},
    {{.connected = true,
      .committed = true,
      .confirmed = true,
      .stalled = true,
      .cause = "x"},
     ESPOTA_E_UNKNOWN,
     "the device has every byte and says nothing"},
    {{.connected = true, .committed = true, .stalled = true, .cause = "x"},
     ESPOTA_E_UNKNOWN,
     "every byte was sent, but the device did not confirm the last and says "
     "nothing"},
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

static void test_no_answer_is_believed_before_its_time(void **state)
{
    struct espota_error err = {.category = ESPOTA_E_OK};

    (void)state;
    eo_web_too_early(&err, false);
    assert_int_equal(err.category, ESPOTA_E_PROTOCOL);
    eo_web_too_early(&err, true);
    assert_int_equal(err.category, ESPOTA_E_UNKNOWN);
    assert_non_null(err.hint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_text_is_the_verdict),
        cmocka_unit_test(test_a_loss_counts_by_how_far_it_was),
        cmocka_unit_test(test_no_answer_is_believed_before_its_time),
    };

    return cmocka_run_group_tests_name("proto/web_verdict", tests, NULL, NULL);
}
