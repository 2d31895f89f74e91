/* manifest.h -- the JSON from which ESPHome's update entity learns of a new
 * firmware; ESP Web Tools read the same. */
#ifndef EO_MANIFEST_H
#define EO_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct manifest {
    const char *name, *version;
    const char *chip; /* the family as ESPHome calls it: "ESP32-C3" */
    const char *path; /* of the image, relative to the manifest, or a URL */
    const char *md5;  /* of the image */
};

/* Whether this build can write manifests. */
bool eo_manifest_have(void);

/* The text, to be freed with eo_free(); NULL: it cannot be written. */
char *eo_manifest(const struct manifest *, struct espota_error *err);

#endif
