/* lookup_thread.h -- a look-up by a library that blocks: what it is asked and
 * what it found, on a thread that is left behind when the time is over.
 *
 * The look-ups of a loop share a few threads.  One waits for its turn at most
 * as long as then for its answer.
 */
#ifndef EO_LOOKUP_THREAD_H
#define EO_LOOKUP_THREAD_H

#include <stdbool.h>

#include "names/candidates.h"
#include "names/lookup.h"

struct question {
    const char *name;
    int family; /* 0, 4 or 6 */
    uint32_t timeout_ms;

    /* Filled on the thread, with eo_question_add() and eo_question_fail(). */
    struct {
        struct addr addr;
        unsigned arrival;
    } found[CANDIDATES_MAX];
    size_t n;
    char why[160];    /* nothing was found; "": no such name */
    const char *hint; /* static, or NULL */
    enum espota_advice advice;
};

/* On the thread: an address of the wrong family, or too many, is left out. */
void eo_question_add(struct question *, const struct addr *, unsigned arrival);
/* "what (detail)" */
void eo_question_fail(struct question *, const char *what, const char *detail);
bool eo_question_wants(const struct question *, int family /* 4, 6 */);

/* The two functions of struct lookup_ops; run is called on the thread and
 * touches nothing but its question. */
void *eo_lookup_thread_start(struct espota_loop *, const struct lookup_config *,
                             void (*run)(struct question *));
void eo_lookup_thread_free(void *);

/* How long such a thread still waits, in ms, having begun at began_ms of
 * eo_monotonic_ms(): with an IPv4 address in hand not at all, with another
 * one a moment for it to come. */
int eo_question_patience(const struct question *, uint64_t began_ms,
                         uint64_t first_ms);

#endif
