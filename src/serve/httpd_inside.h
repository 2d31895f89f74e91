/* httpd_inside.h -- the server, to those who share the work: httpd.c
 * turns libmicrohttpd, httpd_conn.c keeps the deadlines of connections,
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
    uint64_t began, moved_at; /* moved_at: when it last took something */
    size_t given, taken;
    int status;
    bool answered;
};

struct conn {
    struct httpd *server;
    struct conn *next, **link;
    struct exchange *exchange; /* NULL: between requests */
    os_socket fd;
    struct watch *watch; /* without epoll; NULL: nothing is waited for yet */
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
    unsigned n_conns; /* those that were not cut */
    unsigned long n_came; /* ever */
    bool left;        /* one is gone since libmicrohttpd was last run */
    struct exchange *lingering;
    bool running; /* inside MHD_run() */
    bool deaf;    /* nobody can be let in: not listened to for a moment */
    bool was_deaf; /* ... when somebody knocked the last time; it was told */
};

/* httpd_conn.c */

/* Are places so scarce that nobody keeps one for a second request? */
bool eo_serve_crowded(const struct httpd *);
void eo_serve_connection(void *server, struct MHD_Connection *,
                         void **socket_context,
                         enum MHD_ConnectionNotificationCode);
/* All was handed to the kernel, which is not to say that the peer took it:
 * whoever is told that an image was delivered may rely on it.  True: the
 * exchange waits for the last confirmation, and is not the caller's any more. */
bool eo_serve_linger(struct httpd *, struct exchange *);
/* Those that wait are told that the server ended. */
void eo_serve_end_lingering(struct httpd *);

/* httpd_request.c */
enum MHD_Result eo_serve_access(void *server, struct MHD_Connection *,
                                const char *url, const char *method,
                                const char *http, const char *upload,
                                size_t *upload_len, void **request);
void eo_serve_completed(void *server, struct MHD_Connection *, void **request,
                        enum MHD_RequestTerminationCode);

#endif
