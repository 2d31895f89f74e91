/* detect.h -- which protocol a device speaks, where nobody said so.
 *
 * A TCP connection to its port means ESPHome; a port that refuses or stays
 * silent means ArduinoOTA, whose port is UDP.  Looking is not free: the
 * connection is handed on, so that the device is not disturbed twice.
 */
#ifndef EO_DETECT_H
#define EO_DETECT_H

#include "base/err.h"
#include "io/loop.h"
#include "io/sock.h"

struct detect;

enum { DETECT_MS = 3000 };

struct detected {
    const char *protocol;    /* a name that eo_proto_find() knows */
    int fd;                  /* the connection, the receiver's; -1: none */
    const struct addr *peer; /* of the connection; borrowed for the call */
    const struct espota_error *doubt; /* why there is none; NULL otherwise */
};

/* Called once.  Either got or err is NULL (CONNECT: the device cannot be
 * reached at all). */
typedef void detect_fn(void *ctx, const struct detected *got,
                       const struct espota_error *err);

/* The addresses carry their ports and are copied; bind as in fleet.h.  NULL:
 * no memory. */
struct detect *eo_detect_start(struct loop *, const struct addr *, size_t n,
                               const char *bind, detect_fn *, void *ctx);

/* Stops without calling back.  NULL is fine; so is an ended one until its
 * callback has returned. */
void eo_detect_free(struct detect *);

#endif
