/* version.h -- the version, and how a symbol becomes public. */
#ifndef ESPOTA_VERSION_H
#define ESPOTA_VERSION_H

/* The Makefile reads this line. */
#define ESPOTA_VERSION "0.1.0"

/* The library is built with hidden symbols; these are the visible ones. */
#if defined(__GNUC__)
#define ESPOTA_API __attribute__((visibility("default")))
#else
#define ESPOTA_API
#endif

#endif
