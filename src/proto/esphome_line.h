/* esphome_line.h -- the line to an ESPHome device: everything is sent through
 * it, in the clear or, once a key was agreed on, in sealed frames.
 *
 * In the clear, image bytes are sent from where they lie; sealed ones go
 * through the buffer below, one block of the device at a time.
 */
#ifndef EO_ESPHOME_LINE_H
#define EO_ESPHOME_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"
#include "proto/noise.h"
#include "wire/esphome.h"

enum {
    LINE_FRAMES = ESPHOME_BLOCK / NOISE_PLAIN_MAX,
    LINE_ROOM = LINE_FRAMES * NOISE_FRAME_MAX
};

struct esphome_line {
    const uint8_t *out; /* to be sent */
    size_t out_len;
    bool sealed; /* everything is a frame */
    bool failed; /* the crypto library refused: nothing more can be said */
    bool image;  /* out is of the image */

    size_t offset; /* image bytes that have left */
    size_t acked;  /* image bytes the device confirmed */
    size_t sent;   /* stream bytes that have left, and before the image */
    size_t before;
    size_t under_seal; /* image bytes in the buffer */

    struct noise noise;
    size_t used; /* of the buffer */
    uint8_t room[LINE_ROOM];
};

/* A message is one or more control units; each is a frame if sealed. */
void eo_line_begin(struct esphome_line *);
void eo_line_unit(struct esphome_line *, const void *bytes, size_t len);

/* Bytes that are frames already: those of our handshake. */
void eo_line_raw(struct esphome_line *, const void *bytes, size_t len);

/* Offers what is left of the image, up to ahead bytes beyond what the device
 * confirmed; ahead is a multiple of NOISE_PLAIN_MAX.  To be called again when
 * something was confirmed or has left. */
void eo_line_image(struct esphome_line *, const struct image_form *,
                   size_t ahead);

/* Whether what is offered ends with the image's last byte. */
bool eo_line_last(const struct esphome_line *, const struct image_form *);

/* The kernel took the first n bytes of out. */
void eo_line_sent(struct esphome_line *, size_t n);

/* The device's TCP has confirmed that many stream bytes in all: true if that
 * is more of the image than was known. */
bool eo_line_acked(struct esphome_line *, const struct image_form *,
                   size_t total);

#endif
