/* noise.h -- the device's side of ESPHome's encryption.
 *
 * It is written from the same protocol notes as proto/noise.c, but not from
 * that file.  They share only the primitives and the numbers in wire/noise.h.
 */
#ifndef EO_SIM_ESPHOME_NOISE_H
#define EO_SIM_ESPHOME_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/noise.h"

struct sim_noise {
    uint8_t h[32], ck[32], k[32];
    uint8_t from_client[32], to_client[32];
    uint64_t n_from, n_to;
};

/* The bytes that were exchanged in the clear: the five of the magic, 00 and
 * the version, the client's features, 48 and our flags. */
enum { SIM_NOISE_SPOKEN = 10 };

/* Reads the client's message and writes ours.  psk is the device's key, own
 * its fresh private key.  Returns 0, or -1: "Handshake MAC failure". */
int eo_sim_noise_greet(struct sim_noise *, const uint8_t psk[32],
                       const uint8_t spoken[SIM_NOISE_SPOKEN],
                       const uint8_t own[32],
                       const uint8_t client[NOISE_MESSAGE],
                       uint8_t answer[NOISE_MESSAGE]) EO_MUST_CHECK;

/* Makes a whole frame of the bytes; out needs NOISE_HEAD + NOISE_TAG more.
 * Returns the length of the frame. */
size_t eo_sim_noise_seal(struct sim_noise *, const void *bytes, size_t len,
                         uint8_t *out);

/* Opens the payload of a frame in place.  Returns the length of its content,
 * or -1.
 */
int eo_sim_noise_open(struct sim_noise *, uint8_t *payload, size_t len);

#endif
