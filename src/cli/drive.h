/* drive.h -- a loop of the library, as commands run it: until nothing is left to
 * do, or a signal asks to end.
 */
#ifndef EO_DRIVE_H
#define EO_DRIVE_H

#include <espota/loop.h>

/* From now on signals wake this loop; NULL: none. */
void eo_drive_signals(struct espota_loop *);

/* Runs it, and calls tick(ctx) before each round: at least every tick_ms (-1:
 * when something happened).  NULL: nothing is called.  0, also where a signal
 * was caught; -1: this machine cannot wait. */
int eo_drive(struct espota_loop *, int tick_ms, void (*tick)(void *ctx),
             void *ctx, struct espota_error *err) ESPOTA_MUST_CHECK;

#endif
