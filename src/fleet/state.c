/* state.c -- the table of what is known of one device and one image. */
#include <espota/state.h>

#include <espota/fleet.h>

enum { STATES = ESPOTA_STATE_COUNT, HAPPENINGS = ESPOTA_HAPPENED_COUNT };

/* One column for each happening, in the order of ESPOTA_HAPPENINGS.
 *
 * DENIED is about one sending only: what an earlier one may have left on the
 * device stays.  What is known also stays at a COMMIT of an image that the
 * device has or may have already, which --force sends once more. */
/* clang-format off */
#define ROW(begin, commit, took, denied, other, o_commit, o_took)            \
    {ESPOTA_STATE_##begin, ESPOTA_STATE_##commit, ESPOTA_STATE_##took,       \
     ESPOTA_STATE_##denied, ESPOTA_STATE_##other, ESPOTA_STATE_##o_commit,   \
     ESPOTA_STATE_##o_took}

static const enum espota_state AFTER[STATES][HAPPENINGS] = {
/*                             begin  commit took denied other  o_com. o_took */
    [ESPOTA_STATE_NONE]  = ROW(BEGUN, SENT,  HAS, LACKS, LACKS, NONE,  LACKS),
    [ESPOTA_STATE_BEGUN] = ROW(BEGUN, SENT,  HAS, LACKS, LACKS, BEGUN, LACKS),
    [ESPOTA_STATE_SENT]  = ROW(MAYBE, SENT,  HAS, LACKS, LACKS, MAYBE, LACKS),
    [ESPOTA_STATE_MAYBE] = ROW(MAYBE, MAYBE, HAS, MAYBE, LACKS, MAYBE, LACKS),
    [ESPOTA_STATE_HAS]   = ROW(HAS,   HAS,   HAS, HAS,   LACKS, MAYBE, LACKS),
    [ESPOTA_STATE_LACKS] = ROW(LACKS, SENT,  HAS, LACKS, LACKS, LACKS, LACKS),
};
/* clang-format on */

enum espota_state espota_state_after(enum espota_state s,
                                     enum espota_happening h)
{
    return (unsigned)s < STATES && (unsigned)h < HAPPENINGS ? AFTER[s][h] : s;
}

enum espota_next espota_state_next(enum espota_state s)
{
    static const enum espota_next NEXT[] = {
#define X(name, word, next, meaning) ESPOTA_NEXT_##next,
        ESPOTA_STATES(X)
#undef X
    };

    /* For an unknown state, do not send blindly. */
    return (unsigned)s < STATES ? NEXT[s] : ESPOTA_NEXT_ASK;
}

bool espota_error_tells(enum espota_category c, enum espota_happening *h)
{
    *h = c == ESPOTA_E_OTHER_VERSION ? ESPOTA_HAPPENED_OTHER
                                     : ESPOTA_HAPPENED_DENIED;
    switch (c) {
    case ESPOTA_E_BROKEN: /* before the last byte, or as the device said */
    case ESPOTA_E_AUTH:
    case ESPOTA_E_REFUSED:
    case ESPOTA_E_DEVICE:
    case ESPOTA_E_CHECKSUM:
    case ESPOTA_E_POLICY:
    case ESPOTA_E_OTHER_VERSION:
        return true;
    default:
        return false;
    }
}

const char *espota_state_name(enum espota_state s)
{
    static const char *const NAMES[] = {
#define X(name, word, next, meaning) word,
        ESPOTA_STATES(X)
#undef X
    };

    return (unsigned)s < STATES ? NAMES[s] : "?";
}

const char *espota_happening_name(enum espota_happening h)
{
    static const char *const NAMES[] = {
#define X(name, word, meaning) word,
        ESPOTA_HAPPENINGS(X)
#undef X
    };

    return (unsigned)h < HAPPENINGS ? NAMES[h] : "?";
}

int espota_result_status(const struct espota_result *r)
{
    const enum espota_category c = r->error->category;

    return r->outcome == ESPOTA_UNKNOWN &&
                   espota_category_outcome(c) != ESPOTA_UNKNOWN
               ? espota_category_status(ESPOTA_E_UNKNOWN)
               : espota_category_status(c);
}
