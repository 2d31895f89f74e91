/* test_fleet_target.c -- our copy of a target, and its secrets. */
#include "support/bytes.h"

#include "base/mem.h"
#include "fleet/target.h"
#include "support/memory.h"

#define GOOD "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const struct {
    const char *name, *key;
    bool taken;
    const char *message; /* a word of it */
} KEYS[] = {
    {"32 bytes", GOOD, true, NULL},
    {"31 bytes", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", false,
     "base64 of 32"},
    {"33 bytes", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", false,
     "base64 of 32"},
    {"nothing", "", false, "base64 of 32"},
    {"no padding", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", false,
     "base64 of 32"},
    {"a password", "hunter2 hunter2 hunter2 hunter2 hunter2 hunt", false,
     "base64 of 32"},
    {"hex", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     false, "base64 of 32"},
    {"a blank behind", GOOD " ", false, "base64 of 32"},
    {"all zero", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false,
     "all-zero"},
};

static void test_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const struct espota_target from =
            ESPOTA_TARGET(.host = "kitchen", .key = KEYS[i].key);
        struct espota_error err = {0};
        struct target t;
        const int rc = eo_target_copy(&t, &from, &err);

        assert_int_equal(rc, KEYS[i].taken ? 0 : -1);
        if (rc == 0) {
            assert_true(t.has_key);
            assert_null(t.pub.key);
            assert_hex_equal(t.key, sizeof t.key,
                             "000102030405060708090a0b0c0d0e0f"
                             "101112131415161718191a1b1c1d1e1f");
            eo_target_free(&t);
            continue;
        }
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_non_null(strstr(err.message, KEYS[i].message));
        if (KEYS[i].key[0] != '\0')
            assert_null(strstr(err.message, KEYS[i].key));
    }
}

/* What makes no sense is told before anybody is asked. */
#ifdef EO_WITH_HTTP_PUSH
#define WITHOUT_CURL NULL
#else
#define WITHOUT_CURL "libcurl was left out"
#endif

static const struct {
    const char *host, *resolve; /* NULL: none */
    const char *message;        /* a word of it; NULL: it is taken */
} HOSTS[] = {
    {"kitchen", NULL, NULL},
    {"kitchen.local.", NULL, NULL},
    {"192.0.2.7", NULL, NULL},
    {"2001:db8::7", NULL, NULL},
    {"[2001:db8::7]", NULL, NULL},
    {"fe80::1%nowhere0", NULL, NULL}, /* it may be plugged in yet */
    {"http://192.0.2.7:81/update", NULL, WITHOUT_CURL},
    {"", NULL, "no name"},
    {"192.0.2.7:8266", NULL, "neither a name nor an address"},
    {"kitchen.local:8266", NULL, "neither a name nor an address"},
    {"[2001:db8::7", NULL, "cannot be a host"},
    {"kitchen=192.0.2.7", NULL, "neither a name nor an address"},
    {"a kitchen", NULL, "cannot be a host"},
    {"192.0.2.7,192.0.2.8", NULL, "cannot be a host"},
    {"http://a:b@kitchen", NULL, "do not belong in a URL"},
    {"[2001:db8::7]:8266", NULL, "neither a name nor an address"},
    {"kitchen", "kitchen=192.0.2.7", NULL},
    {"kitchen", "kitchen=[2001:db8::7]", NULL},
    {"kitchen", "kitchen=fe80::1%nowhere0", NULL},
    {"kitchen", "", "not NAME=ADDRESS"},
    {"kitchen", "kitchen", "not NAME=ADDRESS"},
    {"kitchen", "kitchen=", "not NAME=ADDRESS"},
    {"kitchen", "=192.0.2.7", "not NAME=ADDRESS"},
    {"kitchen", "kitchen=192.0.2.700", "not NAME=ADDRESS"},
    {"kitchen", "kitchen=192.0.2.7:80", "not NAME=ADDRESS"},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HOSTS / sizeof *HOSTS; i++) {
        const struct espota_target t =
            ESPOTA_TARGET(.host = HOSTS[i].host, .resolve = &HOSTS[i].resolve,
                          .n_resolve = HOSTS[i].resolve != NULL);
        struct espota_error err = {0};
        const int rc = espota_target_check(&t, &err);

        assert_int_equal(rc, HOSTS[i].message == NULL ? 0 : -1);
        if (rc == 0)
            continue;
        assert_int_equal(err.category, ESPOTA_E_USAGE);
        assert_non_null(strstr(err.message, HOSTS[i].message));
    }
}

static void test_no_key_is_fine(void **state)
{
    const struct espota_target from =
        ESPOTA_TARGET(.host = "kitchen", .how.require_encryption = true);
    struct target t;

    (void)state;
    assert_int_equal(eo_target_copy(&t, &from, NULL), 0);
    assert_false(t.has_key);
    assert_true(t.pub.how.require_encryption);
    eo_target_free(&t);
}

static void test_secrets_are_wiped(void **state)
{
    enum { KEY = 3 }; /* the others are passwords */
    char password[KEY][SECRET_LEN + 1], key[SECRET_BASE64 + 1];
    const char *const list[] = {password[0], password[1], password[2]};
    const struct espota_target from =
        ESPOTA_TARGET(.host = "kitchen", .passwords = list, .n_passwords = 3,
                      .key = key);
    struct target t;

    (void)state;
    for (unsigned n = 0; n < KEY; n++)
        secret_make(n, password[n]);
    secret_make_base64(KEY, key);
    assert_int_equal(eo_target_copy(&t, &from, NULL), 0);
    eo_wipe(password, sizeof password);
    eo_wipe(key, sizeof key);
    if (secret_left(0) < 0) {
        eo_target_free(&t);
        print_message("skip: this system or build cannot look at its memory\n");
        skip();
    }
    for (unsigned n = 0; n <= KEY; n++)
        assert_int_equal(secret_left(n), 1); /* ours, and no further copy */
    eo_target_wipe(&t);
    for (unsigned n = 0; n <= KEY; n++)
        assert_int_equal(secret_left(n), 0);
    eo_target_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_no_key_is_fine),
        cmocka_unit_test(test_secrets_are_wiped),
    };

    return cmocka_run_group_tests_name("fleet/target", tests, NULL, NULL);
}
