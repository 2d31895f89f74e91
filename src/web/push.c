/* push.c -- an image into a device's web page, by libcurl on our loop. */
#include "web/push.h"

#include <string.h>

#include "base/mem.h"
#include "image/image.h"
#include "web/login.h"
#include "web/push_inside.h"
#include "web/verdict.h"

enum { LOOK_EVERY_MS = 100 /* at progress and deadlines */ };

const char *eo_http_push_library(void)
{
    return "libcurl";
}

/* ---- progress and deadlines ---------------------------------------------- */

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
    p->moved_at = eo_loop_now(p->base.c.loop);
    if (curl_easy_getinfo(p->easy, CURLINFO_PRIMARY_IP, &ip) != CURLE_OK ||
        ip == NULL || eo_addr_parse(&addr, ip) != 0)
        return;
    for (size_t i = 0; i < p->base.c.n_addr; i++)
        if (eo_addr_same_host(&p->base.addr[i], &addr))
            p->base.peer = &p->base.addr[i];
}

static void finish(struct push *p);

static void on_look(void *ctx)
{
    struct push *p = ctx;

    see_connection(p);
    eo_push_count_taken(p);
    if (eo_loop_now(p->base.c.loop) - p->moved_at > eo_push_patience(p)) {
        p->stalled = true;
        finish(p);
        return;
    }
    eo_timer_start(p->base.c.loop, &p->look, LOOK_EVERY_MS, on_look, p);
    p->base.c.on_change(p->base.c.ctx); /* may free p */
}

/* ---- ends ---------------------------------------------------------------- */

static void close_all(struct push *p)
{
    eo_timer_stop(p->base.c.loop, &p->begin);
    eo_timer_stop(p->base.c.loop, &p->look);
    if (p->multi != NULL && p->easy != NULL)
        curl_multi_remove_handle(p->multi, p->easy);
    if (p->easy != NULL)
        curl_easy_cleanup(p->easy);
    if (p->multi != NULL)
        curl_multi_cleanup(p->multi);
    eo_timer_stop(p->base.c.loop, &p->timer);
    curl_slist_free_all(p->headers);
    curl_slist_free_all(p->resolve);
    p->easy = NULL;
    p->multi = NULL;
    p->headers = p->resolve = NULL;
}

/* p->base.error is set. */
static void end(struct push *p, enum proto_status status)
{
    close_all(p);
    p->status = status;
    p->base.c.on_change(p->base.c.ctx); /* may free p */
}

static bool started(struct push *p, int rc)
{
    if (rc == 0)
        return true;
    eo_fail_memory(&p->base.error);
    return false;
}

static const char *location(const struct push *p)
{
    char *url = NULL;

    return curl_easy_getinfo(p->easy, CURLINFO_REDIRECT_URL, &url) == CURLE_OK
               ? url
               : NULL;
}

/* What the answer to any request says of a login, and where it points. */
static bool looked(struct push *p, const char **auth)
{
    long offered = 0;

    curl_easy_getinfo(p->easy, CURLINFO_HTTPAUTH_AVAIL, &offered);
    return eo_web_looked(p->web, &p->base.job,
                         &(struct web_look){.status = p->said,
                                            .digest = ((unsigned long)offered &
                                                       CURLAUTH_DIGEST) != 0,
                                            .logged_in = p->auth != NULL,
                                            .location = location(p)},
                         auth, &p->base.error) == 0;
}

/* A look has its answer: log in, or on to the image. */
static bool probed(struct push *p)
{
    const char *auth = NULL;

    if (!looked(p, &auth))
        return false;
    if (p->step == PUSH_PROBE) {
        p->auth = auth;
        p->hello.auth = auth != NULL ? auth : "none";
        if (auth != NULL)
            return started(p, eo_push_start_look(p, PUSH_LOGIN));
    }
    return started(p, eo_push_start_post(p));
}

/* This page asks only who comes with an image; and it has not got it. */
static bool asks_late(struct push *p)
{
    const char *auth;

    if (p->said != 401 || p->auth != NULL || p->committed ||
        p->base.job.password == NULL || !looked(p, &auth))
        return false;
    p->auth = p->hello.auth = auth;
    return auth != NULL && eo_push_start_post(p) == 0;
}

static void warn_of_bare(const struct push *p)
{
    if (p->web->profile->bare && p->base.c.on_warning != NULL)
        p->base.c.on_warning(p->base.c.ctx, "unchecked",
                        "it took every byte; this page does not check them, "
                        "and says the same of an image that it cannot use",
                        ESPOTA_ADVICE_VERIFY);
}

/* There is an answer to the upload. */
static enum proto_status verdict(struct push *p, bool ended)
{
    const struct web_answer answer = {.status = p->said,
                                      .text = p->answer,
                                      .len = p->answer_len,
                                      .ended = ended,
                                      .whole = !p->early,
                                      .gone = p->committed,
                                      .filesystem = p->base.job.how.type ==
                                                    ESPOTA_TYPE_FILESYSTEM,
                                      .location = location(p)};

    if (eo_web_verdict(p->web->profile, &answer, &p->base.error) != 0)
        return PROTO_FAILED;
    p->accepted = true;
    warn_of_bare(p);
    return PROTO_DONE;
}

/* An answer counts, however the connection ended behind it. */
static bool answered(const struct push *p, CURLcode code)
{
    return p->said > 0 &&
           (code == CURLE_OK || p->answer_len > 0 || p->said >= 400);
}

static void finish(struct push *p)
{
    const CURLcode code = p->stalled   ? CURLE_OPERATION_TIMEDOUT
                          : p->starved ? CURLE_OUT_OF_MEMORY
                                       : p->result;

    see_connection(p);
    if (p->step < PUSH_POST && p->said > 0 &&
        (code == CURLE_OK || p->said == 401)) {
        if (probed(p))
            p->base.c.on_change(p->base.c.ctx); /* may free p */
        else
            end(p, PROTO_FAILED);
        return;
    }
    eo_push_count_taken(p);
    if (p->step == PUSH_POST && answered(p, code)) {
        if (asks_late(p))
            p->base.c.on_change(p->base.c.ctx); /* may free p */
        else
            end(p, verdict(p, code == CURLE_OK));
        return;
    }
    eo_push_fail(p, code);
    end(p, PROTO_FAILED);
}

/* What libcurl did may be seen, and the transfer may be over. */
static void on_moved(struct push *p)
{
    CURLMsg *msg;
    int left;

    if (p->starved) {
        finish(p);
        return;
    }
    while ((msg = curl_multi_info_read(p->multi, &left)) != NULL)
        if (msg->msg == CURLMSG_DONE) {
            p->result = msg->data.result;
            finish(p);
            return;
        }
    p->base.c.on_change(p->base.c.ctx); /* may free p */
}

/* ---- starting ------------------------------------------------------------ */

static void on_begin(void *ctx)
{
    struct push *p = ctx;
    bool ok = started(p, eo_push_start_look(p, PUSH_PROBE));

    p->moved_at = eo_loop_now(p->base.c.loop);
    if (ok)
        eo_timer_start(p->base.c.loop, &p->look, LOOK_EVERY_MS, on_look, p);
    else
        end(p, PROTO_FAILED);
}

/* ---- as a session -------------------------------------------------------- */

static const struct push *push_of(const struct session *s)
{
    return (const struct push *)s;
}

static enum proto_status push_status(const struct session *s)
{
    return push_of(s)->status;
}

static const struct espota_error *push_error(const struct session *s)
{
    return &s->error;
}

static void push_want(const struct session *s, struct proto_want *w)
{
    const struct push *p = push_of(s);

    *w = (struct proto_want){
        .done = p->taken,
        .total = p->form->len,
        .hello = p->connected && p->hello.auth != NULL ? &p->hello : NULL,
    };
    if (p->step < PUSH_POST) {
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

static bool push_confirmed(const struct session *s)
{
    const struct push *p = push_of(s);

    return p->committed && p->taken == p->form->len && !p->guessed;
}

static bool push_accepted(const struct session *s)
{
    return push_of(s)->accepted;
}

static void push_free(struct session *s)
{
    struct push *p = (struct push *)s;

    close_all(p);
    eo_session_drop(s);
    eo_free(p);
}

static const struct session_ops PUSH = {
    .status = push_status,
    .error = push_error,
    .want = push_want,
    .connecting = push_connecting,
    .committed = push_committed,
    .confirmed = push_confirmed,
    .accepted = push_accepted,
    .free = push_free,
};

struct session *eo_push_start(const struct web_job *web,
                              const struct session_config *c)
{
    struct push *p = eo_calloc(1, sizeof *p);

    if (p == NULL)
        return NULL;
    p->fd = CURL_SOCKET_BAD;
    p->web = web;
    p->form = eo_image_choose(c->job->image, c->job->how.compress,
                              INFLATES_UNTOLD, c->job->how.type);
    p->multi = curl_multi_init();
    p->easy = curl_easy_init();
    if (eo_session_init(&p->base, &PUSH, c) != 0 || p->multi == NULL ||
        p->easy == NULL || eo_push_prepare(p) != 0) {
        push_free(&p->base);
        return NULL;
    }
    eo_timer_start(c->loop, &p->begin, 0, on_begin, p);
    eo_push_attach(p, on_moved);
    return &p->base;
}
