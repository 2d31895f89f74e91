/* serve_inside.h -- the server of serve.h, for the files that share the work:
 * serve.c makes it, answer.c decides what each request gets.
 */
#ifndef EO_SERVE_INSIDE_H
#define EO_SERVE_INSIDE_H

#include <espota/serve.h>

#include "net/loop.h"
#include "serve/catalog.h"
#include "serve/httpd.h"
#include "serve/repeats.h"

struct espota_server {
    struct espota_loop *loop;
    struct member member; /* of the loop */
    struct catalog *catalog;
    struct httpd *http;
    espota_serve_event_fn *on_event;
    void *ctx;
    char *credentials; /* "user:password"; NULL: not needed */
    struct repeats repeats;
    unsigned max_repeats;
    unsigned taken, busy, once;
    bool ended; /* the loop cannot wait */
    unsigned long requests;
    uint16_t port;
};

/* answer.c: the callbacks of httpd.h; ctx is the server. */
int eo_serve_on_request(void *ctx, const struct http_request *,
                        struct http_reply *);
void eo_serve_on_progress(void *ctx, void *tag, size_t done);
void eo_serve_on_end(void *ctx, void *tag, size_t done, const char *why);
void eo_serve_on_log(void *ctx, const char *text);

#endif
