/* repeats.h -- who was given which image, saying that it runs what: so that one
 * that fetches, restarts and fetches again for ever is told from one that others
 * ask for.
 *
 * A device in a circle took an image and still says it runs what it ran before.
 * How often somebody asks in its name proves nothing: a delivery counts only
 * against requests from the same address that tell the same of what runs there.
 */
#ifndef EO_REPEATS_H
#define EO_REPEATS_H

#include "os/sock.h"
#include "serve/pull.h"

enum { REPEATS_MAX = 4096 /* devices that are remembered */ };

struct repeats {
    struct repeat *at;
    size_t n;
    uint64_t clock; /* counts what was added */
};

/* How often in a row that device took the image with this MD5; 0 for one that
 * does not tell its MAC. */
unsigned eo_repeats_count(const struct repeats *, const struct addr *peer,
                          const struct pull_request *, const char md5[33]);
/* It took it once more.  Another image of its kind ends the row.  Without
 * memory it is not remembered. */
void eo_repeats_add(struct repeats *, const struct addr *peer,
                    const struct pull_request *, const char md5[33]);
void eo_repeats_free(struct repeats *);

#endif
