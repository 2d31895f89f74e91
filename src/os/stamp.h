/* stamp.h -- whether a file is still what was read of it, and whether it is
 * whole or still being written.
 *
 * Times alone tell neither.  They have a grain, so that two changes within it
 * look like one; they can be set, and lie in the future where a clock was set
 * back.  So whoever keeps what a file said compares all of a stamp, and reads
 * it again while a stamp is too young to be relied on.
 */
#ifndef EO_STAMP_H
#define EO_STAMP_H

#include <stdbool.h>
#include <stdint.h>

enum {
    STAMP_SETTLE_MS = 1500, /* after which a writer is believed to be done */
    STAMP_GRAIN_MS = 3000   /* FAT has two seconds, a network file system may
                               cache its answers for some more */
};

struct stamp {
    uint64_t volume, id; /* together: which file */
    int64_t size;
    int64_t mtime_ns, ctime_ns; /* the second is nobody's to set */
};

/* The same file, perhaps changed. */
bool eo_stamp_same_file(const struct stamp *, const struct stamp *);
bool eo_stamp_same(const struct stamp *, const struct stamp *);

/* Since its last change, by the clock of the system; less than 0: its time
 * lies in the future. */
int64_t eo_stamp_age_ms(const struct stamp *);

/* A change that comes from now on shows in the stamp. */
bool eo_stamp_reliable(int64_t age_ms);

enum writers {
    WRITERS_NONE,
    WRITERS_SOME,
    WRITERS_UNKNOWN /* the system does not say, or not to us */
};

/* Whether a file that was rewritten can be taken for whole: nobody writes, and
 * it has been still for a while, by its age or for the seen_ms for which it was
 * seen like this. */
bool eo_stamp_settled(enum writers, int64_t age_ms, uint64_t seen_ms);

#endif
