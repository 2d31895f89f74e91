/* esphome_policy.h -- what may be sent, and how, to a device that offers this.
 *
 * All decisions about a conversation, as pure functions.
 */
#ifndef EO_ESPHOME_POLICY_H
#define EO_ESPHOME_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "proto/proto.h"

struct esphome_deal {
    const struct image_form *form; /* raw, or compressed */
    bool sealed;                   /* encrypt from here on */
    const char *note;              /* for -v, or NULL */
    const char *cleartext;         /* for everybody, or NULL */
};

/* The features a client with this job has: its bits for the greeting. */
uint8_t eo_esphome_client_bits(const struct proto_job *);

/* flags: what the device offers, as server bits.  Fails with POLICY, SECRET or
 * REFUSED. */
int eo_esphome_agree(struct esphome_deal *, const struct proto_job *,
                     uint8_t flags, struct espota_error *err) EO_MUST_CHECK;

/* What the device offers, as words for people and for --json. */
void eo_esphome_features(struct espota_hello *, bool extended, uint8_t flags);

/* May it be one of those that wait for only one second? */
bool eo_esphome_may_be_hasty(const struct proto_job *);

/* How many image bytes may be under way to a device of this protocol version
 * beyond what it has confirmed. */
size_t eo_esphome_window(const struct proto_job *, int version);

#endif
