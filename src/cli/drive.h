/* drive.h -- runs a loop of the library for a command, until nothing is left
 * to do or a signal asks to end.
 */
#ifndef EO_DRIVE_H
#define EO_DRIVE_H

#include <espota/loop.h>

/* From now on signals wake this loop; NULL: none. */
void eo_drive_signals(struct espota_loop *);

/* Runs the loop and calls tick(ctx) before each round (NULL: no call).  A
 * round comes at least every tick_ms; with -1 only when something happened.
 * Returns 0, also if a signal was caught, or -1 if the system cannot wait. */
int eo_drive(struct espota_loop *, int tick_ms, void (*tick)(void *ctx),
             void *ctx, struct espota_error *err) ESPOTA_MUST_CHECK;

#endif
