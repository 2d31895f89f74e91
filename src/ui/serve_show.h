/* serve_show.h -- what a server does, for people and for programs. */
#ifndef EO_SERVE_SHOW_H
#define EO_SERVE_SHOW_H

#include <stdio.h>

#include <espota/serve.h>

#include "ui/json.h"

struct serve_show {
    FILE *text;    /* for people; NULL: nothing */
    FILE *json;    /* one object a line; NULL: none */
    bool verbose;  /* also what is about no device */
    uint64_t start_ms;
    bool started;  /* no event comes before the first */
    struct json_events events;
};

/* A build without JSON shows none. */
void eo_serve_show_start(struct serve_show *, uint16_t port, bool tls);
/* An espota_serve_event_fn; ctx is the struct serve_show. */
void eo_serve_show_event(void *ctx, const struct espota_serve_event *);
void eo_serve_show_end(struct serve_show *, unsigned taken, int exit);

#endif
