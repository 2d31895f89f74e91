/* listener.h -- TCP ports at which devices call back.
 *
 * Several may wait at one port, each for another device: callers are told
 * apart by their address.  So a fleet needs no more ports than a firewall lets
 * through.  Devices behind one address take turns; and one that was invited and
 * did not call may call late, which nothing tells from a call of the next: that
 * one waits until it has come, and is refused if it does not.
 */
#ifndef EO_LISTENER_H
#define EO_LISTENER_H

#include "net/loop.h"
#include "os/sock.h"

struct listeners; /* those of one loop */
struct listener;

struct listeners *eo_listeners_new(struct espota_loop *); /* NULL: no memory */
/* Nobody waits any more.  NULL is fine. */
void eo_listeners_free(struct listeners *);

/* Somebody who waits for a device; in its owner's memory, zeroed at first. */
struct awaited {
    struct addr device; /* its port tells devices at one address apart */
    struct addr local;  /* where to listen; its port does not count */
    uint16_t port_min, port_max; /* port_min 0: any free one */

    /* Each may end the waiting, and free this. */
    /* The device has called; fd is the receiver's to close. */
    void (*on_called)(void *ctx, os_socket fd);
    /* A caller for whom nobody waits at this port was turned away: told to the
     * one who has waited longest. */
    void (*on_stranger)(void *ctx, const struct addr *);
    /* There is a port now (sys 0), or there will be none (errno). */
    void (*on_port)(void *ctx, int sys);
    void *ctx;

    /* The module's own. */
    struct listeners *all;
    struct listener *at; /* NULL: in the queue for a port */
    os_socket spare; /* a descriptor for the call; with `at` */
    struct awaited *next;
};

/* 0: waiting.  Its port is the first free one of the range; else one at which
 * nobody waits for the same address; else 0 until such a one is left, and then
 * on_port is called.  -1 with errno: no port of the range is ours, or (EBUSY)
 * all may still be called by others at its address.  The descriptor that a call
 * needs is kept ready: whoever waits can be called. */
int eo_await(struct listeners *, struct awaited *);

/* 0: not yet. */
uint16_t eo_awaited_port(const struct awaited *);

/* One that does not wait is fine. */
void eo_await_end(struct awaited *);

/* A device was invited to call that port of ours, and may still do so as often.
 * given: the port is one that others will wait at, too. */
void eo_await_late(struct listeners *, const struct addr *device,
                   uint16_t port, unsigned calls, bool given);
/* It will not any more: it has taken its image, and restarts. */
void eo_await_settled(struct listeners *, const struct addr *device);

#endif
