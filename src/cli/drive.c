/* drive.c -- runs a loop of the library for a command. */
#include "cli/drive.h"

#include "os/signals.h"

static void wake(void *loop)
{
    espota_loop_wake(loop);
}

void eo_drive_signals(struct espota_loop *loop)
{
    eo_signals_call(loop != NULL ? wake : NULL, loop);
}

int eo_drive(struct espota_loop *loop, int tick_ms, void (*tick)(void *ctx),
             void *ctx, struct espota_error *err)
{
    int rc = 0;

    eo_drive_signals(loop);
    while (rc >= 0 && espota_loop_live(loop) && eo_signals_caught() == 0) {
        if (tick != NULL)
            tick(ctx);
        rc = espota_loop_run(loop, tick_ms, err);
    }
    eo_drive_signals(NULL);
    return rc < 0 ? -1 : 0;
}
