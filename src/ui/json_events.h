/* json_events.h -- where a stream of events is, for those who have one. */
#ifndef EO_JSON_EVENTS_H
#define EO_JSON_EVENTS_H

#include <stdint.h>

/* A stream of events as docs/JSON.md describes them; zeroed, it begins. */
struct json_events {
    uint64_t seq;
    int broken; /* the errno of the write that failed: no event follows it */
};

#endif
