/* journal.h -- what became of each device, on disk, so that a run that was
 * killed at any moment can be repeated without flashing anything twice.
 *
 * One JSON object a line, only ever appended: what happened to a device and an
 * image (state.h has the table), and how each device ended.  Reading it is
 * taking each line through the table once more.  docs/FLEET.md has the format.
 */
#ifndef EO_JOURNAL_H
#define EO_JOURNAL_H

#include <espota/espota.h>

#include "base/err.h"

struct journal;

/* Reads what is there and locks the file for this run; read_only: for a run
 * that writes nothing, and creates nothing.  Lines that are not of this version
 * are kept and skipped.  Fails with USAGE: not readable, not a journal, or
 * another run has it. */
int eo_journal_open(struct journal **out, const char *path, bool read_only,
                    struct espota_error *err) EO_MUST_CHECK;

/* How many lines were skipped, and the number of the first. */
size_t eo_journal_skipped(const struct journal *, unsigned *first);

/* Of the device and the image (its SHA-256 as hex). */
enum espota_state eo_journal_state(const struct journal *, const char *device,
                                   const char *sha256);

/* Of the device, whatever the image: whether its latest end is failed, refused
 * or unknown, and how long it took in ms (0: not known). */
bool eo_journal_failed(const struct journal *, const char *device,
                       uint32_t *ms);

/* Appends what came to the device; all but BEGIN is synced.  0, or -1 with
 * errno: it is not on the disk.  Once that was so, BEGIN and COMMIT fail for
 * good: what cannot be written down must not happen. */
int eo_journal_happened(struct journal *, const char *device,
                        const char *sha256, enum espota_happening)
    EO_MUST_CHECK;

/* Appends how it ended, and with which exit status, and syncs.
 * 0, or -1 with errno. */
int eo_journal_end(struct journal *, const char *device, const char *sha256,
                   int status, const struct espota_result *) EO_MUST_CHECK;

/* NULL is fine. */
void eo_journal_free(struct journal *);

#endif
