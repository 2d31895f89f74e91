/* test_crypto_x25519.c -- Diffie-Hellman on Curve25519. */
#include "support/bytes.h"

#include "crypto/x25519.h"

/* RFC 7748 5.2 and 6.1; the public keys of docs/PROTOCOLS.md, appendix B.2. */
static const struct {
    const char *private_key, *peer, *shared;
} SHARED[] = {
    {"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
     "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
     "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
    {"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
};

static const struct {
    const char *private_key, *public_key;
} PUBLIC[] = {
    {"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"},
    {"1111111111111111111111111111111111111111111111111111111111111111",
     "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13"},
    {"2222222222222222222222222222222222222222222222222222222222222222",
     "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20"},
};

static void test_public_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PUBLIC / sizeof *PUBLIC; i++) {
        uint8_t own[X25519_KEY], out[X25519_KEY];

        from_hex(own, sizeof own, PUBLIC[i].private_key);
        assert_int_equal(eo_x25519_public(own, out), 0);
        assert_hex_equal(out, sizeof out, PUBLIC[i].public_key);
    }
}

static void test_shared_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SHARED / sizeof *SHARED; i++) {
        uint8_t own[X25519_KEY], peer[X25519_KEY], out[X25519_KEY];

        from_hex(own, sizeof own, SHARED[i].private_key);
        from_hex(peer, sizeof peer, SHARED[i].peer);
        assert_int_equal(eo_x25519(own, peer, out), 0);
        assert_hex_equal(out, sizeof out, SHARED[i].shared);
    }
}

/* Every point of order 1, 2, 4 or 8, and the same beyond the prime. */
static const char *const SMALL[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void test_a_peer_of_small_order_is_refused(void **state)
{
    static const uint8_t ZERO[X25519_KEY];

    (void)state;
    for (size_t i = 0; i < sizeof SMALL / sizeof *SMALL; i++) {
        uint8_t own[X25519_KEY], peer[X25519_KEY], out[X25519_KEY];

        memset(own, 0x11, sizeof own);
        memset(out, 0xff, sizeof out);
        from_hex(peer, sizeof peer, SMALL[i]);
        assert_int_equal(eo_x25519(own, peer, out), -1);
        assert_memory_equal(out, ZERO, sizeof out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_keys),
        cmocka_unit_test(test_shared_secrets),
        cmocka_unit_test(test_a_peer_of_small_order_is_refused),
    };

    return cmocka_run_group_tests_name("crypto/x25519", tests, NULL, NULL);
}
