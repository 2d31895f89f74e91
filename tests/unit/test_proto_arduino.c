/* test_proto_arduino.c -- conversations with ArduinoOTA devices. */
#include "support/test.h"

#include <openssl/evp.h>

#include "base/hex.h"
#include "crypto/digest.h"
#include "proto/arduino.h"

/* A conversation per row.  Each line is somebody doing something:
 *
 *   h  the host must say this datagram, or send the invitation of this command
 *   d  the device says this datagram
 *   a  the host must answer the challenge, with the password stored as m (MD5),
 *      s (SHA-256), M or S (the same in upper case); slices of work are done
 *   c  the device connects
 *   b  the host must send this many bytes; the device's TCP confirms them
 *   w  the host must offer this many, and no more, unconfirmed
 *   k  this many of them are confirmed
 *   t  the device says this by TCP            n  the host must say nothing now
 *   q  it says this, and that is no reason to wait longer
 *   x  the device closes                      r  it resets
 *   u  "port unreachable"                     U  "host unreachable"
 *   T  this many ms pass, which is what the machine asked for
 *
 * Each row is played three times: TCP one byte at a time, three, all at once.
 */

enum { IMAGE_LEN = 20000, HOST_PORT = 40000 };

#define MD5_OF_IMAGE "f17558e5d9ee6f76a990623b9e7e41d4"
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

static const struct conversation {
    const char *name;
    unsigned chips;
    const char *password;
    struct {
        char who;
        const char *what;
    } line[28];
    enum espota_category category;
    const char *message; /* part of it, or of the hint; NULL: not looked at */
    const char *device;  /* its words; NULL: not looked at */
    /* Seldom: */
    enum espota_type type;
    uint32_t window, invite_ms;
    bool careful, md5_stored;
    enum espota_min_auth min_auth;
} CASES[] = {
    /* ---- the device's states ---- */
    {"no password", E8, NULL, {INVITE, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"a password is not used where none is asked for", E8, "secret",
     {INVITE, OK, FLASHED}, ENDS(OK, NULL, NULL)},
    {"a file system image", E8, NULL,
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
    {"no password to give: the device is set free", E8, NULL,
     {INVITE, AUTH, {'h', "\n"}}, ENDS(SECRET, "ESPOTA_PASSWORD", NULL)},
    {"an MD5 challenge may be forbidden", E8, "secret",
     {INVITE, AUTH, {'h', "\n"}}, ENDS(POLICY, "--min-auth", NULL),
     .min_auth = ESPOTA_AUTH_SHA256},
    {"the device is left even if nothing can be sent", E8, NULL,
     {INVITE, AUTH, {'T', "100"}}, ENDS(SECRET, NULL, NULL)},
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
     ENDS(NO_ANSWER, "did not answer to it", NULL)},
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
    {"a Pico without a file system", PI, NULL,
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
    {"OK before its TCP's confirmation was seen", E8, NULL,
     {INVITE, OK, CALL, {'b', "19000"}, {'w', "1000"}, SAID_OK}, ENDS(OK, NULL,
     NULL)},
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
     ENDS(UNKNOWN, "after every byte was sent", NULL)},
    {"all sent, not all confirmed, silence: who knows", E8, NULL,
     {INVITE, OK, CALL, {'b', "19000"}, {'w', "1000"}, {'T', "90000"}},
     ENDS(UNKNOWN, "after every byte was sent", NULL)},
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
     ENDS(REFUSED, "the image does not fit into the device's file system",
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

/* ---- playing ------------------------------------------------------------- */

struct play {
    struct proto *p;
    const char *password;
    size_t piece, acked, unconfirmed;
    char answer[ARDUINO_SAY_MAX]; /* the last one, which is repeated as it is */
    char nonce[ARDUINO_SHA256_HEX + 1], answered[ARDUINO_SHA256_HEX + 1];
    const char *name;
};

static struct proto_want wanted(const struct play *g)
{
    struct proto_want w;

    g->p->ops->want(g->p, &w);
    assert_true(w.done <= w.total);
    assert_non_null(w.doing);
    if (g->p->status == PROTO_FAILED)
        assert_true(g->p->error.message[0] != '\0' && w.open == 0);
    return w;
}

static void step(struct play *g, struct proto_event ev)
{
    g->p->ops->step(g->p, &ev);
    wanted(g);
}

/* What it says by UDP now. */
static void hear_host(struct play *g, char *out, size_t cap)
{
    struct proto_want w = wanted(g);

    for (int i = 0; w.out_len == 0 && w.timeout_ms == 0 && i < 100; i++) {
        step(g, (struct proto_event){.kind = PROTO_TIMEOUT});
        w = wanted(g);
    }
    if (w.out_len == 0 || w.out_len >= cap || w.out_on != PROTO_DATAGRAM)
        fail_msg("%s: the host says nothing", g->name);
    memcpy(out, w.out, w.out_len);
    out[w.out_len] = '\0';
    step(g, (struct proto_event){.kind = PROTO_SENT,
                                 .channel = PROTO_DATAGRAM,
                                 .len = w.out_len});
}

static void digest_hex(enum digest kind, const char *text, char *hex)
{
    assert_int_equal(
        eo_digest_hex(kind, &(struct piece){text, strlen(text)}, 1, hex), 0);
}

/* By OpenSSL's own PBKDF2, as the device would. */
static void expected_response(struct play *g, char stored_as,
                              const char *cnonce, char *response)
{
    const bool md5_stored = stored_as == 'm' || stored_as == 'M';
    const bool pbkdf2 = strlen(g->nonce) == ARDUINO_SHA256_HEX;
    char stored[DIGEST_HEX_MAX], text[300];
    uint8_t key[32];

    digest_hex(md5_stored ? DIGEST_MD5 : DIGEST_SHA256, g->password, stored);
    for (char *c = stored; stored_as < 'a' && *c != '\0'; c++)
        *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    if (pbkdf2) {
        snprintf(text, sizeof text, "%s:%s", g->nonce, cnonce);
        assert_int_equal(
            PKCS5_PBKDF2_HMAC(stored, (int)strlen(stored),
                              (const unsigned char *)text, (int)strlen(text),
                              10000, EVP_sha256(), sizeof key, key),
            1);
        eo_hex(stored, key, sizeof key);
    }
    snprintf(text, sizeof text, "%s:%s:%s", stored, g->nonce, cnonce);
    digest_hex(pbkdf2 ? DIGEST_SHA256 : DIGEST_MD5, text, response);
}

static void hear_answer(struct play *g, char stored_as)
{
    char said[ARDUINO_SAY_MAX], cnonce[65], response[65], expected[65];

    assert_true(wanted(g).out_secret || wanted(g).timeout_ms == 0);
    hear_host(g, said, sizeof said);
    if (strcmp(g->nonce, g->answered) == 0)
        assert_string_equal(said, g->answer);
    assert_int_equal(sscanf(said, "200 %64[0-9a-f] %64[0-9a-f]", cnonce,
                            response),
                     2);
    assert_int_equal(strlen(said), 6 + 2 * strlen(g->nonce));
    expected_response(g, stored_as, cnonce, expected);
    if (strcmp(response, expected) != 0)
        fail_msg("%s: the answer to %s is not right", g->name, g->nonce);
    strcpy(g->answer, said);
    strcpy(g->answered, g->nonce);
}

static void hear_datagram(struct play *g, const char *what)
{
    char said[ARDUINO_SAY_MAX], all[100];

    hear_host(g, said, sizeof said);
    if (eo_is_digit(what[0])) {
        snprintf(all, sizeof all, "%s %d %d " MD5_OF_IMAGE "\n", what,
                 HOST_PORT, IMAGE_LEN);
        what = all;
    }
    assert_string_equal(said, what);
}

static void device_says(struct play *g, enum proto_channel on, const char *what)
{
    const size_t len = strlen(what);
    const size_t piece = on == PROTO_STREAM ? g->piece : len + 1;
    size_t at = 0;

    if (eo_starts_with(what, "AUTH ") && strlen(what + 5) < sizeof g->nonce)
        strcpy(g->nonce, what + 5);
    do {
        const size_t n = len - at < piece ? len - at : piece;
        uint8_t *bytes = exact(what + at, n);

        step(g, (struct proto_event){.kind = PROTO_BYTES,
                                     .channel = on,
                                     .data = bytes,
                                     .len = n});
        free(bytes);
        at += n;
    } while (at < len);
}

static void confirm(struct play *g, size_t n)
{
    g->acked += n;
    g->unconfirmed -= n;
    step(g, (struct proto_event){.kind = PROTO_ACKED,
                                 .channel = PROTO_STREAM,
                                 .len = g->acked});
}

/* The kernel takes all that is offered; gives how much that was. */
static size_t take(struct play *g, size_t most)
{
    const size_t chunk = g->piece == 1 ? 7 : g->piece == 3 ? 1000 : 100000;
    size_t all = 0;

    for (;;) {
        const struct proto_want w = wanted(g);
        size_t n = w.out_len < chunk ? w.out_len : chunk;

        if (n > most - all)
            n = most - all;
        if (n == 0)
            return all;
        assert_int_equal(w.out_on, PROTO_STREAM);
        assert_true(w.watch_acks);
        assert_int_equal(w.out_last, w.done + g->unconfirmed + w.out_len ==
                                         IMAGE_LEN);
        step(g, (struct proto_event){.kind = PROTO_SENT,
                                     .channel = PROTO_STREAM,
                                     .len = n});
        g->unconfirmed += n;
        all += n;
    }
}

static void flash(struct play *g, size_t n)
{
    while (n > 0) {
        const size_t now = take(g, n);

        if (now == 0)
            fail_msg("%s: the host does not go on", g->name);
        confirm(g, now);
        n -= now;
    }
}

static void pass_time(struct play *g, uint32_t ms)
{
    struct proto_want w = wanted(g);

    /* What it wanted to say got lost. */
    if (w.timeout_ms != ms)
        fail_msg("%s: waits %u ms, not %u", g->name, (unsigned)w.timeout_ms,
                 (unsigned)ms);
    step(g, (struct proto_event){.kind = PROTO_TIMEOUT});
}

static void line(struct play *g, char who, const char *what)
{
    const size_t n = (size_t)atol(what);
    unsigned clock;

    switch (who) {
    case 'h':
        hear_datagram(g, what);
        break;
    case 'a':
        hear_answer(g, what[0]);
        break;
    case 'd':
        device_says(g, PROTO_DATAGRAM, what);
        break;
    case 'c':
        step(g, (struct proto_event){.kind = PROTO_OPENED,
                                     .channel = PROTO_STREAM});
        break;
    case 'b':
        flash(g, n);
        break;
    case 'w':
        assert_int_equal(take(g, SIZE_MAX), n);
        break;
    case 'k':
        confirm(g, n);
        break;
    case 't':
        device_says(g, PROTO_STREAM, what);
        break;
    case 'q':
        clock = wanted(g).clock;
        device_says(g, PROTO_STREAM, what);
        assert_int_equal(wanted(g).clock, clock);
        break;
    case 'n':
        assert_int_equal(wanted(g).out_len, 0);
        break;
    case 'x':
    case 'r':
        step(g, (struct proto_event){.kind = PROTO_CLOSED,
                                     .channel = PROTO_STREAM,
                                     .sys = who == 'r' ? 104 : 0});
        break;
    case 'u':
    case 'U':
        step(g, (struct proto_event){.kind = PROTO_CLOSED,
                                     .channel = PROTO_DATAGRAM,
                                     .sys = 111,
                                     .refused = who == 'u'});
        break;
    case 'T':
        pass_time(g, (uint32_t)n);
        break;
    }
}

static void check_end(const struct play *g, const struct conversation *c,
                      char last)
{
    const struct espota_error *e = &g->p->error;
    const struct proto_want w = wanted(g);

    if (e->category != c->category)
        fail_msg("%s: ended as %s (%s)", c->name,
                 espota_category_name(e->category), e->message);
    /* Rows about the pace stop in the middle. */
    if (c->category != ESPOTA_E_OK)
        assert_int_equal(g->p->status, PROTO_FAILED);
    else if (last != 'w')
        assert_int_equal(g->p->status, PROTO_DONE);
    if (g->p->status != PROTO_RUNNING)
        assert_int_equal(w.open | w.out_len, 0);
    if (c->message != NULL && strstr(e->message, c->message) == NULL &&
        (e->hint == NULL || strstr(e->hint, c->message) == NULL))
        fail_msg("%s: it says \"%s\", \"%s\"", c->name, e->message, e->hint);
    if (c->device != NULL)
        assert_string_equal(e->device, c->device);
    /* Nothing moves a machine that has ended. */
    if (g->p->status != PROTO_RUNNING) {
        const enum proto_status before = g->p->status;

        assert_int_equal(
            g->p->ops->step(g->p, &(struct proto_event){
                                      .kind = PROTO_OPENED,
                                      .channel = PROTO_STREAM}),
            before);
    }
}

static void play(const struct conversation *c, size_t piece)
{
    static uint8_t bytes[IMAGE_LEN];
    struct espota_image *image;
    struct play g = {.piece = piece, .password = c->password, .name = c->name};
    size_t i;

    memset(bytes, 0x55, sizeof bytes);
    assert_int_equal(espota_image_wrap(&image, bytes, sizeof bytes,
                                       ESPOTA_COMPRESS_NEVER, NULL),
                     0);
    const struct proto_job job = {
        .image = image,
        .password = c->password,
        .type = c->type,
        .compress = ESPOTA_COMPRESS_NEVER,
        .min_auth = c->min_auth,
        .window = c->window,
        .answer_ms = 5000,
        .stall_ms = 90000,
        .invite_ms = c->invite_ms,
        .md5_stored = c->md5_stored,
        .careful = c->careful,
    };

    g.p = calloc(1, eo_proto_arduino.size);
    assert_non_null(g.p);
    eo_proto_start(g.p, &eo_proto_arduino, &job);
    ((struct arduino *)g.p)->chips = c->chips;
    step(&g, (struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_LISTENER,
                                  .port = HOST_PORT});
    step(&g, (struct proto_event){.kind = PROTO_OPENED,
                                  .channel = PROTO_DATAGRAM,
                                  .local = "192.0.2.1"});
    for (i = 0; c->line[i].what != NULL; i++)
        line(&g, c->line[i].who, c->line[i].what);
    check_end(&g, c, c->line[i - 1].who);
    free(g.p);
    espota_image_free(image);
}

static void test_conversation(void **state)
{
    play(*state, 1);
    play(*state, 3);
    play(*state, 100000);
}

static void test_ports_by_chip(void **state)
{
    (void)state;
    assert_int_equal(eo_proto_arduino.port_for("ESP8266"), 8266);
    assert_int_equal(eo_proto_arduino.port_for("ESP32-C3"), 3232);
    assert_int_equal(eo_proto_arduino.port_for("RP2350"), 2040);
    assert_int_equal(eo_proto_arduino.port_for("BK7231"), 0);
    assert_int_equal(eo_proto_arduino.port_for(NULL), 0);
}

/* No device says that it could inflate. */
static void test_gzip_only_for_who_insists(void **state)
{
    static uint8_t bytes[IMAGE_LEN];
    static const struct {
        enum espota_compress compress;
        bool raw;
    } ROWS[] = {{ESPOTA_COMPRESS_AUTO, true}, {ESPOTA_COMPRESS_ALWAYS, false}};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct espota_image *image;
        struct proto_job job = {.compress = ROWS[i].compress};
        struct arduino m = {.base.ops = &eo_proto_arduino};
        struct proto_want w;

        assert_int_equal(espota_image_wrap(&image, bytes, sizeof bytes,
                                           ESPOTA_COMPRESS_ALWAYS, NULL),
                         0);
        job.image = image;
        eo_proto_start(&m.base, &eo_proto_arduino, &job);
        eo_proto_arduino.want(&m.base, &w);
        if (eo_image_gzip(image) != NULL)
            assert_int_equal(w.total == IMAGE_LEN, ROWS[i].raw);
        espota_image_free(image);
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
    tests[N] = (struct CMUnitTest)cmocka_unit_test(test_ports_by_chip);
    tests[N + 1] =
        (struct CMUnitTest)cmocka_unit_test(test_gzip_only_for_who_insists);
    return cmocka_run_group_tests_name("proto/arduino", tests, NULL, NULL);
}
