/* image.h -- what the library knows about an image beyond the public view. */
#ifndef EO_IMAGE_H
#define EO_IMAGE_H

#include <stdbool.h>

#include <espota/image.h>

#include "image/kind.h"

/* One form in which an image can be sent. */
struct image_form {
    const uint8_t *bytes;
    size_t len;
    char md5[33]; /* of these very bytes, as every protocol announces it */
};

/* Makes an image of bytes (from eo_calloc() and such) that were taken out of
 * file.  taken says where they were in it; NULL: they are all of it.  The image
 * takes over the bytes, even if this fails. */
int eo_image_new(struct espota_image **out, uint8_t *bytes, size_t len,
                 const char *file, const char *taken, enum espota_compress,
                 struct espota_error *err) EO_MUST_CHECK;

const struct image_form *eo_image_raw(const struct espota_image *);

/* What was found in it, beyond the public view. */
const struct findings *eo_image_findings(const struct espota_image *);

/* Whether it came from a path, so that other files may be beside it. */
bool eo_image_is_file(const struct espota_image *);

/* What the device's flash will hold: for a gzip file its contents, unless they
 * cannot be unpacked. */
const struct image_form *eo_image_plain(const struct espota_image *);

/* The compressed form; NULL: there is none, or it would not be smaller. */
const struct image_form *eo_image_gzip(const struct espota_image *);

/* Whether the device says that it unpacks gzip. */
enum image_inflates {
    INFLATES_UNTOLD, /* its protocol cannot tell */
    INFLATES_NO,
    INFLATES_YES
};

/* The form in which an image is sent; every protocol asks here.  Only an app is
 * compressed, only if updaters of its kind unpack it, and only if the device
 * does not say otherwise.  Everything else is stored as it is sent. */
const struct image_form *eo_image_choose(const struct espota_image *,
                                         enum espota_compress,
                                         enum image_inflates,
                                         enum espota_type);

/* What a device that runs the image reports: an ESP8266 the MD5 of its sketch,
 * one for each flash mode (byte 2); an ESP32 the digest appended to its image.
 * A value that does not exist is left as it is, so empty both before the call.
 * -1: no memory. */
int eo_image_running(const struct espota_image *, char md5[4][33],
                     char sha256[65]) EO_MUST_CHECK;

#endif
