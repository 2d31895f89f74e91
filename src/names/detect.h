/* detect.h -- which protocol a device speaks.
 *
 * What it announces by mDNS decides.  If it announces nothing, or has no mDNS
 * name, a TCP connection to its port means ESPHome, and the upload continues
 * on that connection: opening and closing the port has wedged older firmware.
 * A port that refuses or is silent means ArduinoOTA.
 */
#ifndef EO_DETECT_H
#define EO_DETECT_H

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"

/* ---- the decision ------------------------------------------------------- */

enum detect_tcp { DETECT_TCP_PENDING, DETECT_TCP_OPEN, DETECT_TCP_REFUSED };

struct detect_facts {
    bool announced;       /* a record says what it is */
    bool may_announce;    /* mDNS has been asked and there is time to wait */
    enum detect_tcp tcp;
    bool tcp_over; /* it has been tried for long enough */
    bool listens_only; /* nothing may be sent to the device's port */
};

enum detect_verdict {
    DETECT_UNDECIDED,
    DETECT_PROBE, /* undecided, and time to try a connection */
    DETECT_ANNOUNCED,
    DETECT_ESPHOME,
    DETECT_ARDUINO,
    DETECT_NOTHING /* it announces nothing, and may not be tried */
};

enum detect_verdict eo_detect_decide(const struct detect_facts *);

/* ---- finding out -------------------------------------------------------- */

enum {
    DETECT_MDNS_MS = 400, /* it has answered to its name: it is awake */
    DETECT_TCP_MS = 2500  /* both together stay below 3 s */
};

struct detected {
    const char *protocol; /* a protocol's name; NULL: not found out, with
                             listens_only */
    const char *profile;  /* of "web"; NULL: not told */
    uint16_t port;        /* that it announced; 0: none */
    const char *platform, *board; /* likewise, borrowed for the call; NULL: not
                                     told */
    const char *why;         /* "it announces _arduino._tcp" */
    os_socket fd;            /* the connection, the receiver's; or none */
    const struct addr *peer; /* of the connection; borrowed for the call */
    const struct espota_error *doubt; /* why there is no connection, if that
                                         alone decided; NULL otherwise */
};

/* Called once, from the loop, never from within the start.  Either got or err
 * is NULL (CONNECT: the device cannot be reached at all). */
typedef void detect_fn(void *ctx, const struct detected *,
                       const struct espota_error *err);

struct detect_config {
    const char *name;        /* as the user gave it */
    const struct addr *addr; /* with the ports to try; copied */
    size_t n_addr;
    const char *bind;
    bool listens_only; /* leave its port alone */
};

struct detect;

/* NULL: no memory. */
struct detect *eo_detect_start(struct espota_loop *,
                               const struct detect_config *, detect_fn *,
                               void *ctx);

/* Stops without calling back.  NULL is fine. */
void eo_detect_free(struct detect *);

#endif
