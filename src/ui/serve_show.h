/* serve_show.h -- shows the events of a server to people and programs. */
#ifndef EO_SERVE_SHOW_H
#define EO_SERVE_SHOW_H

#include <stdio.h>

#include <espota/serve.h>

#include "ui/json_events.h"

/* When the last line about a delivery was printed.  Two deliveries that share
 * an entry may get fewer lines than they should. */
struct shown_delivery {
    unsigned long request;
    uint32_t ms;
};

enum { SHOWN_DELIVERIES = 1024 /* as many as run at once */ };

struct serve_show {
    FILE *text;    /* for people; NULL: nothing */
    FILE *json;    /* one object a line; NULL: none */
    bool verbose;  /* also events that concern no device */
    uint64_t start_ms;
    bool started;  /* no event is shown before that */
    struct json_events events;
    struct shown_delivery shown[SHOWN_DELIVERIES];
};

/* A build without JSON writes no JSON. */
void eo_serve_show_start(struct serve_show *, uint16_t port, bool tls);
/* An espota_serve_event_fn; ctx is the struct serve_show. */
void eo_serve_show_event(void *ctx, const struct espota_serve_event *);
void eo_serve_show_end(struct serve_show *, unsigned taken, int exit);

#endif
