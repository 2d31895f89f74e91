/* esphome_inside.h -- the machine, for the files that share it:
 * esphome_phases.c is the conversation, esphome.c walks through it.
 */
#ifndef EO_ESPHOME_INSIDE_H
#define EO_ESPHOME_INSIDE_H

#include "crypto/digest.h"
#include "proto/esphome_line.h"
#include "proto/proto.h"
#include "wire/esphome.h"

/* In the order of the conversation: "behind PH_DATA" is a comparison. */
enum esphome_phase {
    PH_HELLO,
    PH_FEATURES,
    PH_FLAGS,
    PH_KEY,      /* only with encryption, ... */
    PH_ADMITTED, /* ... and then instead of the next */
    PH_ACCESS,
    PH_NONCE,
    PH_PROOF,
    PH_SIZE,
    PH_DIGEST,
    PH_DATA,
    PH_RECEIVED,
    PH_END,
    PH_BYE,
    PH_DONE,
    PH_FAILED
};

struct esphome {
    struct proto base; /* first, so that the pointers convert */
    const struct proto_job *job;
    const struct image_form *form;
    enum esphome_phase phase;
    enum digest auth;
    struct espota_hello hello;
    bool extended, said_hello;
    uint8_t flags;
    size_t need, got; /* reply bytes: expected, collected */
    uint8_t reply[ESPHOME_SHA256_HEX];
    uint8_t scratch[2 * ESPHOME_SHA256_HEX + 1]; /* short messages */
    struct esphome_line line;
    unsigned clock;
    bool proved; /* said that we know a password */
    const char *note, *cleartext;
};

struct esphome_step {
    enum espota_phase phase;
    const char *doing;
    uint8_t need;     /* reply bytes; 0: as many as the nonce has, or none */
    bool slow;        /* the device works on its flash: stall_ms applies */
    void (*say)(struct esphome *);
    enum esphome_phase (*on_reply)(struct esphome *);
};

/* By phase; PH_FAILED has none. */
extern const struct esphome_step EO_ESPHOME_STEPS[PH_FAILED];

#endif
