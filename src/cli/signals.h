/* signals.h -- signals as something poll() can wait for. */
#ifndef EO_SIGNALS_H
#define EO_SIGNALS_H

/* From now on SIGINT, SIGTERM and SIGHUP (unless it was ignored: nohup) are
 * remembered, and SIGPIPE is ignored.  Gives a descriptor that becomes
 * readable when one arrives or the window was resized, or -1. */
int eo_signals_catch(void);

/* Empties that descriptor. */
void eo_signals_drain(void);

/* The first signal that asked us to end, or 0. */
int eo_signals_caught(void);
/* Where that is kept, for calls that look at it whenever they wake up. */
const volatile int *eo_signals_flag(void);

#endif
