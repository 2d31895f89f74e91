/* test_proto_web_login.c -- what the look at a device's web page teaches. */
#include "support/test.h"

#include "proto/web_login.h"

static const struct {
    const char *profile, *password;
    struct web_look look;
    enum espota_category category;
    const char *auth; /* as learnt; NULL: none is wanted */
} LOOKS[] = {
    {"esphome", NULL, {200, false, false}, ESPOTA_E_OK, NULL},
    {"esphome", "p", {200, false, false}, ESPOTA_E_OK, NULL},
    {"esphome", NULL, {401, true, false}, ESPOTA_E_SECRET, NULL},
    {"esphome", "p", {401, true, true}, ESPOTA_E_AUTH, NULL},
    {"esphome", "p", {200, true, true}, ESPOTA_E_OK, "digest"},
    {"esphome", "p", {200, true, false}, ESPOTA_E_OK, "basic"},
    /* One that reads Basic alone gets that, whatever it offers. */
    {"sketch", "p", {200, true, true}, ESPOTA_E_OK, "basic"},
    /* Is the page elsewhere, or is there none? */
    {"esphome", NULL, {404, false, false}, ESPOTA_E_OK, NULL},
    {"esp8266", NULL, {404, false, false}, ESPOTA_E_PROTOCOL, NULL},
    /* An answer to a GET that is nothing to go by. */
    {"esp8266", NULL, {500, false, false}, ESPOTA_E_OK, NULL},
};

static void test_a_look_shows_how_it_asks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LOOKS / sizeof *LOOKS; i++) {
        const struct web_job web = {.profile =
                                        eo_web_profile(LOOKS[i].profile)};
        const struct proto_job job = {.web = &web,
                                      .password = LOOKS[i].password};
        struct espota_error err = {.category = ESPOTA_E_OK};
        const char *auth = NULL;
        const int rc = eo_web_looked(&job, &LOOKS[i].look, &auth, &err);

        assert_int_equal(err.category, LOOKS[i].category);
        assert_int_equal(rc, LOOKS[i].category == ESPOTA_E_OK ? 0 : -1);
        if (LOOKS[i].auth != NULL)
            assert_string_equal(auth, LOOKS[i].auth);
        else
            assert_null(auth);
    }
}

static const struct {
    const char *password;
    bool https;
    enum espota_min_auth min_auth;
    bool may;
} TELLS[] = {
    {"p", false, ESPOTA_AUTH_SHA256, false},
    {"p", true, ESPOTA_AUTH_SHA256, true},
    {"p", false, ESPOTA_AUTH_ANY, true},
    {NULL, false, ESPOTA_AUTH_SHA256, true},
};

static void test_min_auth_counts_where_all_can_hear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TELLS / sizeof *TELLS; i++) {
        const struct web_job web = {.profile = eo_web_profile(NULL),
                                    .https = TELLS[i].https};
        const struct proto_job job = {.web = &web,
                                      .password = TELLS[i].password,
                                      .min_auth = TELLS[i].min_auth};
        struct espota_error err = {.category = ESPOTA_E_OK};

        assert_int_equal(eo_web_may_tell(&job, &err), TELLS[i].may ? 0 : -1);
        assert_int_equal(err.category,
                         TELLS[i].may ? ESPOTA_E_OK : ESPOTA_E_POLICY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_look_shows_how_it_asks),
        cmocka_unit_test(test_min_auth_counts_where_all_can_hear),
    };

    return cmocka_run_group_tests_name("proto/web_login", tests, NULL, NULL);
}
