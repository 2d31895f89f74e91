/* signals.h -- what asks a program to end, or to look again. */
#ifndef EO_SIGNALS_H
#define EO_SIGNALS_H

#include <stdbool.h>

/* From now on whatever asks this process to end is remembered instead: Ctrl-C, a
 * request to end, a terminal that goes away (unless that was ignored: nohup).
 * Nobody who reads what we write ends us by going away.  false: eo_console_ask()
 * must look now and then, and is late. */
bool eo_signals_catch(void);

/* Whoever reads what we print is gone: so are we, silently.  As before
 * eo_signals_catch(). */
void eo_signals_end_by_pipe(void);

/* What a signal calls besides, from inside its handler: something that may be
 * called there; NULL: nothing any more.  It is called, too, when the window was
 * resized and when we go on after a stop. */
void eo_signals_call(void (*fn)(void *ctx), void *ctx);

/* Of a program that only wants to end in order: SIGINT and SIGTERM do no more
 * than call fn, as above, and SIGPIPE is ignored. */
void eo_signals_end(void (*fn)(void *ctx), void *ctx);

/* The number of the first signal that asked us to end, or 0. */
int eo_signals_caught(void);

#endif
