/* retry.c -- when to try again. */
#include "fleet/retry.h"

enum retry eo_retry(const struct retry_facts *f)
{
    /* A page that took the whole image and only then wants another password
     * does not get the image a second time. */
    if (f->category == ESPOTA_E_AUTH && f->more_passwords && !f->committed)
        return RETRY_NEXT_PASSWORD;
    /* A device that has every byte may be starting the image now.  Sending it
     * again is safe only if the device said that it did not take it. */
    if (!espota_category_retryable(f->category) || f->open || f->stranger)
        return RETRY_NO;
    return f->faults <= f->retries ? RETRY_SAME : RETRY_NO;
}
