/* arduino_login.h -- answers to an ArduinoOTA challenge.
 *
 * A device stores a digest of its password, and nothing it says tells which:
 * MD5 or SHA-256, and (where somebody pasted one) in upper case.  So the forms
 * are tried one after the other, the likeliest first, each on a challenge of
 * its own.
 */
#ifndef EO_ARDUINO_LOGIN_H
#define EO_ARDUINO_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/pbkdf2.h"
#include "wire/arduino.h"

struct arduino_login { /* all zero is the initial state */
    unsigned form; /* of the password, in the order tried */
    bool pbkdf2;   /* the scheme of the latest challenge */
    char nonce[ARDUINO_SHA256_HEX + 1];
    char cnonce[ARDUINO_SHA256_HEX + 1];
    char response[ARDUINO_SHA256_HEX + 1]; /* "" while work is left */
    struct pbkdf2 work;
};

/* A challenge came.  md5_stored: the device is known to store MD5.  Each
 * challenge gets another cnonce out of the same secret.  0, or -1 if the crypto
 * library refuses. */
int eo_arduino_login_start(struct arduino_login *, const char *nonce,
                           const char *password, bool md5_stored,
                           const uint8_t *secret,
                           size_t secret_len) EO_MUST_CHECK;

/* The same with a cnonce of the caller's: for tests. */
int eo_arduino_login_with(struct arduino_login *, const char *nonce,
                          const char *password, bool md5_stored,
                          const char *cnonce) EO_MUST_CHECK;

/* Does a slice of the work; finished once response is there.  0 or -1. */
int eo_arduino_login_work(struct arduino_login *) EO_MUST_CHECK;

/* It was refused: is there another form for the next challenge?  Moves on to
 * it if so. */
bool eo_arduino_login_next(struct arduino_login *, bool md5_stored);

/* "MD5", "PBKDF2 of an MD5": what the latest answer was made of, for a log. */
const char *eo_arduino_login_words(const struct arduino_login *);

#endif
