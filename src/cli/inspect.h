/* inspect.h -- what "inspect" prints about an image for programs: see
 * docs/JSON.md.  A build without JSON prints nothing. */
#ifndef EO_INSPECT_H
#define EO_INSPECT_H

#include <stdio.h>

#include <espota/image.h>

static inline const char *eo_severity_word(enum espota_severity severity)
{
    static const char *const WORDS[] = {
        [ESPOTA_NOTE] = "note",
        [ESPOTA_WARNING] = "warning",
        [ESPOTA_ERROR] = "error",
    };

    return WORDS[severity];
}

/* The image that is described. */
struct inspected {
    const struct espota_image_info *info;
    const char *name; /* the name of its file */
    const char *from; /* the file it was extracted from, or NULL */
};

/* Both write a line and flush; they return 0 or an errno.  A file that cannot
 * be read gets a line as well. */
int eo_inspect_json(FILE *, const struct inspected *);
int eo_inspect_json_unreadable(FILE *, const char *file,
                               const struct espota_error *);

#endif
