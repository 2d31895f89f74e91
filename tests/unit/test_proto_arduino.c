/* test_proto_arduino.c -- conversations with ArduinoOTA devices. */
#include "support/arduino_talk.h"
#include "support/test.h"

#include "image/gzip.h"

#define HEAD "0 40000 20000 "
#define INVITE {'h', "0"}
#define NONCE "e10adc3949ba59abbe56e057f20f883e"
#define NONCE2 "0cc175b9c0f1b6a831c399e269772661"
#define LONG_NONCE NONCE NONCE2
#define LONG_NONCE2 NONCE2 NONCE
#define AUTH {'d', "AUTH " NONCE}
#define AUTH2 {'d', "AUTH " NONCE2}
#define LONG_AUTH {'d', "AUTH " LONG_NONCE}
#define LONG_AUTH2 {'d', "AUTH " LONG_NONCE2}
#define DENIED {'d', "Authentication Failed"}
#define OK {'d', "OK"}
#define CALL {'c', ""}
#define ALL {'b', "20000"}
#define SAID_OK {'t', "OK"}, {'x', ""}
#define FLASHED CALL, ALL, SAID_OK
#define ENDS(c, words, said) \
    .category = ESPOTA_E_##c, .message = words, .device = said

enum {
    E8 = ARDUINO_ESP8266,
    PI = ARDUINO_PICO,
    E32 = ARDUINO_ESP32,
    ANY = ARDUINO_ANY
};

static const struct arduino_conversation CASES[] = {
    /* ---- the device's states ---- */
    {"no password", E8, NULL, {INVITE, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"a password is not used where none is asked for", E8, "secret",
     {INVITE, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"a filesystem too large for its area", E8, NULL,
     {{'h', "100"}, {'d', "ERR: ERROR[4]: Not Enough Space\n"}},
     ENDS(REFUSED, "filesystem area", "ERROR[4]: Not Enough Space"),
     .type = ESPOTA_TYPE_FILESYSTEM},
    {"a forced file that is no image fails by its MD5", ANY, NULL,
     {INVITE, OK, CALL, ALL,
      {'t', "ERROR[7]: MD5 verification failed: expected: 1, calculated: 2\n"}},
     ENDS(REFUSED, "forced", "ERROR[7]: MD5 verification failed: expected: 1, calculated: 2"),
     .strange = true},
    {"an image that fails by its MD5 was damaged on its way", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "ERROR[7]: MD5 Failed\n"}},
     ENDS(CHECKSUM, "other bytes", NULL)},
    {"so was a filesystem, which begins with anything", E8, NULL,
     {{'h', "100"}, OK, CALL, ALL, {'t', "ERROR[7]: MD5 Failed\n"}},
     ENDS(CHECKSUM, "other bytes", NULL), .type = ESPOTA_TYPE_FILESYSTEM,
     .strange = true},
    {"nor does a Pico that nobody knew for one", ANY, NULL,
     {INVITE, OK, CALL, ALL,
      {'t', "ERROR[7]: MD5 Failed: expected:1 calculated:2\r\n"}},
     ENDS(CHECKSUM, "other bytes", NULL), .strange = true},
    {"nor does an ESP32", E32, NULL,
     {INVITE, OK, CALL, ALL, {'t', "MD5 Check Failed\r\n"}},
     ENDS(CHECKSUM, "other bytes", NULL), .strange = true},
    {"a forced file, in the words of 2.5", ANY, NULL,
     {INVITE, OK, CALL, ALL,
      {'t', "ERROR[7]: MD5 Failed: expected:1, calculated:2\n"}},
     ENDS(REFUSED, "forced", NULL), .strange = true},
    {"so was anything that a Pico got, which changes nothing", PI, NULL,
     {INVITE, OK, CALL, ALL, {'t', "ERROR[7]: MD5 Failed: expected:1\r\n"}},
     ENDS(CHECKSUM, "other bytes", NULL), .strange = true},
    {"a Pico whose filesystem is full", PI, NULL,
     {INVITE, OK, CALL, {'w', "8192"}, {'k', "8192"},
      {'t', "ERROR[0]: No Error\r\n"}},
     ENDS(DEVICE, "delete files", NULL)},
    {"a filesystem image", E8, NULL,
     {{'h', "100"}, OK, FLASHED}, ENDS(OK, NULL, NULL),
     .type = ESPOTA_TYPE_FILESYSTEM},
    {"right password, MD5", PI, "secret",
     {INVITE, AUTH, {'a', "m"}, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"right password, PBKDF2", E32, "secret",
     {INVITE, LONG_AUTH, {'a', "s"}, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"an empty password answers a challenge", E8, "",
     {INVITE, AUTH, {'a', "m"}, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"wrong password, MD5: upper case is tried last", E8, "wrong",
     {INVITE, AUTH, {'a', "m"}, DENIED, INVITE, AUTH2, {'a', "M"}, DENIED},
     ENDS(AUTH, "it wants the password of the firmware it runs now",
     "Authentication Failed")},
    {"wrong password, PBKDF2: all forms are tried", E32, "wrong",
     {INVITE, LONG_AUTH, {'a', "s"}, DENIED, INVITE, LONG_AUTH2, {'a', "m"},
      DENIED, INVITE, LONG_AUTH, {'a', "S"}, DENIED, INVITE, LONG_AUTH2,
      {'a', "M"}, DENIED},
     ENDS(AUTH, "the device refused the password", NULL)},
    {"PBKDF2 with an MD5 stored", E32, "secret",
     {INVITE, LONG_AUTH, {'a', "s"}, DENIED, INVITE, LONG_AUTH2, {'a', "m"},
      OK, FLASHED},
     ENDS(OK, NULL, NULL)},
    {"-m goes there directly", E32, "secret",
     {INVITE, LONG_AUTH, {'a', "m"}, DENIED, INVITE, LONG_AUTH2, {'a', "M"},
      OK, FLASHED},
     ENDS(OK, NULL, NULL), .md5_stored = true},
    {"no password given: the empty one is tried, and is it", E8, NULL,
     {INVITE, AUTH, {'a', "m"}, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"no password given: the empty one is it, PBKDF2", E32, NULL,
     {INVITE, LONG_AUTH, {'a', "s"}, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"no password given: the empty one is tried once", E8, NULL,
     {INVITE, AUTH, {'a', "m"}, DENIED},
     ENDS(SECRET, "give its password", "")},
    {"no password given: the empty one in one form", E32, NULL,
     {INVITE, LONG_AUTH, {'a', "s"}, DENIED},
     ENDS(SECRET, "wants a password and none was given", "")},
    {"an empty password that was given is tried in every form", E8, "",
     {INVITE, AUTH, {'a', "m"}, DENIED, INVITE, AUTH2, {'a', "M"}, DENIED},
     ENDS(AUTH, "refused the password", "Authentication Failed")},
    {"not even the empty one where MD5 is forbidden", E8, NULL,
     {INVITE, AUTH, {'h', "\n"}}, ENDS(POLICY, "is forbidden", NULL),
     .min_auth = ESPOTA_AUTH_SHA256},
    {"an MD5 challenge may be forbidden", E8, "secret",
     {INVITE, AUTH, {'h', "\n"}}, ENDS(POLICY, "is forbidden", NULL),
     .min_auth = ESPOTA_AUTH_SHA256},
    {"the device is left even if nothing can be sent", E8, NULL,
     {INVITE, AUTH, {'T', "100"}}, ENDS(POLICY, NULL, NULL),
     .min_auth = ESPOTA_AUTH_SHA256},
    {"PBKDF2 is no MD5 challenge", E32, "secret",
     {INVITE, LONG_AUTH, {'a', "s"}, OK, FLASHED}, ENDS(OK, NULL, NULL),
     .min_auth = ESPOTA_AUTH_SHA256},
    {"a device left waiting for an answer swallows one invitation", E8,
     "secret",
     {INVITE, {'T', "1500"}, INVITE, AUTH, {'a', "m"}, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"no invitation while a challenge is open", E8, "secret",
     {INVITE, AUTH, {'a', "m"}, {'T', "2500"}, {'a', "m"}, OK,
      FLASHED},
     ENDS(OK, NULL, NULL)},
    {"a challenge that leads nowhere is left three times", E32, "secret",
     {INVITE, AUTH, {'a', "m"}, {'T', "2500"}, {'a', "m"}, {'T', "2500"},
      INVITE, AUTH2, {'a', "m"}, {'T', "2500"}, {'a', "m"}, {'T', "2500"},
      INVITE, AUTH, {'a', "m"}, {'T', "2500"}, {'a', "m"}, {'T', "2500"}},
     ENDS(NO_ANSWER, "did not reply to it", NULL)},
    {"a challenge told twice is answered once", E8, "secret",
     {INVITE, AUTH, {'a', "m"}, AUTH, {'n', ""}, OK, FLASHED}, ENDS(OK, NULL,
     NULL)},
    {"a newer challenge counts", E8, "secret",
     {INVITE, AUTH, {'a', "m"}, AUTH2, {'a', "m"}, OK, FLASHED}, ENDS(OK, NULL,
     NULL)},
    {"a refusal of long ago is not looked at", E8, "secret",
     {INVITE, DENIED, {'n', ""}, OK, DENIED, AUTH, OK, FLASHED}, ENDS(OK, NULL,
     NULL)},
    {"the connection counts as the OK", E8, NULL, {INVITE, FLASHED}, ENDS(OK, NULL, NULL)},
    {"... also of an answer", E8, "secret",
     {INVITE, AUTH, {'a', "m"}, FLASHED}, ENDS(OK, NULL, NULL)},
    {"... also while the next answer is worked at", E32, "secret",
     {INVITE, LONG_AUTH, CALL, ALL, SAID_OK}, ENDS(OK, NULL, NULL)},
    {"an OK that comes after the connection", E8, NULL,
     {INVITE, CALL, OK, ALL, OK, SAID_OK}, ENDS(OK, NULL, NULL)},
    {"silence: five invitations, ever more patiently", ANY, NULL,
     {INVITE, {'T', "1500"}, INVITE, {'T', "3000"}, INVITE, {'T', "5000"},
      INVITE, {'T', "8000"}, INVITE, {'T', "10000"}},
     ENDS(NO_ANSWER, "did not answer 5 invitations", NULL)},
    {"-t bounds the wait for each", ANY, NULL,
     {INVITE, {'T', "1500"}, INVITE, {'T', "2000"}, INVITE, {'T', "2000"},
      INVITE, {'T', "2000"}, INVITE, {'T', "2000"}},
     ENDS(NO_ANSWER, NULL, NULL), .invite_ms = 2000},
    {"a port where nobody listens", ANY, NULL,
     {INVITE, {'u', ""}, {'T', "1500"}, INVITE, {'u', ""}, {'T', "3000"},
      INVITE, {'u', ""}},
     ENDS(NO_ANSWER, "nothing listens on this UDP port", NULL)},
    {"a device that is just starting", E8, NULL,
     {INVITE, {'u', ""}, {'T', "1500"}, INVITE, {'u', ""}, {'T', "3000"},
      INVITE, OK, FLASHED},
     ENDS(OK, NULL, NULL)},
    {"no route is not the device's word", ANY, NULL,
     {INVITE, {'U', ""}, {'U', ""}, {'U', ""}, {'T', "1500"}, INVITE, OK,
      FLASHED},
     ENDS(OK, NULL, NULL)},

    /* ---- everything said by UDP ---- */
    {"begin refused, ESP8266", E8, NULL,
     {INVITE, {'d', "ERR: ERROR[4]: Not Enough Space\n"}}, ENDS(REFUSED, "the image does not fit beside the running firmware",
     "ERROR[4]: Not Enough Space")},
    {"begin refused after the login", E8, "secret",
     {INVITE, AUTH, {'a', "m"},
      {'d', "ERR: ERROR[5]: Bad Size Given\r\n"}},
     ENDS(REFUSED, NULL, "ERROR[5]: Bad Size Given")},
    {"flashed over serial, never reset", E8, NULL,
     {INVITE,
      {'d', "ERR: ERROR[11]: Invalid bootstrapping state, reset ESP8266 "
            "before updating\n"}},
     ENDS(REFUSED, "Invalid bootstrapping: the device must be reset", NULL)},
    {"... and what to do about it", E8, NULL,
     {INVITE, {'d', "ERR: ERROR[11]: Invalid bootstrapping"}}, ENDS(REFUSED, "press its reset button", "ERROR[11]: Invalid bootstrapping")},
    {"busy, in words", E8, NULL,
     {INVITE, {'d', "ERR: ERROR[15]: Update already running\n"}}, ENDS(BUSY, NULL, NULL)},
    {"busy, without words", PI, NULL,
     {INVITE, {'d', "ERR: ERROR[0]: No Error\r\n"}}, ENDS(BUSY, NULL, NULL)},
    {"a Pico without a filesystem", PI, NULL,
     {INVITE, {'d', "ERR: No Filesystem"}}, ENDS(REFUSED, "USB",
     "No Filesystem")},
    {"a Pico that got an image taken for an ESP8266's", E8, NULL,
     {INVITE, {'d', "ERR: No Filesystem"}}, ENDS(REFUSED, NULL, NULL)},
    {"an error that no core has", E8, NULL,
     {INVITE, {'d', "ERR: ERROR[77]: Out of \x1b[31mcheese\n"}}, ENDS(DEVICE, "does not know", "ERROR[77]: Out of \\x1b[31mcheese")},
    {"a nonce of another length", E32, "secret", {INVITE, {'d', "AUTH 123"}},
     ENDS(PROTOCOL, "3 characters", "123")},
    {"no ArduinoOTA at all", ANY, NULL, {INVITE, {'d', "HTTP/1.1 400"}},
     ENDS(PROTOCOL, NULL, "HTTP/1.1 400")},
    {"nor this", ANY, NULL, {INVITE, {'d', ""}}, ENDS(PROTOCOL, NULL, "")},

    /* ---- the call that does not come ---- */
    {"accepted, never called: ESP8266", E8, NULL,
     {INVITE, OK, {'T', "5000"}}, ENDS(NO_CALLBACK, "did not connect to 192.0.2.1:40000 within 5 s: either a firewall or NAT",
     NULL)},
    {"accepted, never called: ESP32", E32, NULL, {INVITE, OK, {'T', "5000"}},
     ENDS(NO_CALLBACK, "or it refused the image, which an ESP32 does without a word", NULL)},
    {"told OK twice, never called", E32, NULL,
     {INVITE, OK, OK, {'T', "5000"}}, ENDS(NO_CALLBACK, "OTA partition", NULL)},
    {"accepted, then refused after all", E8, NULL,
     {INVITE, OK, {'d', "ERR: ERROR[14]: Out of memory\n"}}, ENDS(DEVICE, NULL,
     NULL)},

    /* ---- the data ---- */
    {"the window of an ESP8266", E8, NULL,
     {INVITE, OK, CALL, {'w', "8192"}, {'k', "536"}, {'w', "536"},
      {'t', "536"}, {'k', "1024"}, {'w', "1024"}, {'k', "8192"},
      {'w', "8192"}, {'k', "8192"}, {'w', "2056"}, {'k', "2056"}, SAID_OK},
     ENDS(OK, NULL, NULL)},
    {"the window of an ESP32", E32, NULL,
     {INVITE, OK, CALL, {'w', "16384"}, {'k', "16384"}, {'w', "3616"},
      {'k', "3616"}, SAID_OK},
     ENDS(OK, NULL, NULL)},
    {"a window of one's own", E32, NULL,
     {INVITE, OK, CALL, {'w', "3000"}, {'k', "1000"}, {'w', "1000"},
      {'k', "3000"}, {'b', "16000"}, SAID_OK},
     ENDS(OK, NULL, NULL), .window = 3000},
    {"who asks in PBKDF2 is an ESP32", ANY, "secret",
     {INVITE, LONG_AUTH, {'a', "s"}, OK, CALL, {'w', "16384"},
      {'k', "16384"}, {'b', "3616"}, SAID_OK},
     ENDS(OK, NULL, NULL)},
    {"lock-step waits for TCP and for a count", E8, NULL,
     {INVITE, OK, CALL, {'w', "1460"}, {'t', "536"}, {'n', ""},
      {'k', "1460"}, {'w', "1460"}, {'k', "1460"}, {'n', ""}, {'t', "1460"},
      {'w', "1460"}},
     ENDS(OK, NULL, NULL), .window = ESPOTA_WINDOW_LOCKSTEP},
    {"lock-step after a connection that broke", E32, NULL,
     {INVITE, OK, CALL, {'w', "1460"}, {'k', "1460"}, {'t', "1460"},
      {'w', "1460"}},
     ENDS(OK, NULL, NULL), .careful = true},
    {"lock-step with a device that never counts (2015)", E8, NULL,
     {INVITE, CALL, {'w', "1460"}, {'k', "1460"}, {'n', ""}, {'T', "200"},
      {'w', "1460"}, {'k', "1460"}, {'T', "200"}, {'w', "1460"}},
     ENDS(OK, NULL, NULL), .window = ESPOTA_WINDOW_LOCKSTEP},
    {"lock-step with one that stops counting", E8, NULL,
     {INVITE, CALL, {'w', "1460"}, {'k', "1460"}, {'t', "1460"},
      {'w', "1460"}, {'k', "1460"}, {'T', "90000"}},
     ENDS(BROKEN, "stopped taking data after 2920 of 20000 bytes", NULL),
     .window = ESPOTA_WINDOW_LOCKSTEP},
    {"counts as ESP8266 sends them", E8, NULL,
     {INVITE, OK, CALL, {'b', "4096"}, {'t', "536536388"}, {'b', "15904"},
      {'t', "2636 "}, {'t', "1460OK"}, {'x', ""}},
     ENDS(OK, NULL, NULL)},
    {"392OK", E32, NULL, {INVITE, OK, CALL, ALL, {'t', "392OK"}, {'x', ""}},
     ENDS(OK, NULL, NULL)},
    {"OK, and a line end (2015)", E8, NULL,
     {INVITE, CALL, ALL, {'t', "OK\r\n"}, {'x', ""}}, ENDS(OK, NULL, NULL)},
    {"OK of what it cannot have, a fourth of it", E8, NULL,
     {INVITE, OK, CALL, {'b', "15000"}, {'w', "5000"}, {'t', "OK"}},
     ENDS(UNKNOWN, "while 5000 bytes were still on their way", NULL)},
    {"... or the last byte, and in two pieces", E32, NULL,
     {INVITE, OK, CALL, {'b', "19999"}, {'w', "1"}, {'t', "O"}, {'t', "K"}},
     ENDS(UNKNOWN, "while 1 bytes were still on their way", NULL)},
    {"... which is confirmed between the two", E32, NULL,
     {INVITE, OK, CALL, {'b', "19999"}, {'w', "1"}, {'t', "O"}, {'k', "1"},
      {'t', "K"}, {'x', ""}}, ENDS(OK, NULL, NULL)},
    {"OK, and the device stays on the line", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "OK"}, {'T', "2000"}}, ENDS(OK, NULL, NULL)},
    {"OK, and a reset instead of a close", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "OK"}, {'r', ""}}, ENDS(OK, NULL, NULL)},
    {"OK in the middle", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'t', "1460OK"}}, ENDS(PROTOCOL, "OK after 5000 of 20000 bytes", "OK")},

    /* ---- how it goes wrong ---- */
    {"all sent, OK lost, FIN", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "1460"}, {'x', ""}}, ENDS(UNKNOWN, "closed the connection after it had every byte", NULL)},
    {"all sent, OK lost, reset", E32, NULL,
     {INVITE, OK, CALL, ALL, {'r', ""}}, ENDS(UNKNOWN, "whether it took the image is not known", NULL)},
    {"all sent, OK lost, silence", E32, NULL,
     {INVITE, OK, CALL, ALL, {'t', "3616"}, {'T', "60000"}}, ENDS(UNKNOWN, "fell silent after it had every byte", NULL)},
    {"half an OK is none", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "1460O"}, {'x', ""}}, ENDS(UNKNOWN, NULL,
     NULL)},
    {"all sent, not all confirmed, FIN: it has not got it", E8, NULL,
     {INVITE, OK, CALL, {'b', "19000"}, {'w', "1000"}, {'x', ""}}, ENDS(BROKEN, "closed the connection after 19000 of 20000 bytes", NULL)},
    {"all sent, not all confirmed, reset: who knows", E8, NULL,
     {INVITE, OK, CALL, {'b', "19000"}, {'w', "1000"}, {'r', ""}},
     ENDS(UNKNOWN, "after the last byte was sent, but not confirmed", NULL)},
    {"all sent, not all confirmed, silence: who knows", E8, NULL,
     {INVITE, OK, CALL, {'b', "19000"}, {'w', "1000"}, {'T', "90000"}},
     ENDS(UNKNOWN, "after the last byte was sent, but not confirmed", NULL)},
    {"FIN in the middle", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'x', ""}}, ENDS(BROKEN, "after 5000 of 20000 bytes", NULL)},
    {"reset in the middle", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'r', ""}}, ENDS(BROKEN, "the connection broke after 5000", NULL)},
    {"silence in the middle", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'w', "8192"}, {'T', "90000"}},
     ENDS(BROKEN, "stopped taking data after 5000", NULL)},
    {"dripping counts keep no deadline alive", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'w', "8192"}, {'q', "1"}, {'q', "4"},
      {'T', "90000"}},
     ENDS(BROKEN, "stopped taking data", NULL)},
    {"... in lock-step neither", E8, NULL,
     {INVITE, OK, CALL, {'w', "1460"}, {'q', "1"}, {'q', "4"},
      {'T', "90000"}},
     ENDS(BROKEN, "stopped taking data", NULL),
     .window = ESPOTA_WINDOW_LOCKSTEP},
    {"... nor behind the last byte", E32, NULL,
     {INVITE, OK, CALL, ALL, {'q', "1"}, {'q', "460"}, {'T', "60000"}},
     ENDS(UNKNOWN, "fell silent", NULL)},
    {"a dripping text keeps no deadline alive", E32, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'t', "E"}, {'q', "R"}, {'q', "R"},
      {'T', "1000"}},
     ENDS(DEVICE, NULL, "ERR")},
    {"challenges without end", E8, "x",
     {INVITE, AUTH, AUTH2, AUTH, AUTH2, AUTH, AUTH2, AUTH, AUTH2, AUTH, AUTH2,
      AUTH, AUTH2, AUTH, AUTH2, AUTH, AUTH2, AUTH},
     ENDS(PROTOCOL, "again and again", NULL)},
    {"an error in the middle, glued", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"},
      {'t', "1024ERROR[1]: Flash Write Failed\n"}},
     ENDS(DEVICE, "could not write its flash", "ERROR[1]: Flash Write Failed")},
    {"an error, then a reset", PI, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'t', "ERROR[4]: Not Enough Space"},
      {'r', ""}},
     ENDS(REFUSED, "the image does not fit into the device's filesystem",
     NULL)},
    {"an error, then silence", E32, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'t', "MD5 Check Failed"},
      {'T', "1000"}},
     ENDS(CHECKSUM, NULL, "MD5 Check Failed")},
    {"nothing is sent to a device that complains", E32, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, {'t', "Not Enough"}, {'n', ""},
      {'t', " Space\r\n"}},
     ENDS(REFUSED, NULL, NULL)},
    {"a text torn in two", E32, NULL,
     {INVITE, OK, CALL, ALL, {'t', "3616Could Not Act"},
      {'t', "ivate The Firmware\r\n"}, {'x', ""}},
     ENDS(REFUSED, "for another chip", NULL)},
    {"verdict: MD5", E8, NULL,
     {INVITE, OK, CALL, ALL,
      {'t', "ERROR[7]: MD5 verification failed: expected: "
            "00000000000000000000000000000000, calculated: "
            "11111111111111111111111111111111\n"},
      {'x', ""}},
     ENDS(CHECKSUM, NULL, NULL)},
    {"verdict: the wrong file", E32, NULL,
     {INVITE, OK, CALL, ALL, {'t', "Decryption error\r\n"}, {'x', ""}},
     ENDS(REFUSED, "it is usually the wrong file", "Decryption error")},
    {"verdict: signature", E8, NULL,
     {INVITE, OK, CALL, ALL,
      {'t', "ERROR[12]: Signature verification failed\n"}},
     ENDS(POLICY, NULL, NULL)},
    {"verdict: magic byte", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "ERROR[10]: Magic byte is not 0xE9\n"}},
     ENDS(REFUSED, "not an ESP8266 image", NULL)},
    {"verdict: new words", E8, NULL,
     {INVITE, OK, CALL, ALL, {'t', "Oh no\n"}}, ENDS(DEVICE, "does not know",
     "Oh no")},

    {"a second connection is nobody's", E8, NULL,
     {INVITE, OK, CALL, {'b', "5000"}, CALL, {'b', "15000"}, SAID_OK},
     ENDS(OK, NULL, NULL)},
};

static void test_conversation(void **state)
{
    arduino_talk(*state, 1);
    arduino_talk(*state, 3);
    arduino_talk(*state, 100000);
}

/* No device says that it could inflate. */
static void test_gzip_only_for_who_insists(void **state)
{
    static uint8_t bytes[ARDUINO_TALK_IMAGE];
    static const struct {
        enum espota_compress compress;
        bool raw;
    } ROWS[] = {{ESPOTA_COMPRESS_AUTO, true}, {ESPOTA_COMPRESS_ALWAYS, false}};

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *image;
        struct proto_job job = {.how.compress = ROWS[i].compress};
        struct arduino m = {.base.ops = &eo_proto_arduino};
        struct proto_want w;

        assert_int_equal(espota_image_wrap(&image, bytes, sizeof bytes,
                                           ESPOTA_COMPRESS_ALWAYS, NULL),
                         0);
        job.image = image;
        eo_proto_start(&m.base, &eo_proto_arduino, &job);
        eo_proto_arduino.want(&m.base, &w);
        assert_int_equal(w.total == ARDUINO_TALK_IMAGE, ROWS[i].raw);
        espota_image_free(image);
    }
}

/* What a device means depends on whether it got gzip, which somebody may have
 * packed before; and gzip is an image, not what nobody should have sent. */
static void test_words_about_gzip(void **state)
{
    static uint8_t bytes[ARDUINO_TALK_IMAGE];
    static const char FULL[] = "ERROR[4]: Not Enough Space",
                      MD5[] = "ERROR[7]: MD5 verification failed: expected: 1, "
                              "calculated: 2";
    static const struct {
        enum espota_compress compress;
        bool packed; /* by somebody else */
        const char *says, *means;
    } ROWS[] = {
        {ESPOTA_COMPRESS_NEVER, false, FULL, "the image does not fit beside"},
        {ESPOTA_COMPRESS_AUTO, false, FULL, "the image does not fit beside"},
        {ESPOTA_COMPRESS_ALWAYS, false, FULL, "not even the compressed image"},
        {ESPOTA_COMPRESS_AUTO, true, FULL, "not even the compressed image"},
        {ESPOTA_COMPRESS_ALWAYS, false, MD5, "received other bytes"},
        {ESPOTA_COMPRESS_AUTO, true, MD5, "received other bytes"},
        {ESPOTA_COMPRESS_NEVER, false, MD5, "forced"},
    };

    (void)state;
    if (!eo_gzip_have())
        skip_because("this build has no gzip");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *plain, *image;
        struct proto_job job = {.how.compress = ROWS[i].compress};
        struct arduino m = {.base.ops = &eo_proto_arduino};
        const struct image_form *packed;

        assert_int_equal(espota_image_wrap(&plain, bytes, sizeof bytes,
                                           ESPOTA_COMPRESS_ALWAYS, NULL), 0);
        packed = eo_image_choose(plain, ESPOTA_COMPRESS_ALWAYS, INFLATES_YES,
                                 ESPOTA_TYPE_APP);
        image = plain;
        if (ROWS[i].packed)
            assert_int_equal(espota_image_wrap(&image, packed->bytes,
                                               packed->len,
                                               ESPOTA_COMPRESS_ALWAYS, NULL),
                             0);
        job.image = image;
        eo_proto_start(&m.base, &eo_proto_arduino, &job);
        m.chips = E8;
        eo_arduino_refused(&m, ROWS[i].says, strlen(ROWS[i].says));
        if (strstr(m.base.error.message, ROWS[i].means) == NULL)
            fail_msg("row %zu: %s", i, m.base.error.message);
        if (image != plain)
            espota_image_free(image);
        espota_image_free(plain);
    }
}

int main(void)
{
    enum { N = sizeof CASES / sizeof *CASES };
    struct CMUnitTest tests[N + 2];

    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){
            .name = CASES[i].name,
            .test_func = test_conversation,
            .initial_state = (void *)(uintptr_t)&CASES[i],
        };
    tests[N] =
        (struct CMUnitTest)cmocka_unit_test(test_gzip_only_for_who_insists);
    tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(test_words_about_gzip);
    return cmocka_run_group_tests_name("proto/arduino", tests, NULL, NULL);
}
