/* inspect.h -- what "inspect" says of an image to programs: docs/JSON.md.  A
 * build without JSON says nothing. */
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

/* What is told of. */
struct inspected {
    const struct espota_image_info *info;
    const char *name; /* of its file */
    const char *from; /* it was taken out of that file; or NULL */
};

/* Both write a line and flush: 0, or an errno.  A file that cannot be read gets
 * a line as well. */
int eo_inspect_json(FILE *, const struct inspected *);
int eo_inspect_json_unreadable(FILE *, const char *file,
                               const struct espota_error *);

#endif
