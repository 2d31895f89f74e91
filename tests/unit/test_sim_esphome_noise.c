/* test_sim_esphome_noise.c -- the device's side of ESPHome's encryption: the
 * values of docs/PROTOCOLS.md, appendix B.2. */
#include "support/bytes.h"

#include "sim_esphome/noise.h"

static const uint8_t SPOKEN[SIM_NOISE_SPOKEN] = {0x6c, 0x26, 0xf7, 0x5c, 0x45,
                                                 0x00, 0x02, 0x0f, 0x48, 0x04};

/* The client's message, and what this device makes of it. */
static int greet(struct sim_noise *s, const uint8_t spoken[SIM_NOISE_SPOKEN],
                 uint8_t flip_psk, uint8_t answer[NOISE_MESSAGE])
{
    uint8_t psk[32], own[32], client[NOISE_MESSAGE];

    for (size_t i = 0; i < sizeof psk; i++)
        psk[i] = (uint8_t)i;
    psk[31] ^= flip_psk;
    memset(own, 0x22, sizeof own);
    from_hex(client, sizeof client,
             "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13"
             "410838c772608f003af0e4d340aea563");
    return eo_sim_noise_greet(s, psk, spoken, own, client, answer);
}

static void test_appendix_b2(void **state)
{
    struct sim_noise s;
    uint8_t answer[NOISE_MESSAGE], frame[64];
    size_t n;

    (void)state;
    assert_int_equal(greet(&s, SPOKEN, 0, answer), 0);
    assert_hex_equal(
        answer, sizeof answer,
        "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20"
        "744a2655c2b4acf82f43588d620f0920");
    assert_hex_equal(
        s.h, 32,
        "26f9d369be55d872160587389211855977dbd8cb851ccff173c7bb8501e1be8b");
    n = eo_sim_noise_seal(&s, "\x41", 1, frame);
    assert_hex_equal(frame, n, "010011981c25b800e40468cb3ed9f37a930f1557");
    n = eo_sim_noise_seal(&s, "\x42", 1, frame);
    assert_hex_equal(frame, n, "0100110567fc96535d347e8f1823652a308437dd");

    n = from_hex(frame, sizeof frame, "0864b4a12ca31ecf6ad41f0d9be9be4945");
    assert_int_equal(eo_sim_noise_open(&s, frame, n), 1);
    assert_int_equal(frame[0], 0x00);
    n = from_hex(frame, sizeof frame,
                 "43192a2b4b6383078fc4e0e49202d8990c47a5a5");
    assert_int_equal(eo_sim_noise_open(&s, frame, n), 4);
    assert_hex_equal(frame, 4, "00001000");
}

static void test_what_does_not_fit(void **state)
{
    struct sim_noise s;
    uint8_t answer[NOISE_MESSAGE], spoken[SIM_NOISE_SPOKEN], frame[17] = {0};

    (void)state;
    assert_int_equal(greet(&s, SPOKEN, 1, answer), -1);
    for (size_t i = 0; i < sizeof spoken; i++) {
        memcpy(spoken, SPOKEN, sizeof spoken);
        spoken[i] ^= 0x80;
        assert_int_equal(greet(&s, spoken, 0, answer), -1);
    }
    assert_int_equal(greet(&s, SPOKEN, 0, answer), 0);
    assert_int_equal(eo_sim_noise_open(&s, frame, sizeof frame), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appendix_b2),
        cmocka_unit_test(test_what_does_not_fit),
    };

    return cmocka_run_group_tests_name("sim_esphome/noise", tests, NULL, NULL);
}
