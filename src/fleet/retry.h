/* retry.h -- when to try again: a pure function of what happened. */
#ifndef EO_RETRY_H
#define EO_RETRY_H

#include <stdbool.h>

#include <espota/state.h>

enum retry {
    RETRY_NO,
    RETRY_SAME,         /* once more, after the delay */
    RETRY_NEXT_PASSWORD /* not a fault: the next one may be right */
};

struct retry_facts {
    enum espota_category category;
    enum espota_state state; /* of the device, now that this happened */
    bool committed;   /* the last byte had left, in this attempt */
    unsigned faults;  /* retryable ones so far, this one included */
    unsigned retries; /* how many are allowed */
    bool more_passwords;
};

enum retry eo_retry(const struct retry_facts *);

#endif
