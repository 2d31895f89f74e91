/* loop_libuv.c -- the library runs in libuv's loop, which also ticks.
 *
 * What the library waits for may change each time it runs, so the watchers are
 * made again after that.  libuv closes them later; each is freed by its own
 * callback.
 */
#include "flash.h"

#include <uv.h>

struct guest {
    struct espota_loop *loop;
    uv_loop_t *uv;
    uv_poll_t **poll; /* one for each descriptor */
    size_t n;
    uv_timer_t timer, tick;
};

static void arm(struct guest *);

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void disarm(struct guest *g)
{
    for (size_t i = 0; i < g->n; i++) {
        uv_poll_stop(g->poll[i]);
        uv_close((uv_handle_t *)g->poll[i], on_closed);
    }
    g->n = 0;
    uv_timer_stop(&g->timer);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct guest *g = poll->data;
    uv_os_fd_t fd;
    struct espota_fd ready;

    /* An error is reported as both: the library asks the socket. */
    if (status < 0)
        events = UV_READABLE | UV_WRITABLE;
    uv_fileno((const uv_handle_t *)poll, &fd);
    ready = (struct espota_fd){
        .fd = fd,
        .ready = (uint8_t)((events & UV_READABLE ? ESPOTA_READ : 0) |
                           (events & UV_WRITABLE ? ESPOTA_WRITE : 0)),
    };
    disarm(g); /* first, as the library may close some */
    espota_loop_process(g->loop, &ready, 1);
    arm(g);
}

static void on_time(uv_timer_t *timer)
{
    struct guest *g = timer->data;

    disarm(g);
    espota_loop_process(g->loop, NULL, 0);
    arm(g);
}

static void arm(struct guest *g)
{
    const size_t n = espota_loop_fds(g->loop, NULL, 0);
    struct espota_fd *fds;
    int ms = espota_loop_timeout(g->loop);

    if (!espota_loop_live(g->loop)) {
        uv_stop(g->uv);
        return;
    }
    fds = calloc(n + 1, sizeof *fds);
    g->poll = realloc(g->poll, (n + 1) * sizeof *g->poll);
    if (fds == NULL || g->poll == NULL)
        abort();
    espota_loop_fds(g->loop, fds, n);
    for (; g->n < n; g->n++) {
        uv_poll_t *poll = calloc(1, sizeof *poll);

        if (poll == NULL || uv_poll_init(g->uv, poll, fds[g->n].fd) != 0)
            abort();
        poll->data = g;
        uv_poll_start(poll,
                      (fds[g->n].want & ESPOTA_READ ? UV_READABLE : 0) |
                          (fds[g->n].want & ESPOTA_WRITE ? UV_WRITABLE : 0),
                      on_ready);
        g->poll[g->n] = poll;
    }
    free(fds);
    if (ms >= 0)
        uv_timer_start(&g->timer, on_time, (uint64_t)ms, 0);
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
    puts("tick");
}

int main(int argc, char **argv)
{
    struct flash f = {0};
    struct guest g = {.uv = uv_default_loop()};

    if (argc != 4) {
        fprintf(stderr, "usage: %s HOST PORT IMAGE\n", argv[0]);
        return 2;
    }
    uv_timer_init(g.uv, &g.timer);
    uv_timer_init(g.uv, &g.tick);
    g.timer.data = &g;
    uv_timer_start(&g.tick, on_tick, 100, 100);
    if (flash_begin(&f, argv) == 0) {
        g.loop = f.loop;
        arm(&g);
        uv_run(g.uv, UV_RUN_DEFAULT);
        disarm(&g);
    }
    flash_end(&f);
    uv_close((uv_handle_t *)&g.timer, NULL);
    uv_close((uv_handle_t *)&g.tick, NULL);
    uv_run(g.uv, UV_RUN_DEFAULT); /* frees what was closed */
    uv_loop_close(g.uv);
    free(g.poll);
    return f.status;
}
