/* http_push.c -- an image into a device's web page, by libcurl on our loop.
 *
 * libcurl's own form encoder is not used: the parsers in the devices take
 * nothing but the form of proto/web.c.
 */
#include "io/http_push.h"

#ifdef EO_WITH_HTTP_PUSH

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/random.h"
#include "image/image.h"
#include "proto/web.h"

enum {
    ANSWER_MAX = 2048,  /* of an answer's body is kept */
    LOOK_EVERY_MS = 100, /* at progress and deadlines */
    UPLOAD_BUFFER = 16384,
    URL_MAX = 600
};

enum step { STEP_PROBE, STEP_POST };

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
    struct timer begin, timer, look;
    curl_socket_t fd; /* of the connection, or CURL_SOCKET_BAD */

    enum step step;
    enum proto_status status;
    CURLcode result;
    struct espota_error error;
    struct espota_hello hello;
    const char *auth;

    const struct image_form *form;
    char head[WEB_FRAME_MAX], tail[64];
    size_t head_len, tail_len;
    size_t given;  /* of the body, to libcurl */
    size_t taken;  /* of the image, by the peer */
    bool connected, committed, stalled;
    uint64_t moved_at, bytes_out;
    char answer[ANSWER_MAX];
    size_t answer_len;
};

static void finish(struct push *p);

const char *eo_http_push_library(void)
{
    return "libcurl";
}

/* ---- the loop ------------------------------------------------------------ */

static void changed(struct push *p)
{
    p->c.on_change(p->c.ctx); /* may free p */
}

/* libcurl may have finished a transfer: the only place where p may go. */
static void look_for_end(struct push *p)
{
    CURLMsg *msg;
    int left;

    while ((msg = curl_multi_info_read(p->multi, &left)) != NULL)
        if (msg->msg == CURLMSG_DONE) {
            p->result = msg->data.result;
            finish(p);
            return;
        }
    changed(p);
}

static void act(struct push *p, curl_socket_t fd, int what)
{
    int live;

    curl_multi_socket_action(p->multi, fd, what, &live);
    look_for_end(p);
}

static void on_timer(void *ctx)
{
    act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long ms, void *ctx)
{
    struct push *p = ctx;

    (void)multi;
    if (ms < 0)
        eo_timer_stop(p->c.loop, &p->timer);
    else if (eo_timer_start(p->c.loop, &p->timer, (uint64_t)ms, on_timer, p))
        return -1;
    return 0;
}

struct curl_watch {
    struct push *push;
    struct watch *watch;
    curl_socket_t fd;
};

static void on_socket(void *ctx, int ready)
{
    const struct curl_watch *w = ctx;

    act(w->push, w->fd,
        (ready & ESPOTA_READ ? CURL_CSELECT_IN : 0) |
            (ready & ESPOTA_WRITE ? CURL_CSELECT_OUT : 0));
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
                      void *socket_ctx)
{
    struct push *p = ctx;
    struct curl_watch *w = socket_ctx;
    const int want = (what & CURL_POLL_IN ? ESPOTA_READ : 0) |
                     (what & CURL_POLL_OUT ? ESPOTA_WRITE : 0);

    (void)easy;
    p->fd = what != CURL_POLL_REMOVE ? fd : CURL_SOCKET_BAD;
    if (what == CURL_POLL_REMOVE) {
        if (w != NULL)
            eo_watch_free(w->watch);
        eo_free(w);
        curl_multi_assign(p->multi, fd, NULL);
        return 0;
    }
    if (w == NULL) {
        w = eo_calloc(1, sizeof *w);
        if (w == NULL)
            return -1;
        *w = (struct curl_watch){.push = p, .fd = fd};
        w->watch = eo_watch_new(p->c.loop, fd, want, on_socket, w);
        if (w->watch == NULL) {
            eo_free(w);
            return -1;
        }
        curl_multi_assign(p->multi, fd, w);
    }
    eo_watch_want(w->watch, want);
    return 0;
}

/* ---- bytes --------------------------------------------------------------- */

static size_t body_len(const struct push *p)
{
    return p->head_len + p->form->len + p->tail_len;
}

/* Up to max bytes of the body from where it stands. */
static size_t next_piece(const struct push *p, const void **from, size_t max)
{
    size_t at = p->given, left;

    if (at < p->head_len) {
        *from = p->head + at;
        left = p->head_len - at;
    } else if ((at -= p->head_len) < p->form->len) {
        *from = p->form->bytes + at;
        left = p->form->len - at;
    } else {
        at -= p->form->len;
        *from = p->tail + at;
        left = p->tail_len - at;
    }
    return left < max ? left : max;
}

static size_t read_body(char *to, size_t size, size_t n, void *ctx)
{
    struct push *p = ctx;
    const size_t max = size * n;
    size_t done = 0;

    while (done < max) {
        const void *from;
        const size_t len = next_piece(p, &from, max - done);

        if (len == 0)
            break;
        memcpy(to + done, from, len);
        done += len;
        p->given += len;
    }
    if (p->given == body_len(p) && !p->committed) {
        p->committed = true;
        if (p->c.on_commit != NULL)
            p->c.on_commit(p->c.ctx);
    }
    p->bytes_out += done;
    return done;
}

/* The body goes once; libcurl would start it again for a stale digest. */
static int never_again(void *ctx, curl_off_t offset, int origin)
{
    const struct push *p = ctx;

    (void)origin;
    return offset == 0 && p->given == 0 ? CURL_SEEKFUNC_OK
                                        : CURL_SEEKFUNC_FAIL;
}

static size_t write_answer(char *from, size_t size, size_t n, void *ctx)
{
    struct push *p = ctx;
    const size_t len = size * n, room = sizeof p->answer - p->answer_len;
    const size_t keep = len < room ? len : room;

    memcpy(p->answer + p->answer_len, from, keep);
    p->answer_len += keep;
    p->moved_at = eo_loop_now(p->c.loop);
    return len;
}

static int show(CURL *easy, curl_infotype type, char *bytes, size_t len,
                void *ctx)
{
    static const uint8_t MASK[] = "(request with a secret)";
    const struct push *p = ctx;
    const bool out = type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT;
    const bool in = type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN;

    (void)easy;
    if (type == CURLINFO_HEADER_OUT && p->job.password != NULL)
        p->c.on_bytes(p->c.ctx, true, MASK, sizeof MASK - 1);
    else if (out || in)
        p->c.on_bytes(p->c.ctx, out, (const uint8_t *)bytes, len);
    return 0;
}

/* ---- progress and deadlines ---------------------------------------------- */

/* What the peer has confirmed, not what the kernel buffered. */
static void count_taken(struct push *p)
{
    size_t through = p->given;
    long unacked;

    if (p->step != STEP_POST || p->fd == CURL_SOCKET_BAD)
        return;
    unacked = eo_tcp_unacked(p->fd);
    if (unacked > 0)
        through = (size_t)unacked < through ? through - (size_t)unacked : 0;
    through = through > p->head_len ? through - p->head_len : 0;
    if (through > p->form->len)
        through = p->form->len;
    if (through > p->taken) {
        p->taken = through;
        p->moved_at = eo_loop_now(p->c.loop);
    }
}

static void see_connection(struct push *p)
{
    curl_off_t us = 0;
    const char *ip = NULL;
    struct addr addr;

    if (p->connected ||
        curl_easy_getinfo(p->easy, CURLINFO_CONNECT_TIME_T, &us) != CURLE_OK ||
        us == 0)
        return;
    p->connected = true;
    p->moved_at = eo_loop_now(p->c.loop);
    if (curl_easy_getinfo(p->easy, CURLINFO_PRIMARY_IP, &ip) != CURLE_OK ||
        ip == NULL || eo_addr_parse(&addr, ip) != 0)
        return;
    for (size_t i = 0; i < p->c.n_addr; i++)
        if (eo_addr_same_host(&p->addr[i], &addr))
            p->peer = &p->addr[i];
}

static void on_look(void *ctx)
{
    struct push *p = ctx;
    const uint64_t patience =
        p->step == STEP_PROBE ? p->job.answer_ms : p->job.stall_ms;

    see_connection(p);
    count_taken(p);
    if (eo_loop_now(p->c.loop) - p->moved_at > patience) {
        p->stalled = true;
        finish(p);
        return;
    }
    eo_timer_start(p->c.loop, &p->look, LOOK_EVERY_MS, on_look, p);
    changed(p);
}

/* ---- ends ---------------------------------------------------------------- */

static void close_all(struct push *p)
{
    eo_timer_stop(p->c.loop, &p->begin);
    eo_timer_stop(p->c.loop, &p->look);
    if (p->multi != NULL && p->easy != NULL)
        curl_multi_remove_handle(p->multi, p->easy);
    if (p->easy != NULL)
        curl_easy_cleanup(p->easy);
    if (p->multi != NULL)
        curl_multi_cleanup(p->multi);
    eo_timer_stop(p->c.loop, &p->timer);
    curl_slist_free_all(p->headers);
    curl_slist_free_all(p->resolve);
    p->easy = NULL;
    p->multi = NULL;
    p->headers = p->resolve = NULL;
}

/* p->error is set. */
static void end(struct push *p, enum proto_status status)
{
    close_all(p);
    p->status = status;
    changed(p);
}

/* What libcurl's code means, by how far we were.
 *   what kind of failure, before a connection, and after it */
static const struct {
    CURLcode code;
    enum espota_category category;
    const char *message;
} CODES[] = {
    {CURLE_PEER_FAILED_VERIFICATION, ESPOTA_E_POLICY,
     "the device's certificate is not trusted"},
    {CURLE_SSL_CONNECT_ERROR, ESPOTA_E_CONNECT, "the TLS handshake failed"},
    {CURLE_SSL_CACERT_BADFILE, ESPOTA_E_USAGE,
     "the file of certificates cannot be used"},
    {CURLE_UNSUPPORTED_PROTOCOL, ESPOTA_E_PROTOCOL,
     "this is no web server"},
    {CURLE_WEIRD_SERVER_REPLY, ESPOTA_E_PROTOCOL, "this is no web server"},
    {CURLE_INTERFACE_FAILED, ESPOTA_E_USAGE,
     "the local address or interface cannot be used"},
    {CURLE_OUT_OF_MEMORY, ESPOTA_E_INTERNAL, "out of memory"},
};

static void fail_wire(struct push *p, CURLcode code)
{
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        if (CODES[i].code == code && !p->committed) {
            eo_fail_hint(&p->error, CODES[i].category,
                         code == CURLE_PEER_FAILED_VERIFICATION
                             ? "give its certificate with --tls-ca"
                             : NULL,
                         "%s", CODES[i].message);
            return;
        }
    if (p->committed)
        eo_fail_hint(&p->error, ESPOTA_E_UNKNOWN,
                     "look what the device runs before you flash it again",
                     "the device has every byte and %s",
                     p->stalled ? "says nothing" : "closed without a verdict");
    else if (!p->connected)
        eo_fail(&p->error, ESPOTA_E_CONNECT, "cannot connect: %s",
                p->stalled ? "no answer" : curl_easy_strerror(code));
    else if (p->step == STEP_PROBE && p->stalled)
        eo_fail(&p->error, ESPOTA_E_NO_ANSWER,
                "it took the connection and does not answer");
    else
        eo_fail(&p->error, ESPOTA_E_BROKEN, "%s",
                p->stalled ? "the device took nothing for too long"
                           : "the device closed the connection");
}

static int start_post(struct push *p);

/* A password for all to hear is not what was meant by --min-auth. */
static bool next_step(struct push *p)
{
    if (p->job.password != NULL && !p->web->https &&
        p->job.min_auth == ESPOTA_AUTH_SHA256) {
        eo_fail(&p->error, ESPOTA_E_POLICY,
                "this web page takes no password by SHA-256");
        return false;
    }
    if (start_post(p) == 0)
        return true;
    eo_fail(&p->error, ESPOTA_E_INTERNAL, "out of memory");
    return false;
}

static long answer_status(struct push *p)
{
    long status = 0;

    curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* The GET has its answer: is there a page, and how does it ask? */
static bool probed(struct push *p)
{
    const long status = answer_status(p);
    long offered = 0;

    curl_easy_getinfo(p->easy, CURLINFO_HTTPAUTH_AVAIL, &offered);
    if (status == 401 && p->job.password == NULL) {
        eo_fail_hint(&p->error, ESPOTA_E_SECRET,
                     "give it with -a, --auth-file or --ask-auth, and --user",
                     "the device asks for user and password");
        return false;
    }
    /* With the profile's own path a 404 is final; a page elsewhere may be. */
    if (status == 401 || (status == 404 && p->web->profile->probe == NULL))
        return eo_web_verdict(p->web->profile, (int)status, "", 0,
                              &p->error) == 0;
    if (((unsigned long)offered & CURLAUTH_DIGEST) && p->web->profile->digest)
        p->auth = "digest";
    else if (offered != 0)
        p->auth = "basic";
    p->hello = (struct espota_hello){.protocol = "web",
                                     .auth = p->auth != NULL ? p->auth
                                                             : "none"};
    return next_step(p);
}

static void finish(struct push *p)
{
    const CURLcode code = p->stalled ? CURLE_OPERATION_TIMEDOUT : p->result;

    see_connection(p);
    if (p->step == STEP_PROBE && code == CURLE_OK) {
        if (probed(p))
            changed(p);
        else
            end(p, PROTO_FAILED);
        return;
    }
    count_taken(p);
    /* An answer counts, however the connection ended behind it. */
    if (p->step == STEP_POST && answer_status(p) != 0 &&
        (code == CURLE_OK || p->answer_len > 0 || answer_status(p) >= 400)) {
        p->taken = p->committed ? p->form->len : p->taken;
        end(p, eo_web_verdict(p->web->profile, (int)answer_status(p),
                              p->answer, p->answer_len, &p->error) == 0
                   ? PROTO_DONE
                   : PROTO_FAILED);
        return;
    }
    fail_wire(p, code);
    end(p, PROTO_FAILED);
}

/* ---- requests ------------------------------------------------------------ */

static bool is_literal(const char *host)
{
    struct addr addr;

    return eo_addr_parse(&addr, host) == 0;
}

static void add_host(struct text *t, const struct push *p, const char *percent)
{
    const char *host = p->web->host, *scope = strchr(host, '%');
    const bool six = strchr(host, ':') != NULL;
    const unsigned usual = p->web->https ? 443 : 80;

    eo_text_add(t, "%s%.*s", six ? "[" : "",
                (int)(scope != NULL ? scope - host : (int)strlen(host)), host);
    if (scope != NULL && percent != NULL)
        eo_text_add(t, "%s%s", percent, scope + 1);
    eo_text_add(t, "%s", six ? "]" : "");
    if (p->web->port != usual)
        eo_text_add(t, ":%u", p->web->port);
}

static int add_header(struct push *p, const char *line)
{
    struct curl_slist *more = curl_slist_append(p->headers, line);

    if (more == NULL)
        return -1;
    p->headers = more;
    return 0;
}

/* Few and short: an ESP-IDF server has 512 bytes for all of them. */
static int common_headers(struct push *p)
{
    char line[WEB_FRAME_MAX];
    struct text t;

    curl_slist_free_all(p->headers);
    p->headers = NULL;
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "Host: ");
    add_host(&t, p, NULL);
    return add_header(p, line) | add_header(p, "Accept:") |
           add_header(p, "Connection: close");
}

static int post_headers(struct push *p, const char *boundary)
{
    const struct web_profile *profile = p->web->profile;
    char line[WEB_FRAME_MAX];
    struct text t;

    if (common_headers(p) != 0 || add_header(p, "Expect:") != 0)
        return -1;
    if (profile->origin) {
        eo_text_init(&t, line, sizeof line);
        eo_text_add(&t, "Origin: http://");
        add_host(&t, p, NULL);
        if (add_header(p, line) != 0)
            return -1;
    }
    eo_text_init(&t, line, sizeof line);
    if (profile->field != NULL)
        eo_text_add(&t, "Content-Type: multipart/form-data; boundary=%s",
                    boundary);
    else
        eo_text_add(&t, "Content-Type: application/octet-stream");
    return add_header(p, line);
}

static int set_url(struct push *p, const char *path)
{
    char url[URL_MAX];
    struct text t;

    eo_text_init(&t, url, sizeof url);
    eo_text_add(&t, "%s://", p->web->https ? "https" : "http");
    add_host(&t, p, "%25");
    eo_text_add(&t, "%s", path);
    return !t.cut && curl_easy_setopt(p->easy, CURLOPT_URL, url) == CURLE_OK
               ? 0
               : -1;
}

static const char *post_path(const struct push *p)
{
    const struct web_profile *profile = p->web->profile;

    if (p->web->path != NULL)
        return p->web->path;
    return p->job.type == ESPOTA_TYPE_FILESYSTEM ? profile->fs_path
                                                 : profile->path;
}

/* (Re)starts the easy handle with what is set. */
static int go(struct push *p, enum step step)
{
    p->step = step;
    p->moved_at = eo_loop_now(p->c.loop);
    curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
    /* What is left of the connection before would break off the body. */
    curl_easy_setopt(p->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_multi_remove_handle(p->multi, p->easy);
    return curl_multi_add_handle(p->multi, p->easy) == CURLM_OK ? 0 : -1;
}

static int start_probe(struct push *p)
{
    const char *probe = p->web->profile->probe;

    if (common_headers(p) != 0 ||
        set_url(p, probe != NULL ? probe : post_path(p)) != 0)
        return -1;
    curl_easy_setopt(p->easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(p->easy, CURLOPT_HTTPAUTH,
                     p->web->profile->digest
                         ? CURLAUTH_BASIC | CURLAUTH_DIGEST
                         : CURLAUTH_BASIC);
    return go(p, STEP_PROBE);
}

static int start_post(struct push *p)
{
    uint8_t dice[WEB_BOUNDARY / 2];
    char boundary[WEB_BOUNDARY + 1];
    const bool filesystem = p->job.type == ESPOTA_TYPE_FILESYSTEM;
    struct text head, tail;

    if (eo_random(dice, sizeof dice) != 0)
        return -1;
    eo_hex(boundary, dice, sizeof dice);
    eo_text_init(&head, p->head, sizeof p->head);
    eo_web_head(&head, p->web->profile, filesystem, boundary);
    eo_text_init(&tail, p->tail, sizeof p->tail);
    eo_web_tail(&tail, p->web->profile, boundary);
    p->head_len = head.len;
    p->tail_len = tail.len;
    p->answer_len = 0;
    if (post_headers(p, boundary) != 0 || set_url(p, post_path(p)) != 0)
        return -1;
    curl_easy_setopt(p->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)body_len(p));
    /* One scheme and no choice: the first request is the only one. */
    curl_easy_setopt(p->easy, CURLOPT_HTTPAUTH,
                     p->auth != NULL && strcmp(p->auth, "digest") == 0
                         ? CURLAUTH_DIGEST
                         : CURLAUTH_BASIC);
    return go(p, STEP_POST);
}

/* ---- starting ------------------------------------------------------------ */

/* The addresses we found, so that libcurl looks for none itself. */
static int set_addresses(struct push *p)
{
    char line[1200], text[ADDR_TEXT];
    struct text t;
    size_t n = 0;

    if (is_literal(p->web->host))
        return 0;
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s:%u:", p->web->host, p->web->port);
    for (size_t i = 0; i < p->c.n_addr; i++) {
        const bool six = p->addr[i].sa.ss_family == AF_INET6;

        eo_addr_text(&p->addr[i], false, text);
        if (strchr(text, '%') != NULL) /* libcurl knows no scopes here */
            continue;
        eo_text_add(&t, "%s%s%s%s", n++ > 0 ? "," : "", six ? "[" : "", text,
                    six ? "]" : "");
    }
    p->resolve = n > 0 && !t.cut ? curl_slist_append(NULL, line) : NULL;
    return p->resolve != NULL ? 0 : -1;
}

static void set_options(struct push *p)
{
    const char *user = p->web->user != NULL ? p->web->user
                                            : p->web->profile->user;
    CURL *e = p->easy;

    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_RESOLVE, p->resolve);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)p->c.connect_ms);
    curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(e, CURLOPT_READDATA, p);
    curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, never_again);
    curl_easy_setopt(e, CURLOPT_SEEKDATA, p);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, write_answer);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, p);
    if (p->c.bind != NULL)
        curl_easy_setopt(e, CURLOPT_INTERFACE, p->c.bind);
    if (p->web->ca != NULL)
        curl_easy_setopt(e, CURLOPT_CAINFO, p->web->ca);
    if (p->job.password != NULL) {
        curl_easy_setopt(e, CURLOPT_USERNAME, user);
        curl_easy_setopt(e, CURLOPT_PASSWORD, p->job.password);
    }
    if (p->c.on_bytes != NULL) {
        curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, show);
        curl_easy_setopt(e, CURLOPT_DEBUGDATA, p);
    }
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
}

static void on_begin(void *ctx)
{
    struct push *p = ctx;
    const bool look = p->web->profile->probe == NULL ||
                      p->web->profile->probe[0] != '\0';
    bool ok;

    p->moved_at = eo_loop_now(p->c.loop);
    if (look) {
        ok = start_probe(p) == 0;
        if (!ok)
            eo_fail(&p->error, ESPOTA_E_INTERNAL, "out of memory");
    } else {
        ok = next_step(p);
    }
    if (!ok || eo_timer_start(p->c.loop, &p->look, LOOK_EVERY_MS, on_look, p))
        end(p, PROTO_FAILED);
}

/* ---- as a session -------------------------------------------------------- */

static const struct push *push_of(const struct session *s)
{
    return (const struct push *)(const void *)s;
}

static enum proto_status push_status(const struct session *s)
{
    return push_of(s)->status;
}

static const struct espota_error *push_error(const struct session *s)
{
    return &push_of(s)->error;
}

static void push_want(const struct session *s, struct proto_want *w)
{
    const struct push *p = push_of(s);

    *w = (struct proto_want){
        .done = p->taken,
        .total = p->form->len,
        .hello = p->hello.protocol != NULL ? &p->hello : NULL,
    };
    if (p->step == STEP_PROBE) {
        w->phase = ESPOTA_PHASE_HELLO;
        w->doing = "looking at the web page";
    } else if (p->taken < p->form->len) {
        w->phase = ESPOTA_PHASE_DATA;
        w->doing = "sending the image";
    } else {
        w->phase = ESPOTA_PHASE_COMMIT;
        w->doing = "waiting for the verdict";
    }
}

static bool push_connecting(const struct session *s)
{
    return !push_of(s)->connected;
}

static bool push_committed(const struct session *s)
{
    return push_of(s)->committed;
}

static uint64_t push_bytes_out(const struct session *s)
{
    return push_of(s)->bytes_out;
}

static const struct addr *push_peer(const struct session *s)
{
    return push_of(s)->peer;
}

static void push_free(struct session *s)
{
    struct push *p = (struct push *)(void *)s;

    close_all(p);
    eo_wipe(&p->job, sizeof p->job);
    eo_free(p->addr);
    eo_free(p);
}

static const struct session_ops PUSH = {
    .status = push_status,
    .error = push_error,
    .want = push_want,
    .connecting = push_connecting,
    .committed = push_committed,
    .bytes_out = push_bytes_out,
    .peer = push_peer,
    .free = push_free,
};

struct session *eo_http_push_start(const struct session_config *c)
{
    struct push *p = eo_calloc(1, sizeof *p);

    if (p == NULL)
        return NULL;
    p->ops = &PUSH;
    p->fd = CURL_SOCKET_BAD;
    p->c = *c;
    p->job = *c->job;
    p->web = c->job->web;
    p->form = eo_image_raw(c->job->image);
    if (c->job->compress == ESPOTA_COMPRESS_ALWAYS &&
        c->job->type == ESPOTA_TYPE_APP &&
        eo_image_gzip(c->job->image) != NULL)
        p->form = eo_image_gzip(c->job->image);
    p->addr = eo_calloc(c->n_addr, sizeof *p->addr);
    if (p->addr != NULL)
        memcpy(p->addr, c->addr, c->n_addr * sizeof *p->addr);
    p->multi = curl_multi_init();
    p->easy = curl_easy_init();
    if (p->addr == NULL || p->multi == NULL || p->easy == NULL ||
        set_addresses(p) != 0 ||
        eo_timer_start(c->loop, &p->begin, 0, on_begin, p) != 0) {
        push_free((struct session *)(void *)p);
        return NULL;
    }
    set_options(p);
    return (struct session *)(void *)p;
}

#else

const char *eo_http_push_library(void)
{
    return NULL;
}

struct session *eo_http_push_start(const struct session_config *c)
{
    (void)c;
    return NULL;
}

#endif
