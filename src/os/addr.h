/* addr.h -- an address of a host, with or without a port.
 */
#ifndef EO_ADDR_H
#define EO_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero it is no address; with a family alone it is any address of this
 * machine. */
struct addr {
    uint16_t family; /* 4 or 6; 0: no address */
    uint16_t port;
    uint32_t scope;    /* of an IPv6 address: the index of its interface */
    uint8_t bytes[16]; /* in network order; of IPv4 the first 4 */
};

enum { ADDR_TEXT = 80 }; /* "[fe80::1%interface]:65535" and a terminator */

/* A literal and nothing else: IPv4, IPv6 with or without brackets, and with a
 * scope ("fe80::1%eth0", "%2").  The port is left 0.  0 or -1; -2: it is an
 * address, but its scope is not an interface of this machine. */
int eo_addr_parse(struct addr *, const char *text);

/* "192.0.2.7" or "fe80::1%eth0"; with a port, ":80" is appended and IPv6 is
 * put in brackets. */
void eo_addr_text(const struct addr *, bool port, char out[ADDR_TEXT]);

uint16_t eo_addr_port(const struct addr *);
void eo_addr_set_port(struct addr *, uint16_t port);
bool eo_addr_is_loopback(const struct addr *);
/* A scope that only one of them has makes no difference. */
bool eo_addr_same_host(const struct addr *, const struct addr *);
/* Equal in every member. */
bool eo_addr_equal(const struct addr *, const struct addr *);

/* 4 or 16 bytes, as they travel. */
const uint8_t *eo_addr_bytes(const struct addr *, size_t *len);

/* The opposite; family 4 or 6. */
void eo_addr_from_bytes(struct addr *, int family, const uint8_t *);

/* fe80::/10, which only means something together with an interface. */
bool eo_addr_link_local(const struct addr *);

/* An IPv4-mapped IPv6 address becomes IPv4; others stay. */
void eo_addr_unmap(struct addr *);

/* From a library that uses the system's own type: a struct sockaddr.  An
 * IPv4-mapped IPv6 address becomes IPv4.  One of another family, or NULL,
 * becomes no address. */
void eo_addr_from_system(struct addr *, const void *sockaddr);

#endif
