/* httpd_inside.h -- the server, for the files that share the work: httpd.c runs
 * libmicrohttpd, httpd_conn.c keeps the deadlines of connections,
 * httpd_request.c reads requests and sends answers.
 */
#ifndef EO_HTTPD_INSIDE_H
#define EO_HTTPD_INSIDE_H

#include <microhttpd.h>

#include "serve/httpd.h"

struct exchange {
    struct conn *conn;     /* NULL: lingering */
    struct exchange *next; /* lingering */
    os_socket fd;          /* lingering: a twin of our own */
    struct http_reply reply;
    uint64_t began, moved_at; /* moved_at: when the peer last took bytes */
    size_t given, taken;
    int status;
    bool answered;
};

struct conn {
    struct httpd *server;
    struct conn *next, **link;
    struct exchange *exchange; /* NULL: between requests */
    os_socket fd;
    struct watch *watch; /* without epoll; NULL: not waiting yet */
    uint64_t since; /* when it began to owe us a request */
    bool asked;      /* it sent at least one request */
    const char *cut; /* why we ended it; NULL: we did not */
};

struct httpd {
    struct httpd_config c;
    struct MHD_Daemon *daemon;
    struct timer run, look, wait;
    struct watch *epoll;
    struct watch *listening; /* without epoll, as in each connection */
    struct conn *conns;
    unsigned n_conns; /* connections that were not cut */
    unsigned long n_came; /* ever */
    bool left;        /* a connection ended since libmicrohttpd last ran */
    struct exchange *lingering;
    bool running; /* inside MHD_run() */
    bool deaf;    /* no client can be accepted: not listening for now */
    bool was_deaf; /* ... at the last attempt; that was logged */
};

/* httpd_conn.c */

/* Whether places are so scarce that no client keeps one for a second
 * request. */
bool eo_serve_crowded(const struct httpd *);
void eo_serve_connection(void *server, struct MHD_Connection *,
                         void **socket_context,
                         enum MHD_ConnectionNotificationCode);
/* Everything was handed to the kernel, but the peer may not have it yet, and a
 * reported delivery must be reliable.  True: the exchange waits for the last
 * confirmation and no longer belongs to the caller. */
bool eo_serve_linger(struct httpd *, struct exchange *);
/* Ends the exchanges that wait; the reason given is that the server ended. */
void eo_serve_end_lingering(struct httpd *);

/* httpd_request.c */
enum MHD_Result eo_serve_access(void *server, struct MHD_Connection *,
                                const char *url, const char *method,
                                const char *http, const char *upload,
                                size_t *upload_len, void **request);
void eo_serve_completed(void *server, struct MHD_Connection *, void **request,
                        enum MHD_RequestTerminationCode);

#endif
