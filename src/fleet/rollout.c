/* rollout.c -- how many jobs may have been started by now. */
#include "fleet/rollout.h"

/* At least one: a percentage of few devices is not none of them. */
static size_t amount(struct espota_amount a, size_t total)
{
    size_t n = a.n;

    if (a.percent)
        n = (total * a.n + 99) / 100;
    if (n == 0)
        n = 1;
    return n < total ? n : total;
}

bool eo_rollout_stopped(const struct rollout *r,
                        const struct rollout_counts *c)
{
    struct espota_amount limit = r->stop_after;

    /* Waves are there to stop between them. */
    if (limit.n == 0 && r->n_waves > 0)
        limit = (struct espota_amount){.n = 1};
    if (limit.n == 0 || c->failed == 0)
        return false;
    return limit.percent ? c->failed * 100 >= (size_t)limit.n * c->total
                         : c->failed >= limit.n;
}

size_t eo_rollout_ceiling(const struct rollout *r,
                          const struct rollout_counts *c)
{
    for (size_t i = 0; i < r->n_waves; i++) {
        const size_t end = amount(r->waves[i], c->total);

        if (c->ended < end)
            return end;
    }
    return c->total;
}
