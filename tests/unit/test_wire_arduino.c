/* test_wire_arduino.c -- what is said, and what the answers mean. */
#include "support/test.h"

#include "wire/arduino.h"

#define MD5 "f3c2f1510677b4a14fd5d4b046013324"
#define NONCE32 "e10adc3949ba59abbe56e057f20f883e"
#define NONCE64 NONCE32 "018c45ae8b50b10b486128cc1fa0fef6"

static void test_what_is_said_fits_and_ends_in_lf(void **state)
{
    char space[ARDUINO_SAY_MAX];
    struct text t;

    (void)state;
    eo_text_init(&t, space, sizeof space);
    eo_arduino_say_invitation(&t, ARDUINO_FILESYSTEM, 65535, 1021, MD5);
    assert_string_equal(space, "100 65535 1021 " MD5 "\n");

    /* Vector A of docs/PROTOCOLS.md. */
    eo_text_init(&t, space, sizeof space);
    eo_arduino_say_answer(&t, "57c79476281cac232fefc73f48e3352b",
                          "2e7cb118eadf7321e23933b1fe44bcd2");
    assert_string_equal(space, "200 57c79476281cac232fefc73f48e3352b "
                               "2e7cb118eadf7321e23933b1fe44bcd2\n");

    eo_text_init(&t, space, sizeof space);
    eo_arduino_say_answer(&t, NONCE64, NONCE64);
    assert_int_equal(t.len, 4 + 64 + 1 + 64 + 1);
    assert_false(t.cut);
}

static const struct heard {
    const char *bytes;
    enum arduino_reply_kind kind;
    const char *rest; /* the nonce, or the text */
} DATAGRAMS[] = {
    {"OK", ARDUINO_OK, NULL},
    {"OK\r\n", ARDUINO_OK, NULL},
    {"AUTH " NONCE32, ARDUINO_CHALLENGE, NONCE32},
    {"AUTH " NONCE64, ARDUINO_CHALLENGE, NONCE64},
    {"AUTH " NONCE32 "\n", ARDUINO_CHALLENGE, NONCE32},
    {"AUTH 123", ARDUINO_BAD_NONCE, "123"},
    {"AUTH ", ARDUINO_NONSENSE, "AUTH"},
    {"AUTH " NONCE32 "0", ARDUINO_BAD_NONCE, NONCE32 "0"},
    {"AUTH zz0adc3949ba59abbe56e057f20f883e", ARDUINO_BAD_NONCE,
     "zz0adc3949ba59abbe56e057f20f883e"},
    {"Authentication Failed", ARDUINO_DENIED, NULL},
    {"ERR: No Filesystem", ARDUINO_ERROR, "No Filesystem"},
    {"ERR: ERROR[4]: Not Enough Space\r\n", ARDUINO_ERROR,
     "ERROR[4]: Not Enough Space"},
    {"ERR: ERROR[11]: Invalid bootstrapping state, reset ESP8266 before "
     "updating\n",
     ARDUINO_ERROR,
     "ERROR[11]: Invalid bootstrapping state, reset ESP8266 before updating"},
    {"", ARDUINO_NONSENSE, ""},
    {"O", ARDUINO_NONSENSE, "O"},
    {"OKAY", ARDUINO_NONSENSE, "OKAY"},
    {"ERR:", ARDUINO_NONSENSE, "ERR:"},
    {"HTTP/1.1 400 Bad Request\r\n\r\n", ARDUINO_NONSENSE,
     "HTTP/1.1 400 Bad Request"},
};

static void test_every_datagram(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DATAGRAMS / sizeof *DATAGRAMS; i++) {
        const struct heard *d = &DATAGRAMS[i];
        uint8_t *bytes = exact(d->bytes, strlen(d->bytes));
        const struct arduino_reply r =
            eo_arduino_parse_reply(bytes, strlen(d->bytes));

        if (r.kind != d->kind)
            fail_msg("\"%s\" was taken for kind %d", d->bytes, r.kind);
        if (r.kind == ARDUINO_CHALLENGE) {
            assert_string_equal(r.nonce, d->rest);
        } else if (d->rest != NULL) {
            assert_int_equal(r.len, strlen(d->rest));
            assert_memory_equal(r.text, d->rest, r.len);
        }
        free(bytes);
    }
}

static const struct stream {
    const char *bytes;
    enum arduino_meaning meaning;
    const char *text;
    bool counted;
} STREAMS[] = {
    {"", ARDUINO_MEANS_NOTHING, "", false},
    {"1460", ARDUINO_MEANS_NOTHING, "", true},
    {"536536388", ARDUINO_MEANS_NOTHING, "", true},
    {"1460 \r\n1460\r\n", ARDUINO_MEANS_NOTHING, "", true},
    {"O", ARDUINO_MEANS_NOTHING, "O", false},
    {"OK", ARDUINO_MEANS_OK, "OK", false},
    {"392OK", ARDUINO_MEANS_OK, "OK", true},
    {"OK\r\n", ARDUINO_MEANS_OK, "OK\r\n", false},
    {"OKAY\n", ARDUINO_MEANS_ERROR, "OKAY\n", false},
    {"1024ERROR[1]: Flash Write Failed\r\n", ARDUINO_MEANS_ERROR,
     "ERROR[1]: Flash Write Failed\r\n", true},
    {"1024ERROR[1]: Flash Wr", ARDUINO_MEANS_PART, "ERROR[1]: Flash Wr", true},
    {"ERROR[14]: Out of memory\n", ARDUINO_MEANS_ERROR,
     "ERROR[14]: Out of memory\n", false},
    {"1460MD5 Check Failed\r\n", ARDUINO_MEANS_ERROR, "MD5 Check Failed\r\n",
     true},
    {"Out of", ARDUINO_MEANS_PART, "Out of", false},
};

static void test_glued_and_torn_replies(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 100; piece += piece == 1 ? 2 : 96) {
        for (size_t i = 0; i < sizeof STREAMS / sizeof *STREAMS; i++) {
            const struct stream *s = &STREAMS[i];
            const size_t len = strlen(s->bytes);
            struct arduino_said said = {0};

            for (size_t at = 0; at < len; at += piece) {
                const size_t n = len - at < piece ? len - at : piece;
                uint8_t *bytes = exact(s->bytes + at, n);

                eo_arduino_hear(&said, bytes, n);
                free(bytes);
            }
            if (eo_arduino_meaning(&said) != s->meaning)
                fail_msg("\"%s\" means something else", s->bytes);
            assert_int_equal(said.len, strlen(s->text));
            assert_memory_equal(said.text, s->text, said.len);
            assert_int_equal(said.counted, s->counted);
        }
    }
}

static void test_a_text_without_end_is_cut(void **state)
{
    struct arduino_said said = {0};
    static const uint8_t X[1] = {'x'};

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        eo_arduino_hear(&said, X, 1);
    assert_int_equal(said.len, sizeof said.text);
    assert_int_equal(eo_arduino_meaning(&said), ARDUINO_MEANS_ERROR);
}

#define E(c) ESPOTA_E_##c

/* Every text of every core, as sent. */
static const struct refusal {
    unsigned chip;
    const char *text;
    enum espota_category category;
    const char *what; /* the beginning; NULL: not looked at */
} REFUSALS[] = {
    {ARDUINO_ESP8266, "ERROR[0]: No Error", E(BUSY), NULL},
    {ARDUINO_ESP8266, "ERROR[1]: Flash Write Failed", E(DEVICE), NULL},
    {ARDUINO_ESP8266, "ERROR[2]: Flash Erase Failed", E(DEVICE), NULL},
    {ARDUINO_ESP8266, "ERROR[3]: Flash Read Failed", E(DEVICE), NULL},
    {ARDUINO_ESP8266, "ERROR[4]: Not Enough Space", E(REFUSED),
     "the image does not fit beside the running firmware"},
    {ARDUINO_ESP8266, "ERROR[3]: Not Enough Space", E(REFUSED), NULL},
    {ARDUINO_ESP8266, "ERROR[5]: Bad Size Given", E(REFUSED), NULL},
    {ARDUINO_ESP8266, "ERROR[6]: Stream Read Timeout", E(DEVICE), NULL},
    {ARDUINO_ESP8266,
     "ERROR[7]: MD5 verification failed: expected: " MD5 ", calculated: " MD5,
     E(CHECKSUM), NULL},
    {ARDUINO_ESP8266,
     "ERROR[7]: MD5 Failed: expected:" MD5 ", calculated:" MD5, E(CHECKSUM),
     NULL},
    {ARDUINO_ESP8266, "ERROR[6]: MD5 Check Failed", E(CHECKSUM), NULL},
    {ARDUINO_ESP8266, "ERROR[8]: Flash config wrong: real: 4194304, SDK: 1",
     E(REFUSED), "the firmware the device runs"},
    {ARDUINO_ESP8266, "ERROR[8]: Flash config wrong real: 1048576 IDE: 1",
     E(REFUSED), "the firmware the device runs"},
    {ARDUINO_ESP8266, "ERROR[9]: new Flash config wrong, real size: 1048576",
     E(REFUSED), "the image is configured"},
    {ARDUINO_ESP8266, "ERROR[9]: new Flash config wrong real: 1048576",
     E(REFUSED), "the image is configured"},
    {ARDUINO_ESP8266, "ERROR[10]: Magic byte is not 0xE9", E(REFUSED), NULL},
    {ARDUINO_ESP8266, "ERROR[10]: Magic byte is wrong, not 0xE9", E(REFUSED),
     NULL},
    {ARDUINO_ESP8266,
     "ERROR[11]: Invalid bootstrapping state, reset ESP8266 before updating",
     E(REFUSED), "Invalid bootstrapping: "},
    {ARDUINO_ESP8266, "ERROR[11]: Invalid bootstrapping", E(REFUSED), NULL},
    {ARDUINO_ESP8266, "ERROR[12]: Signature verification failed", E(POLICY),
     NULL},
    {ARDUINO_ESP8266, "ERROR[13]: No data supplied", E(DEVICE), NULL},
    {ARDUINO_ESP8266, "ERROR[14]: Out of memory", E(DEVICE), NULL},
    {ARDUINO_ESP8266, "ERROR[15]: Update already running", E(BUSY), NULL},
    {ARDUINO_ESP8266, "ERROR[16]: Unknown update command", E(REFUSED), NULL},
    {ARDUINO_ESP8266, "ERROR[99]: UNKNOWN", E(DEVICE), NULL},

    {ARDUINO_PICO, "ERROR[0]: No Error", E(BUSY), NULL},
    {ARDUINO_PICO, "ERROR[4]: Not Enough Space", E(REFUSED),
     "the image does not fit into the device's filesystem"},
    {ARDUINO_PICO, "ERROR[7]: MD5 Failed: expected:" MD5 " calculated:" MD5,
     E(CHECKSUM), NULL},
    {ARDUINO_PICO, "No Filesystem", E(REFUSED), NULL},
    {ARDUINO_PICO, "ERROR[8]: UNKNOWN", E(DEVICE), NULL},

    {ARDUINO_ESP32, "No Error", E(DEVICE), NULL},
    {ARDUINO_ESP32, "Flash Write Failed", E(DEVICE), NULL},
    {ARDUINO_ESP32, "Flash Erase Failed", E(DEVICE), NULL},
    {ARDUINO_ESP32, "Flash Read Failed", E(DEVICE), NULL},
    {ARDUINO_ESP32, "Not Enough Space", E(REFUSED),
     "the image does not fit into the device's partition"},
    {ARDUINO_ESP32, "Bad Size Given", E(REFUSED), NULL},
    {ARDUINO_ESP32, "Stream Read Timeout", E(DEVICE), NULL},
    {ARDUINO_ESP32, "MD5 Check Failed", E(CHECKSUM), NULL},
    {ARDUINO_ESP32, "Wrong Magic Byte", E(REFUSED), NULL},
    {ARDUINO_ESP32, "Could Not Activate The Firmware", E(REFUSED), NULL},
    {ARDUINO_ESP32, "Partition Could Not be Found", E(REFUSED), NULL},
    {ARDUINO_ESP32, "Bad Argument", E(REFUSED), NULL},
    {ARDUINO_ESP32, "Aborted", E(DEVICE), NULL},
    {ARDUINO_ESP32, "Decryption error", E(REFUSED),
     "the device takes the file for an encrypted image: it is usually the "
     "wrong file"},
    {ARDUINO_ESP32, "Signature Verification Failed", E(POLICY), NULL},
    {ARDUINO_ESP32, "UNKNOWN", E(DEVICE), NULL},

    /* A number tells what no ESP32 said. */
    {ARDUINO_ANY, "ERROR[0]: No Error", E(BUSY), NULL},
    {ARDUINO_ANY, "No Error", E(DEVICE), NULL},
};

static void test_every_text_of_every_core(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++) {
        const struct refusal *r = &REFUSALS[i];
        uint8_t *text = exact(r->text, strlen(r->text));
        const struct arduino_error *e =
            eo_arduino_error(r->chip, 0, (const char *)text, strlen(r->text));

        if (e == NULL || e->category != r->category)
            fail_msg("\"%s\" became %s", r->text,
                     e != NULL ? espota_category_name(e->category) : "nothing");
        if (r->what != NULL && !eo_starts_with(e->what, r->what))
            fail_msg("\"%s\" became \"%s\"", r->text, e->what);
        free(text);
    }
}

static void test_words_of_no_core(void **state)
{
    static const char *const TEXTS[] = {
        "", "ERROR", "ERROR[", "ERROR[4", "ERROR[4]", "ERROR[4]: ",
        "ERROR[4]: Not Enough Spac", "Something New",
        "[4]: Not Enough Space"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_null(
            eo_arduino_error(ARDUINO_ANY, 0, TEXTS[i], strlen(TEXTS[i])));
    /* Words of one chip are not taken for another's. */
    assert_null(eo_arduino_error(ARDUINO_ESP32, 0, "No Filesystem", 13));
}

/* The same words at another moment. */
static void test_what_was_sent_and_when_decides(void **state)
{
    enum { FS = ARDUINO_OF_FS, GZ = ARDUINO_OF_GZIP, IN = ARDUINO_IN_DATA };
    static const struct {
        unsigned chips, moment;
        const char *text;
        enum espota_category category;
        const char *says, *not; /* in what happened, or in the hint */
    } ROWS[] = {
        {ARDUINO_ESP8266, 0, "ERROR[4]: Not Enough Space", E(REFUSED),
         "send it compressed", NULL},
        {ARDUINO_ESP8266, FS, "ERROR[4]: Not Enough Space", E(REFUSED),
         "filesystem area", "compress"},
        {ARDUINO_PICO, FS | IN, "ERROR[4]: Not Enough Space\r\n", E(REFUSED),
         "filesystem area", "delete files"},
        {ARDUINO_ESP32, FS | IN, "Not Enough Space\r\n", E(REFUSED),
         "filesystem partition", "beside the running"},
        {ARDUINO_ANY, FS, "ERROR[4]: Not Enough Space", E(REFUSED),
         "filesystem area", "compress"},
        {ARDUINO_ANY, FS, "Not Enough Space", E(REFUSED),
         "filesystem partition", "compress"},
        {ARDUINO_ANY, 0, "Not Enough Space", E(REFUSED), "partition",
         "compress"},
        {ARDUINO_ESP8266, GZ, "ERROR[4]: Not Enough Space", E(REFUSED),
         "not even the compressed", "send it compressed"},
        {ARDUINO_ESP8266, FS | GZ, "ERROR[4]: Not Enough Space", E(REFUSED),
         "filesystem area", "compress"},
        {ARDUINO_PICO, IN, "ERROR[0]: No Error\r\n", E(DEVICE),
         "filesystem is probably full", "another update"},
        {ARDUINO_ANY, IN, "ERROR[0]: No Error\r\n", E(DEVICE),
         "filesystem is probably full", NULL},
        {ARDUINO_ESP8266, IN, "ERROR[0]: No Error\n", E(DEVICE),
         "without a reason", "filesystem"},
        {ARDUINO_PICO, 0, "ERROR[0]: No Error\r\n", E(BUSY),
         "another update", "filesystem"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct arduino_error *e =
            eo_arduino_error(ROWS[i].chips, ROWS[i].moment, ROWS[i].text,
                             strlen(ROWS[i].text));

        if (e == NULL || e->category != ROWS[i].category)
            fail_msg("row %zu: another category", i);
        if (strstr(e->what, ROWS[i].says) == NULL &&
            strstr(e->hint, ROWS[i].says) == NULL)
            fail_msg("row %zu: %s, %s", i, e->what, e->hint);
        if (ROWS[i].not != NULL && (strstr(e->what, ROWS[i].not) != NULL ||
                                    strstr(e->hint, ROWS[i].not) != NULL))
            fail_msg("row %zu: %s, %s", i, e->what, e->hint);
    }
}

/* Each row must be reachable: no row before it may begin it on its chips. */
static void test_no_row_hides_another(void **state)
{
    const struct arduino_error *e;

    (void)state;
    for (size_t i = 0; (e = eo_arduino_error_at(i)) != NULL; i++) {
        for (unsigned chip = 1; chip <= ARDUINO_ESP32; chip <<= 1)
            if ((e->chips & chip) != 0)
                assert_ptr_equal(
                    eo_arduino_error(chip, e->moment, e->text,
                                     strlen(e->text)),
                    e);
        assert_true(e->what[0] != '\0' && e->hint[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_said_fits_and_ends_in_lf),
        cmocka_unit_test(test_every_datagram),
        cmocka_unit_test(test_glued_and_torn_replies),
        cmocka_unit_test(test_a_text_without_end_is_cut),
        cmocka_unit_test(test_every_text_of_every_core),
        cmocka_unit_test(test_words_of_no_core),
        cmocka_unit_test(test_what_was_sent_and_when_decides),
        cmocka_unit_test(test_no_row_hides_another),
    };

    return cmocka_run_group_tests_name("wire/arduino", tests, NULL, NULL);
}
