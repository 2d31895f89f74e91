/* presence.c -- from single sights of a device to whether it was away. */
#include "fleet/presence.h"

/* A device that answers for so long after taking an image will not restart. */
enum { STAYED_MS = 10000 };

static void see_away(struct presence *p)
{
    p->away = true;
    p->there = false;
}

static void see_life(struct presence *p, uint64_t now)
{
    p->there = true;
    if (p->alive_ms == 0)
        p->alive_ms = now;
    if (!p->away || p->back)
        return;
    p->back = true;
    p->back_ms = now;
}

/* The device answers by TCP, so a silence before was not due to a firewall. */
static void see_answer(struct presence *p)
{
    p->lives_by_tcp = true;
    p->away |= p->silent;
}

void eo_presence_see(struct presence *p, enum sight sight, uint64_t now)
{
    switch (sight) {
    case SIGHT_ANNOUNCED:
        see_life(p, now);
        break;
    case SIGHT_GOODBYE:
        see_away(p);
        break;
    case SIGHT_ACCEPTED:
        see_answer(p);
        see_life(p, now);
        break;
    case SIGHT_REFUSED:
        if (!p->loopback)
            see_answer(p);
        /* A refusal after a silence: its network already works, but its
         * firmware does not listen yet.  Without a silence before, the device
         * is about to restart. */
        if (p->listens && !p->back && (p->loopback || !p->silent))
            see_away(p);
        else if (!p->loopback)
            see_life(p, now);
        break;
    case SIGHT_SILENT:
        p->silent = true;
        if (p->lives_by_tcp)
            see_away(p);
        break;
    }
}

enum presence_is eo_presence_is(const struct presence *p, uint64_t now)
{
    if (p->back)
        return PRESENCE_BACK;
    return p->there && !p->away && now - p->alive_ms >= STAYED_MS
               ? PRESENCE_STAYED
               : PRESENCE_OPEN;
}
