/* preflight.h -- does an image fit a device?  A pure decision. */
#ifndef EO_PREFLIGHT_H
#define EO_PREFLIGHT_H

#include "image/kind.h"

/* The parts of an image that count. */
struct preflight_image {
    const struct findings *found;
    const char *name; /* of the file, without directories: for messages */
    size_t bytes;     /* as sent without compressing */
};

/* What espota_image_check() promises, except for the look at neighbouring
 * files.  With force, refusals go to check->on_warning and 0 is returned. */
int eo_preflight(const struct preflight_image *, const struct espota_check *,
                 struct espota_error *err);

/* "ESP32-C3" for "esp32-c3-devkitm-1" or "lolin_c3_mini"; NULL: the board's
 * name does not tell. */
const char *eo_chip_of_board(const char *board);

#endif
