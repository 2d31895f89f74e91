/* thread.h -- a thread to work on, and nothing else.
 *
 * Who shares what with it is said by <stdatomic.h>, and that it is through by
 * an end of wake.h that it closes.
 */
#ifndef EO_THREAD_H
#define EO_THREAD_H

/* Calls run on a thread of its own, which ends with it and is waited for by
 * nobody; signals do not come to it.  0, or the errno that says why there is
 * none. */
int eo_thread_start(void (*run)(void *arg), void *arg);

#endif
