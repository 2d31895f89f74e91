/* form.h -- the body of an upload to a device's web page: the image, alone
 * or in the one form that every parser in a device takes.
 *
 * The image is read from where it lies; only the form around it is written
 * down here.  docs/PROTOCOLS.md says what those parsers are particular about.
 */
#ifndef EO_FORM_H
#define EO_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"
#include "web/page.h"

enum { WEB_BOUNDARY = 24, WEB_FRAME_MAX = 320, WEB_TAIL_MAX = 64 };

struct web_body {
    char head[WEB_FRAME_MAX], tail[WEB_TAIL_MAX]; /* "": no form */
    size_t head_len, tail_len;
    const struct image_form *image; /* borrowed */
    size_t given;                   /* bytes of it all that were read */
};

/* boundary is up to WEB_BOUNDARY letters and digits. */
void eo_web_body_init(struct web_body *, const struct web_profile *,
                      bool filesystem, const char *boundary,
                      const struct image_form *);

size_t eo_web_body_len(const struct web_body *);

/* Reads on: up to max bytes; 0 behind the end. */
size_t eo_web_body_read(struct web_body *, void *to, size_t max);

/* How many bytes of the image are among the first n of the body. */
size_t eo_web_body_image(const struct web_body *, size_t n);

#endif
