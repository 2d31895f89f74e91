/* thread.h -- a thread to work on, and nothing else.
 *
 * What is shared with it needs <stdatomic.h>; it tells that it has finished by
 * closing an end of wake.h.
 */
#ifndef EO_THREAD_H
#define EO_THREAD_H

/* Calls run on a new detached thread, which receives no signals.  0, or an
 * errno. */
int eo_thread_start(void (*run)(void *arg), void *arg);

#endif
