/* state.h -- what is known of one device and one image, whatever happens next.
 *
 * One table has every state and everything that can happen in it.  The run,
 * its retries, an interrupt, a journal and a report all use it; none of them
 * decides for itself.
 */
#ifndef ESPOTA_STATE_H
#define ESPOTA_STATE_H

#include <stdbool.h>

#include <espota/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is to be done with a device that is to get the image. */
enum espota_next {
    ESPOTA_NEXT_FLASH, /* send it */
    ESPOTA_NEXT_ASK,   /* ask what it runs; send only if that is another
                          image */
    ESPOTA_NEXT_SKIP   /* nothing: it has it */
};

/*   X(NAME, word, what is next, meaning) */
/* clang-format off */
#define ESPOTA_STATES(X)                                                     \
    X(NONE,  "none",    FLASH, "nothing is known")                           \
    X(BEGUN, "begun",   FLASH, "its turn came, and no last byte was sent")   \
    X(SENT,  "sent",    ASK,   "may have it, from this sending")             \
    X(MAYBE, "maybe",   ASK,   "may have it, from an earlier sending")       \
    X(HAS,   "has",     SKIP,  "took it")                                    \
    X(LACKS, "lacks",   FLASH, "does not have it")

enum espota_state {
#define X(name, word, next, meaning) ESPOTA_STATE_##name,
    ESPOTA_STATES(X)
#undef X
    ESPOTA_STATE_COUNT
};

/* What can happen.  Everything else (a device that cannot be reached, an
 * interrupt, a time limit, a hook, a lack of memory or disk) says nothing
 * about the device and changes nothing.
 *
 *   X(NAME, word, meaning) */
#define ESPOTA_HAPPENINGS(X)                                                 \
    X(BEGIN,        "begin",  "the device's turn has come")                  \
    X(COMMIT,       "commit", "the last byte is about to be sent")           \
    X(TOOK,         "took",   "the device says that it took it, or runs it") \
    X(DENIED,       "denied", "the device says that this sending failed")    \
    X(OTHER,        "other",  "the device says that it runs another")        \
    X(OTHER_COMMIT, "-",      "it may get another image")                    \
    X(OTHER_TOOK,   "-",      "it took another image")

enum espota_happening {
#define X(name, word, meaning) ESPOTA_HAPPENED_##name,
    ESPOTA_HAPPENINGS(X)
#undef X
    ESPOTA_HAPPENED_COUNT
};
/* clang-format on */

/* The table. */
ESPOTA_API enum espota_state espota_state_after(enum espota_state,
                                                enum espota_happening);
ESPOTA_API enum espota_next espota_state_next(enum espota_state);

/* What an error says about the device: true with DENIED or OTHER; false:
 * nothing. */
ESPOTA_API bool espota_error_tells(enum espota_category,
                                   enum espota_happening *);

/* The words that a journal uses; "?" for a value that is not one of them. */
ESPOTA_API const char *espota_state_name(enum espota_state);
ESPOTA_API const char *espota_happening_name(enum espota_happening);

#ifdef __cplusplus
}
#endif

#endif
