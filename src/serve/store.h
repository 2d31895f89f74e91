/* store.h -- images from files: read when first wanted, read again when the
 * file has changed, immutable and reference-counted in between.
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
/* Images that are still in use stay valid until they are released. */
void eo_store_free(struct store *);

/* The image in a file as it is now; release it with eo_stored_put().  Only
 * whole images are given.  The last whole image is given while the file is open
 * for writing (which Linux tells about one's own files), and until a file that
 * was written over has not changed for a moment.  Where writers cannot be seen,
 * a new file must wait for that moment, too.
 *
 * NULL: there is no image, or it cannot be read (ESPOTA_E_IMAGE, with errno in
 * err: EAGAIN while it is being written), or memory or descriptors ran out
 * (ESPOTA_E_INTERNAL). */
struct stored *eo_store_get(struct store *, const char *path,
                            struct espota_error *err);

/* The same for a path below a directory.  Neither ".." nor a symbolic link
 * leads out of it.  path begins with '/'. */
struct stored *eo_store_get_below(struct store *, const char *dir,
                                  const char *path, struct espota_error *err);

/* The bytes of a small file that is not an image, NUL-terminated; free them
 * with eo_free_secret().  NULL with errno: not there, or longer than max. */
char *eo_store_text(const char *path, size_t max);

/* Takes a void pointer so that it can be a callback; NULL is fine. */
void eo_stored_put(void *stored);

#endif
