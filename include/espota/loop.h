/* loop.h -- the one place that waits.
 *
 * Whatever lasts is a member of a loop: a fleet, a server, a search, a wait.
 * They make progress only while their loop runs, and call back on the thread
 * that runs it.  A loop and its members belong to one thread.
 *
 *     espota_loop_new(&loop, &err);
 *     espota_fleet_new(&fleet, loop, &config, &err);
 *     ... espota_fleet_add() ...
 *     espota_loop_run(loop, -1, &err);
 *     espota_fleet_free(fleet);
 *     espota_loop_free(loop);
 */
#ifndef ESPOTA_LOOP_H
#define ESPOTA_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/error.h>
#include <espota/version.h>

#ifdef __cplusplus
extern "C" {
#endif

struct espota_loop; /* opaque */

/* Fails with INTERNAL if there is no memory or descriptor. */
ESPOTA_API int espota_loop_new(struct espota_loop **out,
                               struct espota_error *err) ESPOTA_MUST_CHECK;

/* To be freed after its members.  NULL is fine. */
ESPOTA_API void espota_loop_free(struct espota_loop *);

/* Why espota_loop_run() returned. */
enum espota_loop_end {
    ESPOTA_LOOP_DONE,  /* no member has anything left to do */
    ESPOTA_LOOP_WOKEN, /* espota_loop_wake() was called */
    ESPOTA_LOOP_TIME   /* max_ms have passed */
};

/* Runs for at most max_ms (-1: no limit; 0: what is due now).  -1 if this
 * machine cannot wait (INTERNAL): each member has then ended with that
 * error. */
ESPOTA_API int espota_loop_run(struct espota_loop *, int max_ms,
                               struct espota_error *err) ESPOTA_MUST_CHECK;

/* Ends the current run, or else the next one.  The only function that a signal
 * handler or another thread may call. */
ESPOTA_API void espota_loop_wake(struct espota_loop *);

/* Does a member have something left to do? */
ESPOTA_API bool espota_loop_live(const struct espota_loop *);

/* For something of the caller's own that lasts: the loop counts as live until
 * _release was called as often, or until it cannot wait. */
ESPOTA_API void espota_loop_hold(struct espota_loop *);
ESPOTA_API void espota_loop_release(struct espota_loop *);

/* ---- in a loop of your own ------------------------------------------------ */

/* Instead of espota_loop_run():
 *
 *     while (espota_loop_live(loop)) {
 *         size_t n = espota_loop_fds(loop, fds, cap);
 *         your_poll(fds, n, espota_loop_timeout(loop));
 *         espota_loop_process(loop, fds, n);
 *     }
 *
 * examples/ has this for poll(2), libevent and libuv. */
enum { ESPOTA_READ = 1, ESPOTA_WRITE = 2 };

struct espota_fd {
    int fd;
    uint8_t want, ready; /* ESPOTA_READ | ESPOTA_WRITE */
};

/* What to wait for: returns how many there are; if that is more than cap, grow
 * the array and call again.  They may change whenever the loop has run. */
ESPOTA_API size_t espota_loop_fds(const struct espota_loop *,
                                  struct espota_fd *, size_t cap);

/* The longest time to wait, in milliseconds; -1: no limit. */
ESPOTA_API int espota_loop_timeout(const struct espota_loop *);

/* Does what is due, for descriptors with .ready set and for timers.  Never
 * blocks, and may be called at any time, with any part of the list. */
ESPOTA_API void espota_loop_process(struct espota_loop *,
                                    const struct espota_fd *, size_t n);

/* For a caller that cannot wait any more (sys: an errno): each member ends
 * with INTERNAL. */
ESPOTA_API void espota_loop_give_up(struct espota_loop *, int sys);

#ifdef __cplusplus
}
#endif

#endif
