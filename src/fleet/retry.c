/* retry.c -- when to try again. */
#include "fleet/retry.h"

enum retry eo_retry(const struct retry_facts *f)
{
    /* A device that has every byte may be starting it now: only its own word
     * that it did not take them makes a second time safe. */
    const bool its_word = f->category == ESPOTA_E_CHECKSUM ||
                          f->category == ESPOTA_E_BROKEN;

    if (f->category == ESPOTA_E_AUTH && f->more_passwords)
        return RETRY_NEXT_PASSWORD;
    if (!espota_category_retryable(f->category) ||
        (f->committed && !its_word))
        return RETRY_NO;
    return f->faults <= f->retries ? RETRY_SAME : RETRY_NO;
}
