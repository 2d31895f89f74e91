/* image.h -- what the inside knows of an image beyond the public view. */
#ifndef EO_IMAGE_H
#define EO_IMAGE_H

#include <stdbool.h>

#include <espota/image.h>

/* One way in which an image can go over the wire. */
struct image_form {
    const uint8_t *bytes;
    size_t len;
    char md5[33]; /* of these very bytes, as every protocol announces it */
};

const struct image_form *eo_image_raw(const struct espota_image *);

/* NULL: there is none, or it would be no smaller. */
const struct image_form *eo_image_gzip(const struct espota_image *);

#endif
