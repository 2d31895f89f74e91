/* library.c -- which crypto library this is. */
#include "crypto/library.h"

#include <openssl/crypto.h>

const char *eo_crypto_library(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}
