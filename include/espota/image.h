/* image.h -- firmware images: loaded once, immutable afterwards.
 *
 * An image may be shared by any number of jobs, fleets and threads as long as
 * it outlives them.
 */
#ifndef ESPOTA_IMAGE_H
#define ESPOTA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A longer file is refused: no device of any family takes one. */
#define ESPOTA_IMAGE_MAX ((size_t)64 << 20)

enum espota_compress {
    ESPOTA_COMPRESS_AUTO,   /* where the device offers it and it shrinks */
    ESPOTA_COMPRESS_ALWAYS, /* also where the device is not known to offer it */
    ESPOTA_COMPRESS_NEVER
};

struct espota_image; /* opaque */

struct espota_image_info {
    const char *file;  /* as given; "-" for standard input */
    const char *kind;  /* "esp8266-app", "esp32-app", ...; "unknown" */
    const char *chip;  /* "ESP8266", "ESP32-C3", ... or NULL if unknown */
    size_t bytes;
    size_t gzip_bytes; /* of the compressed form; 0: there is none */
    char md5[33];
    char sha256[65];
};

/* Reads the whole file ("-" is standard input), hashes it and, where the
 * policy and the kind of image allow, compresses it: everything slow happens
 * here, before any device is talked to.  Fails with ESPOTA_E_IMAGE. */
ESPOTA_API int espota_image_open(struct espota_image **out, const char *path,
                                 enum espota_compress,
                                 struct espota_error *err);

/* The same for bytes in memory, which are borrowed until espota_image_free. */
ESPOTA_API int espota_image_wrap(struct espota_image **out, const void *bytes,
                                 size_t len, enum espota_compress,
                                 struct espota_error *err);

/* Borrowed until espota_image_free. */
ESPOTA_API const struct espota_image_info *
espota_image_info(const struct espota_image *);

ESPOTA_API void espota_image_free(struct espota_image *);

#ifdef __cplusplus
}
#endif

#endif
