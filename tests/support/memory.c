/* memory.c -- looks for a secret in the writable memory of this process. */
#include "support/memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SHADOWED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHADOWED 1
#endif

/* ---- secrets ------------------------------------------------------------- */

static uint8_t plain_byte(unsigned n, size_t i)
{
    return i < SECRET_LEN
               ? (uint8_t)('!' + (i * (5 + 2 * n) + i * i + 7 * n) % 90)
               : 0;
}

static uint8_t base64_byte(unsigned n, size_t i)
{
    static const char ALPHABET[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t bit = 6 * i, at = bit / 8;
    const unsigned two =
        (unsigned)plain_byte(n, at) << 8 | plain_byte(n, at + 1);

    return i == SECRET_BASE64 - 1
               ? '='
               : (uint8_t)ALPHABET[two >> (10 - bit % 8) & 63];
}

void secret_make(unsigned n, char out[SECRET_LEN + 1])
{
    for (size_t i = 0; i < SECRET_LEN; i++)
        out[i] = (char)plain_byte(n, i);
    out[SECRET_LEN] = '\0';
}

void secret_make_base64(unsigned n, char out[SECRET_BASE64 + 1])
{
    for (size_t i = 0; i < SECRET_BASE64; i++)
        out[i] = (char)base64_byte(n, i);
    out[SECRET_BASE64] = '\0';
}

/* ---- looking ------------------------------------------------------------- */

#if defined(__linux__) && !defined(SHADOWED)

static int count_in(const volatile uint8_t *from, const volatile uint8_t *to,
                    const uint8_t *masked, size_t len)
{
    int found = 0;

    for (; (size_t)(to - from) >= len; from++) {
        size_t i = 0;

        while (i < len && (uint8_t)(from[i] ^ SECRET_MASK) == masked[i])
            i++;
        found += i == len;
    }
    return found;
}

int secret_left_masked(const uint8_t *masked, size_t len)
{
    /* valgrind's own copies would be found, and every byte complained of. */
    const char *preload = getenv("LD_PRELOAD");
    const bool watched = preload != NULL && strstr(preload, "vgpreload");
    FILE *maps = watched ? NULL : fopen("/proc/self/maps", "r");
    char line[512];
    int found = 0;

    if (maps == NULL)
        return -1;
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        char access[5];

        if (sscanf(line, "%lx-%lx %4s", &from, &to, access) == 3 &&
            strncmp(access, "rw", 2) == 0 && strstr(line, "[v") == NULL)
            found += count_in((const uint8_t *)from, (const uint8_t *)to,
                              masked, len);
    }
    fclose(maps);
    return found;
}

#else

int secret_left_masked(const uint8_t *masked, size_t len)
{
    (void)masked;
    (void)len;
    return -1;
}

#endif

int secret_left(unsigned n)
{
    uint8_t masked[SECRET_BASE64];
    int plain, base64;

    for (size_t i = 0; i < SECRET_LEN; i++)
        masked[i] = plain_byte(n, i) ^ SECRET_MASK;
    plain = secret_left_masked(masked, SECRET_LEN);
    for (size_t i = 0; i < SECRET_BASE64; i++)
        masked[i] = base64_byte(n, i) ^ SECRET_MASK;
    base64 = secret_left_masked(masked, SECRET_BASE64);
    return plain < 0 ? -1 : plain + base64;
}
