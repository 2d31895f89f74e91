/* noise.h -- the bytes of ESPHome's encryption, both ends.
 *
 * From the greeting's FEATURE_FLAGS on, everything travels in frames: a mark,
 * the length of the payload (16 bits, big-endian), the payload.  The first one
 * of each side is the handshake, a status byte and a Noise message; the others
 * are one control unit or a piece of the image each, sealed.
 */
#ifndef EO_WIRE_NOISE_H
#define EO_WIRE_NOISE_H

#define NOISE_NAME "Noise_NNpsk0_25519_ChaChaPoly_SHA256"

enum {
    NOISE_KEY = 32, /* every key, public, private or shared, and every hash */
    NOISE_TAG = 16, /* what sealing adds */

    NOISE_MARK = 0x01,
    NOISE_HEAD = 3,        /* mark and length */
    NOISE_PLAIN_MAX = 1024, /* in one frame, before sealing */
    NOISE_SEALED_MAX = NOISE_PLAIN_MAX + NOISE_TAG,

    NOISE_ACCEPT = 0x00,   /* status: a Noise message follows */
    NOISE_REJECT = 0x01,   /* status: the reason follows, as text */
    NOISE_HANDSHAKE_MAX = 129,             /* payload with its status byte */
    NOISE_MESSAGE = NOISE_KEY + NOISE_TAG, /* ephemeral key, sealed nothing */

    /* Both sides hash what they said in the clear, so that nobody can have
     * changed it: the text, the magic, 00, the version, the client's features,
     * FEATURE_FLAGS and the server's flags. */
    NOISE_PROLOGUE_LEN = 22
};

#define NOISE_PROLOGUE_TEXT "NoiseOTAInit"

/* The reasons a device gives.  The first is a contract (clients compare it):
 * another key, or a preamble that was changed on its way. */
#define NOISE_REASON_MAC "Handshake MAC failure"
#define NOISE_REASON_ERROR "Handshake error"

#endif
