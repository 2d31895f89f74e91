/* test_crypto_aead.c -- ChaCha20-Poly1305. */
#include "support/bytes.h"

#include "crypto/aead.h"

/* RFC 8439 2.8.2, and what the RFC does not show: no text, no ad. */
static const struct vector {
    const char *name, *key, *nonce, *ad, *plain, *sealed;
} VECTORS[] = {
    {"RFC 8439 2.8.2",
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b6116"
     "1ae10b594f09e26a7e902ecbd0600691"},
    /* The first frame of the device in docs/PROTOCOLS.md, appendix B.2. */
    {"one byte, no ad",
     "3963f3cddd9ae1ba54b5617120c40b1292120b671eb5ccbd9ce7b550122eec41",
     "000000000000000000000000", "", "41",
     "981c25b800e40468cb3ed9f37a930f1557"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
        const struct vector *v = &VECTORS[i];
        uint8_t key[AEAD_KEY], nonce[AEAD_NONCE], ad[64], plain[256],
            sealed[256];
        struct aead_ad a = {ad, from_hex(ad, sizeof ad, v->ad)};
        const size_t len = from_hex(plain, sizeof plain, v->plain);
        uint8_t *box = malloc(len + AEAD_TAG);

        from_hex(key, sizeof key, v->key);
        from_hex(nonce, sizeof nonce, v->nonce);
        from_hex(sealed, sizeof sealed, v->sealed);
        assert_int_equal(eo_aead_seal(key, nonce, a, plain, len, box), 0);
        assert_memory_equal(box, sealed, len + AEAD_TAG);
        /* In place, as frames are opened. */
        assert_int_equal(
            eo_aead_open(key, nonce, a, box, len + AEAD_TAG, box), 0);
        assert_memory_equal(box, plain, len);
        memcpy(box, plain, len);
        assert_int_equal(eo_aead_seal(key, nonce, a, box, len, box), 0);
        assert_memory_equal(box, sealed, len + AEAD_TAG);
        free(box);
    }
}

static void test_nothing_is_sealed_too(void **state)
{
    static const uint8_t KEY[AEAD_KEY] = {1}, NONCE[AEAD_NONCE] = {2};
    const struct aead_ad a = {KEY, sizeof KEY}, none = {NULL, 0};
    uint8_t tag[AEAD_TAG];

    (void)state;
    assert_int_equal(eo_aead_seal(KEY, NONCE, a, NULL, 0, tag), 0);
    assert_int_equal(eo_aead_open(KEY, NONCE, a, tag, sizeof tag, NULL), 0);
    assert_int_equal(eo_aead_open(KEY, NONCE, none, tag, sizeof tag, NULL),
                     -1);
    assert_int_equal(eo_aead_open(KEY, NONCE, a, tag, sizeof tag - 1, NULL),
                     -1);
}

/* Any changed bit is seen, and what does not open leaves no text behind. */
static void test_a_changed_bit_is_seen(void **state)
{
    static const uint8_t KEY[AEAD_KEY] = {1}, NONCE[AEAD_NONCE] = {2};
    static const uint8_t ZERO[33];
    const struct aead_ad a = {KEY, 5};
    uint8_t plain[33], box[33 + AEAD_TAG], out[33];

    (void)state;
    memset(plain, 0x5a, sizeof plain);
    assert_int_equal(eo_aead_seal(KEY, NONCE, a, plain, sizeof plain, box),
                     0);
    for (size_t bit = 0; bit < 8 * sizeof box; bit++) {
        box[bit / 8] ^= (uint8_t)(1u << bit % 8);
        memset(out, 0xff, sizeof out);
        assert_int_equal(eo_aead_open(KEY, NONCE, a, box, sizeof box, out),
                         -1);
        assert_memory_equal(out, ZERO, sizeof out);
        box[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(eo_aead_open(KEY, NONCE, a, box, sizeof box, out), 0);
    assert_memory_equal(out, plain, sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_nothing_is_sealed_too),
        cmocka_unit_test(test_a_changed_bit_is_seen),
    };

    return cmocka_run_group_tests_name("crypto/aead", tests, NULL, NULL);
}
