/* repeats.h -- which image each device was given, and what it said it runs.
 * This finds a device that fetches, restarts and fetches again for ever.
 *
 * Such a device took an image and still says it runs what it ran before.  The
 * number of requests proves nothing, as others can use its name: a delivery
 * counts only against requests from the same address that report the same
 * running firmware.
 */
#ifndef EO_REPEATS_H
#define EO_REPEATS_H

#include "os/sock.h"
#include "serve/pull.h"

enum { REPEATS_MAX = 4096 /* devices that are remembered */ };

struct repeats {
    struct repeat *at;
    size_t n;
    uint64_t clock; /* counts additions */
};

/* How often in a row that device took the image with this MD5; 0 for a device
 * that does not send its MAC. */
unsigned eo_repeats_count(const struct repeats *, const struct addr *peer,
                          const struct pull_request *, const char md5[33]);
/* Records that the device took the image once more.  Taking another image of
 * the same kind ends the row.  Without memory, nothing is recorded. */
void eo_repeats_add(struct repeats *, const struct addr *peer,
                    const struct pull_request *, const char md5[33]);
void eo_repeats_free(struct repeats *);

#endif
