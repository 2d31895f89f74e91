/* test_proto_web.c -- what is said to a device's web page, and its answers. */
#include "support/test.h"

#include "proto/web.h"

static void test_the_form_is_exactly_so(void **state)
{
    char space[WEB_FRAME_MAX];
    struct text t;

    (void)state;
    eo_text_init(&t, space, sizeof space);
    eo_web_head(&t, eo_web_profile("esphome"), false,
                "0123456789abcdef01234567");
    assert_string_equal(
        t.at, "--0123456789abcdef01234567\r\n"
              "Content-Disposition: form-data; name=\"update\"; "
              "filename=\"firmware.bin\"\r\n"
              "Content-Type: application/octet-stream\r\n\r\n");
    assert_false(t.cut);
    eo_text_init(&t, space, sizeof space);
    eo_web_tail(&t, eo_web_profile("esphome"), "abc");
    assert_string_equal(t.at, "\r\n--abc--\r\n");
}

static void test_a_filesystem_has_its_own_field(void **state)
{
    static const char *const NAMES[] = {"esp8266", "esp32", "pico"};
    char space[WEB_FRAME_MAX];
    struct text t;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        eo_text_init(&t, space, sizeof space);
        eo_web_head(&t, eo_web_profile(NAMES[i]), true, "b");
        assert_non_null(strstr(t.at, "name=\"filesystem\";"));
    }
    assert_null(eo_web_profile("esphome")->fs_path);
    assert_string_equal(eo_web_profile("sketch")->fs_path, "/data");
}

static void test_a_sketch_is_sent_bare(void **state)
{
    char space[WEB_FRAME_MAX];
    struct text t;

    (void)state;
    eo_text_init(&t, space, sizeof space);
    eo_web_head(&t, eo_web_profile("sketch"), false, "b");
    eo_web_tail(&t, eo_web_profile("sketch"), "b");
    assert_string_equal(t.at, "");
}

static void test_profiles_have_names(void **state)
{
    (void)state;
    assert_string_equal(eo_web_profile(NULL)->name, "esphome");
    assert_null(eo_web_profile("tasmota"));
    for (size_t i = 0; eo_web_profile_at(i) != NULL; i++) {
        const struct web_profile *p = eo_web_profile_at(i);

        assert_ptr_equal(eo_web_profile(p->name), p);
        assert_int_equal(p->path[0], '/');
        assert_true(p->port != 0);
        assert_true(p->fs_path == NULL || p->field == NULL ||
                    p->fs_field != NULL);
    }
}

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
    {"esphome", 401, "", ESPOTA_E_AUTH, "401 "},
    {"esphome", 404, "", ESPOTA_E_PROTOCOL, "404 "},
    {"esphome", 408, "", ESPOTA_E_BROKEN, "408 "},
    {"esphome", 200, "<html>Welcome", ESPOTA_E_UNKNOWN, NULL},
    {"esphome", 200, "", ESPOTA_E_UNKNOWN, NULL},
    {"esphome", 302, "", ESPOTA_E_PROTOCOL, "302 "},
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
    {"sketch", 503, "", ESPOTA_E_BUSY, "503 "},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form_is_exactly_so),
        cmocka_unit_test(test_a_filesystem_has_its_own_field),
        cmocka_unit_test(test_a_sketch_is_sent_bare),
        cmocka_unit_test(test_profiles_have_names),
        cmocka_unit_test(test_the_text_is_the_verdict),
    };

    return cmocka_run_group_tests_name("proto/web", tests, NULL, NULL);
}
