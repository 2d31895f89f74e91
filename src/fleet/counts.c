/* counts.c -- how the end of a job counts: the only place that decides it. */
#include <espota/fleet.h>

static enum espota_standing standing(const struct espota_result *r)
{
    const enum espota_category why = r->error->category;

    switch (r->outcome) {
    case ESPOTA_UPDATED:
    case ESPOTA_UNCHANGED:
        return ESPOTA_STANDS_WELL;
    case ESPOTA_REFUSED:
    case ESPOTA_FAILED:
    case ESPOTA_UNKNOWN:
        return ESPOTA_STANDS_FAILED;
    case ESPOTA_SKIPPED:
        break;
    }
    return why == ESPOTA_E_FLEET_STOPPED || why == ESPOTA_E_INTERRUPTED
               ? ESPOTA_STANDS_NOT_BEGUN
               : ESPOTA_STANDS_SKIPPED;
}

enum espota_standing espota_counts_add(struct espota_counts *c,
                                       const struct espota_result *r)
{
    const enum espota_standing how = standing(r);

    if (c == NULL)
        return how;
    c->n++;
    c->outcome[r->outcome]++;
    c->succeeded += how == ESPOTA_STANDS_WELL;
    c->failed += how == ESPOTA_STANDS_FAILED;
    c->not_begun += how == ESPOTA_STANDS_NOT_BEGUN;
    c->stopped += how == ESPOTA_STANDS_NOT_BEGUN &&
                  r->error->category == ESPOTA_E_FLEET_STOPPED;
    return how;
}

int espota_counts_status(const struct espota_counts *c, int alone, int signal)
{
    if (signal != 0 && c->failed + c->not_begun > 0)
        return espota_category_status(ESPOTA_E_INTERRUPTED) + signal;
    if (c->stopped > 0)
        return espota_category_status(ESPOTA_E_FLEET_STOPPED);
    if (c->failed == 0)
        return 0;
    if (alone >= 0)
        return alone;
    return espota_category_status(c->failed < c->n ? ESPOTA_E_FLEET_SOME
                                                   : ESPOTA_E_FLEET_ALL);
}
