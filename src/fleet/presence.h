/* presence.h -- has a device gone, and come back?  What was seen of it says so,
 * and no more than was seen.  Pure.
 *
 * Whoever restarts says goodbye by mDNS, closes its port, or is silent for a
 * moment; and then announces itself, takes a connection, or refuses one: a
 * refusal is a word of the device's own network code.  Not so on this machine,
 * which refuses in the name of everybody who is not there.
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
    SIGHT_SILENT /* nobody answered the connection */
};

enum presence_is {
    PRESENCE_OPEN,  /* nothing can be said yet */
    PRESENCE_BACK,  /* it was away, and is back */
    PRESENCE_STAYED /* it answered all the time */
};

/* Zero it, but for the first two. */
struct presence {
    bool listens;  /* the port that is knocked at is its own */
    bool loopback; /* it is on this machine */

    bool lives_by_tcp;  /* it ever answered a knock: silence means something */
    bool silent, away, back;
    bool there; /* in what was seen last */
    uint64_t alive_ms; /* since then it was never away; 0: not seen yet */
    uint64_t back_ms;
};

/* now is not 0. */
void eo_presence_see(struct presence *, enum sight, uint64_t now);
enum presence_is eo_presence_is(const struct presence *, uint64_t now);

#endif
