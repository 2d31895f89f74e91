/* esphome_verdict.h -- what it means when an ESPHome device refuses, talks
 * nonsense, or is gone: each fills the error and nothing else. */
#ifndef EO_ESPHOME_VERDICT_H
#define EO_ESPHOME_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* A byte that does not answer what we sent; doing as in "while ...". */
void eo_esphome_unexpected(struct espota_error *, const char *doing,
                           uint8_t byte);

/* It has every byte: nonsense now says nothing about what became of them. */
void eo_esphome_too_late(struct espota_error *);

/* What a refusal means depends on what was going on. */
struct esphome_moment {
    const char *doing;
    const char *chip;   /* of the image, or NULL */
    bool in_data;       /* the image is under way, or was */
    bool missing;       /* ... and the device lacks bytes of it */
    bool key_would_do;  /* it encrypts, and was given no key */
    bool none_given;    /* the password is the empty one: there was no other */
};

/* One of the codes from ESPHOME_FIRST_ERROR on. */
void eo_esphome_refused(struct espota_error *, uint8_t code,
                        const struct esphome_moment *);

/* A stale "ok": firmware up to mid-2026 reports a failed read with it and
 * closes; later ones say ESPHOME_UNKNOWN. */
void eo_esphome_gave_up(struct espota_error *, uint8_t code,
                        const char *doing);

/* The conversation ended before its end. */
struct esphome_loss {
    const char *what;  /* "the device fell silent" */
    const char *doing; /* what we did then */
    int sys;           /* errno, or 0 */
    bool committed;    /* every byte has left ... */
    bool confirmed;    /* ... and arrived */
    bool unheard;      /* it had never said a word ... */
    bool silent;       /* ... and fell silent */
    bool taking;       /* it had taken some of the image */
    bool hasty;        /* it may be one that waits for a second only */
    uint32_t rtt_ms;   /* the round trip; 0: not known */
};

void eo_esphome_lost(struct espota_error *, const struct esphome_loss *);

#endif
