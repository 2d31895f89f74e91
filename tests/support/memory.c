/* memory.c -- looks for a secret in the writable memory of this process. */
#include "support/memory.h"

#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHADOWED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SHADOWED 1
#endif

static int count_in(const volatile uint8_t *from, const volatile uint8_t *to,
                    const uint8_t *masked, size_t len)
{
    int found = 0;

    for (; (size_t)(to - from) >= len; from++) {
        size_t i = 0;

        while (i < len && (uint8_t)(from[i] ^ MEMORY_MASK) == masked[i])
            i++;
        found += i == len;
    }
    return found;
}

int memory_finds(const uint8_t *masked, size_t len)
{
#if defined(__linux__) && !defined(SHADOWED)
    FILE *maps = fopen("/proc/self/maps", "r");
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
#else
    (void)count_in;
    (void)masked;
    (void)len;
    return -1;
#endif
}
