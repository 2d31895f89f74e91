/* mdns.h -- the mDNS responder of the simulated devices.
 *
 * It answers as the responders of the ESP8266 core (LEAmDNS) and of ESP-IDF
 * do.  It is silent in the first second, while it probes.  It answers by
 * unicast to clients that ask for it or use another port than 5353, and by
 * multicast at most once a second.
 */
#ifndef EO_SIM_MDNS_H
#define EO_SIM_MDNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct sim;
struct device;

/* What a device announces about itself; filled in by its profile. */
struct announcement {
    const char *service; /* "_arduino._tcp.local" */
    uint16_t port;
    uint8_t txt[512];
    uint16_t txt_len;
    bool leamdns; /* the ESP8266's responder; otherwise ESP-IDF's */
};

/* Adds "key=value", cut to the space that is left. */
void eo_sim_announce_pair(struct announcement *, const char *fmt, ...)
    EO_PRINTF(2, 3);

struct responder;

/* Opens the responder for all devices of a run with --mdns.  They are silent
 * until eo_sim_mdns_up(). */
int eo_sim_mdns_open(struct sim *, struct espota_error *err) EO_MUST_CHECK;
/* Says goodbye for the devices that are still up.  NULL is allowed. */
void eo_sim_mdns_close(struct responder *);

/* The device was powered up: it probes, announces itself, and answers.  This
 * function and the next do nothing without --mdns. */
void eo_sim_mdns_up(struct device *);
/* The device goes down and says goodbye. */
void eo_sim_mdns_down(struct device *);

#endif
