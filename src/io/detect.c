/* detect.c -- which protocol a device speaks, where nobody said so. */
#include "io/detect.h"

#include <errno.h>

#include "base/mem.h"
#include "io/race.h"

struct detect {
    struct race *race;
    detect_fn *fn;
    void *ctx;
};

/* A device that is there but has no such TCP port, as far as one can see. */
static bool may_be_udp(const struct espota_error *err)
{
    return err->sys_errno == ECONNREFUSED || err->sys_errno == ETIMEDOUT ||
           err->sys_errno == 0;
}

static void on_race(void *ctx, int fd, const struct addr *winner,
                    const struct espota_error *err)
{
    struct detect *d = ctx;

    if (fd >= 0)
        d->fn(d->ctx, &(struct detected){"esphome", fd, winner, NULL}, NULL);
    else if (may_be_udp(err))
        d->fn(d->ctx, &(struct detected){"arduino", -1, NULL, err}, NULL);
    else
        d->fn(d->ctx, NULL, err);
}

struct detect *eo_detect_start(struct loop *l, const struct addr *addr,
                               size_t n, const char *bind, detect_fn *fn,
                               void *ctx)
{
    struct detect *d = eo_calloc(1, sizeof *d);

    if (d == NULL)
        return NULL;
    d->fn = fn;
    d->ctx = ctx;
    d->race = eo_race_start(l, addr, n, bind, DETECT_MS, on_race, d);
    if (d->race != NULL)
        return d;
    eo_free(d);
    return NULL;
}

void eo_detect_free(struct detect *d)
{
    if (d == NULL)
        return;
    eo_race_free(d->race);
    eo_free(d);
}
