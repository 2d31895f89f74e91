/* fleet_seen.h -- a fleet whose events are written down, one letter each, and
 * the scripts of the ESPHome devices it flashes.
 */
#ifndef TEST_SUPPORT_FLEET_SEEN_H
#define TEST_SUPPORT_FLEET_SEEN_H

#include "support/peer.h"

#include <espota/espota.h>

enum { SEEN_IMAGE_LEN = 20000, SEEN_EVENTS_MAX = 200, SEEN_JOBS_MAX = 8 };

/* Made by seen_prepare(), freed by seen_clean_up(): cmocka's group fixtures. */
extern uint8_t seen_bytes[SEEN_IMAGE_LEN];
extern struct espota_image *seen_image;
int seen_prepare(void **state);
int seen_clean_up(void **state);

struct fleet_seen {
    struct espota_loop *loop;
    struct espota_fleet *fleet;
    char order[SEEN_EVENTS_MAX]; /* one letter an event */
    size_t n;
    unsigned ends[SEEN_JOBS_MAX];
    struct espota_error error[SEEN_JOBS_MAX];
    struct espota_result result[SEEN_JOBS_MAX];
    unsigned retry_attempt, retry_attempts;
    uint32_t retry_delay;
    size_t last_done;
    enum espota_phase cancel_at; /* 0: never */
    int cancel_job;
};

/* To be the on_event of a fleet, with the struct above as ctx. */
void seen_on_event(void *ctx, const struct espota_event *);

struct espota_fleet *seen_fleet(struct fleet_seen *, unsigned max_active);
struct espota_target seen_target(uint16_t port);
/* Until every job has ended; gives how many did not succeed. */
int seen_run(struct fleet_seen *);
/* The fleet and its loop. */
void seen_free(struct fleet_seen *);
/* Gives the number of the job. */
int seen_add(struct espota_fleet *, const struct espota_target *);
/* One job from beginning to end. */
void seen_run_one(struct fleet_seen *, const struct espota_target *);

/* ---- a device's script, in pieces ---------------------------------------- */

#define NONCE                                                                 \
    "3031323334353637383961626364656630313233343536373839616263646566"
#define HELLO {'r', "6"}, {'w', "000240"}
#define OPEN {'w', "41"}
#define PREPARE {'r', "4"}, {'w', "42"}, {'r', "32"}, {'w', "43"}
#define TAKE {'i', "20000"}, {'s', "60"}, {'w', "4445"}
#define GOODBYE {'r', "1"}, {'e', NULL}, {'x', NULL}
#define END {0, NULL}

/* All of them. */
extern const struct peer_line SEEN_GOOD[];

#endif
