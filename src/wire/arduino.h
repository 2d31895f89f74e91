/* arduino.h -- the bytes of ArduinoOTA ("espota").
 *
 * proto/arduino.c says what is sent when; docs/PROTOCOLS.md says where each
 * byte is documented.
 */
#ifndef EO_WIRE_ARDUINO_H
#define EO_WIRE_ARDUINO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>

#include "base/str.h"

enum {
    ARDUINO_CHUNK = 1460,  /* what one round of the classic script sends */
    ARDUINO_DATAGRAM_MAX = 1500, /* more than any device sends at once */
    ARDUINO_SAY_MAX = 160, /* the longest that we send: a long answer,
                              terminated */
    ARDUINO_MD5_HEX = 32,  /* length of a nonce, and of everything with it */
    ARDUINO_SHA256_HEX = 64,
    ARDUINO_PBKDF2_ROUNDS = 10000
};

/* What an invitation is for, and what makes a datagram an answer. */
enum arduino_command {
    ARDUINO_FLASH = 0,
    ARDUINO_FILESYSTEM = 100,
    ARDUINO_ANSWER = 200
};

/* "0 48266 1021 f3c2...\n": the port that the device should call, and size
 * and MD5 of what it will get there. */
void eo_arduino_say_invitation(struct text *, enum arduino_command,
                               uint16_t port, size_t size, const char *md5);

/* "200 CNONCE RESPONSE\n" */
void eo_arduino_say_answer(struct text *, const char *cnonce,
                           const char *response);

/* ---- what a device says by UDP ------------------------------------------ */

enum arduino_reply_kind {
    ARDUINO_OK,
    ARDUINO_CHALLENGE, /* .nonce */
    ARDUINO_BAD_NONCE, /* a challenge whose nonce has no known length; .len */
    ARDUINO_DENIED,    /* "Authentication Failed" */
    ARDUINO_ERROR,     /* "ERR: " and .text[.len], without its line end */
    ARDUINO_NONSENSE
};

struct arduino_reply {
    enum arduino_reply_kind kind;
    char nonce[ARDUINO_SHA256_HEX + 1]; /* 32 or 64 characters */
    const char *text;                   /* in the datagram */
    size_t len;
};

struct arduino_reply eo_arduino_parse_reply(const uint8_t *, size_t len);

/* ---- what it says by TCP ------------------------------------------------ */

/* Counts, "OK" or an error text, without separators, joined and split as TCP
 * likes.  All zero is the initial state. */
struct arduino_said {
    char text[192]; /* from the first character that is not part of a count */
    size_t len;
    bool counted; /* a count, or part of one, has come since this was cleared */
};

void eo_arduino_hear(struct arduino_said *, const uint8_t *, size_t len);

enum arduino_meaning {
    ARDUINO_MEANS_NOTHING, /* counts alone, or half an "OK" */
    ARDUINO_MEANS_OK,
    ARDUINO_MEANS_PART, /* of an error text: more may come */
    ARDUINO_MEANS_ERROR /* its line has ended */
};

enum arduino_meaning eo_arduino_meaning(const struct arduino_said *);

/* ---- error texts -------------------------------------------------------- */

/* Whose texts these are: the cores use the same words, and the same numbers,
 * for different things; so numbers are ignored. */
enum arduino_chip {
    ARDUINO_ESP8266 = 1,
    ARDUINO_PICO = 2,
    ARDUINO_ESP32 = 4,
    ARDUINO_NUMBERED = 3, /* those that put "ERROR[n]: " in front */
    ARDUINO_ANY = 7
};

/* The beginning of a device's text, and the chips on which it means this.  The
 * first match counts: a longer text comes before its own prefix.
 *
 *   X(chips, text, category, what happened, what to do)
 *
 * What to do is a text, or EO_ADVICE(NAME, a text).
 */
/* clang-format off */
#define ARDUINO_ERRORS(X)                                                                            \
    X(ANY, "Flash Write Failed", DEVICE,                                                             \
      "the device could not write its flash",                                                        \
      "try again; if it stays, the flash chip is worn, or the power supply too weak")                \
    X(ANY, "Flash Erase Failed", DEVICE,                                                             \
      "the device could not erase its flash",                                                        \
      "try again; if it stays, the flash chip is worn, or the power supply too weak")                \
    X(ANY, "Flash Read Failed", DEVICE,                                                              \
      "the device could not read back its flash",                                                    \
      "try again; if it stays, the flash chip is worn, or the power supply too weak")                \
    X(ESP8266, "Not Enough Space", REFUSED,                                                          \
      "the image does not fit beside the running firmware",                                          \
      "old and new image must fit together below the filesystem: choose a smaller filesystem, "      \
      "or send it compressed (core 2.7 and later)")                                                  \
    X(PICO, "Not Enough Space", REFUSED,                                                             \
      "the image does not fit into the device's filesystem",                                         \
      "delete files there, or build the running firmware with a larger filesystem")                  \
    X(ESP32, "Not Enough Space", REFUSED,                                                            \
      "the image does not fit into the device's partition",                                          \
      "make the image smaller, or give the device another partition table")                          \
    X(ANY, "Bad Size Given", REFUSED,                                                                \
      "the device does not take an image of this size",                                              \
      "is the file the one you meant, and not empty?")                                               \
    X(ANY, "Stream Read Timeout", DEVICE,                                                            \
      "the device waited too long for data",                                                         \
      "look at the network between here and the device, then try again")                             \
    X(ANY, "MD5 verification failed", CHECKSUM,                                                      \
      "the device received other bytes than were sent",                                              \
      "try again; if it stays, the network or the device's flash corrupts data")                     \
    X(ANY, "MD5 Check Failed", CHECKSUM,                                                             \
      "the device received other bytes than were sent",                                              \
      "try again; if it stays, the network or the device's flash corrupts data")                     \
    X(ANY, "MD5 Failed", CHECKSUM,                                                                   \
      "the device received other bytes than were sent",                                              \
      "try again; if it stays, the network or the device's flash corrupts data")                     \
    X(ESP8266, "Flash config wrong", REFUSED,                                                        \
      "the firmware the device runs is configured for another flash size than it has",               \
      "flash it once over the serial port with the right board and flash size")                      \
    X(ESP8266, "new Flash config wrong", REFUSED,                                                    \
      "the image is configured for another flash size than the device has",                          \
      "build it for the right board and flash size")                                                 \
    X(ESP8266, "Magic byte is", REFUSED,                                                             \
      "the file is not an ESP8266 image: its first byte is wrong",                                   \
      EO_ADVICE(AS_FILESYSTEM,                                                                       \
                "send the sketch's .bin; cores before 2.7 do not take a compressed one"))            \
    X(ESP8266, "Invalid bootstrapping", REFUSED,                                                     \
      "Invalid bootstrapping: the device must be reset by hand once after a serial flash",           \
      "press its reset button or power-cycle it, then flash again")                                  \
    X(ANY, "Signature verification failed", POLICY,                                                  \
      "the device does not accept the image's signature",                                            \
      "sign the image with the key that the running firmware trusts")                                \
    X(ANY, "No data supplied", DEVICE,                                                               \
      "the device got no data",                                                                      \
      "look at what is between here and the device, then try again")                                 \
    X(ANY, "Out of memory", DEVICE,                                                                  \
      "the device has not enough free memory for an update",                                         \
      "reboot it and try again before its sketch has taken the memory")                              \
    X(ANY, "Update already running", BUSY,                                                           \
      "the device is in another update",                                                             \
      "wait for it to end, or reboot the device")                                                    \
    X(ANY, "Unknown update command", REFUSED,                                                        \
      "the device does not take this type of image",                                                 \
      EO_ADVICE(NOT_FILESYSTEM, "do not send it as a filesystem, or update the device's core"))      \
    X(PICO, "No Filesystem", REFUSED,                                                                \
      "the device has no filesystem to put an update into",                                          \
      "flash it once by USB with a sketch built with a filesystem (Tools, Flash Size)")              \
    X(ESP32, "Wrong Magic Byte", REFUSED,                                                            \
      "the file is not an ESP32 image: its first byte is wrong",                                     \
      EO_ADVICE(AS_FILESYSTEM, "send the sketch's .bin, not compressed"))                            \
    X(ESP32, "Could Not Activate The Firmware", REFUSED,                                             \
      "the device does not accept the image: it is damaged or for another chip",                     \
      "send the application image built for this chip, not a bootloader or a merged image")          \
    X(ESP32, "Partition Could Not be Found", REFUSED,                                                \
      "the device has no partition for this image",                                                  \
      "flash it once over the serial port with a partition table that has one")                      \
    X(ESP32, "Bad Argument", REFUSED,                                                                \
      "the device does not take this type of image",                                                 \
      EO_ADVICE(NOT_FILESYSTEM, "do not send it as a filesystem, or update the device's core"))      \
    X(ESP32, "Aborted", DEVICE,                                                                      \
      "the device gave up the update",                                                               \
      "look at the network between here and the device, then try again")                             \
    X(ESP32, "Decryption error", REFUSED,                                                            \
      "the device takes the file for an encrypted image: it is usually the wrong file",              \
      EO_ADVICE(AS_FILESYSTEM, "send the sketch's .bin, not compressed"))                            \
    X(ESP32, "No Error", DEVICE,                                                                     \
      "the device ended the update without a reason",                                                \
      "reboot it and try again")                                                                     \
    X(NUMBERED, "No Error", BUSY,                                                      \
      "the device refused without a reason: it is probably in another update",                       \
      "wait for it to end, or reboot the device")                                                    \
    X(ANY, "UNKNOWN", DEVICE,                                                                        \
      "the device failed for a reason it has no words for",                                          \
      "look at the device's log")
/* clang-format on */

/* What was going on when a device said it; several may be or'ed. */
enum arduino_moment {
    ARDUINO_OF_FS = 1, /* a filesystem was sent */
    ARDUINO_OF_GZIP = 2, /* what was sent is compressed */
    ARDUINO_IN_DATA = 4  /* the device has called, and was given data */
};

/* The texts that mean something else at that moment.
 *
 *   X(chips, moment, text, category, what happened, what to do)
 */
/* clang-format off */
#define ARDUINO_ERRORS_THEN(X)                                                                       \
    X(NUMBERED, OF_FS, "Not Enough Space", REFUSED,                                                  \
      "the image is larger than the filesystem area of the sketch that the device runs",             \
      "build it for the flash layout of that sketch, or flash a sketch with another layout first")   \
    X(ESP32, OF_FS, "Not Enough Space", REFUSED,                                                     \
      "the image is larger than the device's filesystem partition",                                  \
      "build it as large as that partition, or give the device another partition table")             \
    X(ESP8266, OF_GZIP, "Not Enough Space", REFUSED,                                                 \
      "not even the compressed image fits beside the running firmware",                              \
      "old and new image must fit together below the filesystem: choose a smaller filesystem, "      \
      "or flash a minimal sketch first")                                                             \
    X(PICO, IN_DATA, "No Error", DEVICE,                                                             \
      "the device gave up without a reason: its filesystem is probably full",                        \
      "delete files there, or build the running firmware with a larger filesystem")                  \
    X(ESP8266, IN_DATA, "No Error", DEVICE,                                                          \
      "the device ended the update without a reason",                                                \
      "reboot it and try again")
/* clang-format on */

struct arduino_error {
    unsigned chips;
    unsigned moment; /* 0: always */
    enum espota_category category;
    const char *text; /* what the device says */
    const char *what; /* what happened */
    const char *hint;
    enum espota_advice advice;
};

/* Of a text as the device sent it, "ERROR[4]: Not Enough Space" or plain, and
 * any case.  chip may be several or'ed, and so may moment.  NULL: no known
 * core says so. */
const struct arduino_error *eo_arduino_error(unsigned chip, unsigned moment,
                                             const char *text, size_t len);

/* The i-th row, or NULL after the last. */
const struct arduino_error *eo_arduino_error_at(size_t i);

#endif
