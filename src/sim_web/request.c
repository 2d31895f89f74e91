/* request.c -- reads the head of a request to an upload page. */
#include <string.h>

#include "base/str.h"
#include "sim_web/conn.h"

static bool wants_update(const struct web_conn *x)
{
    const struct web_kind *k = x->kind;
    const size_t path = strcspn(x->head.target, "?");
    const char *t = x->head.target;

    return x->c->fault != WEB_FAULT_NOT_FOUND &&
           ((strlen(k->path) == path && memcmp(t, k->path, path) == 0) ||
            (k->fs_path != NULL && strlen(k->fs_path) == path &&
             memcmp(t, k->fs_path, path) == 0));
}

static void get(struct web_conn *x)
{
    const bool known = strcmp(x->head.target, "/") == 0 || wants_update(x);

    if (!eo_sim_web_allowed(x->device, &x->head)) {
        eo_sim_web_unauthorized(x);
        return;
    }
    x->outcome = "page";
    if (known && x->kind->form)
        eo_sim_web_answer(x, 200, "OK", "", "<form method='POST'></form>");
    else
        eo_sim_web_answer(x, 404, "Not Found", "", "Not Found");
    eo_sim_web_report(x, false);
}

static bool origin_is_wrong(const struct web_conn *x)
{
    char right[300];
    struct text t;

    if (!x->kind->origin)
        return false;
    eo_text_init(&t, right, sizeof right);
    eo_text_add(&t, "http://%s", x->head.host);
    return strcmp(right, x->head.origin) != 0;
}

static bool post(struct web_conn *x)
{
    const char *why;

    if (x->head.expect)
        eo_sim_web_violate(x, "it expects 100-continue");
    x->denied = !eo_sim_web_allowed(x->device, &x->head);
    if (x->denied && x->kind->early_401) {
        eo_sim_web_unauthorized(x);
        return false;
    }
    if (x->head.chunked || !x->head.has_length) {
        eo_sim_web_violate(x, "no Content-Length");
        eo_sim_web_refuse(x, 411, "Length Required");
        return false;
    }
    if (!wants_update(x) || strcmp(x->head.version, "HTTP/1.1") != 0) {
        eo_sim_web_refuse(x, 404, "Not Found");
        return false;
    }
    x->body = x->head.length;
    if (origin_is_wrong(x)) {
        x->wrong = "Wrong origin received!";
        x->denied = x->c->password != NULL;
    }
    if (!x->kind->form && x->body == 0) {
        if (x->denied)
            eo_sim_web_unauthorized(x);
        else
            eo_sim_web_refuse(x, 400, "Bad Request");
        return false;
    }
    if (!x->kind->form) {
        x->filesystem = x->kind->fs_path != NULL &&
                        strcmp(x->head.target, x->kind->fs_path) == 0;
        return eo_sim_web_begin_image(x, x->body);
    }
    why = eo_sim_web_form_boundary(&x->form, x->head.content_type);
    if (why != NULL) {
        eo_sim_web_violate(x, why);
        eo_sim_web_refuse(x, 400, "Bad Request");
        return false;
    }
    x->state = WEB_FORM;
    return true;
}

void eo_sim_web_on_head(struct web_conn *x)
{
    const size_t end = eo_sim_web_head_end(x->in, x->in_len);
    size_t left;

    if (x->c->fault == WEB_FAULT_MUTE)
        return;
    if (x->c->fault == WEB_FAULT_NOT_HTTP) {
        eo_send(x->fd, "\x6c\x26\xf7\x5c\x45", 5);
        x->state = WEB_DONE;
        return;
    }
    if (end == 0 ? x->in_len >= x->kind->head_max : end > x->kind->head_max) {
        eo_sim_web_violate(x, "the head is too long");
        x->head.method = x->head.target = "";
        x->head.origin = "";
        eo_sim_web_refuse(x, 431, "Header fields are too long");
        return;
    }
    if (end == 0)
        return;
    if (eo_sim_web_head_read(&x->head, x->in, end, x->kind->exact) != 0) {
        eo_sim_web_violate(x, "this is not a request");
        eo_sim_web_refuse(x, 400, "Bad Request");
        return;
    }
    left = x->in_len - end;
    memmove(x->in, x->in + end, left);
    x->in_len = left;
    if (strcmp(x->head.method, "POST") != 0) {
        get(x);
        return;
    }
    if (!post(x) || eo_sim_web_restarted(x, WEB_RESTART_HEAD))
        return;
    if (x->state == WEB_FORM) {
        eo_sim_web_on_form(x);
    } else if (left > 0) {
        uint8_t rest[WEB_HEAD_MAX];

        memcpy(rest, x->in, left);
        eo_sim_web_on_body(x, rest, left);
    }
}
