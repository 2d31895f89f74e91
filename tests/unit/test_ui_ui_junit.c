/* test_ui_ui_junit.c -- results for CI servers: XML, and what each end is in it. */
#include "support/test.h"

#include <stdio.h>

#include "ui/ui.h"

static char *write_one(const char *name, const struct espota_result *result)
{
    struct ui_device d = {.name = name}, *devices[] = {&d};
    struct ui_set s = {.devices = devices, .n_devices = 1, .n = 1};
    char *out = NULL;
    size_t len = 0;

    s.at[0] = eo_ui_junit(open_memstream(&out, &len));
    assert_non_null(s.at[0]);
    eo_uis_start(&s, 1);
    eo_uis_event(&s, &(struct espota_event){.kind = ESPOTA_EVENT_END,
                                            .tag = &d,
                                            .device = d.name,
                                            .result = result});
    eo_uis_end(&s, 1);
    eo_uis_free(&s);
    return out;
}

/* Names and words may be anything; XML 1.0 is UTF-8 without most controls. */
static void test_it_is_xml_whatever_is_said(void **state)
{
    const struct espota_error err = {.category = ESPOTA_E_DEVICE,
                                     .message = "\xc2\x85 \"\xff\" & \x1b[2J"};
    const struct espota_result result = {.outcome = ESPOTA_FAILED,
                                         .error = &err};
    char *out = write_one("caf\xe9 <\x01>", &result);

    (void)state;
    assert_non_null(strstr(out, "name=\"caf\\xe9 &lt;\\x01&gt;\""));
    assert_non_null(strstr(
        out, "message=\"\\xc2\\x85 &quot;\\xff&quot; &amp; \\x1b[2J\""));
    free(out);
}

static void test_each_end_is_an_element(void **state)
{
    static const struct {
        enum espota_outcome outcome;
        enum espota_category category;
        const char *element, *numbers;
    } ROWS[] = {
        {ESPOTA_UPDATED, ESPOTA_E_OK, "time=\"0.000\"/>",
         "failures=\"0\" errors=\"0\" skipped=\"0\""},
        {ESPOTA_UNCHANGED, ESPOTA_E_OK, "time=\"0.000\"/>",
         "failures=\"0\" errors=\"0\" skipped=\"0\""},
        {ESPOTA_REFUSED, ESPOTA_E_AUTH,
         "<failure message=\"m\" type=\"auth\">h</failure>",
         "failures=\"1\" errors=\"0\" skipped=\"0\""},
        {ESPOTA_FAILED, ESPOTA_E_INTERRUPTED,
         "<failure message=\"m\" type=\"interrupted\">h</failure>",
         "failures=\"1\" errors=\"0\" skipped=\"0\""},
        {ESPOTA_UNKNOWN, ESPOTA_E_UNKNOWN,
         "<error message=\"m\" type=\"unknown\">h</error>",
         "failures=\"0\" errors=\"1\" skipped=\"0\""},
        {ESPOTA_SKIPPED, ESPOTA_E_CONNECT, "<skipped message=\"m\"/>",
         "failures=\"0\" errors=\"0\" skipped=\"1\""},
        {ESPOTA_SKIPPED, ESPOTA_E_FLEET_STOPPED, "<skipped message=\"m\"/>",
         "failures=\"0\" errors=\"0\" skipped=\"1\""},
        {ESPOTA_SKIPPED, ESPOTA_E_INTERRUPTED, "<skipped message=\"m\"/>",
         "failures=\"0\" errors=\"0\" skipped=\"1\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct espota_error err = {
            .category = ROWS[i].category, .message = "m", .hint = "h"};
        const struct espota_result result = {.outcome = ROWS[i].outcome,
                                             .error = &err};
        char *out = write_one("porch", &result);

        assert_non_null(strstr(out, ROWS[i].element));
        assert_non_null(strstr(out, ROWS[i].numbers));
        assert_non_null(strstr(out, "tests=\"1\""));
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_xml_whatever_is_said),
        cmocka_unit_test(test_each_end_is_an_element),
    };

    return cmocka_run_group_tests_name("ui/ui_junit", tests, NULL, NULL);
}
