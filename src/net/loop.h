/* loop.h -- one poll(2) loop: descriptors, timers, and who waits for them.
 *
 * A loop belongs to one thread.  Callbacks may add, change and remove any
 * watch or timer, their own included.
 */
#ifndef EO_LOOP_H
#define EO_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <espota/loop.h>

struct espota_loop;
struct watch;

struct espota_loop *eo_loop_new(void); /* NULL: no memory */
void eo_loop_free(struct espota_loop *);

/* Milliseconds of a clock that never jumps; cached per turn of the loop. */
uint64_t eo_loop_now(const struct espota_loop *);

/* Reads the clock again, after work that may have taken long. */
void eo_loop_update(struct espota_loop *);

/* What all users of a loop share, one of each kind: made by the first who
 * needs it, freed with the loop at the latest. */
enum loop_share {
    LOOP_MDNS,  /* mdns_link.c */
    LOOP_TURNS, /* lookup_thread.c */
    LOOP_SHARES
};

struct loop_shared {
    void *it; /* NULL: nobody has made one */
    void (*free)(void *it);
};

struct loop_shared *eo_loop_shared(struct espota_loop *, enum loop_share);

/* ---- descriptors -------------------------------------------------------- */

/* ready: ESPOTA_READ and ESPOTA_WRITE.  A hang-up or error shows as both, so
 * that pending bytes are read before the error is believed. */
typedef void watch_fn(void *ctx, int ready);

/* want may be 0: kept, but not waited for.  NULL: no memory. */
struct watch *eo_watch_new(struct espota_loop *, int fd, int want, watch_fn *,
                           void *ctx);
void eo_watch_want(struct watch *, int want);
/* To be freed before the descriptor is closed.  NULL is fine. */
void eo_watch_free(struct watch *);

/* ---- timers ------------------------------------------------------------- */

/* A heap node in the owner's memory, so that starting one cannot fail.  All
 * zero is stopped; fires once per start. */
struct timer {
    uint64_t due, turn;
    void (*fn)(void *ctx);
    void *ctx;
    struct timer *child, *next, *prev; /* prev: the sibling before it; for the
                                          first child, the parent */
    bool running;
};

/* Starts or restarts. */
void eo_timer_start(struct espota_loop *, struct timer *, uint64_t ms,
                    void (*fn)(void *ctx), void *ctx);
void eo_timer_stop(struct espota_loop *, struct timer *);

/* ---- members ------------------------------------------------------------- */

/* What lasts (a fleet, a server, a search), in the owner's memory.  A loop has
 * something to do while one of them is live. */
struct member {
    bool (*live)(const void *ctx);
    /* This machine cannot wait any more (errno): end now. */
    void (*give_up)(void *ctx, int sys);
    void *ctx;
    struct member *next;
};

void eo_loop_join(struct espota_loop *, struct member *);
void eo_loop_leave(struct espota_loop *, struct member *);
bool eo_loop_live(const struct espota_loop *);
/* Counts as one more live member until _release is called. */
void eo_loop_hold(struct espota_loop *);
void eo_loop_release(struct espota_loop *);
/* Ends each member that is live. */
void eo_loop_give_up(struct espota_loop *, int sys);

/* ---- waking -------------------------------------------------------------- */

/* Makes eo_loop_wake() possible.  0, or -1 with errno. */
int eo_loop_wakeable(struct espota_loop *);
/* Ends the current wait, or the next one: for signal handlers and threads. */
void eo_loop_wake(struct espota_loop *);
/* Whether it was woken since the last time. */
bool eo_loop_woken(struct espota_loop *);

/* ---- turning ------------------------------------------------------------ */

/* Waits for at most max_ms (-1: as long as it takes) and runs what is due. 0,
 * or -1 with errno: waiting is impossible; EINTR counts as a turn. */
int eo_loop_turn(struct espota_loop *, int max_ms);

/* The same in pieces, for a foreign loop; see fleet.h. */
size_t eo_loop_fds(const struct espota_loop *, struct espota_fd *, size_t cap);
int eo_loop_timeout(const struct espota_loop *);
void eo_loop_process(struct espota_loop *, const struct espota_fd *, size_t n);

#endif
