/* callback.h -- be called back: a UDP socket to a device, and a TCP listener
 * that accepts nobody else.
 *
 * One UDP socket for the whole conversation: some devices answer to the port
 * of the first datagram, whatever came later.
 */
#ifndef EO_CALLBACK_H
#define EO_CALLBACK_H

#include "base/err.h"
#include "net/listener.h"

struct callback;

struct callback_config {
    struct espota_loop *loop;
    struct listeners *listeners; /* of the loop: who shares ports with whom */
    const struct addr *device; /* with its UDP port; copied */
    const char *bind;          /* local address or interface; NULL: any */
    uint16_t port_min, port_max; /* for the listener; 0: any free one */

    /* Each of these may free the callback. */
    /* There is a port now; NULL, or why there will be none. */
    void (*on_port)(void *ctx, const struct espota_error *);
    void (*on_datagram)(void *ctx, const uint8_t *, size_t len);
    /* An ICMP error came back: errno. */
    void (*on_unreachable)(void *ctx, int sys);
    /* The device has called; fd is the receiver's to close. */
    void (*on_called)(void *ctx, os_socket fd);
    /* Somebody else has called, and was turned away. */
    void (*on_stranger)(void *ctx, const struct addr *);
    void *ctx;
};

/* 0, or -1: USAGE if bind does not belong to this machine, INTERNAL if no port
 * is free, CONNECT if there is no route.  If all ports already wait for this
 * device, or for others at its address, there is no port yet. */
int eo_callback_new(struct callback **out, const struct callback_config *,
                    struct espota_error *err) EO_MUST_CHECK;

/* Where the device is to call; 0: not known yet. */
uint16_t eo_callback_port(const struct callback *);
/* Our address as the device sees it; without a port. */
const struct addr *eo_callback_local(const struct callback *);

/* Gives it to the kernel, or loses it, as datagrams may be. */
void eo_callback_send(struct callback *, const void *, size_t len);

/* NULL is fine. */
void eo_callback_free(struct callback *);

#endif
