/* race.h -- connect to the first of several addresses that answers.
 *
 * Attempts start 250 ms apart (RFC 8305); as soon as one is connected the
 * others are closed, without a byte sent: several addresses usually belong to
 * the same single-session device.
 */
#ifndef EO_RACE_H
#define EO_RACE_H

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"

struct race;

/* Called once.  fd is the receiver's to close; -1: nobody answered, and err
 * says why (CONNECT). */
typedef void race_fn(void *ctx, os_socket fd, const struct addr *winner,
                     const struct espota_error *err);

/* The addresses carry their ports and are copied.  bind as in fleet.h; NULL:
 * any.  NULL is returned for lack of memory. */
struct race *eo_race_start(struct espota_loop *, const struct addr *, size_t n,
                           const char *bind, uint32_t timeout_ms, race_fn *,
                           void *ctx);

/* Stops without calling back.  NULL is fine; so is one that has ended, until
 * its callback has returned. */
void eo_race_free(struct race *);

#endif
