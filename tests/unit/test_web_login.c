/* test_web_login.c -- what the look at a device's web page teaches. */
#include "support/test.h"

#include "web/login.h"

static const struct {
    const char *profile, *password;
    struct web_look look;
    enum espota_category category;
    const char *auth; /* as learnt; NULL: none is wanted */
} LOOKS[] = {
    {"esphome", NULL, {200, false, false, NULL}, ESPOTA_E_OK, NULL},
    {"esphome", NULL, {401, false, false, NULL}, ESPOTA_E_SECRET, NULL},
    /* Who does not ask is told nothing. */
    {"esphome", "p", {200, false, false, NULL}, ESPOTA_E_OK, NULL},
    {"esphome", "p", {200, true, false, NULL}, ESPOTA_E_OK, NULL},
    {"esp8266", "p", {500, false, false, NULL}, ESPOTA_E_OK, NULL},
    {"sketch", "p", {400, false, false, NULL}, ESPOTA_E_OK, NULL},
    {"esphome", "p", {401, true, false, NULL}, ESPOTA_E_OK, "digest"},
    {"esphome", "p", {401, false, false, NULL}, ESPOTA_E_OK, "basic"},
    {"sketch", "p", {401, false, false, NULL}, ESPOTA_E_OK, "basic"},
    /* One that reads Basic alone gets that, whatever it offers. */
    {"sketch", "p", {401, true, false, NULL}, ESPOTA_E_OK, "basic"},
    /* And then? */
    {"esphome", "p", {401, true, true, NULL}, ESPOTA_E_AUTH, NULL},
    {"esphome", "p", {200, false, true, NULL}, ESPOTA_E_OK, NULL},
    {"esphome", "p", {302, false, true, "/in"}, ESPOTA_E_PROTOCOL, NULL},
    /* It points elsewhere, and nobody follows. */
    {"esphome",
     "p",
     {301, false, false, "https://h/"},
     ESPOTA_E_PROTOCOL,
     NULL},
    {"sketch", NULL, {307, false, false, NULL}, ESPOTA_E_PROTOCOL, NULL},
    /* Is the page elsewhere, or is there none? */
    {"esphome", NULL, {404, false, false, NULL}, ESPOTA_E_OK, NULL},
    {"esp8266", NULL, {404, false, false, NULL}, ESPOTA_E_PROTOCOL, NULL},
    {"sketch", "p", {404, false, false, NULL}, ESPOTA_E_PROTOCOL, NULL},
    /* An answer to a GET that is nothing to go by. */
    {"esp8266", NULL, {500, false, false, NULL}, ESPOTA_E_OK, NULL},
};

static void test_a_look_shows_how_it_asks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LOOKS / sizeof *LOOKS; i++) {
        const struct web_job web = {.profile =
                                        eo_web_profile(LOOKS[i].profile)};
        const struct proto_job job = {.password = LOOKS[i].password};
        struct espota_error err = {.category = ESPOTA_E_OK};
        const char *auth = "?";
        const int rc = eo_web_looked(&web, &job, &LOOKS[i].look, &auth, &err);

        if (err.category != LOOKS[i].category)
            fail_msg("row %zu: %s, %s", i, espota_category_name(err.category),
                     err.message);
        assert_int_equal(rc, LOOKS[i].category == ESPOTA_E_OK ? 0 : -1);
        if (LOOKS[i].auth != NULL)
            assert_string_equal(auth, LOOKS[i].auth);
        else
            assert_null(auth);
    }
}

/* Who may be told: by the page, what the user said of it, and the way. */
static const struct {
    struct web_look look;
    bool https, found;
    const char *user;
    enum espota_min_auth min_auth;
    enum espota_category category;
    const char *auth;
} TELLS[] = {
    {{401, false, false, NULL},
     false,
     false,
     NULL,
     ESPOTA_AUTH_ANY,
     ESPOTA_E_OK,
     "basic"},
    {{401, false, false, NULL},
     false,
     false,
     NULL,
     ESPOTA_AUTH_SHA256,
     ESPOTA_E_POLICY,
     NULL},
    {{401, true, false, NULL},
     false,
     false,
     NULL,
     ESPOTA_AUTH_SHA256,
     ESPOTA_E_POLICY,
     NULL},
    {{401, false, false, NULL},
     true,
     false,
     NULL,
     ESPOTA_AUTH_SHA256,
     ESPOTA_E_OK,
     "basic"},
    {{200, false, false, NULL},
     false,
     false,
     NULL,
     ESPOTA_AUTH_SHA256,
     ESPOTA_E_OK,
     NULL},
    /* An announcement is nobody's word: a proof, but not the password. */
    {{401, false, false, NULL},
     false,
     true,
     NULL,
     ESPOTA_AUTH_ANY,
     ESPOTA_E_POLICY,
     NULL},
    {{401, true, false, NULL},
     false,
     true,
     NULL,
     ESPOTA_AUTH_ANY,
     ESPOTA_E_OK,
     "digest"},
    {{401, false, false, NULL},
     true,
     true,
     NULL,
     ESPOTA_AUTH_ANY,
     ESPOTA_E_OK,
     "basic"},
    /* Unasked: where the user says that there is a login, and nobody hears. */
    {{200, false, false, NULL},
     true,
     false,
     "me",
     ESPOTA_AUTH_ANY,
     ESPOTA_E_OK,
     "basic"},
    {{200, false, false, NULL},
     false,
     false,
     "me",
     ESPOTA_AUTH_ANY,
     ESPOTA_E_OK,
     NULL},
    {{200, false, false, NULL},
     true,
     false,
     NULL,
     ESPOTA_AUTH_ANY,
     ESPOTA_E_OK,
     NULL},
};

static void test_who_is_told_the_password(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TELLS / sizeof *TELLS; i++) {
        const struct web_job web = {.profile = eo_web_profile(NULL),
                                    .https = TELLS[i].https,
                                    .found = TELLS[i].found,
                                    .user = TELLS[i].user};
        const struct proto_job job = {.password = "p",
                                      .how.min_auth = TELLS[i].min_auth};
        struct espota_error err = {.category = ESPOTA_E_OK};
        const char *auth;
        const int rc = eo_web_looked(&web, &job, &TELLS[i].look, &auth, &err);

        if (err.category != TELLS[i].category)
            fail_msg("row %zu: %s, %s", i, espota_category_name(err.category),
                     err.message);
        if (rc != 0)
            continue;
        if (TELLS[i].auth != NULL)
            assert_string_equal(auth, TELLS[i].auth);
        else
            assert_null(auth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_look_shows_how_it_asks),
        cmocka_unit_test(test_who_is_told_the_password),
    };

    return cmocka_run_group_tests_name("web/login", tests, NULL, NULL);
}
