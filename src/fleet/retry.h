/* retry.h -- when to try again: a pure function of what happened. */
#ifndef EO_RETRY_H
#define EO_RETRY_H

#include <stdbool.h>

#include <espota/error.h>

enum retry {
    RETRY_NO,
    RETRY_SAME,         /* once more, after the delay */
    RETRY_NEXT_PASSWORD /* not a fault: the next password may be right */
};

struct retry_facts {
    enum espota_category category;
    bool open;      /* the last byte was sent, and the device said nothing */
    bool committed; /* the last byte was sent, whatever the device said */
    unsigned faults;  /* retryable ones so far, including this one */
    unsigned retries; /* how many are allowed */
    bool more_passwords;
    bool stranger; /* it closed the connection without a word, and we know
                      nothing about it except that the given port is open */
};

enum retry eo_retry(const struct retry_facts *);

#endif
