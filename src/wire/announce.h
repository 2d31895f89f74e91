/* announce.h -- what a device says about itself by mDNS, and what that means
 * for flashing it.  The keys are in docs/PROTOCOLS.md.
 */
#ifndef EO_WIRE_ANNOUNCE_H
#define EO_WIRE_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/mdns.h"

/* The services worth looking at.
 *
 *   X(NAME, type)
 */
#define ANNOUNCE_SERVICES(X)                  \
    X(ARDUINO, "_arduino._tcp.local")         \
    X(ESPHOME, "_esphomelib._tcp.local")      \
    X(HTTP, "_http._tcp.local")

enum announce_service {
#define X(name, type) ANNOUNCE_##name,
    ANNOUNCE_SERVICES(X)
#undef X
    ANNOUNCE_SERVICE_COUNT
};

const char *eo_announce_type(enum announce_service);

enum { ANNOUNCE_VALUE = 64 }; /* longer values are cut */

/* Values are safe to print: quotes around them are removed, and what could
 * control a terminal is escaped.  "": not said. */
struct announced {
    const char *protocol; /* as --protocol takes it; NULL: none of ours */
    const char *profile;  /* of protocol "web"; NULL: not known */
    uint16_t port;        /* to flash through; 0: not known */
    const char *auth;     /* "none", "password", "key"; NULL: not known */
    char board[ANNOUNCE_VALUE], platform[ANNOUNCE_VALUE];
    char version[ANNOUNCE_VALUE]; /* of the ESPHome in its firmware */
    char mac[ANNOUNCE_VALUE], config_hash[ANNOUNCE_VALUE];
    char friendly_name[ANNOUNCE_VALUE];
};

/* Removes the quotes from the board's definition that some builds send. */
struct mdns_pair eo_announce_unquoted(struct mdns_pair);

/* From the service's port and the data of its TXT record. */
void eo_announce_read(struct announced *, enum announce_service, uint16_t port,
                      const uint8_t *txt, size_t len);

#endif
