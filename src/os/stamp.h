/* stamp.h -- whether a file has changed since it was read, and whether it is
 * complete or still being written.
 *
 * Times alone tell neither.  They are coarse, so that two changes may look
 * like one; they can be set, and lie in the future after a clock was set back.
 * So whoever keeps what a file said compares a whole stamp, and reads the file
 * again while the stamp is too young to be relied on.
 */
#ifndef EO_STAMP_H
#define EO_STAMP_H

#include <stdbool.h>
#include <stdint.h>

enum {
    STAMP_SETTLE_MS = 1500, /* after which a writer is assumed to be done */
    STAMP_GRAIN_MS = 3000   /* FAT counts in two seconds, and a network file
                               system may cache its answers for longer */
};

struct stamp {
    uint64_t volume, id; /* together: which file */
    int64_t size;
    int64_t mtime_ns, ctime_ns; /* nobody can set the second */
};

/* The same file, perhaps changed. */
bool eo_stamp_same_file(const struct stamp *, const struct stamp *);
bool eo_stamp_same(const struct stamp *, const struct stamp *);

/* Since its last change, by the clock of the system; less than 0: its time
 * lies in the future. */
int64_t eo_stamp_age_ms(const struct stamp *);

/* It is old enough that any later change shows in the stamp. */
bool eo_stamp_reliable(int64_t age_ms);

enum writers {
    WRITERS_NONE,
    WRITERS_SOME,
    WRITERS_UNKNOWN /* the system does not say, or not to us */
};

/* Whether a file that was rewritten can be taken as complete: nobody has it
 * open for writing, and it has not changed for a while, by its age or for the
 * seen_ms since which it looks like this. */
bool eo_stamp_settled(enum writers, int64_t age_ms, uint64_t seen_ms);

#endif
