/* test_proto_esphome_line.c -- ESPHome's protocol with encryption, one
 * conversation a row, against a device side written separately. */
#include "support/bytes.h"
#include "support/noise_device.h"

#include "image/gzip.h"
#include "image/image.h"

/* 2 * 8192 + 3 bytes: two whole blocks and a tail. */
enum { IMAGE_LEN = 16387 };

static uint8_t image_bytes[IMAGE_LEN];

#define MAGIC "6c26f75c45"
#define HELLO {'h', MAGIC "0f"}, {'d', "0002"}
#define HELLO1 {'h', MAGIC "0f"}, {'d', "0001"}
#define KEYLESS {'h', MAGIC "07"}, {'d', "0002"}
#define OFFERED {'d', "4804"}
#define ADMITTED HELLO, OFFERED, {'k', ""}, {'-', ""}, {'v', "41"}
#define PREPARED                                                         \
    ADMITTED, {'w', "00"}, {'w', "00004003"}, {'-', ""}, {'v', "42"},    \
        {'W', "md5"}, {'-', ""}, {'v', "43"}
#define BLOCKS                                                           \
    {'b', "8192"}, {'-', ""}, {'v', "47"}, {'b', "8192"}, {'-', ""},     \
        {'v', "47"}, {'b', "3"}, {'-', ""}, {'v', "47"}
/* A challenge inside the encryption: the nonce is 32 times "0", and the answers
 * were computed with md5sum over password, nonce and cnonce. */
#define NONCE_16 "30303030303030303030303030303030"
#define CHALLENGED HELLO, OFFERED, {'k', ""}, {'v', "01"}, {'v', NONCE_16 NONCE_16}, \
    {'w', CNONCE_OF_123}
#define CNONCE_OF_123                                                    \
    "3031303230333030303030303030303030303030303030303030303030303030"
#define SECRET_PROOF                                                     \
    "3730353932343536343637346632376637323736666666306564643638343839"
#define EMPTY_PROOF                                                      \
    "6539623138393765303762666631386238653735373864623034326638306333"
#define VERDICT {'v', "44"}, {'-', ""}, {'v', "45"}
#define BYE {'w', "00"}, {'x', ""}

enum {
    NO_KEY = 1,
    PASSWORD = 2,
    REQUIRED = 4,
    GZIP = 8,
    ESP32 = 16,
    TABLE = 32,
    BOOTLOADER = 64
};

static const struct conversation {
    const char *name;
    unsigned how;
    struct noise_line line[32];
    enum espota_category category; /* COUNT: it goes on */
    const char *device;
    const char *hint; /* a word of it; NULL: not looked at */
} CASES[] = {
    /* ---- how it goes well */
    {"version 2", 0, {PREPARED, BLOCKS, VERDICT, BYE}, ESPOTA_E_OK, "", NULL},
    {"the password is not sent", PASSWORD, {PREPARED, BLOCKS, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"required and there", REQUIRED, {PREPARED, BLOCKS, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"an ESP32 gets two blocks", ESP32,
     {PREPARED, {'b', "16384"}, {'-', ""}, {'v', "47"}, {'b', "3"},
      {'v', "4747"}, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"compressed, then encrypted", GZIP,
     {HELLO, {'d', "4805"}, {'k', ""}, {'v', "41"}, {'w', "00"}, {'S', ""},
      {'v', "42"}, {'W', "md5"}, {'v', "43"}, {'b', "all"}, {'-', ""},
      {'v', "47"}, VERDICT, BYE},
     ESPOTA_E_OK, "", NULL},
    {"version 1: progress is what TCP confirms", 0,
     {HELLO1, OFFERED, {'k', ""}, {'v', "41"}, {'w', "00"}, {'w', "00004003"},
      {'v', "42"}, {'W', "md5"}, {'v', "43"}, {'b', "16384"}, {'-', ""},
      /* 152 bytes went before; a frame is 1043 long */
      {'a', "1194"}, {'-', ""}, {'a', "1195"}, {'b', "3"}, {'-', ""}, VERDICT,
      BYE},
     ESPOTA_E_OK, "", NULL},
    {"all that is left to say in one segment", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "47"},
      {'b', "3"}, {'v', "474445"}, BYE},
     ESPOTA_E_OK, "", NULL},
    {"chatter behind the verdict is fine", 0,
     {PREPARED, BLOCKS, VERDICT, {'w', "00"}, {'d', "ffff"}, {'q', ""}},
     ESPOTA_E_OK, "", NULL},

    /* ---- a password inside the encryption */
    {"asked for the password as well", PASSWORD,
     {CHALLENGED, {'w', SECRET_PROOF}, {'-', ""}, {'v', "41"}, {'w', "00"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"asked, and it is wrong", PASSWORD,
     {CHALLENGED, {'w', SECRET_PROOF}, {'v', "82"}}, ESPOTA_E_AUTH, "0x82",
     NULL},
    {"asked, with none given: the empty one", 0,
     {CHALLENGED, {'w', EMPTY_PROOF}, {'v', "41"}, {'w', "00"}},
     ESPOTA_E_COUNT, "", NULL},
    {"asked, with none given, and the empty one refused", 0,
     {CHALLENGED, {'w', EMPTY_PROOF}, {'v', "82"}}, ESPOTA_E_SECRET, "",
     "give its password"},

    /* ---- types */
    {"a partition table", TABLE,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "01"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a bootloader", BOOTLOADER,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "02"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a bootloader always goes raw", BOOTLOADER | GZIP,
     {HELLO, {'d', "4807"}, {'k', ""}, {'v', "41"}, {'w', "02"},
      {'w', "00004003"}},
     ESPOTA_E_COUNT, "", NULL},
    {"a bootloader where it is not taken", BOOTLOADER, {HELLO, OFFERED},
     ESPOTA_E_REFUSED, "", "allow_partition_access"},
    {"a bad table is harmless", TABLE,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "01"},
      {'w', "00004003"}, {'v', "42"}, {'W', "md5"}, {'v', "43"}, BLOCKS,
      {'v', "448f"}},
     ESPOTA_E_REFUSED, "0x8f", NULL},
    {"a bootloader that was half written", BOOTLOADER,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "02"},
      {'w', "00004003"}, {'v', "42"}, {'W', "md5"}, {'v', "43"}, BLOCKS,
      {'v', "4492"}},
     ESPOTA_E_DEVICE, "0x92", "DO NOT POWER-CYCLE"},
    {"a table that was half written", TABLE,
     {HELLO, {'d', "4806"}, {'k', ""}, {'v', "41"}, {'w', "01"},
      {'w', "00004003"}, {'v', "42"}, {'W', "md5"}, {'v', "43"}, BLOCKS,
      {'v', "90"}},
     ESPOTA_E_DEVICE, "0x90", "DO NOT POWER-CYCLE"},

    /* ---- keys and policy */
    {"a wrong key", 0, {HELLO, OFFERED, {'K', ""}}, ESPOTA_E_AUTH,
     "Handshake MAC failure", "runs now"},
    {"not offered: an extended device", 0, {HELLO, {'d', "4803"}},
     ESPOTA_E_POLICY, "", "omit the key"},
    {"not offered: an older device", 0, {HELLO, {'d', "40"}}, ESPOTA_E_POLICY,
     "", "2026.9"},
    {"not offered: an older ESP8266", 0, {HELLO, {'d', "46"}},
     ESPOTA_E_POLICY, "", NULL},
    {"not offered, and a password would do", PASSWORD, {HELLO, {'d', "40"}},
     ESPOTA_E_POLICY, "", NULL},
    {"not offered, but required", NO_KEY | REQUIRED, {KEYLESS, {'d', "4800"}},
     ESPOTA_E_POLICY, "", "do not require encryption"},
    {"offered and required, without a key", NO_KEY | REQUIRED,
     {KEYLESS, OFFERED}, ESPOTA_E_SECRET, "", "the device's key"},
    {"offered, without a key: in the clear", NO_KEY,
     {KEYLESS, OFFERED, {'d', "41"}, {'h', "0000004003"}}, ESPOTA_E_COUNT, "",
     NULL},
    {"the device requires it, and no key", NO_KEY, {KEYLESS, {'d', "94"}},
     ESPOTA_E_POLICY, "0x94", "its encryption key"},

    /* ---- refusals come encrypted */
    {"no space", 0,
     {ADMITTED, {'w', "00"}, {'w', "00004003"}, {'v', "89"}},
     ESPOTA_E_REFUSED, "0x89", NULL},
    {"flash fails in the middle of a block", 0,
     {PREPARED, {'b', "8192"}, {'v', "83"}}, ESPOTA_E_DEVICE, "0x83", NULL},
    {"no app image", 0, {PREPARED, {'b', "8192"}, {'v', "80"}},
     ESPOTA_E_REFUSED, "0x80", NULL},
    {"altered on its way", 0, {PREPARED, BLOCKS, {'v', "448b"}},
     ESPOTA_E_CHECKSUM, "0x8b", NULL},
    {"a stale ok", 0, {PREPARED, {'b', "8192"}, {'v', "00"}},
     ESPOTA_E_BROKEN, "0x00", NULL},

    /* ---- a device that is none, or is gone */
    {"a refusal in the clear instead of a handshake", 0,
     {HELLO, OFFERED, {'d', "94"}}, ESPOTA_E_PROTOCOL, "", NULL},
    {"a refusal in the clear behind it", 0, {PREPARED, {'d', "83"}},
     ESPOTA_E_BROKEN, "", NULL},
    {"access of the future behind the handshake", PASSWORD,
     {HELLO, OFFERED, {'k', ""}, {'v', "03"}}, ESPOTA_E_PROTOCOL, "0x03",
     NULL},
    {"a forged acknowledgement", 0,
     {PREPARED, {'b', "8192"},
      {'d', "0100110000000000000000000000000000000000"}},
     ESPOTA_E_BROKEN, "", "other keys"},
    {"a damaged first answer", 0,
     {HELLO, OFFERED, {'k', ""},
      {'d', "0100110000000000000000000000000000000000"}},
     ESPOTA_E_BROKEN, "", "try again"},
    {"a damaged head, with every byte", 0,
     {PREPARED, BLOCKS, {'d', "11"}}, ESPOTA_E_UNKNOWN, "", "check which firmware"},
    {"our frame was damaged: it gives up, sealed", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "ff"}},
     ESPOTA_E_BROKEN, "0xff", "try again"},
    {"the same code, with every byte", 0, {PREPARED, BLOCKS, {'v', "ff"}},
     ESPOTA_E_DEVICE, "0xff", "log"},
    {"a forged verdict", 0,
     {PREPARED, BLOCKS, {'d', "0100110000000000000000000000000000000000"}},
     ESPOTA_E_UNKNOWN, "", "check which firmware"},
    {"acknowledged before it was sent", 0, {PREPARED, {'v', "47"}},
     ESPOTA_E_PROTOCOL, "", NULL},
    {"closed instead of a handshake", 0, {HELLO, OFFERED, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed behind the handshake", 0,
     {HELLO, OFFERED, {'k', ""}, {'x', ""}}, ESPOTA_E_BROKEN, "", NULL},
    {"closed while preparing", 0,
     {ADMITTED, {'w', "00"}, {'w', "00004003"}, {'x', ""}}, ESPOTA_E_BROKEN,
     "", NULL},
    {"closed in the data", 0, {PREPARED, {'b', "8192"}, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed with every byte", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "47"},
      {'b', "3"}, {'x', ""}},
     ESPOTA_E_UNKNOWN, "", NULL},
    {"closed before the last frame was whole", 0,
     {PREPARED, {'b', "8192"}, {'v', "47"}, {'b', "8192"}, {'v', "47"},
      {'t', "21"}, {'x', ""}},
     ESPOTA_E_BROKEN, "", NULL},
    {"closed instead of the verdict", 0,
     {PREPARED, BLOCKS, {'v', "44"}, {'x', ""}}, ESPOTA_E_UNKNOWN, "", NULL},
    {"silent instead of a handshake", 0, {HELLO, OFFERED, {'q', ""}},
     ESPOTA_E_BROKEN, "", NULL},
};

/* ---- the rows ------------------------------------------------------------ */

static struct espota_image *make_image(unsigned how)
{
    struct espota_image *img;

    assert_int_equal(espota_image_wrap(&img, image_bytes, sizeof image_bytes,
                                       how & GZIP ? ESPOTA_COMPRESS_ALWAYS
                                                  : ESPOTA_COMPRESS_NEVER,
                                       NULL),
                     0);
    if (how & ESP32)
        ((struct espota_image_info *)espota_image_info(img))->chip = "ESP32";
    return img;
}

static void play(const struct conversation *c, size_t piece)
{
    struct espota_image *img = make_image(c->how);
    const struct proto_job job = {
        .image = img,
        .key = c->how & NO_KEY ? NULL : NOISE_DEVICE_KEY,
        .password = c->how & PASSWORD ? "secret" : NULL,
        .how.require_encryption = (c->how & REQUIRED) != 0,
        .how.type = c->how & TABLE        ? ESPOTA_TYPE_PARTITION_TABLE
                    : c->how & BOOTLOADER ? ESPOTA_TYPE_BOOTLOADER
                                          : ESPOTA_TYPE_APP,
        .answer_ms = 20000,
        .stall_ms = 160000,
        .entropy = {1, 2, 3},
    };
    struct proto *p = calloc(1, eo_proto_esphome.size);
    struct noise_device d = {.host = p, .piece = piece};

    assert_non_null(p);
    d.form = c->how & GZIP && job.how.type == ESPOTA_TYPE_APP
                 ? eo_image_gzip(img)
                 : eo_image_raw(img);
    eo_proto_start(p, &eo_proto_esphome, &job);
    eo_proto_step(p, &(struct proto_event){.kind = PROTO_OPENED});
    for (const struct noise_line *l = c->line; l->who != 0; l++)
        noise_device_play(&d, l);
    if (c->category != ESPOTA_E_COUNT && p->error.category != c->category)
        fail_msg("%s, not %s: %s", espota_category_name(p->error.category),
                 espota_category_name(c->category), p->error.message);
    assert_int_equal(p->status, c->category == ESPOTA_E_OK      ? PROTO_DONE
                                : c->category == ESPOTA_E_COUNT ? PROTO_RUNNING
                                                                : PROTO_FAILED);
    assert_string_equal(p->error.device, c->device);
    if (c->hint != NULL && (p->error.hint == NULL ||
                            strstr(p->error.hint, c->hint) == NULL))
        fail_msg("the hint says nothing of \"%s\"", c->hint);
    if (p->status != PROTO_RUNNING) {
        assert_int_equal(noise_device_wanted(&d).open, 0);
        assert_int_equal(noise_device_wanted(&d).out_len, 0);
    }
    free(p);
    espota_image_free(img);
}

static void test_conversation(void **state)
{
    const struct conversation *c = *state;

    if ((c->how & GZIP) != 0 && !eo_gzip_have())
        skip_because("this build has no gzip");
    play(*state, 1);
    play(*state, 3);
    play(*state, SIZE_MAX);
}

/* What a device that offers encryption is told to be, and when. */
static void test_what_it_tells_while_it_works(void **state)
{
    static const struct noise_line LINES[] = {ADMITTED};
    struct espota_image *img = make_image(0);
    const struct proto_job job = {
        .image = img, .key = NOISE_DEVICE_KEY, .answer_ms = 20000};
    struct proto *p = calloc(1, eo_proto_esphome.size);
    struct noise_device d = {.host = p, .form = eo_image_raw(img), .piece = 7};

    (void)state;
    assert_non_null(p);
    eo_proto_start(p, &eo_proto_esphome, &job);
    eo_proto_step(p, &(struct proto_event){.kind = PROTO_OPENED});
    for (size_t i = 0; i < 3; i++)
        noise_device_play(&d, &LINES[i]);
    assert_int_equal(noise_device_wanted(&d).phase, ESPOTA_PHASE_AUTH);
    assert_int_equal(noise_device_wanted(&d).timeout_ms, 20000);
    assert_non_null(noise_device_wanted(&d).hello);
    assert_string_equal(noise_device_wanted(&d).hello->auth, "noise");
    assert_string_equal(noise_device_wanted(&d).hello->features[0], "extended");
    assert_string_equal(noise_device_wanted(&d).hello->features[1], "noise");
    assert_null(noise_device_wanted(&d).hello->features[2]);
    for (size_t i = 3; i < sizeof LINES / sizeof *LINES; i++)
        noise_device_play(&d, &LINES[i]);
    assert_int_equal(noise_device_wanted(&d).phase, ESPOTA_PHASE_PREPARE);
    free(p);
    espota_image_free(img);
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_LEN; i++)
        image_bytes[i] = (uint8_t)(i * 31 / 7);
    return 0;
}

int main(void)
{
    enum { N = sizeof CASES / sizeof *CASES };
    struct CMUnitTest tests[N + 1] = {
        cmocka_unit_test(test_what_it_tells_while_it_works),
    };

    for (size_t i = 0; i < N; i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = CASES[i].name,
            .test_func = test_conversation,
            .initial_state = (void *)&CASES[i],
        };
    return cmocka_run_group_tests_name("proto/esphome, encrypted", tests,
                                       set_up, NULL);
}
