/* addr.c -- an address of a host: what is the same on every system. */
#include "os/addr.h"

#include <string.h>

uint16_t eo_addr_port(const struct addr *a)
{
    return a->port;
}

void eo_addr_set_port(struct addr *a, uint16_t port)
{
    a->port = port;
}

bool eo_addr_is_loopback(const struct addr *a)
{
    static const uint8_t ONE[16] = {[15] = 1};

    if (a->family == 6)
        return memcmp(a->bytes, ONE, sizeof ONE) == 0;
    return a->bytes[0] == 127;
}

bool eo_addr_same_host(const struct addr *a, const struct addr *b)
{
    if (a->family != b->family)
        return false;
    if (a->family != 6)
        return memcmp(a->bytes, b->bytes, 4) == 0;
    return memcmp(a->bytes, b->bytes, 16) == 0 &&
           (a->scope == b->scope || a->scope == 0 || b->scope == 0);
}

bool eo_addr_equal(const struct addr *a, const struct addr *b)
{
    return eo_addr_same_host(a, b) && a->scope == b->scope &&
           a->port == b->port;
}

const uint8_t *eo_addr_bytes(const struct addr *a, size_t *len)
{
    *len = a->family == 6 ? 16 : 4;
    return a->bytes;
}

void eo_addr_from_bytes(struct addr *a, int family, const uint8_t *bytes)
{
    *a = (struct addr){.family = (uint16_t)family};
    memcpy(a->bytes, bytes, family == 6 ? 16 : 4);
}

bool eo_addr_link_local(const struct addr *a)
{
    return a->family == 6 && a->bytes[0] == 0xfe &&
           (a->bytes[1] & 0xc0) == 0x80;
}

void eo_addr_unmap(struct addr *a)
{
    static const uint8_t MAPPED[12] = {[10] = 0xff, 0xff};
    struct addr four = {.family = 4, .port = a->port};

    if (a->family != 6 || memcmp(a->bytes, MAPPED, sizeof MAPPED) != 0)
        return;
    memcpy(four.bytes, a->bytes + sizeof MAPPED, 4);
    *a = four;
}
