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
    ESPOTA_FAILED,    /* there was no verdict, and nothing was activated */
    ESPOTA_UNKNOWN,   /* it may have every byte, but its verdict was lost */
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
    X(INTERNAL,      1,   false, FAILED,  "internal",      "an internal error, or out of memory or descriptors") \
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

/* What the caller can do next: give something, omit it, allow it.  The words
 * of a row are for people and name no option of a program; a program that has
 * options puts an advice into its own words.  Rows are appended and never
 * renumbered.
 *
 *   X(NAME, words)
 */
/* clang-format off */
#define ESPOTA_ADVICES(X)                                                                         \
    X(NONE, "")                                                                                   \
    X(GIVE_USER, "give the user and the password apart from the address")                         \
    X(GIVE_EACH, "give each device on its own")                                                   \
    X(FIND_ADDRESS, "mDNS tells its address")                                                     \
    X(GIVE_PORT, "give the port apart from the name")                                             \
    X(GIVE_PASSWORD, "give its password")                                                         \
    X(GIVE_PASSWORD_OR_KEY,                                                                       \
      "give its password; or its encryption key (usually the api key of its YAML): then it "      \
      "asks for no password")                                                                     \
    X(GIVE_OLD_PASSWORD_OR_KEY,                                                                   \
      "give the password of the firmware it runs now; or its encryption key (usually the "        \
      "api key of its YAML): then it asks for no password")                                       \
    X(GIVE_LOGIN, "give user and password")                                                       \
    X(CHECK_LOGIN, "check user and password")                                                     \
    X(GIVE_KEY, "give its encryption key")                                                        \
    X(ENCRYPT, "encrypt the upload with the device's key")                                        \
    X(OMIT_KEY,                                                                                   \
      "its firmware needs ESPHome 2026.9 or later and a key; omit the key to send the "           \
      "image in the clear")                                                                       \
    X(ALLOW_CLEAR,                                                                                \
      "its firmware needs ESPHome 2026.9 or later and a key; do not require encryption to "       \
      "send the image in the clear")                                                              \
    X(ALLOW_MD5, "allow MD5 logins")                                                              \
    X(GIVE_CA, "give its certificate, or that of its authority")                                  \
    X(OTHER_PORT,                                                                                 \
      "is this its OTA port, or that of a web page? Else look at its Wi-Fi and power supply")     \
    X(OMIT_PORT, "this is a web server's port: use the OTA port, or the protocol \"web\"")        \
    X(TRY_WEB, "a web page wants the protocol \"web\"")                                           \
    X(NAME_PROTOCOL,                                                                              \
      "if it really is a web page, name the protocol and the profile to send the password "       \
      "all the same")                                                                             \
    X(USE_ESPHOME, "use the protocol \"esphome\"")                                                \
    X(OR_ESPHOME, "use the protocol \"esphome\" instead")                                         \
    X(CHECK_PATH,                                                                                 \
      "is the updater in its firmware, and the path right?  ESPHome needs \"ota: - "              \
      "platform: web_server\"")                                                                   \
    X(CHECK_PROFILE, "is the profile the right one?")                                             \
    X(OTHER_PROFILE, "use the profile \"esp32\", and the address the device is known by")         \
    X(BIND, "choose the interface or the local address")                                          \
    X(LOCAL_BIND, "choose an address or an interface of this machine")                            \
    X(FIX_PORT,                                                                                   \
      "let this program and that TCP port, which can be fixed, through the firewall; a NAT "      \
      "or container must pass it on")                                                             \
    X(FIX_PORT_ESP32,                                                                             \
      "let this program and that TCP port, which can be fixed, through the firewall; on an "      \
      "ESP32 compare the image with its OTA partition")                                           \
    X(MORE_PORTS, "give this program more ports to be called at")                                 \
    X(FEWER_JOBS, "allow more open files, or run fewer jobs at a time")                           \
    X(ANY_RESOLVER, "ask all resolvers, or the system's")                                         \
    X(BUILTIN_RESOLVER, "the built-in resolver needs neither library nor daemon")                 \
    X(MORE_TIME, "allow it more time")                                                            \
    X(MORE_TIME_IN_ALL, "allow more time in all")                                                 \
    X(SHOW_BYTES, "log every byte")                                                               \
    X(AS_FILESYSTEM, "send a filesystem as such")                                                 \
    X(NOT_FILESYSTEM, "do not send it as a filesystem, or update the device's core")              \
    X(TYPE_FILESYSTEM, "say that it is a filesystem to flash it as one")                          \
    X(TYPE_APP, "say that it is a firmware to flash it as one")                                   \
    X(TYPE_BOOTLOADER, "say that it is a bootloader to flash it as one")                          \
    X(TYPE_PARTITION_TABLE, "say that it is a partition table to flash it as one")                \
    X(OMIT_COMPRESS, "send it compressed only where the device can inflate")                      \
    X(FORCE, "force it to send it as it is")                                                      \
    X(OR_FORCE, "or force it")                                                                    \
    X(FORCE_AGAIN, "force it to send the image again")                                            \
    X(FORCE_BOOTLOADER, "build it smaller; where the device has its table elsewhere, force it")   \
    X(OMIT_FORCE, "send the sketch's .bin without forcing it; send a filesystem as such")         \
    X(VERIFY, "verify which firmware it runs")                                                    \
    X(VERIFY_BACK, "give the version or hash to expect, or verify only that it comes back")       \
    X(OMIT_VERIFY, "do not verify")                                                               \
    X(EXPECT_HASH, "give the hash to expect: it tells builds of one version apart")               \
    X(EXPECT_A_HASH, "give the hash to expect")                                                   \
    X(GIVE_IMAGES, "give it an image, a directory or a map")                                      \
    X(MORE_REPEATS, "allow more repetitions")                                                     \
    X(TAKE_APP, "or have the app in it taken out")

enum espota_advice {
#define X(name, words) ESPOTA_ADVICE_##name,
    ESPOTA_ADVICES(X)
#undef X
    ESPOTA_ADVICE_COUNT
};
/* clang-format on */

/* Filled once, by whoever knows what happened; passed through unchanged. */
struct espota_error {
    enum espota_category category;
    int sys_errno;     /* 0: no system call failed */
    const char *hint;  /* what to try next, for people: static, or NULL */
    enum espota_advice advice; /* the same, for programs; NONE: see hint */
    char device[128];  /* the device's own code ("0x85") or words, or "" */
    char message[384]; /* what happened: lower case, without full stop */
};

/* Each of these takes any value; one that is not a category gives "?", false
 * or the values of INTERNAL. */
ESPOTA_API const char *espota_category_name(enum espota_category);
ESPOTA_API const char *espota_category_summary(enum espota_category);
ESPOTA_API int espota_category_status(enum espota_category);
ESPOTA_API bool espota_category_retryable(enum espota_category);
ESPOTA_API enum espota_outcome espota_category_outcome(enum espota_category);

/* The words of an advice; "" for NONE and for a value that is not an
 * advice. */
ESPOTA_API const char *espota_advice_words(enum espota_advice);

/* "updated", "unchanged", "refused", "failed", "unknown" or "skipped". */
ESPOTA_API const char *espota_outcome_name(enum espota_outcome);

#ifdef __cplusplus
}
#endif

#endif
