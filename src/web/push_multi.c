/* push_multi.c -- libcurl's multi interface, turned by our loop.
 *
 * It names the sockets to watch and the one timer it wants; what then happens
 * is told to it.
 */
#include "web/push.h"

#include "base/mem.h"
#include "web/push_inside.h"

static void act(struct push *p, curl_socket_t fd, int what)
{
    int live;

    curl_multi_socket_action(p->multi, fd, what, &live);
    p->on_moved(p);
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
        eo_timer_stop(p->base.c.loop, &p->timer);
    else
        eo_timer_start(p->base.c.loop, &p->timer, (uint64_t)ms, on_timer, p);
    return p->starved ? -1 : 0;
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

static struct curl_watch *new_watch(struct push *p, curl_socket_t fd, int want)
{
    struct curl_watch *w = eo_calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    *w = (struct curl_watch){.push = p, .fd = fd};
    w->watch = eo_watch_new(p->base.c.loop, (os_socket)fd, want, on_socket, w);
    if (w->watch != NULL)
        return w;
    eo_free(w);
    return NULL;
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
        w = new_watch(p, fd, want);
        p->starved |= w == NULL;
        if (w == NULL)
            return -1;
        curl_multi_assign(p->multi, fd, w);
    }
    eo_watch_want(w->watch, want);
    return 0;
}

void eo_push_attach(struct push *p, void (*on_moved)(struct push *))
{
    p->on_moved = on_moved;
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
}
