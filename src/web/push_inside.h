/* push_inside.h -- one push, for the files that share it: push.c is the
 * session, and calls the others: push_request.c is what is asked and sent,
 * push_multi.c how libcurl is turned by our loop, push_fail.c what it fails
 * with.
 */
#ifndef EO_PUSH_INSIDE_H
#define EO_PUSH_INSIDE_H

#include <curl/curl.h>

#include "web/form.h"
#include "web/page.h"
#include "web/push.h"

enum {
    PUSH_ANSWER_MAX = 2048,  /* of an answer's body is kept, ... */
    PUSH_HEARD_MAX = 1 << 20 /* ... and no more of it all is listened to */
};

/* A look shows how it asks for a password, which a second one proves. */
enum push_step { PUSH_PROBE, PUSH_LOGIN, PUSH_POST };

struct push {
    struct session base;
    const struct web_job *web;

    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers, *resolve;
    struct timer begin, timer, look; /* timer: libcurl's */
    void (*on_moved)(struct push *);
    curl_socket_t fd; /* of the connection, or CURL_SOCKET_BAD */

    enum push_step step;
    enum proto_status status;
    CURLcode result;
    char why[CURL_ERROR_SIZE]; /* libcurl's own words; "": none */
    struct espota_hello hello;
    const char *auth; /* how the password goes with a request; NULL: it does
                         not */

    const struct image_form *form;
    struct web_body body;
    size_t taken; /* of the image, by the peer */
    bool connected, committed, accepted, stalled;
    bool starved; /* there was no memory to watch what libcurl wants watched */
    int no_socket; /* why the last one could not be opened; 0: it was */
    bool guessed; /* this system cannot tell what the peer has */
    bool early; /* something of an answer came before the peer had the image */
    enum push_head { HEAD_NONE, HEAD_BEGUN, HEAD_OVER } head;
    int said;         /* the status of the latest answer; 0: none yet, -1: it
                         is no HTTP/1 */
    unsigned denials; /* answers of 401, in one request and its repetitions */
    size_t heard; /* of an answer, its headers included */
    uint64_t moved_at;
    char answer[PUSH_ANSWER_MAX];
    size_t answer_len;
};

/* push_multi.c: libcurl asks our loop for its sockets and its timer.  on_moved
 * is called from the loop whenever it did something, and may free the push. */
void eo_push_attach(struct push *, void (*on_moved)(struct push *));

/* With a silence of the peer. */
static inline uint32_t eo_push_patience(const struct push *p)
{
    return p->step < PUSH_POST ? p->base.job.answer_ms : p->base.job.stall_ms;
}

/* push_fail.c: there is no answer; sets the error. */
void eo_push_fail(struct push *, CURLcode);

/* push_request.c: 0, or -1: no memory, or no entropy. */
int eo_push_prepare(struct push *);
/* PUSH_PROBE, or PUSH_LOGIN with what is in auth. */
int eo_push_start_look(struct push *, enum push_step);
int eo_push_start_post(struct push *);
/* Of the image, what the peer has confirmed, not what libcurl or the kernel
 * buffers. */
void eo_push_count_taken(struct push *);

#endif
