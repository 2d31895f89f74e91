/* version.h -- the version, how a symbol becomes public, and how structs stay
 * compatible. */
#ifndef ESPOTA_VERSION_H
#define ESPOTA_VERSION_H

/* The Makefile reads these lines. */
#define ESPOTA_VERSION_MAJOR 0
#define ESPOTA_VERSION_MINOR 1
#define ESPOTA_VERSION_PATCH 0

/* "0.1.0": of these headers. */
#define ESPOTA_VERSION                                                        \
    ESPOTA_TEXT_(ESPOTA_VERSION_MAJOR)                                        \
    "." ESPOTA_TEXT_(ESPOTA_VERSION_MINOR) "." ESPOTA_TEXT_(                  \
        ESPOTA_VERSION_PATCH)
#define ESPOTA_TEXT_(number) ESPOTA_AS_IS_(number)
#define ESPOTA_AS_IS_(text) #text

/* 1.2.3 is 10203: for #if. */
#define ESPOTA_VERSION_NUMBER                                                 \
    (ESPOTA_VERSION_MAJOR * 10000 + ESPOTA_VERSION_MINOR * 100 +              \
     ESPOTA_VERSION_PATCH)

/* The library is built with hidden symbols; ESPOTA_API marks the visible ones.
 * The result of an ESPOTA_MUST_CHECK function says whether it worked. */
#if defined(__GNUC__)
#define ESPOTA_API __attribute__((visibility("default")))
#define ESPOTA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define ESPOTA_API
#define ESPOTA_MUST_CHECK
#endif

/* A struct that a caller fills begins with its size, so that a program and a
 * library of different ages understand each other: what the program's struct
 * does not have yet is zero, and what the library's does not have must be
 * zero.  A size that is not set, or a member that the library does not know
 * and that is not zero, is USAGE.
 *
 * Its macro (ESPOTA_TARGET(.host = "kitchen", .port = 3232)) gives such a
 * struct with the size set and every member that is not named zero.  It works
 * in C, and in C++ from C++20, if the members are named in their order.
 * Without it: zero the struct, and set .size to its sizeof. */
#ifdef __cplusplus
#define ESPOTA_SIZED(name, ...) (name{.size = sizeof(name), __VA_ARGS__})
#else
#define ESPOTA_SIZED(name, ...)                                               \
    ((struct name){.size = sizeof(struct name), __VA_ARGS__})
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ESPOTA_VERSION of the library in use. */
ESPOTA_API const char *espota_version(void);

#ifdef __cplusplus
}
#endif

#endif
