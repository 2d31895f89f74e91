/* test_crypto_digest.c -- MD5 and SHA-256 against published vectors. */
#include "support/test.h"

#include "crypto/digest.h"

static const struct vector {
    enum digest kind;
    const char *text, *hex;
} VECTORS[] = {
    /* RFC 1321 A.5 */
    {DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
    {DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {DIGEST_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    /* FIPS 180-2 B.1, B.2 */
    {DIGEST_SHA256, "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {DIGEST_SHA256, "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
        const struct vector *v = &VECTORS[i];
        char hex[DIGEST_HEX_MAX];

        assert_int_equal(
            eo_digest_hex(v->kind, &(struct piece){v->text, strlen(v->text)},
                          1, hex),
            0);
        assert_string_equal(hex, v->hex);
        assert_int_equal(strlen(hex), 2 * eo_digest_size(v->kind));
    }
}

/* The password answers of docs/PROTOCOLS.md: hex(H(password nonce cnonce)). */
#define Z8 "00000000"
#define F8 "ffffffff"
#define A8 "aaaaaaaa"
static const struct proof {
    enum digest kind;
    const char *password, *nonce, *cnonce, *hex;
} PROOFS[] = {
    {DIGEST_MD5, "hunter2", "0123456789abcdef0123456789abcdef",
     "fedcba9876543210fedcba9876543210", "371f0d826510e3d5d2aa7065fe779443"},
    {DIGEST_MD5, "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83",
     "4f41243847da693a4f356c0486114bc6", A8 A8 A8 A8,
     "f6efe7fce9a9402a472fb11824561fc4"},
    {DIGEST_MD5, "", Z8 Z8 Z8 Z8, F8 F8 F8 F8,
     "709de96a4bd07075a0cab3958b557ffd"},
    {DIGEST_SHA256, "hunter2",
     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
     "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
     "2625d53f8cb0ecc173f121d6800827ec908a581f6fe9660a6da1b05494a05370"},
    {DIGEST_SHA256, "p\xc3\xa4ssw\xc3\xb6rd \xe2\x98\x83",
     "2baf1f40105d9501fe319a8ec463fdf4325a2a5df445adf3f572f626253678c9",
     A8 A8 A8 A8 A8 A8 A8 A8,
     "d3a115d441f12587c9f182b3b8f7f43eb36f5280aa9db1b4b728a9a341a984cd"},
    {DIGEST_SHA256, "", Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8, F8 F8 F8 F8 F8 F8 F8 F8,
     "e2bd2dcef148b54e935fe552c7c83978103f85b2d970d55f482717bb3904b7ac"},
};

static void test_pieces_are_hashed_in_a_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PROOFS / sizeof *PROOFS; i++) {
        const struct proof *p = &PROOFS[i];
        char hex[DIGEST_HEX_MAX];

        assert_int_equal(
            eo_digest_hex(p->kind,
                          (struct piece[]){{p->password, strlen(p->password)},
                                           {p->nonce, strlen(p->nonce)},
                                           {p->cnonce, strlen(p->cnonce)}},
                          3, hex),
            0);
        assert_string_equal(hex, p->hex);
    }
}

static void test_a_hasher_can_be_asked_on_the_way(void **state)
{
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
        const struct vector *v = &VECTORS[i];
        struct hasher *h = eo_hasher_new(v->kind);
        char hex[DIGEST_HEX_MAX];

        (void)state;
        assert_non_null(h);
        for (const char *c = v->text; *c != '\0'; c++) {
            eo_hasher_add(h, c, 1);
            assert_int_equal(eo_hasher_hex(h, hex), 0);
        }
        assert_int_equal(eo_hasher_hex(h, hex), 0);
        assert_string_equal(hex, v->hex);
        eo_hasher_free(h);
    }
    eo_hasher_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_pieces_are_hashed_in_a_row),
        cmocka_unit_test(test_a_hasher_can_be_asked_on_the_way),
    };

    return cmocka_run_group_tests_name("crypto/digest", tests, NULL, NULL);
}
