/* json_events.h -- the state of a stream of events. */
#ifndef EO_JSON_EVENTS_H
#define EO_JSON_EVENTS_H

#include <stdint.h>

/* A stream of events as docs/JSON.md describes them; it starts zeroed. */
struct json_events {
    uint64_t seq;
    int broken; /* errno of the write that failed; nothing follows it */
};

#endif
