/* presence.h -- has a device gone away and come back?  Judged only by what was
 * seen of it.  Pure.
 *
 * A device that restarts says goodbye by mDNS, closes its port, or is silent
 * for a moment.  Then it announces itself, takes a connection, or refuses one.
 * A refusal comes from the device's own network code, so it is a sign of life.
 * That is not so for a device on this machine: this machine refuses connections
 * to any port that nothing listens on.
 */
#ifndef EO_PRESENCE_H
#define EO_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

enum sight {
    SIGHT_ANNOUNCED, /* by mDNS */
    SIGHT_GOODBYE,
    SIGHT_ACCEPTED, /* a connection */
    SIGHT_REFUSED,
    SIGHT_SILENT /* the connection got no answer */
};

enum presence_is {
    PRESENCE_OPEN,  /* nothing can be said yet */
    PRESENCE_BACK,  /* it was away, and is back */
    PRESENCE_STAYED /* it answered all the time */
};

/* Set the first two fields and zero the rest. */
struct presence {
    bool listens;  /* the device listens on the port that is knocked at */
    bool loopback; /* it is on this machine */

    bool lives_by_tcp;  /* it has answered a knock: silence means something */
    bool silent, away, back;
    bool there; /* the last sight was a sign of life */
    uint64_t alive_ms; /* its first sign of life; 0: none yet */
    uint64_t back_ms;
};

/* now must not be 0. */
void eo_presence_see(struct presence *, enum sight, uint64_t now);
enum presence_is eo_presence_is(const struct presence *, uint64_t now);

#endif
