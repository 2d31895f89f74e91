/* conn.c -- one connection to an upload page: its answers and its end. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "sim_web/conn.h"

struct espota_loop *eo_sim_web_loop(const struct web_conn *x)
{
    return x->device->base.sim->loop;
}

void eo_sim_web_conn_free(struct web_conn *x)
{
    if (x == NULL)
        return;
    eo_timer_stop(eo_sim_web_loop(x), &x->timer);
    eo_timer_stop(eo_sim_web_loop(x), &x->idle);
    eo_watch_free(x->watch);
    eo_sock_close(x->fd);
    eo_sim_flash_end(&x->flash);
    eo_free(x);
}

void eo_sim_web_gone(struct web_conn *x)
{
    x->device->conn[x->slot] = NULL;
    eo_sim_web_conn_free(x);
}

void eo_sim_web_violate(struct web_conn *x, const char *what)
{
    if (x->violations++ == 0)
        x->violation = what;
}

void eo_sim_web_reset(struct web_conn *x)
{
    eo_sock_reset_on_close(x->fd);
}

static void on_gone(void *ctx)
{
    eo_sim_web_gone(ctx);
}

/* ---- the end ------------------------------------------------------------- */

void eo_sim_web_report(struct web_conn *x, bool updated)
{
    struct web_device *d = x->device;
    struct report *r = eo_sim_report_new("session", &d->base);

    eo_sim_report_number(r, "session", ++d->base.sessions);
    eo_sim_report_text(r, "method", x->head.method);
    eo_sim_report_text(r, "path", x->head.target);
    eo_sim_report_text(r, "outcome", x->outcome);
    eo_sim_report_text(r, "field", x->form.name);
    eo_sim_report_number(r, "head", x->head.len);
    eo_sim_report_text(r, "origin", x->head.origin);
    eo_sim_report_number(r, "size", x->size);
    eo_sim_report_number(r, "received", x->received);
    eo_sim_report_text(r, "md5_stored", x->stored.md5);
    eo_sim_report_number(r, "violations", x->violations);
    eo_sim_report_text(r, "violation", x->violation);
    x->state = WEB_DONE;
    /* If updated, the device closes, and this connection with it. */
    eo_sim_session_end(&d->base, r, updated, x->violations);
}

bool eo_sim_web_restarted(struct web_conn *x, enum web_restart step)
{
    struct device *base = &x->device->base;

    if (!eo_sim_script_once(&base->restarted, x->c->restart, (int)step))
        return false;
    x->outcome = "restart";
    eo_sim_web_reset(x);
    eo_sim_web_report(x, false);
    eo_sim_restart(base);
    return true;
}

void eo_sim_web_answer(struct web_conn *x, int status, const char *word,
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
        eo_sim_web_reset(x);
    else
        eo_sock_finish(x->fd);
    x->state = WEB_DONE;
    eo_timer_stop(eo_sim_web_loop(x), &x->idle);
    eo_watch_want(x->watch, ESPOTA_READ);
    eo_timer_start(eo_sim_web_loop(x), &x->timer, WEB_LINGER_MS, on_gone, x);
}

void eo_sim_web_refuse(struct web_conn *x, int status, const char *word)
{
    x->outcome = word;
    eo_sim_web_answer(x, status, word, "", x->kind->form ? "" : word);
    eo_sim_web_report(x, false);
}

void eo_sim_web_unauthorized(struct web_conn *x)
{
    char challenge[200];

    eo_sim_web_challenge(x->device, challenge, sizeof challenge);
    x->outcome = "unauthorized";
    eo_sim_web_answer(x, 401, "Unauthorized", challenge,
                      x->kind->form ? "" : "Unauthorized");
    eo_sim_web_report(x, false);
}

/* ---- silence ------------------------------------------------------------- */

void eo_sim_web_lost(struct web_conn *x)
{
    if (x->updated) { /* it restarts without waiting */
        eo_sim_web_report(x, true);
        return;
    }
    if (x->state != WEB_DONE && x->state != WEB_HEAD) {
        x->outcome = "broken off";
        eo_sim_web_report(x, false);
    }
    eo_sim_web_gone(x);
}

static void on_idle(void *ctx)
{
    eo_sim_web_lost(ctx);
}

void eo_sim_web_expect(struct web_conn *x, bool something)
{
    if (something && x->state != WEB_DONE && x->c->fault != WEB_FAULT_MUTE)
        eo_timer_start(eo_sim_web_loop(x), &x->idle, WEB_IDLE_MS, on_idle, x);
    else
        eo_timer_stop(eo_sim_web_loop(x), &x->idle);
}
