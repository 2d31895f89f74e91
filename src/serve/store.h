/* store.h -- images as files: read when first wanted, read again when the file
 * changed, immutable and counted in between.
 *
 * A reader keeps the image it was given, whatever happens to the file.
 */
#ifndef EO_STORE_H
#define EO_STORE_H

#include <espota/image.h>

#include "base/err.h"
#include "serve/pull.h"

struct store;

struct stored {
    struct pull_image pull;
    const struct espota_image_info *info;
    const struct image_kind *kind;
    const char *file; /* as it was named */
    unsigned refs;
};

/* NULL: no memory. */
struct store *eo_store_new(enum espota_compress);
/* Images still held live on until they are let go. */
void eo_store_free(struct store *);

/* The image in a file as it is now; let it go with eo_stored_put().  Whole
 * images only: while somebody has the file open for writing (which Linux tells
 * of files of one's own), while one that was written over has not been still
 * for a moment, and, where writers cannot be seen, a new one neither, the last
 * whole image is given.
 *
 * NULL: there is none, or it cannot be read (ESPOTA_E_IMAGE, with errno in err:
 * EAGAIN while it is being written), or memory or descriptors are out
 * (ESPOTA_E_INTERNAL). */
struct stored *eo_store_get(struct store *, const char *path,
                            struct espota_error *err);

/* The same for a path below a directory, which it never leaves: neither by
 * ".." nor by a symbolic link.  path begins with '/'. */
struct stored *eo_store_get_below(struct store *, const char *dir,
                                  const char *path, struct espota_error *err);

/* The bytes of a small file that is no image, terminated, to be freed with
 * eo_free_secret(); NULL with errno: not there, or longer than max. */
char *eo_store_text(const char *path, size_t max);

/* Takes any void pointer, to be a callback; NULL is fine. */
void eo_stored_put(void *stored);

#endif
