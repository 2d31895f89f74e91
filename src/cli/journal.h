/* journal.h -- a record on disk of what happened to each device.  A run that
 * was killed at any moment can be repeated without flashing anything twice.
 *
 * The journal has one JSON object a line and is only appended to.  A line says
 * what happened to a device and an image (state.h has the table), or how a
 * device ended.  Reading the journal applies each line to the table again.
 * docs/FLEET.md has the format.
 */
#ifndef EO_JOURNAL_H
#define EO_JOURNAL_H

#include <espota/espota.h>

#include "base/err.h"

struct journal;

/* Reads the existing journal and locks the file for this run.  read_only: the
 * run writes and creates nothing.  Lines of another version are kept but
 * skipped.  Fails with USAGE: not readable, not a journal, or locked by another
 * run. */
int eo_journal_open(struct journal **out, const char *path, bool read_only,
                    struct espota_error *err) EO_MUST_CHECK;

/* How many lines were skipped, and the number of the first of them. */
size_t eo_journal_skipped(const struct journal *, unsigned *first);

/* The state of the device with that image (its SHA-256 in hexadecimal). */
enum espota_state eo_journal_state(const struct journal *, const char *device,
                                   const char *sha256);

/* For the device with any image: whether its latest end is failed, refused or
 * unknown, and how long that took in ms (0: not known). */
bool eo_journal_failed(const struct journal *, const char *device,
                       uint32_t *ms);

/* Appends what happened to the device, and syncs unless it is BEGIN.  Returns
 * 0, or -1 with errno: it is not on the disk.  After such a failure BEGIN and
 * COMMIT always fail: what cannot be recorded must not happen. */
int eo_journal_happened(struct journal *, const char *device,
                        const char *sha256, enum espota_happening)
    EO_MUST_CHECK;

/* Appends how the device ended and with which exit status, and syncs.  Returns
 * 0, or -1 with errno. */
int eo_journal_end(struct journal *, const char *device, const char *sha256,
                   int status, const struct espota_result *) EO_MUST_CHECK;

/* The journal may be NULL. */
void eo_journal_free(struct journal *);

#endif
