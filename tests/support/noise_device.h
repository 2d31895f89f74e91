/* noise_device.h -- an ESPHome device with encryption, against a machine, by a
 * script.
 *
 * Who acts, and what they do:
 *
 *   h HEX   the host says these bytes in the clear
 *   d HEX   the device says these bytes in the clear (or a forged frame)
 *   k       the host greets with its key, and the device accepts
 *   K       ... and the device, which has another one, refuses
 *   w HEX   the host says exactly this in one frame; W: the MD5, S: the size
 *   v HEX   the device says each of these bytes in a frame of its own
 *   b N     the host sends N image bytes (or "all"), the right ones, in frames
 *           that are full but for the last
 *   t N     the host sends N bytes of a frame
 *   a N     the peer's TCP confirms N stream bytes in all
 *   -       the host has nothing to say
 *   x q     the device closes, or falls silent
 */
#ifndef TEST_SUPPORT_NOISE_DEVICE_H
#define TEST_SUPPORT_NOISE_DEVICE_H

#include "proto/machines.h"
#include "sim_esphome/noise.h"

enum { NOISE_DEVICE_IN = 65536 };

struct noise_line {
    char who;
    const char *what;
};

extern const uint8_t NOISE_DEVICE_KEY[32];

struct noise_device {
    struct proto *host;
    const struct image_form *form;
    struct sim_noise noise;
    uint8_t spoken[SIM_NOISE_SPOKEN]; /* in the clear, in either direction */
    size_t piece;
    uint8_t in[NOISE_DEVICE_IN]; /* what the host said and nobody looked at */
    size_t got;
    size_t offset; /* of the image */
};

struct proto_want noise_device_wanted(const struct noise_device *);

void noise_device_play(struct noise_device *, const struct noise_line *);

#endif
