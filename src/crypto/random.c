/* random.c -- entropy by libcrypto. */
#include "crypto/random.h"

#include <limits.h>

#include <openssl/rand.h>

int eo_random(void *out, size_t len)
{
    return len <= INT_MAX && RAND_bytes(out, (int)len) == 1 ? 0 : -1;
}
