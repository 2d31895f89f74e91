/* retry.h -- when to try again: a pure function of what happened. */
#ifndef EO_RETRY_H
#define EO_RETRY_H

#include <stdbool.h>

#include <espota/error.h>

enum retry {
    RETRY_NO,
    RETRY_SAME,         /* once more, after the delay */
    RETRY_NEXT_PASSWORD /* not a fault: the next one may be right */
};

struct retry_facts {
    enum espota_category category;
    bool open;      /* the last byte had left, and the device said nothing */
    bool committed; /* the last byte had left, whatever it said */
    unsigned faults;  /* retryable ones so far, this one included */
    unsigned retries; /* how many are allowed */
    bool more_passwords;
    bool stranger; /* it closed without a word, at a port that was given, and
                      only that it has the port was known of it */
};

enum retry eo_retry(const struct retry_facts *);

#endif
