/* httpd_request.c -- a request to the server, from its headers to the last
 * byte of its answer.
 */
#include "serve/httpd.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "serve/httpd_inside.h"

enum { BLOCK = 16384 /* of a body at a time */ };

static void copy_header(char *to, size_t cap, const char *value)
{
    if (strlen(value) < cap) /* a value that does not fit is ignored */
        memcpy(to, value, strlen(value) + 1);
}

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind,
                                 const char *name, const char *value)
{
    struct http_request *r = ctx;

    (void)kind;
    if (value == NULL)
        value = "";
    if (eo_same_nocase(name, "Authorization"))
        copy_header(r->authorization, sizeof r->authorization, value);
    else if (eo_same_nocase(name, "Host"))
        copy_header(r->host, sizeof r->host, value);
    else
        eo_pull_header(&r->pull, name, value);
    return MHD_YES;
}

static ssize_t read_body(void *ctx, uint64_t at, char *to, size_t max)
{
    struct exchange *x = ctx;
    const size_t left = x->reply.len - (size_t)at, n = left < max ? left : max;

    /* From the second piece on, holding back would only delay the rest: by
     * 200 ms for each piece where the window is smaller than a segment. */
    if (x->given > 0 && at == x->given && at <= BLOCK)
        eo_tcp_hold(x->conn->fd, false);
    memcpy(to, (const char *)x->reply.body + at, n);
    x->given = (size_t)at + n;
    return (ssize_t)n;
}

/* Headers of an answer.  bad: one could not be added, which would make it a
 * different answer. */
struct heading {
    struct MHD_Response *response;
    bool bad;
};

static void add(struct heading *h, const char *name, const char *value)
{
    if (value != NULL &&
        MHD_add_response_header(h->response, name, value) != MHD_YES)
        h->bad = true;
}

static void add_range(struct heading *h, const struct exchange *x)
{
    const struct http_reply *reply = &x->reply;
    char range[80];
    struct text t;

    eo_text_init(&t, range, sizeof range);
    if (x->status == 206)
        eo_text_add(&t, "bytes %zu-%zu/%zu", reply->first,
                    reply->first + reply->len - 1, reply->total);
    else
        eo_text_add(&t, "bytes */%zu", reply->total);
    add(h, "Content-Range", range);
}

static void add_tag(struct heading *h, const char *md5)
{
    char tag[40];
    struct text t;

    if (md5 == NULL)
        return;
    eo_text_init(&t, tag, sizeof tag);
    eo_text_add(&t, "\"%s\"", md5);
    add(h, "x-MD5", md5);
    add(h, "ETag", tag);
    add(h, "Accept-Ranges", "bytes");
}

static void add_all(struct heading *h, const struct exchange *x)
{
    const struct http_reply *reply = &x->reply;

    add(h, "Content-Type", reply->type);
    add_tag(h, reply->md5);
    add(h, "x-version", reply->version);
    switch (x->status) {
    case 206:
    case 416:
        add_range(h, x);
        break;
    case 401:
        add(h, "WWW-Authenticate", "Basic realm=\"espota-c\"");
        break;
    case 405:
        add(h, "Allow", "GET, HEAD");
        break;
    case 503:
        add(h, "Retry-After", "2");
        break;
    }
    /* After an image, the way the connection ends shows what became of it. */
    if (reply->tag != NULL || eo_serve_crowded(x->conn->server))
        add(h, "Connection", "close");
}

static struct MHD_Response *make_response(struct exchange *x)
{
    const struct http_reply *reply = &x->reply;
    struct heading h = {.bad = false};

    if (reply->tag != NULL)
        h.response = MHD_create_response_from_callback(reply->len, BLOCK,
                                                       read_body, x, NULL);
    else
        h.response = MHD_create_response_from_buffer(
            reply->len, (void *)(uintptr_t)reply->body,
            MHD_RESPMEM_PERSISTENT);
    if (h.response == NULL)
        return NULL;
    add_all(&h, x);
    if (!h.bad)
        return h.response;
    MHD_destroy_response(h.response);
    return NULL;
}

/* libmicrohttpd sends the headers alone and then the body.  An ESP32 looks for
 * the first byte of the body 100 ms after the headers, and ESPHome for a whole
 * MD5 in the same read.  So nothing is sent before there is a full segment. */
static enum MHD_Result answer(struct exchange *x, struct MHD_Connection *to)
{
    struct MHD_Response *response = make_response(x);
    enum MHD_Result rc;

    if (response == NULL)
        return MHD_NO;
    eo_tcp_hold(x->conn->fd, true);
    rc = MHD_queue_response(to, (unsigned)x->status, response);
    MHD_destroy_response(response);
    x->answered = rc == MHD_YES;
    return rc;
}

static struct addr peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct addr peer;

    eo_addr_from_system(&peer, info != NULL ? info->client_addr : NULL);
    return peer;
}

static enum MHD_Result ask(struct httpd *s, struct exchange *x,
                           struct MHD_Connection *connection,
                           const char *method, const char *url)
{
    struct http_request r = {.authorization = ""};
    const struct addr peer = peer_of(connection);

    r.peer = &peer;
    eo_pull_start(&r.pull, method, url);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &r);
    x->status = s->c.on_request(s->c.ctx, &r, &x->reply);
    eo_wipe(r.authorization, sizeof r.authorization);
    return answer(x, connection);
}

enum MHD_Result eo_serve_access(void *ctx, struct MHD_Connection *connection,
                                const char *url, const char *method,
                                const char *http, const char *upload,
                                size_t *upload_len, void **request)
{
    struct httpd *s = ctx;
    struct conn *c = MHD_get_connection_info(
                         connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
                         ->socket_context;
    struct exchange *x = *request;

    (void)http;
    (void)upload;
    if (x != NULL && *upload_len > 0) {
        *upload_len = 0; /* bodies are ignored, even that of a GET */
        return MHD_YES;
    }
    if (x != NULL)
        return x->answered ? MHD_YES : ask(s, x, connection, method, url);
    if (c == NULL || c->cut != NULL)
        return MHD_NO;
    x = eo_calloc(1, sizeof *x);
    if (x == NULL)
        return MHD_NO;
    *request = x;
    x->conn = c;
    x->began = x->moved_at = eo_loop_now(s->c.loop);
    c->exchange = x;
    c->asked = true;
    /* An answer in this first call ends the connection, which is right for
     * clients that are about to send a body. */
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return MHD_YES;
    return ask(s, x, connection, method, url);
}

static const char *why_ended(const struct exchange *x,
                             enum MHD_RequestTerminationCode code)
{
    if (x->conn->cut != NULL)
        return x->conn->cut;
    if (!x->answered)
        return "out of memory";
    switch (code) {
    case MHD_REQUEST_TERMINATED_COMPLETED_OK:
        return NULL;
    case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN:
        return "the server ended";
    case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED:
    case MHD_REQUEST_TERMINATED_WITH_ERROR:
    case MHD_REQUEST_TERMINATED_READ_ERROR:
    case MHD_REQUEST_TERMINATED_CLIENT_ABORT:
        break;
    }
    return "it closed the connection";
}

void eo_serve_completed(void *ctx, struct MHD_Connection *connection,
                        void **request, enum MHD_RequestTerminationCode code)
{
    struct httpd *s = ctx;
    struct exchange *x = *request;
    const char *why;

    (void)connection;
    if (x == NULL)
        return;
    why = why_ended(x, code);
    eo_tcp_hold(x->conn->fd, false);
    *request = NULL;
    x->conn->exchange = NULL;
    x->conn->since = eo_loop_now(s->c.loop);
    if (x->reply.release != NULL)
        x->reply.release(x->reply.held);
    if (x->reply.tag != NULL && why == NULL && eo_serve_linger(s, x))
        return;
    if (x->reply.tag != NULL)
        s->c.on_end(s->c.ctx, x->reply.tag,
                    why == NULL ? x->reply.len : x->taken, why);
    eo_free(x);
}
