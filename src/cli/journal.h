/* journal.h -- what became of each device, on disk, so that a run that was
 * killed at any moment can be repeated without flashing anything twice.
 *
 * One JSON object a line, only ever appended: "commit" is synced before the
 * last byte of an image leaves, "end" when the verdict is in.  A device with a
 * "commit" and no "end" may have the image or not.
 */
#ifndef EO_JOURNAL_H
#define EO_JOURNAL_H

#include <espota/espota.h>

#include "base/err.h"

struct journal;

enum journal_state {
    JOURNAL_NONE,    /* nothing is known of this device and image */
    JOURNAL_DONE,    /* it has the image */
    JOURNAL_FAILED,  /* it does not have it */
    JOURNAL_UNKNOWN  /* it may have it */
};

/* Reads what is there and locks the file for this run; a last line that a
 * crash has cut is dropped.  Fails with USAGE: not readable, not a journal, or
 * another run has it. */
int eo_journal_open(struct journal **out, const char *path,
                    struct espota_error *err) EO_MUST_CHECK;

/* Of the device and the image (its SHA-256 as hex). */
enum journal_state eo_journal_state(const struct journal *, const char *device,
                                    const char *sha256);

/* Of the device, whatever the image: its latest end, and how long it took in
 * ms (0: not known). */
enum journal_state eo_journal_last(const struct journal *, const char *device,
                                   uint32_t *ms);

/* Append and sync.  0, or -1: it is not on the disk. */
int eo_journal_commit(struct journal *, const char *device, const char *sha256)
    EO_MUST_CHECK;
int eo_journal_end(struct journal *, const char *device, const char *sha256,
                   const struct espota_result *) EO_MUST_CHECK;

/* NULL is fine. */
void eo_journal_free(struct journal *);

#endif
