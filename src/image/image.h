/* image.h -- what the inside knows of an image beyond the public view. */
#ifndef EO_IMAGE_H
#define EO_IMAGE_H

#include <stdbool.h>

#include <espota/image.h>

#include "image/kind.h"

/* One way in which an image can go over the wire. */
struct image_form {
    const uint8_t *bytes;
    size_t len;
    char md5[33]; /* of these very bytes, as every protocol announces it */
};

/* An image of bytes (from eo_calloc() and such) that were taken out of that
 * file, and from where in it, in words (NULL: they are all of it).  The bytes
 * are the image's, also where this fails. */
int eo_image_new(struct espota_image **out, uint8_t *bytes, size_t len,
                 const char *file, const char *taken, enum espota_compress,
                 struct espota_error *err) EO_MUST_CHECK;

const struct image_form *eo_image_raw(const struct espota_image *);

/* What was found in it, beyond the public view. */
const struct findings *eo_image_findings(const struct espota_image *);

/* It came from a path, so there are files beside it. */
bool eo_image_is_file(const struct espota_image *);

/* What the device's flash is to hold: of a file that is gzip its inside, unless
 * that cannot be unpacked. */
const struct image_form *eo_image_plain(const struct espota_image *);

/* NULL: there is none, or it would be no smaller. */
const struct image_form *eo_image_gzip(const struct espota_image *);

/* Whether the device says that it unpacks gzip. */
enum image_inflates {
    INFLATES_UNTOLD, /* its protocol has no word for it */
    INFLATES_NO,
    INFLATES_YES
};

/* The form in which an image goes out: every protocol asks here.  Compressed
 * only for what unpacks it: an app, of a kind whose updaters do, for a device
 * that does not say otherwise.  All else stores what it is sent as it is. */
const struct image_form *eo_image_choose(const struct espota_image *,
                                         enum espota_compress,
                                         enum image_inflates,
                                         enum espota_type);

/* What a device that runs it tells of itself: an ESP8266 the MD5 of its sketch
 * by flash mode (byte 2), an ESP32 the digest appended to its image.  Both are
 * left as they are where there is none: empty them before.  -1: no memory. */
int eo_image_running(const struct espota_image *, char md5[4][33],
                     char sha256[65]) EO_MUST_CHECK;

#endif
