/* httpd.h -- an HTTP server on our loop: connections, deadlines, bytes.
 *
 * libmicrohttpd reads the requests and writes the answers.  The owner decides
 * what to answer and does not deal with libmicrohttpd.
 */
#ifndef EO_HTTPD_H
#define EO_HTTPD_H

#include "base/err.h"
#include "net/loop.h"
#include "os/sock.h"
#include "serve/pull.h"

/* A request whose headers are complete; borrowed for the call. */
struct http_request {
    struct pull_request pull;
    const struct addr *peer;
    char authorization[256]; /* "": none */
    char host[128];
};

/* What to send.  Everything is borrowed until release(held). */
struct http_reply {
    const void *body;    /* its first byte */
    size_t len;          /* also for HEAD, which gets no body */
    const char *type;    /* Content-Type; NULL: none */
    const char *md5;     /* x-MD5, and in quotes ETag; NULL: none */
    const char *version; /* x-version; NULL: none */
    size_t first, total; /* with 206 and 416: Content-Range */
    void (*release)(void *held);
    void *held;
    /* Passed to on_progress and on_end; NULL: neither is called.  Each tag gets
     * exactly one on_end. */
    void *tag;
};

struct httpd_config {
    struct espota_loop *loop;
    int listener; /* a listening socket, which is taken over */
    const char *tls_cert, *tls_key; /* PEM text; NULL: plain; borrowed */
    unsigned max_clients;
    uint32_t header_ms, stall_ms, total_ms;
    bool no_epoll; /* as on systems without epoll; for tests elsewhere */

    /* Returns the status of the answer. */
    int (*on_request)(void *ctx, const struct http_request *,
                      struct http_reply *);
    /* The peer has confirmed done bytes of the body, as far as the system can
     * tell. */
    void (*on_progress)(void *ctx, void *tag, size_t done);
    /* why: NULL if the peer has it all, else what ended it. */
    void (*on_end)(void *ctx, void *tag, size_t done, const char *why);
    void (*on_log)(void *ctx, const char *text);
    void *ctx;
};

struct httpd;

int eo_httpd_new(struct httpd **out, const struct httpd_config *,
                 struct espota_error *err) EO_MUST_CHECK;
/* Ends all exchanges (on_end is called) and closes everything. */
void eo_httpd_free(struct httpd *);

/* "libmicrohttpd 0.9.75", or NULL: left out of this build. */
const char *eo_httpd_library(void);

#endif
