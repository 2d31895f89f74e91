/* accept.c -- accepts clients of an upload page and reads from them. */
#include <errno.h>

#include "base/mem.h"
#include "sim_web/conn.h"

enum { PIECE = 1460 };

static void on_readable(void *ctx, int ready)
{
    struct web_conn *x = ctx;
    uint8_t bytes[PIECE];
    ptrdiff_t n;

    (void)ready;
    if (x->state == WEB_HEAD || x->state == WEB_FORM) {
        n = eo_recv(x->fd, x->in + x->in_len, sizeof x->in - x->in_len);
        eo_sim_web_expect(x, n > 0);
        if (n > 0) {
            x->in_len += (size_t)n;
            if (x->state == WEB_HEAD)
                eo_sim_web_on_head(x);
            else
                eo_sim_web_on_form(x);
            return;
        }
    } else {
        n = eo_recv(x->fd, bytes, sizeof bytes);
        eo_sim_web_expect(x, n > 0);
        if (n > 0) {
            if (x->state != WEB_DONE)
                eo_sim_web_on_body(x, bytes, (size_t)n);
            return;
        }
    }
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        eo_sim_web_lost(x);
}

void eo_sim_web_accept(struct web_device *d, int fd)
{
    struct web_conn *x = eo_calloc(1, sizeof *x);
    int slot = 0;

    while (slot < WEB_CONNS && d->conn[slot] != NULL)
        slot++;
    if (x == NULL || slot == WEB_CONNS) {
        eo_free(x);
        eo_sock_close(fd);
        return;
    }
    x->device = d;
    x->c = d->base.sim->config;
    x->kind = &EO_SIM_WEB_KINDS[x->c->kind];
    x->fd = fd;
    x->slot = slot;
    x->outcome = "";
    x->head.method = x->head.target = x->head.origin = "";
    x->watch =
        eo_watch_new(eo_sim_web_loop(x), fd, ESPOTA_READ, on_readable, x);
    d->conn[slot] = x;
    eo_sim_web_expect(x, true);
    if (x->watch == NULL)
        eo_sim_web_gone(x);
    else
        eo_sim_web_restarted(x, WEB_RESTART_ACCEPT);
}
