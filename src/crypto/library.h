/* library.h -- which crypto library this is. */
#ifndef EO_LIBRARY_H
#define EO_LIBRARY_H

const char *eo_crypto_library(void); /* "OpenSSL 3.0.19 ..." */

#endif
