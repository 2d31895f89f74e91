/* loop.h -- the one place that waits.
 *
 * Whatever lasts is a member of a loop: a fleet, a server, a search, a wait.
 * They move only while their loop runs, on the thread that runs it, and call
 * back from there.  A loop and its members belong to one thread.
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

/* Fails with INTERNAL, without memory or descriptors. */
ESPOTA_API int espota_loop_new(struct espota_loop **out,
                               struct espota_error *err) ESPOTA_MUST_CHECK;

/* After its members.  NULL is fine. */
ESPOTA_API void espota_loop_free(struct espota_loop *);

/* Why espota_loop_run() returned. */
enum espota_loop_end {
    ESPOTA_LOOP_DONE,  /* no member has anything left to do */
    ESPOTA_LOOP_WOKEN, /* espota_loop_wake() was called */
    ESPOTA_LOOP_TIME   /* max_ms are over */
};

/* Runs for at most max_ms (-1: no limit; 0: what is due now).  -1 if this
 * machine cannot wait (INTERNAL): each member has then ended with that. */
ESPOTA_API int espota_loop_run(struct espota_loop *, int max_ms,
                               struct espota_error *err) ESPOTA_MUST_CHECK;

/* Ends the run that is, or the next one.  The one function that a signal
 * handler, or another thread, may call. */
ESPOTA_API void espota_loop_wake(struct espota_loop *);

/* Does a member have something left to do? */
ESPOTA_API bool espota_loop_live(const struct espota_loop *);

/* Something of the caller's own lasts: the loop counts as live until as many
 * calls of _release, or until it cannot wait. */
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

/* What to wait for: gives how many there are; if that is more than cap, grow
 * the array and ask again.  They may change whenever the loop has run. */
ESPOTA_API size_t espota_loop_fds(const struct espota_loop *,
                                  struct espota_fd *, size_t cap);

/* How long to wait at most, in milliseconds; -1: as long as it takes. */
ESPOTA_API int espota_loop_timeout(const struct espota_loop *);

/* Does what is due: with .ready set, and for timers.  Never blocks, and may be
 * called at any time, with any part of the list. */
ESPOTA_API void espota_loop_process(struct espota_loop *,
                                    const struct espota_fd *, size_t n);

/* For one who finds that it cannot wait any more (an errno): each member ends
 * with INTERNAL. */
ESPOTA_API void espota_loop_give_up(struct espota_loop *, int sys);

#ifdef __cplusplus
}
#endif

#endif
