/* retry.c -- when to try again. */
#include "fleet/retry.h"

enum retry eo_retry(const struct retry_facts *f)
{
    /* A page that took all of it and only then wants another password gets it
     * no second time. */
    if (f->category == ESPOTA_E_AUTH && f->more_passwords && !f->committed)
        return RETRY_NEXT_PASSWORD;
    /* A device that has every byte may be starting it now: only its own word
     * that it did not take them makes a second time safe. */
    if (!espota_category_retryable(f->category) || f->open || f->stranger)
        return RETRY_NO;
    return f->faults <= f->retries ? RETRY_SAME : RETRY_NO;
}
