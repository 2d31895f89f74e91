/* version.h -- the version, and how a symbol becomes public. */
#ifndef ESPOTA_VERSION_H
#define ESPOTA_VERSION_H

/* The Makefile reads this line. */
#define ESPOTA_VERSION "0.1.0"

/* The library is built with hidden symbols; these are the visible ones.  What a
 * function that MUST be CHECKed gives says whether it worked. */
#if defined(__GNUC__)
#define ESPOTA_API __attribute__((visibility("default")))
#define ESPOTA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define ESPOTA_API
#define ESPOTA_MUST_CHECK
#endif

#endif
