/* loop_libevent.c -- the library runs in libevent's loop, which also ticks.
 *
 * What the library waits for may change each time it runs, so the events are
 * made again after that.  This is cheap: a device has one or two sockets.
 */
#include "flash.h"

#include <event2/event.h>

struct guest {
    struct espota_loop *loop;
    struct event_base *base;
    struct event **event; /* one for each descriptor */
    size_t n, cap;
    struct event *timer;
};

static void arm(struct guest *);

static void disarm(struct guest *g)
{
    for (size_t i = 0; i < g->n; i++)
        event_free(g->event[i]);
    g->n = 0;
    event_del(g->timer);
}

static void on_ready(evutil_socket_t fd, short what, void *ctx)
{
    const struct espota_fd ready = {
        .fd = (int)fd,
        .ready = (uint8_t)((what & EV_READ ? ESPOTA_READ : 0) |
                           (what & EV_WRITE ? ESPOTA_WRITE : 0)),
    };
    struct guest *g = ctx;

    disarm(g); /* first, as the library may close some */
    espota_loop_process(g->loop, &ready, 1);
    arm(g);
}

static void on_time(evutil_socket_t fd, short what, void *ctx)
{
    struct guest *g = ctx;

    (void)fd, (void)what;
    disarm(g);
    espota_loop_process(g->loop, NULL, 0);
    arm(g);
}

static void arm(struct guest *g)
{
    struct espota_fd *fds;
    int ms = espota_loop_timeout(g->loop);

    if (!espota_loop_live(g->loop)) {
        event_base_loopbreak(g->base);
        return;
    }
    g->cap = espota_loop_fds(g->loop, NULL, 0);
    fds = calloc(g->cap + 1, sizeof *fds);
    g->event = realloc(g->event, (g->cap + 1) * sizeof *g->event);
    if (fds == NULL || g->event == NULL)
        abort();
    espota_loop_fds(g->loop, fds, g->cap);
    for (; g->n < g->cap; g->n++) {
        const short what =
            (short)((fds[g->n].want & ESPOTA_READ ? EV_READ : 0) |
                    (fds[g->n].want & ESPOTA_WRITE ? EV_WRITE : 0));

        g->event[g->n] = event_new(g->base, fds[g->n].fd, what, on_ready, g);
        if (g->event[g->n] == NULL || event_add(g->event[g->n], NULL) != 0)
            abort();
    }
    free(fds);
    if (ms >= 0)
        event_add(g->timer,
                  &(struct timeval){.tv_sec = ms / 1000,
                                    .tv_usec = ms % 1000 * 1000});
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    puts("tick");
}

int main(int argc, char **argv)
{
    const struct timeval second_tenth = {.tv_usec = 100000};
    struct flash f = {0};
    struct guest g = {0};
    struct event *tick;

    if (argc != 4) {
        fprintf(stderr, "usage: %s HOST PORT IMAGE\n", argv[0]);
        return 2;
    }
    g.base = event_base_new();
    g.timer = evtimer_new(g.base, on_time, &g);
    tick = event_new(g.base, -1, EV_PERSIST, on_tick, NULL);
    event_add(tick, &second_tenth);
    if (flash_begin(&f, argv) == 0) {
        g.loop = f.loop;
        arm(&g);
        event_base_dispatch(g.base);
        disarm(&g);
    }
    flash_end(&f);
    event_free(tick);
    event_free(g.timer);
    event_base_free(g.base);
    free(g.event);
    return f.status;
}
