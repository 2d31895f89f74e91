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
        const struct espota_target from = {.host = "kitchen",
                                           .key = KEYS[i].key};
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

static void test_no_key_is_fine(void **state)
{
    const struct espota_target from = {.host = "kitchen",
                                       .require_encryption = true};
    struct target t;

    (void)state;
    assert_int_equal(eo_target_copy(&t, &from, NULL), 0);
    assert_false(t.has_key);
    assert_true(t.pub.require_encryption);
    eo_target_free(&t);
}

/* Byte i of the secret number n: 0 to 2 are passwords, 3 the key. */
static uint8_t secret_byte(unsigned n, size_t i)
{
    return (uint8_t)('!' + (i * (5 + 2 * n) + i * i + 7 * n) % 90);
}

static int still_there(unsigned n)
{
    uint8_t masked[32];

    for (size_t i = 0; i < sizeof masked; i++)
        masked[i] = secret_byte(n, i) ^ MEMORY_MASK;
    return memory_finds(masked, sizeof masked);
}

static void test_secrets_are_wiped(void **state)
{
    static const char ALPHABET[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char password[3][33] = {""}, key[45] = "";
    const char *const list[] = {password[0], password[1], password[2]};
    const struct espota_target from = {
        .host = "kitchen", .passwords = list, .n_passwords = 3, .key = key};
    struct target t;

    (void)state;
    for (size_t i = 0; i < 32; i++)
        for (unsigned n = 0; n < 3; n++)
            password[n][i] = (char)secret_byte(n, i);
    for (size_t i = 0; i < 44; i += 4) {
        uint32_t word = 0;

        for (size_t k = 0; k < 3; k++)
            word = word << 8 | (i / 4 * 3 + k < 32
                                    ? secret_byte(3, i / 4 * 3 + k)
                                    : 0u);
        for (size_t k = 0; k < 4; k++)
            key[i + k] = ALPHABET[word >> (18 - 6 * k) & 63];
    }
    key[43] = '=';
    assert_int_equal(eo_target_copy(&t, &from, NULL), 0);
    eo_wipe(password, sizeof password);
    eo_wipe(key, sizeof key);
    if (still_there(0) < 0) {
        eo_target_free(&t);
        print_message("skip: this system or build cannot look at its memory\n");
        skip();
    }
    for (unsigned n = 0; n <= 3; n++)
        assert_int_equal(still_there(n), 1); /* ours, and no further copy */
    eo_target_wipe(&t);
    for (unsigned n = 0; n <= 3; n++)
        assert_int_equal(still_there(n), 0);
    eo_target_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_no_key_is_fine),
        cmocka_unit_test(test_secrets_are_wiped),
    };

    return cmocka_run_group_tests_name("fleet/target", tests, NULL, NULL);
}
