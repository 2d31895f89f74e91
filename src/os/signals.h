/* signals.h -- what asks a program to end, or to look again. */
#ifndef EO_SIGNALS_H
#define EO_SIGNALS_H

#include <stdbool.h>

/* From now on whatever asks this process to end is only remembered: Ctrl-C, a
 * request to end, a terminal that goes away (unless that was ignored: nohup).
 * A reader of our output that goes away does not end us.  false:
 * eo_console_ask() has to poll, and notices late. */
bool eo_signals_catch(void);

/* When the reader of our output is gone, we end silently, as before
 * eo_signals_catch(). */
void eo_signals_end_by_pipe(void);

/* A function that the signal handler calls too, and that is safe there; NULL:
 * none any more.  It is also called when the window was resized and when we
 * continue after a stop. */
void eo_signals_call(void (*fn)(void *ctx), void *ctx);

/* For a program that only wants to end properly: SIGINT and SIGTERM just call
 * fn, as above, and SIGPIPE is ignored. */
void eo_signals_end(void (*fn)(void *ctx), void *ctx);

/* The number of the first signal that asked us to end, or 0. */
int eo_signals_caught(void);

#endif
