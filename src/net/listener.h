/* listener.h -- TCP ports at which devices call back.
 *
 * Several may wait at one port, each for another device: callers are told
 * apart by their address.  So a fleet needs no more ports than a firewall lets
 * through.  Devices behind one address take turns.  One that was invited and
 * did not call may still call late, and that could not be told from a call of
 * the next device; so the next one waits for the late call, and is refused if
 * it does not come.
 */
#ifndef EO_LISTENER_H
#define EO_LISTENER_H

#include "net/loop.h"
#include "os/sock.h"

struct listeners; /* those of one loop */
struct listener;

struct listeners *eo_listeners_new(struct espota_loop *); /* NULL: no memory */
/* To be freed when nobody waits any more.  NULL is fine. */
void eo_listeners_free(struct listeners *);

/* Somebody who waits for a device; in its owner's memory, zeroed at first. */
struct awaited {
    struct addr device; /* its port distinguishes devices at one address */
    struct addr local;  /* where to listen; its port is ignored */
    uint16_t port_min, port_max; /* port_min 0: any free one */

    /* Each callback may end the waiting, and free this struct. */
    /* The device has called; fd is the receiver's to close. */
    void (*on_called)(void *ctx, os_socket fd);
    /* A caller for whom nobody waits at this port was turned away; the one who
     * has waited longest is told. */
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

/* 0: waiting.  The port is the first free one of the range; else one at which
 * nobody waits for the same address; else 0 until there is one, and then
 * on_port is called.  -1 with errno: we can have no port of the range, or
 * (EBUSY) others at that address may still call all of them.  The descriptor
 * that a call needs is reserved: whoever waits can be called. */
int eo_await(struct listeners *, struct awaited *);

/* 0: not yet. */
uint16_t eo_awaited_port(const struct awaited *);

/* It need not be waiting. */
void eo_await_end(struct awaited *);

/* A device was invited to call that port of ours and may still do so, that
 * many times.  given: others will wait at that port, too. */
void eo_await_late(struct listeners *, const struct addr *device,
                   uint16_t port, unsigned calls, bool given);
/* It will not call any more: it has taken its image, and restarts. */
void eo_await_settled(struct listeners *, const struct addr *device);

#endif
