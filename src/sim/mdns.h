/* mdns.h -- the simulated devices' mDNS responder.
 *
 * It answers as the ESP8266 core's (LEAmDNS) and ESP-IDF's do: nothing in the
 * first second, while it probes; by unicast to clients that ask for it or use
 * another port than 5353; to all at most once a second.
 */
#ifndef EO_SIM_MDNS_H
#define EO_SIM_MDNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct sim;
struct device;

/* What a device says of itself; a profile fills it. */
struct announcement {
    const char *service; /* "_arduino._tcp.local" */
    uint16_t port;
    uint8_t txt[512];
    uint16_t txt_len;
    bool leamdns; /* the ESP8266's responder; else ESP-IDF's */
};

/* "key=value", cut where the space ends. */
void eo_sim_announce_pair(struct announcement *, const char *fmt, ...)
    EO_PRINTF(2, 3);

struct responder;

/* For all devices of a run that has --mdns; they are mute until _up. */
int eo_sim_mdns_open(struct sim *, struct espota_error *err) EO_MUST_CHECK;
/* Says goodbye for those that still speak.  NULL is fine. */
void eo_sim_mdns_close(struct responder *);

/* The device was powered up: it probes, announces itself, and answers.  Does
 * nothing without --mdns, as the other one. */
void eo_sim_mdns_up(struct device *);
/* It goes down with a goodbye. */
void eo_sim_mdns_down(struct device *);

#endif
