/* test_web_page.c -- the kinds of web page, and how requests name one. */
#include "support/test.h"

#include "web/page.h"

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

static const struct {
    const char *host;
    uint16_t port;
    bool https;
    const char *in_host, *in_url;
} NAMES[] = {
    {"kitchen.local", 80, false, "kitchen.local", "http://kitchen.local/u"},
    {"kitchen", 8080, false, "kitchen:8080", "http://kitchen:8080/u"},
    {"kitchen", 443, true, "kitchen", "https://kitchen/u"},
    {"kitchen", 80, true, "kitchen:80", "https://kitchen:80/u"},
    {"192.0.2.7", 443, false, "192.0.2.7:443", "http://192.0.2.7:443/u"},
    {"2001:db8::7", 80, false, "[2001:db8::7]", "http://[2001:db8::7]/u"},
    /* The scope is ours: no device knows it. */
    {"fe80::7%eth0", 81, false, "[fe80::7]:81", "http://[fe80::7%25eth0]:81/u"},
};

static void test_a_request_names_the_device(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const struct web_job job = {.profile = eo_web_profile(NULL),
                                    .host = NAMES[i].host,
                                    .port = NAMES[i].port,
                                    .https = NAMES[i].https};
        char space[200];
        struct text t;

        eo_text_init(&t, space, sizeof space);
        eo_web_host(&t, &job);
        assert_string_equal(t.at, NAMES[i].in_host);
        eo_text_init(&t, space, sizeof space);
        eo_web_url(&t, &job, "/u");
        assert_string_equal(t.at, NAMES[i].in_url);
    }
}

static void test_the_path_is_the_users_or_the_profiles(void **state)
{
    struct web_job job = {.profile = eo_web_profile("sketch")};

    (void)state;
    assert_string_equal(eo_web_path(&job, false), "/sketch");
    assert_string_equal(eo_web_path(&job, true), "/data");
    job.path = "/my/own";
    assert_string_equal(eo_web_path(&job, false), "/my/own");
    assert_string_equal(eo_web_path(&job, true), "/my/own");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles_have_names),
        cmocka_unit_test(test_a_request_names_the_device),
        cmocka_unit_test(test_the_path_is_the_users_or_the_profiles),
    };

    return cmocka_run_group_tests_name("web/page", tests, NULL, NULL);
}
