/* hash.h -- FNV-1a in 32 bits: fast, and not collision-resistant against an
 * attacker.
 */
#ifndef EO_HASH_H
#define EO_HASH_H

#include <stddef.h>
#include <stdint.h>

#define EO_HASH_START 2166136261u

static inline uint32_t eo_hash_byte(uint32_t h, uint8_t byte)
{
    return (h ^ byte) * 16777619u;
}

static inline uint32_t eo_hash(uint32_t h, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++)
        h = eo_hash_byte(h, p[i]);
    return h;
}

#endif
