/* test_proto_noise.c -- ESPHome's encryption: against the values of
 * docs/PROTOCOLS.md, appendix B.2, and against a device written separately. */
#include "support/bytes.h"

#include "base/mem.h"
#include "proto/noise.h"
#include "sim_esphome/noise.h"
#include "support/memory.h"

/* ---- appendix B.2 -------------------------------------------------------- */

#define PSK "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define CLIENT_PRIVATE \
    "1111111111111111111111111111111111111111111111111111111111111111"
#define FRAME_1                                                        \
    "010031007b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892c" \
    "b0f73f13410838c772608f003af0e4d340aea563"
#define FRAME_2                                                        \
    "010031000faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf26" \
    "78570f20744a2655c2b4acf82f43588d620f0920"
#define HASH "26f9d369be55d872160587389211855977dbd8cb851ccff173c7bb8501e1be8b"
#define KEY_OUT \
    "db72db7b88aa6a8223bac741154c7881c10c92ab4a4b7a9c36d0f107e18695a4"
#define KEY_IN "3963f3cddd9ae1ba54b5617120c40b1292120b671eb5ccbd9ce7b550122eec41"
#define IN_0 "010011981c25b800e40468cb3ed9f37a930f1557"
#define IN_1 "0100110567fc96535d347e8f1823652a308437dd"
#define OUT_0 "0100110864b4a12ca31ecf6ad41f0d9be9be4945"
#define OUT_1 "01001443192a2b4b6383078fc4e0e49202d8990c47a5a5"

static const struct noise_preamble SPOKEN = {2, 0x0f, 0x04};
static const uint8_t WIRE[SIM_NOISE_SPOKEN] = {
    0x6c, 0x26, 0xf7, 0x5c, 0x45, 0x00, 0x02, 0x0f, 0x48, 0x04};

static void start(struct noise *s)
{
    uint8_t psk[NOISE_KEY], own[NOISE_KEY], hello[NOISE_HELLO_FRAME];

    from_hex(psk, sizeof psk, PSK);
    from_hex(own, sizeof own, CLIENT_PRIVATE);
    assert_int_equal(eo_noise_start(s, psk, &SPOKEN, own, hello, NULL), 0);
    assert_hex_equal(hello, sizeof hello, FRAME_1);
}

/* Feeds hex in pieces of at most piece bytes; the result of the last. */
static enum noise_read feed(struct noise *s, const char *hex, size_t piece,
                            struct noise_text *text, struct espota_error *err)
{
    uint8_t bytes[2 * NOISE_FRAME_MAX];
    const size_t len = from_hex(bytes, sizeof bytes, hex);
    enum noise_read got = NOISE_MORE;

    for (size_t at = 0; at < len; at += piece) {
        const size_t now = len - at < piece ? len - at : piece;
        uint8_t *copy = exact(bytes + at, now);
        struct reader in = eo_reader(copy, now);

        assert_int_equal(got, NOISE_MORE);
        got = eo_noise_read(s, &in, text, err);
        assert_true(got == NOISE_FAILED || eo_left(&in) == 0);
        free(copy);
    }
    return got;
}

static const size_t PIECES[] = {1, 3, 1024};

static void test_appendix_b2(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        struct noise s;
        struct noise_text text;
        uint8_t out[NOISE_FRAME_MAX];
        size_t n;

        start(&s);
        assert_int_equal(eo_noise_seal(&s, out, 1, out), 0); /* too early */
        assert_int_equal(feed(&s, FRAME_2, PIECES[i], &text, NULL),
                         NOISE_READY);
        assert_hex_equal(s.hash, NOISE_KEY, HASH);
        assert_hex_equal(s.out.key, NOISE_KEY, KEY_OUT);
        assert_hex_equal(s.in.key, NOISE_KEY, KEY_IN);

        assert_int_equal(feed(&s, IN_0, PIECES[i], &text, NULL), NOISE_TEXT);
        assert_int_equal(text.len, 1);
        assert_int_equal(text.bytes[0], 0x41);
        n = eo_noise_seal(&s, (const uint8_t[]){0x00}, 1, out);
        assert_hex_equal(out, n, OUT_0);
        n = eo_noise_seal(&s, (const uint8_t[]){0, 0, 0x10, 0}, 4, out);
        assert_hex_equal(out, n, OUT_1);
        assert_int_equal(feed(&s, IN_1, PIECES[i], &text, NULL), NOISE_TEXT);
        assert_int_equal(text.len, 1);
        assert_int_equal(text.bytes[0], 0x42);
    }
}

/* ---- against a device ---------------------------------------------------- */

/* 0 if the device accepted and so did we. */
static int shake(struct noise *s, struct sim_noise *d,
                 const struct noise_preamble *said,
                 const uint8_t spoken[SIM_NOISE_SPOKEN],
                 const uint8_t ours[NOISE_KEY], const uint8_t theirs[NOISE_KEY])
{
    static const uint8_t OWN[NOISE_KEY] = {3}, DEVICE[NOISE_KEY] = {4};
    uint8_t hello[NOISE_HELLO_FRAME], answer[NOISE_HELLO_FRAME] = {1, 0, 49, 0};
    struct reader in = eo_reader(answer, sizeof answer);
    struct noise_text text;

    assert_int_equal(eo_noise_start(s, ours, said, OWN, hello, NULL), 0);
    if (eo_sim_noise_greet(d, theirs, spoken, DEVICE, hello + 4, answer + 4) !=
        0)
        return -1;
    return eo_noise_read(s, &in, &text, NULL) == NOISE_READY ? 0 : -1;
}

static void test_every_length_goes_both_ways(void **state)
{
    static const size_t LENGTHS[] = {1, 4, 32, 1023, 1024, 1, 1024};
    static const uint8_t KEY[NOISE_KEY] = {9};
    struct noise s;
    struct sim_noise d;
    struct noise_text text;
    uint8_t plain[NOISE_PLAIN_MAX + 1], frame[NOISE_FRAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (uint8_t)(i * 7);
    assert_int_equal(shake(&s, &d, &SPOKEN, WIRE, KEY, KEY), 0);
    for (size_t round = 0; round < 300; round++) /* beyond one counter byte */
        for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
            const size_t len = LENGTHS[i];
            size_t n = eo_noise_seal(&s, plain, len, frame);
            struct reader in;

            assert_int_equal(n, NOISE_HEAD + len + NOISE_TAG);
            assert_int_equal(frame[0], 1);
            assert_int_equal(eo_be16(frame + 1), len + NOISE_TAG);
            assert_int_equal(
                eo_sim_noise_open(&d, frame + NOISE_HEAD, n - NOISE_HEAD), len);
            assert_memory_equal(frame + NOISE_HEAD, plain, len);

            n = eo_sim_noise_seal(&d, plain, len, frame);
            in = eo_reader(frame, n);
            assert_int_equal(eo_noise_read(&s, &in, &text, NULL), NOISE_TEXT);
            assert_int_equal(text.len, len);
            assert_memory_equal(text.bytes, plain, len);
        }
    assert_int_equal(eo_noise_seal(&s, plain, 0, frame), 0);
    assert_int_equal(eo_noise_seal(&s, plain, NOISE_PLAIN_MAX + 1, frame), 0);
}

/* Several frames may share a segment: each call takes one. */
static void test_frames_in_one_segment(void **state)
{
    static const uint8_t KEY[NOISE_KEY] = {9};
    struct noise s;
    struct sim_noise d;
    struct noise_text text;
    uint8_t frames[3 * 20];
    struct reader in;

    (void)state;
    assert_int_equal(shake(&s, &d, &SPOKEN, WIRE, KEY, KEY), 0);
    for (size_t i = 0; i < 3; i++)
        eo_sim_noise_seal(&d, (const uint8_t[]){(uint8_t)(0x42 + i)}, 1,
                          frames + 20 * i);
    in = eo_reader(frames, sizeof frames);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(eo_noise_read(&s, &in, &text, NULL), NOISE_TEXT);
        assert_int_equal(text.bytes[0], 0x42 + i);
    }
    assert_int_equal(eo_noise_read(&s, &in, &text, NULL), NOISE_MORE);
}

static void test_another_key_does_not_fit(void **state)
{
    struct noise s;
    struct sim_noise d;
    uint8_t ours[NOISE_KEY], theirs[NOISE_KEY];

    (void)state;
    memset(ours, 9, sizeof ours);
    memset(theirs, 9, sizeof theirs);
    assert_int_equal(shake(&s, &d, &SPOKEN, WIRE, ours, theirs), 0);
    theirs[31] ^= 0x01;
    assert_int_equal(shake(&s, &d, &SPOKEN, WIRE, ours, theirs), -1);
}

/* Whatever was said in the clear and reached the other side differently. */
static void test_a_changed_preamble_does_not_fit(void **state)
{
    static const uint8_t KEY[NOISE_KEY] = {9};
    struct noise s;
    struct sim_noise d;

    (void)state;
    for (size_t i = 0; i < SIM_NOISE_SPOKEN; i++) {
        uint8_t spoken[SIM_NOISE_SPOKEN];

        memcpy(spoken, WIRE, sizeof spoken);
        spoken[i] ^= 0x01;
        assert_int_equal(shake(&s, &d, &SPOKEN, spoken, KEY, KEY), -1);
    }
}

/* ---- a hostile or broken device ------------------------------------------ */

#define ZEROS_32 \
    "0000000000000000000000000000000000000000000000000000000000000000"
#define TAG "744a2655c2b4acf82f43588d620f0920"
#define REASON_MAC "48616e647368616b65204d4143206661696c757265"
#define REASON_ERROR "48616e647368616b65206572726f72"

static const struct refusal {
    const char *name;
    bool open; /* after the handshake; else in its place */
    const char *frame;
    enum espota_category category;
    const char *device;
} REFUSALS[] = {
    {"the key is wrong", false, "01001601" REASON_MAC, ESPOTA_E_AUTH,
     "Handshake MAC failure"},
    {"another reason", false, "01001001" REASON_ERROR, ESPOTA_E_AUTH,
     "Handshake error"},
    {"a reason that begins like the right one", false,
     "01001701" REASON_MAC "73", ESPOTA_E_AUTH, "Handshake MAC failures"},
    {"a reason that drives terminals", false, "010004011b5b4a", ESPOTA_E_AUTH,
     "\\x1b[J"},
    {"no reason", false, "01000101", ESPOTA_E_AUTH, ""},
    {"plain text", false, "94", ESPOTA_E_PROTOCOL, ""},
    {"an empty frame", false, "010000", ESPOTA_E_PROTOCOL, ""},
    {"a long handshake", false, "010082", ESPOTA_E_PROTOCOL, ""},
    {"an unknown status", false, "01000102", ESPOTA_E_PROTOCOL, ""},
    {"a short message", false, "0100030000aa", ESPOTA_E_PROTOCOL, ""},
    {"a worthless ephemeral key", false, "01003100" ZEROS_32 TAG,
     ESPOTA_E_PROTOCOL, ""},
    {"an impostor", false,
     "010031000faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf26"
     "78570f20744a2655c2b4acf82f43588d620f0921",
     ESPOTA_E_AUTH, ""},
    {"plain text after the handshake", true, "41", ESPOTA_E_BROKEN, ""},
    {"a frame of nothing", true, "010010", ESPOTA_E_BROKEN, ""},
    {"a frame that is too long", true, "010411", ESPOTA_E_BROKEN, ""},
    {"a changed frame", true, "010011981c25b800e40468cb3ed9f37a930f1556",
     ESPOTA_E_BROKEN, ""},
    {"the second frame first", true, IN_1, ESPOTA_E_BROKEN, ""},
    {"our own frame", true, OUT_0, ESPOTA_E_BROKEN, ""},
};

static void refused(const struct refusal *r, size_t piece)
{
    static const struct noise WIPED;
    struct espota_error err = {0};
    struct noise_text text = {0};
    struct noise s;
    uint8_t out[NOISE_FRAME_MAX];

    start(&s);
    if (r->open)
        assert_int_equal(feed(&s, FRAME_2, piece, &text, NULL), NOISE_READY);
    assert_int_equal(feed(&s, r->frame, piece, &text, &err), NOISE_FAILED);
    assert_int_equal(err.category, r->category);
    assert_string_equal(err.device, r->device);
    assert_true(err.message[0] != '\0');
    assert_memory_equal(&s, &WIPED, sizeof s);
    assert_int_equal(feed(&s, IN_0, 64, &text, &err), NOISE_FAILED);
    assert_int_equal(eo_noise_seal(&s, out, 1, out), 0);
}

static void test_refusal(void **state)
{
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++)
        refused(*state, PIECES[i]);
}

static void test_a_frame_counts_once(void **state)
{
    struct noise s;
    struct noise_text text;

    (void)state;
    start(&s);
    assert_int_equal(feed(&s, FRAME_2, 64, &text, NULL), NOISE_READY);
    assert_int_equal(feed(&s, IN_0, 64, &text, NULL), NOISE_TEXT);
    assert_int_equal(feed(&s, IN_0, 64, &text, NULL), NOISE_FAILED);
}

static void test_the_last_counter_is_never_used(void **state)
{
    struct noise s;
    struct noise_text text;
    uint8_t out[NOISE_FRAME_MAX];

    (void)state;
    start(&s);
    assert_int_equal(feed(&s, FRAME_2, 64, &text, NULL), NOISE_READY);
    s.out.counter = UINT64_MAX - 1;
    assert_int_equal(eo_noise_seal(&s, out, 1, out), 20);
    assert_int_equal(eo_noise_seal(&s, out, 1, out), 0);
    s.in.counter = UINT64_MAX;
    assert_int_equal(feed(&s, IN_0, 64, &text, NULL), NOISE_FAILED);
}

static void test_the_key_of_a_device_without_one_is_refused(void **state)
{
    static const uint8_t ZERO[NOISE_KEY], OWN[NOISE_KEY] = {1};
    struct espota_error err = {0};
    uint8_t hello[NOISE_HELLO_FRAME];
    struct noise s;

    (void)state;
    assert_int_equal(eo_noise_start(&s, ZERO, &SPOKEN, OWN, hello, &err), -1);
    assert_int_equal(err.category, ESPOTA_E_USAGE);
    assert_int_equal(s.state, NOISE_DEAD);
}

/* ---- what stays in memory ------------------------------------------------ */

static void test_no_secret_outlives_its_use(void **state)
{
    struct noise *s = calloc(1, sizeof *s);
    struct sim_noise d;
    char psk[SECRET_LEN + 1], own[SECRET_LEN + 1];
    uint8_t key[NOISE_KEY];
    uint8_t hello[NOISE_HELLO_FRAME], answer[NOISE_HELLO_FRAME] = {1, 0, 49, 0};
    struct reader in = eo_reader(answer, sizeof answer);
    struct noise_text text;

    (void)state;
    secret_make(1, psk);
    secret_make(2, own);
    if (secret_left(1) < 0) {
        print_message("skip: this system or build cannot look at its memory\n");
        free(s);
        skip();
    }
    assert_true(secret_left(1) > 0); /* it does look */
    assert_int_equal(eo_noise_start(s, (uint8_t *)psk, &SPOKEN, (uint8_t *)own,
                                    hello, NULL),
                     0);
    assert_int_equal(eo_sim_noise_greet(&d, (uint8_t *)psk, WIRE,
                                        (uint8_t *)own, hello + 4, answer + 4),
                     0);
    eo_wipe(psk, sizeof psk);
    eo_wipe(own, sizeof own);
    assert_int_equal(secret_left(1), 0);
    assert_int_equal(secret_left(2), 1); /* the handshake needs it once more */
    assert_int_equal(eo_noise_read(s, &in, &text, NULL), NOISE_READY);
    assert_int_equal(secret_left(2), 0);

    for (size_t i = 0; i < NOISE_KEY; i++)
        key[i] = s->out.key[i] ^ SECRET_MASK;
    eo_wipe(&d, sizeof d);
    assert_int_equal(secret_left_masked(key, sizeof key), 1);
    for (size_t i = 0; i < 10; i++)
        assert_true(eo_noise_seal(s, hello, sizeof hello, s->frame) > 0);
    assert_int_equal(secret_left_masked(key, sizeof key), 1);
    eo_noise_wipe(s);
    assert_int_equal(secret_left_masked(key, sizeof key), 0);
    free(s);
}

int main(void)
{
    enum { FIXED = 9, N = FIXED + sizeof REFUSALS / sizeof *REFUSALS };
    struct CMUnitTest tests[N] = {
        cmocka_unit_test(test_appendix_b2),
        cmocka_unit_test(test_every_length_goes_both_ways),
        cmocka_unit_test(test_frames_in_one_segment),
        cmocka_unit_test(test_another_key_does_not_fit),
        cmocka_unit_test(test_a_changed_preamble_does_not_fit),
        cmocka_unit_test(test_a_frame_counts_once),
        cmocka_unit_test(test_the_last_counter_is_never_used),
        cmocka_unit_test(test_the_key_of_a_device_without_one_is_refused),
        cmocka_unit_test(test_no_secret_outlives_its_use),
    };

    for (size_t i = FIXED; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = REFUSALS[i - FIXED].name,
            .test_func = test_refusal,
            .initial_state = (void *)&REFUSALS[i - FIXED],
        };
    return cmocka_run_group_tests_name("proto/noise", tests, NULL, NULL);
}
