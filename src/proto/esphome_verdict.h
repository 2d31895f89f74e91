/* esphome_verdict.h -- what it means when an ESPHome device refuses, talks
 * nonsense, or is gone: each fills the error and nothing else. */
#ifndef EO_ESPHOME_VERDICT_H
#define EO_ESPHOME_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* A byte that is no answer to what we said; doing as in "while ...". */
void eo_esphome_unexpected(struct espota_error *, const char *doing,
                           uint8_t byte);

/* One of the codes from ESPHOME_FIRST_ERROR on. */
void eo_esphome_refused(struct espota_error *, uint8_t code, bool in_data);

/* A stale "ok": firmware up to 2026.8 reports a failed read with it and
 * closes. */
void eo_esphome_gave_up(struct espota_error *, const char *doing);

/* The conversation ended before its end. */
struct esphome_loss {
    const char *what;  /* "the device fell silent" */
    const char *doing; /* what we did then */
    int sys;           /* errno, or 0 */
    bool committed;    /* it had every byte */
    bool no_answer;    /* it fell silent, and had never said a word */
};

void eo_esphome_lost(struct espota_error *, const struct esphome_loss *);

#endif
