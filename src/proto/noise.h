/* noise.h -- ESPHome's encryption, client side: a filter between plain text
 * and frames.
 *
 * Noise_NNpsk0_25519_ChaChaPoly_SHA256 as the initiator (noiseprotocol.org,
 * revision 34): a key both sides know, fresh keys for each session.  It has no
 * socket, heap, clock or random source; the ephemeral key is passed in.
 * wire/noise.h has the bytes.
 *
 * The order of calls is start, read until NOISE_READY, then seal and read in
 * any order.  A filter that failed has wiped itself and stays failed.
 */
#ifndef EO_PROTO_NOISE_H
#define EO_PROTO_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/noise.h"

enum {
    NOISE_HELLO_FRAME = NOISE_HEAD + 1 + NOISE_MESSAGE,
    NOISE_FRAME_MAX = NOISE_HEAD + NOISE_SEALED_MAX
};

/* What was said in the clear before, and is authenticated now. */
struct noise_preamble {
    uint8_t version, client, server;
};

enum noise_state { NOISE_DEAD, NOISE_GREETED, NOISE_OPEN };

/* One direction of an open session. */
struct noise_way {
    uint8_t key[NOISE_KEY];
    uint64_t counter;
};

struct noise {
    enum noise_state state;
    uint8_t hash[NOISE_KEY]; /* of the handshake; not secret */
    uint8_t chain[NOISE_KEY], key[NOISE_KEY], ephemeral[NOISE_KEY];
    struct noise_way out, in;
    size_t got; /* bytes of the frame that is coming in */
    uint8_t frame[NOISE_FRAME_MAX];
};

/* Begins, and writes the first frame.  psk is the device's key, ephemeral 32
 * fresh random bytes; neither is kept longer than the handshake.  0, or -1: an
 * all-zero psk (USAGE), or the crypto library refuses (INTERNAL). */
int eo_noise_start(struct noise *, const uint8_t psk[NOISE_KEY],
                   const struct noise_preamble *,
                   const uint8_t ephemeral[NOISE_KEY],
                   uint8_t hello[NOISE_HELLO_FRAME],
                   struct espota_error *err) EO_MUST_CHECK;

enum noise_read {
    NOISE_MORE,  /* every byte was taken, and the frame goes on */
    NOISE_READY, /* the handshake is complete: text may be sealed */
    NOISE_TEXT,  /* .text[.len] came, never empty; valid until the next call */
    NOISE_FAILED /* err says why */
};

struct noise_text {
    const uint8_t *bytes;
    size_t len;
};

/* Takes bytes up to the end of a frame, in whatever pieces they come.  Fails
 * with AUTH (the device refused the key, or does not know it), PROTOCOL, or
 * once the handshake stands with BROKEN: the frame was damaged on its way. */
enum noise_read eo_noise_read(struct noise *, struct reader *,
                              struct noise_text *, struct espota_error *err);

/* Seals 1 to NOISE_PLAIN_MAX bytes into a frame at out, which takes
 * NOISE_HEAD + NOISE_TAG bytes more.  Gives its length, or 0: not open, or the
 * crypto library refuses. */
size_t eo_noise_seal(struct noise *, const uint8_t *plain, size_t len,
                     uint8_t *out) EO_MUST_CHECK;

/* Forgets everything. */
void eo_noise_wipe(struct noise *);

#endif
