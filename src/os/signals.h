/* signals.h -- signals as something poll() can wait for. */
#ifndef EO_SIGNALS_H
#define EO_SIGNALS_H

/* From now on SIGINT, SIGTERM and SIGHUP (unless it was ignored: nohup) are
 * remembered, SIGPIPE and SIGXFSZ are ignored.  Gives a descriptor that becomes
 * readable when one arrives, when the window was resized and when we go on
 * after a stop; -1: there is none, and who waits must look now and then. */
int eo_signals_catch(void);

/* Whoever reads what we print is gone: so are we, silently.  As before
 * eo_signals_catch(). */
void eo_signals_end_by_pipe(void);

/* What a signal calls besides, from inside its handler: something that may be
 * called there; NULL: nothing any more. */
void eo_signals_call(void (*fn)(void *ctx), void *ctx);

/* Of a program that only wants to end in order: SIGINT and SIGTERM do no more
 * than call fn, as above, and SIGPIPE is ignored. */
void eo_signals_end(void (*fn)(void *ctx), void *ctx);

/* Waits until fd has something to read: 0.  1 if a signal came meanwhile that
 * does not ask us to end; -1 with errno, which is EINTR if one did, be it long
 * before: none is lost between a look at eo_signals_caught() and the wait.
 * Before eo_signals_catch(), signals do what they always do. */
int eo_signals_await(int fd);

/* The first signal that asked us to end, or 0. */
int eo_signals_caught(void);

#endif
