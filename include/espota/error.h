/* error.h -- what can go wrong, and what the caller can do about it. */
#ifndef ESPOTA_ERROR_H
#define ESPOTA_ERROR_H

#include <stdbool.h>

#include <espota/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a device's update ended. */
enum espota_outcome {
    ESPOTA_UPDATED,   /* it took the image and said so */
    ESPOTA_UNCHANGED, /* it already runs this image; nothing was sent */
    ESPOTA_REFUSED,   /* it said no; it runs what it ran before */
    ESPOTA_FAILED,    /* it never came to a verdict; nothing was activated */
    ESPOTA_UNKNOWN,   /* it has every byte, and its verdict was lost */
    ESPOTA_SKIPPED    /* it was not tried */
};

/* What the caller can do about it is the category; everything else is detail.
 *
 *   X(NAME, exit status, worth retrying, outcome, name in JSON, summary)
 *
 * Categories are appended and never renumbered: scripts test the exit status.
 * INTERRUPTED exits with its status plus the signal's number.
 */
/* clang-format off */
#define ESPOTA_ERRORS(X)                                                                        \
    X(OK,            0,   false, UPDATED, "ok",            "success")                           \
    X(INTERNAL,      1,   false, FAILED,  "internal",      "our own fault, or this machine ran out of something") \
    X(USAGE,         2,   false, FAILED,  "usage",         "the request makes no sense")        \
    X(IMAGE,         3,   false, FAILED,  "image",         "the image cannot be used")          \
    X(SECRET,        4,   false, FAILED,  "secret",        "a password or key is wanted and none was given") \
    X(RESOLVE,       10,  true,  FAILED,  "resolve",       "the device's name was not found")   \
    X(CONNECT,       11,  true,  FAILED,  "connect",       "the device could not be reached")   \
    X(NO_ANSWER,     12,  true,  FAILED,  "no-answer",     "the device did not answer")         \
    X(NO_CALLBACK,   13,  true,  FAILED,  "no-callback",   "the device did not call back")      \
    X(BROKEN,        14,  true,  FAILED,  "broken",        "the connection was lost before the last byte") \
    X(BUSY,          15,  true,  FAILED,  "busy",          "the device is in another update")   \
    X(AUTH,          20,  false, REFUSED, "auth",          "the password or key was refused")   \
    X(REFUSED,       21,  false, REFUSED, "refused",       "the device refused the image")      \
    X(DEVICE,        22,  false, FAILED,  "device",        "the device failed while writing or finishing") \
    X(CHECKSUM,      23,  true,  FAILED,  "checksum",      "the device received other bytes than were sent") \
    X(POLICY,        24,  false, REFUSED, "policy",        "a security rule, the device's or ours, forbids it") \
    X(PROTOCOL,      25,  false, FAILED,  "protocol",      "the device said something no version of the protocol allows") \
    X(UNKNOWN,       30,  false, UNKNOWN, "unknown",       "all bytes were taken, but the result never came") \
    X(NOT_BACK,      31,  false, UNKNOWN, "not-back",      "the device did not come back in time") \
    X(OTHER_VERSION, 32,  false, FAILED,  "other-version", "the device came back with another version") \
    X(FLEET_SOME,    40,  false, FAILED,  "some-failed",   "some devices failed")               \
    X(FLEET_STOPPED, 41,  false, FAILED,  "stopped",       "stopped at a gate or threshold")  \
    X(FLEET_ALL,     42,  false, FAILED,  "all-failed",    "all devices failed")                \
    X(INTERRUPTED,   128, false, FAILED,  "interrupted",   "ended by a signal")

enum espota_category {
#define X(name, status, retry, outcome, json, summary) ESPOTA_E_##name,
    ESPOTA_ERRORS(X)
#undef X
    ESPOTA_E_COUNT
};
/* clang-format on */

/* Filled once, by whoever knows what happened; passed through unchanged. */
struct espota_error {
    enum espota_category category;
    int sys_errno;     /* 0: no system call was to blame */
    const char *hint;  /* what to try next: static, or NULL */
    char device[128];  /* the device's own code ("0x85") or words, or "" */
    char message[384]; /* what happened: lower case, no full stop */
};

/* Each of these takes any value; one that is no category gives "?", false or
 * the values of INTERNAL. */
ESPOTA_API const char *espota_category_name(enum espota_category);
ESPOTA_API const char *espota_category_summary(enum espota_category);
ESPOTA_API int espota_category_status(enum espota_category);
ESPOTA_API bool espota_category_retryable(enum espota_category);
ESPOTA_API enum espota_outcome espota_category_outcome(enum espota_category);

/* "updated", "unchanged", "refused", "failed", "unknown" or "skipped". */
ESPOTA_API const char *espota_outcome_name(enum espota_outcome);

#ifdef __cplusplus
}
#endif

#endif
