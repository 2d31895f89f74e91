/* http_push_inside.h -- one push, to those who share the work: http_push.c is
 * the session, http_push_request.c what is asked and sent, http_push_multi.c
 * how libcurl is turned by our loop.
 */
#ifndef EO_HTTP_PUSH_INSIDE_H
#define EO_HTTP_PUSH_INSIDE_H

#include <curl/curl.h>

#include "io/http_push.h"
#include "proto/web.h"
#include "proto/web_body.h"

enum {
    PUSH_ANSWER_MAX = 2048,  /* of an answer's body is kept, ... */
    PUSH_HEARD_MAX = 1 << 20 /* ... and no more of it all is listened to */
};

enum push_step { PUSH_PROBE, PUSH_POST };

struct push {
    const struct session_ops *ops; /* first */
    struct session_config c;
    struct proto_job job;
    const struct web_job *web;
    struct addr *addr;
    const struct addr *peer;

    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers, *resolve;
    struct timer begin, timer, look; /* timer: libcurl's */
    curl_socket_t fd; /* of the connection, or CURL_SOCKET_BAD */

    enum push_step step;
    enum proto_status status;
    CURLcode result;
    char why[CURL_ERROR_SIZE]; /* libcurl's own words; "": none */
    struct espota_error error;
    struct espota_hello hello;
    const char *auth;

    const struct image_form *form;
    struct web_body body;
    size_t taken; /* of the image, by the peer */
    bool connected, committed, stalled;
    bool starved; /* no memory to watch what libcurl wants watched */
    bool early; /* the answer began before the peer had the image */
    size_t heard; /* of an answer, its headers included */
    uint64_t moved_at, bytes_out;
    char answer[PUSH_ANSWER_MAX];
    size_t answer_len;
};

/* http_push_multi.c: libcurl asks our loop for its sockets and its timer. */
void eo_push_attach(struct push *);

/* http_push.c: what libcurl did may be seen, and the transfer may be over; the
 * push may be freed in it. */
void eo_push_moved(struct push *);

/* http_push.c: of the image, what the peer has confirmed, not what the kernel
 * buffered. */
void eo_push_count_taken(struct push *);

/* http_push_request.c: 0, or -1: no memory, or no entropy. */
int eo_push_prepare(struct push *);
int eo_push_start_probe(struct push *);
int eo_push_start_post(struct push *);

#endif
