/* push_request.c -- what is asked of a device's web page: libcurl's easy
 * handle, its headers and its body.
 *
 * libcurl's own form encoder is not used: the parsers in the devices take
 * nothing but the form of web/form.c.
 */
#include "web/push.h"

#include <errno.h>
#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "crypto/random.h"
#include "os/sock.h"
#include "web/push_inside.h"
#include "web/verdict.h"

enum {
    UPLOAD_BUFFER = 16384,
    SEND_BUFFER = 16384, /* more than the window of any such device */
    HEADER_MAX = 320,
    URL_MAX = 600
};

/* ---- bytes --------------------------------------------------------------- */

static size_t read_body(char *to, size_t size, size_t n, void *ctx)
{
    struct push *p = ctx;
    const size_t done = eo_web_body_read(&p->body, to, size * n);

    if (p->body.given == eo_web_body_len(&p->body) && !p->committed) {
        if (p->base.c.on_commit != NULL && !p->base.c.on_commit(p->base.c.ctx))
            return CURL_READFUNC_ABORT;
        p->committed = true;
    }
    p->base.bytes_out += done;
    return done;
}

/* The body is sent once; libcurl would restart it for a stale digest. */
static int never_again(void *ctx, curl_off_t offset, int origin)
{
    const struct push *p = ctx;

    (void)origin;
    return offset == 0 && p->body.given == 0 ? CURL_SEEKFUNC_OK
                                             : CURL_SEEKFUNC_FAIL;
}

void eo_push_count_taken(struct push *p)
{
    curl_off_t sent = 0;
    uint64_t confirmed;
    size_t through;

    if (p->step != PUSH_POST || p->fd == CURL_SOCKET_BAD ||
        curl_easy_getinfo(p->easy, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK)
        return;
    p->guessed = !eo_tcp_confirmed((os_socket)p->fd, (uint64_t)sent, &confirmed);
    through = eo_web_body_image(&p->body, (size_t)confirmed);
    if (through > p->taken) {
        p->taken = through;
        p->moved_at = eo_loop_now(p->base.c.loop);
    }
}

/* What libcurl is told to be taken: of an answer without end nothing more,
 * which ends it.  Bytes of an answer are no progress: one that drips keeps no
 * deadline alive. */
static size_t heard(struct push *p, size_t len)
{
    p->heard += len;
    return p->heard <= PUSH_HEARD_MAX ? len : 0;
}

/* A device can only judge what its TCP has confirmed.  So what is confirmed is
 * noted at every byte of an answer, in whatever form it comes. */
static void note(struct push *p)
{
    if (p->step != PUSH_POST)
        return;
    eo_push_count_taken(p);
    p->early |= !p->committed || p->taken < p->form->len;
}

static size_t write_answer(char *from, size_t size, size_t n, void *ctx)
{
    struct push *p = ctx;
    const size_t len = size * n, room = sizeof p->answer - p->answer_len;
    const size_t keep = len < room ? len : room;

    note(p);
    if (p->head != HEAD_OVER)
        p->said = -1; /* a body, and no head before it */
    memcpy(p->answer + p->answer_len, from, keep);
    p->answer_len += keep;
    return heard(p, len);
}

/* "HTTP/1.1 100 Continue" is no answer yet, and may come early. */
static bool is_interim(const struct push *p)
{
    return p->said >= 100 && p->said < 200 && p->said != 101;
}

/* libcurl asks again where a digest was stale: once is enough. */
static bool is_denied_for_ever(struct push *p)
{
    p->denials += p->said == 401;
    return p->denials > 2;
}

/* One answer may follow another; behind a body only trailers do. */
static size_t write_header(char *from, size_t size, size_t n, void *ctx)
{
    struct push *p = ctx;
    const size_t len = size * n;

    note(p);
    if (p->head == HEAD_NONE || (p->head == HEAD_OVER && p->answer_len == 0)) {
        p->said = eo_web_status(from, len);
        p->head = HEAD_BEGUN;
        if (is_denied_for_ever(p))
            return 0;
    } else if (from[0] == '\r' || from[0] == '\n') {
        p->head = HEAD_OVER;
        if (is_interim(p)) {
            p->head = HEAD_NONE;
            p->early = false;
            p->said = 0;
        }
    }
    return heard(p, len);
}

static int show(CURL *easy, curl_infotype type, char *bytes, size_t len,
                void *ctx)
{
    static const uint8_t MASK[] = "(request with a secret)";
    const struct push *p = ctx;
    const bool out = type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT;
    const bool in = type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN;

    (void)easy;
    if (type == CURLINFO_HEADER_OUT && p->auth != NULL)
        p->base.c.on_bytes(p->base.c.ctx, true, MASK, sizeof MASK - 1);
    else if (out || in)
        p->base.c.on_bytes(p->base.c.ctx, out, (const uint8_t *)bytes, len);
    return 0;
}

/* ---- what every request has ---------------------------------------------- */

static bool is_literal(const char *host)
{
    struct addr addr;

    return eo_addr_parse(&addr, host) == 0;
}

/* The addresses we found, so that libcurl does not look any up. */
static int set_addresses(struct push *p)
{
    char line[1200], text[ADDR_TEXT];
    struct text t;
    size_t n = 0;

    if (is_literal(p->web->host))
        return 0;
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%s:%u:", p->web->host, p->web->port);
    for (size_t i = 0; i < p->base.c.n_addr; i++) {
        const bool six = p->base.addr[i].family == 6;

        eo_addr_text(&p->base.addr[i], false, text);
        if (strchr(text, '%') != NULL) /* libcurl knows no scopes here */
            continue;
        eo_text_add(&t, "%s%s%s%s", n++ > 0 ? "," : "", six ? "[" : "", text,
                    six ? "]" : "");
    }
    p->resolve = n > 0 && !t.cut ? curl_slist_append(NULL, line) : NULL;
    return p->resolve != NULL ? 0 : -1;
}

/* What the kernel has taken counts as sent: so it must not take a whole image
 * of which the device has seen only the first window. */
static int on_socket(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    (void)ctx;
    (void)purpose;
    eo_sock_send_buffer((os_socket)fd, SEND_BUFFER);
    eo_tcp_keep_asking((os_socket)fd);
    return CURL_SOCKOPT_OK;
}

/* libcurl does not say why it has none. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose,
                                 struct curl_sockaddr *a)
{
    struct push *p = ctx;
    const os_socket fd =
        eo_sock_for_library(a->family, a->socktype, a->protocol);

    (void)purpose;
    p->no_socket = fd < 0 ? errno : 0;
    return fd >= 0 ? (curl_socket_t)fd : CURL_SOCKET_BAD;
}

static void set_options(struct push *p)
{
    CURL *e = p->easy;

    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, p->why);
    curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_RESOLVE, p->resolve);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)p->base.c.connect_ms);
    curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    curl_easy_setopt(e, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, p);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(e, CURLOPT_READDATA, p);
    curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, never_again);
    curl_easy_setopt(e, CURLOPT_SEEKDATA, p);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, write_answer);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, p);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, write_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, p);
    if (p->base.c.bind != NULL)
        curl_easy_setopt(e, CURLOPT_INTERFACE, p->base.c.bind);
    if (p->web->ca != NULL) { /* in place of the system's, of both kinds */
        curl_easy_setopt(e, CURLOPT_CAINFO, p->web->ca);
        curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    }
    if (p->base.c.on_bytes != NULL) {
        curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, show);
        curl_easy_setopt(e, CURLOPT_DEBUGDATA, p);
    }
}

int eo_push_prepare(struct push *p)
{
    if (set_addresses(p) != 0)
        return -1;
    set_options(p);
    return 0;
}

/* ---- the two requests ---------------------------------------------------- */

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
    char line[HEADER_MAX];
    struct text t;

    curl_slist_free_all(p->headers);
    p->headers = NULL;
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "Host: ");
    eo_web_host(&t, p->web);
    return add_header(p, line) | add_header(p, "Accept:") |
           add_header(p, "Connection: close");
}

static int post_headers(struct push *p, const char *boundary)
{
    const struct web_profile *profile = p->web->profile;
    char line[HEADER_MAX];
    struct text t;

    if (common_headers(p) != 0 || add_header(p, "Expect:") != 0)
        return -1;
    if (profile->origin) {
        eo_text_init(&t, line, sizeof line);
        eo_text_add(&t, "Origin: http://");
        eo_web_host(&t, p->web);
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
    eo_web_url(&t, p->web, path);
    return !t.cut && curl_easy_setopt(p->easy, CURLOPT_URL, url) == CURLE_OK
               ? 0
               : -1;
}

static const char *post_path(const struct push *p)
{
    return eo_web_path(p->web, p->base.job.how.type == ESPOTA_TYPE_FILESYSTEM);
}

/* (Re)starts the easy handle with what is set. */
static int go(struct push *p, enum push_step step)
{
    p->step = step;
    p->heard = 0;
    p->said = 0;
    p->denials = 0;
    p->head = HEAD_NONE;
    p->early = false;
    p->answer_len = 0;
    p->moved_at = eo_loop_now(p->base.c.loop);
    curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
    /* What is left of the connection before would break off the body; and a
     * server that has room for one waits until that is closed. */
    curl_easy_setopt(p->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(p->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_multi_remove_handle(p->multi, p->easy);
    return curl_multi_add_handle(p->multi, p->easy) == CURLM_OK ? 0 : -1;
}

/* libcurl may send the password only where it was asked for; then by one fixed
 * scheme, in the first request. */
static int set_login(struct push *p)
{
    const char *user =
        p->web->user != NULL ? p->web->user : p->web->profile->user;
    const bool digest = p->auth != NULL && strcmp(p->auth, "digest") == 0;

    if (p->auth == NULL)
        return 0;
    curl_easy_setopt(p->easy, CURLOPT_HTTPAUTH,
                     digest ? CURLAUTH_DIGEST : CURLAUTH_BASIC);
    return curl_easy_setopt(p->easy, CURLOPT_USERNAME, user) == CURLE_OK &&
                   curl_easy_setopt(p->easy, CURLOPT_PASSWORD,
                                    p->base.job.password) == CURLE_OK
               ? 0
               : -1;
}

int eo_push_start_look(struct push *p, enum push_step step)
{
    const char *probe = p->web->profile->probe;

    if (common_headers(p) != 0 || set_login(p) != 0 ||
        set_url(p, probe != NULL ? probe : post_path(p)) != 0)
        return -1;
    if (!p->web->profile->bare) {
        curl_easy_setopt(p->easy, CURLOPT_HTTPGET, 1L);
        return go(p, step);
    }
    curl_easy_setopt(p->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
    return add_header(p, "Content-Type:") == 0 ? go(p, step) : -1;
}

int eo_push_start_post(struct push *p)
{
    uint8_t dice[WEB_BOUNDARY / 2];
    char boundary[WEB_BOUNDARY + 1];

    if (eo_random(dice, sizeof dice) != 0)
        return -1;
    eo_hex(boundary, dice, sizeof dice);
    eo_web_body_init(&p->body, p->web->profile,
                     p->base.job.how.type == ESPOTA_TYPE_FILESYSTEM, boundary,
                     p->form);
    p->answer_len = 0;
    p->taken = 0;
    if (post_headers(p, boundary) != 0 || set_login(p) != 0 ||
        set_url(p, post_path(p)) != 0)
        return -1;
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(p->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)eo_web_body_len(&p->body));
    return go(p, PUSH_POST);
}
