/* web_conn.c -- one connection to an upload page: a head, perhaps a body, an
 * answer, and the end.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "sim/web.h"

enum { PIECE = 1460, LINGER_MS = 100 };

enum state { HEAD, FORM, DATA, TAIL, DONE };

struct web_conn {
    struct web_device *device;
    const struct web_config *c;
    const struct web_kind *kind;
    int fd, slot;
    struct watch *watch;
    struct timer timer;
    enum state state;
    struct web_head head;
    struct web_form form;
    uint8_t in[WEB_HEAD_MAX];
    size_t in_len;
    size_t body, size, received; /* bytes: of the body, the image, of it so far */
    struct flash flash;
    struct flash_result stored;
    struct image_check check;
    const char *wrong; /* with the image, in the updater's words */
    bool denied, filesystem, updated;
    char tail[96];
    size_t tail_len;
    unsigned violations;
    const char *violation; /* the first, for the report */
    const char *outcome;
};

static struct loop *loop(const struct web_conn *x)
{
    return x->device->base.sim->loop;
}

void eo_web_conn_free(struct web_conn *x)
{
    if (x == NULL)
        return;
    eo_timer_stop(loop(x), &x->timer);
    eo_watch_free(x->watch);
    close(x->fd);
    eo_flash_end(&x->flash);
    eo_free(x);
}

static void gone(struct web_conn *x)
{
    x->device->conn[x->slot] = NULL;
    eo_web_conn_free(x);
}

static void violate(struct web_conn *x, const char *what)
{
    if (x->violations++ == 0)
        x->violation = what;
}

static void reset(struct web_conn *x)
{
    const struct linger now = {.l_onoff = 1};

    setsockopt(x->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void on_gone(void *ctx)
{
    gone(ctx);
}

/* ---- the end ------------------------------------------------------------- */

static void report(struct web_conn *x, bool updated)
{
    struct web_device *d = x->device;
    struct report *r = eo_report_new("session", &d->base);

    eo_report_number(r, "session", ++d->base.sessions);
    eo_report_text(r, "method", x->head.method);
    eo_report_text(r, "path", x->head.target);
    eo_report_text(r, "outcome", x->outcome);
    eo_report_text(r, "field", x->form.name);
    eo_report_number(r, "head", x->head.len);
    eo_report_text(r, "origin", x->head.origin);
    eo_report_number(r, "size", x->size);
    eo_report_number(r, "received", x->received);
    eo_report_text(r, "md5_stored", x->stored.md5);
    eo_report_number(r, "violations", x->violations);
    eo_report_text(r, "violation", x->violation);
    x->state = DONE;
    /* The device closes, and with it this connection. */
    eo_sim_session_end(&d->base, r, updated, x->violations);
}

/* Says it all at once and closes; after a verdict that lets the device restart
 * the connection goes with it. */
static void answer(struct web_conn *x, int status, const char *word,
                   const char *headers, const char *body)
{
    char text[1024];
    struct text t;

    eo_text_init(&t, text, sizeof text);
    eo_text_add(&t,
                "HTTP/1.1 %d %s\r\n%sContent-Type: text/plain\r\n"
                "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                status, word, headers, strlen(body), body);
    eo_send(x->fd, t.at, t.len);
    if (x->c->fault == WEB_FAULT_RST_AFTER)
        reset(x);
    else
        shutdown(x->fd, SHUT_WR);
    x->state = DONE;
    eo_watch_want(x->watch, ESPOTA_READ);
    eo_timer_start(loop(x), &x->timer, LINGER_MS, on_gone, x);
}

static void refuse(struct web_conn *x, int status, const char *word)
{
    x->outcome = word;
    answer(x, status, word, "", x->kind->form ? "" : word);
    report(x, false);
}

static void unauthorized(struct web_conn *x)
{
    char challenge[200];

    eo_web_challenge(x->device, challenge, sizeof challenge);
    x->outcome = "unauthorized";
    answer(x, 401, "Unauthorized", challenge,
           x->kind->form ? "" : "Unauthorized");
    report(x, false);
}

/* ---- the verdict --------------------------------------------------------- */

static void say_failure(struct web_conn *x, const char *words)
{
    char text[256];
    struct text t;
    const char *mark = strstr(x->kind->failure, "%s");

    eo_text_init(&t, text, sizeof text);
    if (mark != NULL)
        eo_text_add(&t, "%.*s%s", (int)(mark - x->kind->failure),
                    x->kind->failure, words);
    else
        eo_text_add(&t, "%s", x->kind->failure);
    x->outcome = words;
    if (x->kind->form)
        answer(x, 200, "OK", "", text);
    else
        answer(x, 500, text, "", text);
    report(x, false);
}

static bool store(struct web_conn *x)
{
    struct espota_error err;
    char *path = eo_sim_store_path(&x->device->base);
    const int rc = eo_flash_finish(&x->flash, path, &x->stored, &err);

    eo_free(path);
    return rc == 0;
}

static void on_restart(void *ctx)
{
    struct web_conn *x = ctx;

    report(x, true); /* x is gone */
}

static void verdict(struct web_conn *x)
{
    if (x->denied) {
        unauthorized(x);
        return;
    }
    if (x->kind->check == CHECK_E9_OR_GZIP && !x->filesystem &&
        eo_image_check_end(&x->check) != IMAGE_FINE)
        x->wrong = "ERROR[10]: Magic byte is wrong, not 0xE9";
    switch ((enum web_fault)x->c->fault) {
    case WEB_FAULT_FAIL:
        say_failure(x, x->c->words);
        return;
    case WEB_FAULT_RESET:
        x->outcome = "reset";
        reset(x);
        report(x, false);
        gone(x);
        return;
    case WEB_FAULT_SILENT:
        x->state = DONE;
        return;
    case WEB_FAULT_ODD:
        x->outcome = "odd";
        answer(x, 200, "OK", "", "<html>Welcome</html>");
        report(x, false);
        return;
    default:
        break;
    }
    if (x->wrong != NULL) {
        say_failure(x, x->wrong);
        return;
    }
    if (!store(x)) {
        refuse(x, 500, "Internal Server Error");
        return;
    }
    x->outcome = "updated";
    x->updated = true;
    answer(x, 200, "OK", "", x->kind->success);
    eo_timer_start(loop(x), &x->timer, LINGER_MS, on_restart, x);
}

/* ---- the body ------------------------------------------------------------ */

static void on_readable(void *ctx, int ready);

static void on_written(void *ctx)
{
    struct web_conn *x = ctx;

    eo_watch_want(x->watch, ESPOTA_READ);
}

static void take_data(struct web_conn *x, const uint8_t *bytes, size_t len)
{
    const uint64_t now_us = eo_loop_now(loop(x)) * 1000;
    uint64_t due_us;

    if (eo_image_check_add(&x->check, bytes, len) != IMAGE_FINE)
        x->wrong = "Wrong Magic Byte";
    due_us = eo_flash_write(&x->flash, bytes, len, now_us);
    x->received += len;
    if (due_us > now_us + 1000) {
        eo_watch_want(x->watch, 0);
        eo_timer_start(loop(x), &x->timer, (due_us - now_us) / 1000,
                       on_written, x);
    }
}

/* Gives how many bytes it used; a fault in the middle may free x: -1. */
static int body(struct web_conn *x, const uint8_t *bytes, size_t len)
{
    size_t used = 0;

    if (x->state == DATA) {
        used = x->size - x->received < len ? x->size - x->received : len;
        take_data(x, bytes, used);
        if (x->c->fault == WEB_FAULT_CLOSE && x->received > x->size / 2) {
            x->outcome = "closed";
            report(x, false);
            gone(x);
            return -1;
        }
        if (x->c->fault == WEB_FAULT_STALL && x->received > x->size / 2) {
            eo_timer_stop(loop(x), &x->timer);
            eo_watch_want(x->watch, 0);
        }
        if (x->received == x->size)
            x->state = TAIL;
    }
    while (x->state == TAIL && used < len && x->in_len < x->tail_len)
        x->in[x->in_len++] = bytes[used++];
    if (x->state == TAIL && x->in_len == x->tail_len) {
        if (memcmp(x->in, x->tail, x->tail_len) != 0)
            violate(x, "the form does not end as it should");
        x->state = DONE;
        verdict(x);
        return -1;
    }
    return (int)used;
}

static bool begin_image(struct web_conn *x, size_t size)
{
    struct espota_error err;

    x->size = size;
    x->in_len = 0;
    x->state = size > 0 ? DATA : TAIL;
    eo_image_check_init(&x->check,
                        x->filesystem ? CHECK_NOTHING : x->kind->check, size);
    if (size > x->c->slot || x->c->fault == WEB_FAULT_TOO_LARGE) {
        if (!x->kind->form) {
            refuse(x, 413, "Payload Too Large");
            return false;
        }
        x->wrong = x->kind->check == CHECK_E9 ? "Not Enough Space"
                                              : "ERROR[4]: Not Enough Space";
    }
    return eo_flash_begin(&x->flash, &x->c->flash, size,
                          x->device->base.sim->common.store != NULL,
                          &err) == 0;
}

/* The form's head is complete: what follows is the file. */
static bool form(struct web_conn *x)
{
    const char *why;
    const int got = eo_web_form_read(&x->form, x->in, x->in_len, &why);
    size_t left;
    uint8_t rest[WEB_HEAD_MAX];

    if (got == 0)
        return true;
    if (got < 0 || !x->form.file) {
        violate(x, why != NULL ? why : "the part is no file");
        refuse(x, 400, "Bad Request");
        return false;
    }
    x->filesystem = strcmp(x->form.name, "filesystem") == 0;
    x->tail_len = eo_web_form_tail(&x->form, x->tail);
    if (x->body < x->form.head_len + x->tail_len) {
        violate(x, "the body is too short");
        refuse(x, 400, "Bad Request");
        return false;
    }
    left = x->in_len - x->form.head_len;
    memcpy(rest, x->in + x->form.head_len, left);
    return begin_image(x, x->body - x->form.head_len - x->tail_len) &&
           (left == 0 || body(x, rest, left) >= 0);
}

/* ---- the head ------------------------------------------------------------ */

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

    if (!eo_web_allowed(x->device, &x->head)) {
        unauthorized(x);
        return;
    }
    x->outcome = "page";
    if (known && x->kind->form)
        answer(x, 200, "OK", "", "<form method='POST'></form>");
    else
        answer(x, 404, "Not Found", "", "Not Found");
    report(x, false);
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
        violate(x, "it expects 100-continue");
    x->denied = !eo_web_allowed(x->device, &x->head);
    if (x->denied && x->kind->early_401) {
        unauthorized(x);
        return false;
    }
    if (x->head.chunked || !x->head.has_length) {
        violate(x, "no Content-Length");
        refuse(x, 411, "Length Required");
        return false;
    }
    if (!wants_update(x) || strcmp(x->head.version, "HTTP/1.1") != 0) {
        refuse(x, 404, "Not Found");
        return false;
    }
    x->body = x->head.length;
    if (origin_is_wrong(x)) {
        x->wrong = "Wrong origin received!";
        x->denied = x->c->password != NULL;
    }
    if (!x->kind->form) {
        x->filesystem = x->kind->fs_path != NULL &&
                        strcmp(x->head.target, x->kind->fs_path) == 0;
        return begin_image(x, x->body);
    }
    why = eo_web_form_boundary(&x->form, x->head.content_type);
    if (why != NULL) {
        violate(x, why);
        refuse(x, 400, "Bad Request");
        return false;
    }
    x->state = FORM;
    return true;
}

static bool head(struct web_conn *x)
{
    const size_t end = eo_web_head_end(x->in, x->in_len);
    size_t left;

    if (x->c->fault == WEB_FAULT_MUTE)
        return true;
    if (x->c->fault == WEB_FAULT_NOT_HTTP) {
        eo_send(x->fd, "\x6c\x26\xf7\x5c\x45", 5);
        x->state = DONE;
        return true;
    }
    if (end == 0 ? x->in_len >= x->kind->head_max : end > x->kind->head_max) {
        violate(x, "the head is too long");
        x->head.method = x->head.target = "";
        x->head.origin = "";
        refuse(x, 431, "Header fields are too long");
        return false;
    }
    if (end == 0)
        return true;
    if (eo_web_head_read(&x->head, x->in, end, x->kind->exact) != 0) {
        violate(x, "this is no request");
        refuse(x, 400, "Bad Request");
        return false;
    }
    left = x->in_len - end;
    memmove(x->in, x->in + end, left);
    x->in_len = left;
    if (strcmp(x->head.method, "POST") != 0) {
        get(x);
        return false;
    }
    if (!post(x))
        return false;
    if (x->state == FORM)
        return form(x);
    if (left > 0) {
        uint8_t rest[WEB_HEAD_MAX];

        memcpy(rest, x->in, left);
        return body(x, rest, left) >= 0;
    }
    return true;
}

/* ---- reading ------------------------------------------------------------- */

static void lost(struct web_conn *x)
{
    if (x->updated) { /* it need not wait to restart */
        report(x, true);
        return;
    }
    if (x->state != DONE && x->state != HEAD) {
        x->outcome = "broken off";
        report(x, false);
    }
    gone(x);
}

static void on_readable(void *ctx, int ready)
{
    struct web_conn *x = ctx;
    uint8_t bytes[PIECE];
    ssize_t n;

    (void)ready;
    if (x->state == HEAD || x->state == FORM) {
        n = eo_recv(x->fd, x->in + x->in_len, sizeof x->in - x->in_len);
        if (n > 0) {
            x->in_len += (size_t)n;
            if (x->state == HEAD)
                head(x);
            else
                form(x);
            return;
        }
    } else {
        n = eo_recv(x->fd, bytes, sizeof bytes);
        if (n > 0) {
            if (x->state != DONE)
                body(x, bytes, (size_t)n);
            return;
        }
    }
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        lost(x);
}

void eo_web_accept(struct web_device *d, int fd)
{
    struct web_conn *x = eo_calloc(1, sizeof *x);
    int slot = 0;

    while (slot < WEB_CONNS && d->conn[slot] != NULL)
        slot++;
    if (x == NULL || slot == WEB_CONNS) {
        eo_free(x);
        close(fd);
        return;
    }
    x->device = d;
    x->c = d->base.sim->config;
    x->kind = &EO_WEB_KINDS[x->c->kind];
    x->fd = fd;
    x->slot = slot;
    x->outcome = "";
    x->head.method = x->head.target = x->head.origin = "";
    x->watch = eo_watch_new(loop(x), fd, ESPOTA_READ, on_readable, x);
    d->conn[slot] = x;
    if (x->watch == NULL)
        gone(x);
}
