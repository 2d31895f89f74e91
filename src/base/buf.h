/* buf.h -- bounded reading of foreign bytes, and integers in both orders.
 *
 * A reader never runs past its end: a read that does not fit sets bad, gives
 * zero and leaves the position; so a parser may read all fields and check
 * once.
 */
#ifndef EO_BUF_H
#define EO_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t eo_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t eo_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline uint16_t eo_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t eo_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

static inline void eo_put_be16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void eo_put_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void eo_put_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

struct reader {
    const uint8_t *at, *end;
    bool bad;
};

static inline struct reader eo_reader(const void *bytes, size_t len)
{
    const uint8_t *p = (const uint8_t *)bytes;

    return (struct reader){p, p + len, false};
}

static inline size_t eo_left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

/* The next n bytes, or NULL. */
static inline const uint8_t *eo_take(struct reader *r, size_t n)
{
    const uint8_t *p = r->at;

    if (r->bad || n > eo_left(r)) {
        r->bad = true;
        return NULL;
    }
    r->at += n;
    return p;
}

static inline uint8_t eo_take_u8(struct reader *r)
{
    const uint8_t *p = eo_take(r, 1);

    return p != NULL ? *p : 0;
}

static inline uint16_t eo_take_be16(struct reader *r)
{
    const uint8_t *p = eo_take(r, 2);

    return p != NULL ? eo_be16(p) : 0;
}

static inline uint32_t eo_take_be32(struct reader *r)
{
    const uint8_t *p = eo_take(r, 4);

    return p != NULL ? eo_be32(p) : 0;
}

static inline uint32_t eo_take_le32(struct reader *r)
{
    const uint8_t *p = eo_take(r, 4);

    return p != NULL ? eo_le32(p) : 0;
}

#endif
