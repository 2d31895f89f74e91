/* worker.h -- a call that may block, on a thread that may be abandoned.
 *
 * Name services hang: a stopped avahi-daemon blocks its callers for 25 s and
 * more.  Such a call gets a thread, which its caller may abandon.
 */
#ifndef EO_WORKER_H
#define EO_WORKER_H

#include "net/loop.h"

struct worker;

/* run is called on the thread and may touch nothing but the job; done, on the
 * loop, once run has returned, and not after eo_worker_free().  free_job is
 * called exactly once, by whichever side is the last to need the job, also if
 * the start fails (NULL: no memory, no thread). */
struct worker *eo_worker_start(struct espota_loop *, void (*run)(void *job),
                               void *job, void (*free_job)(void *job),
                               void (*done)(void *ctx, void *job), void *ctx);

/* Abandons a thread that still runs.  NULL is fine. */
void eo_worker_free(struct worker *);

#endif
