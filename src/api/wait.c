/* wait.c -- waits until a device is on the network.  It listens if mDNS may
 * know the name, and knocks at a port that nothing listens on. */
#include <espota/discover.h>

#include <errno.h>

#include "base/given.h"
#include "base/mem.h"
#include "base/str.h"
#include "names/browse.h"
#include "names/resolve.h"
#include "net/iface.h"
#include "net/race.h"
#include "os/sock.h"

enum {
    KNOCK_EVERY_MS = 1000,
    KNOCK_MS = 1500,
    /* A refusal tells us as much as a connection, and this leaves the port
     * alone on which the device takes updates. */
    NOBODYS_PORT = 9,
    ADDR_MAX = 8
};

struct espota_wait {
    struct espota_wait_config config;
    char *host, *bind; /* our copies for config */
    struct espota_loop *loop;
    struct member member; /* of the loop */
    struct browse *browse;
    struct resolve *resolve;
    struct race *race;
    struct timer again, deadline;
    bool there, over;
    int sys; /* why the loop gave up; 0: it did not */
};

static void on_news(void *ctx, enum browse_news news,
                    const struct browse_entry *e)
{
    struct espota_wait *w = ctx;

    (void)e;
    w->there |= news == BROWSE_APPEARED;
}

static void on_deadline(void *ctx)
{
    struct espota_wait *w = ctx;

    w->over = true;
}

/* ---- knocking ------------------------------------------------------------ */

static void knock(void *ctx);

static void knock_again(struct espota_wait *w)
{
    eo_timer_start(w->loop, &w->again, KNOCK_EVERY_MS, knock, w);
}

static void on_raced(void *ctx, os_socket fd, const struct addr *winner,
                     const struct espota_error *err)
{
    struct espota_wait *w = ctx;

    (void)winner;
    if (fd >= 0) {
        eo_sock_finish(fd);
        eo_sock_close(fd);
    }
    w->there = fd >= 0 || err->sys_errno == ECONNREFUSED;
    if (!w->there)
        knock_again(w);
}

static void on_resolved(void *ctx, const struct resolved *got,
                        const struct espota_error *err)
{
    struct espota_wait *w = ctx;
    const uint16_t port =
        w->config.port != 0 ? w->config.port : NOBODYS_PORT;
    struct addr addr[ADDR_MAX];
    size_t n = 0;

    (void)err;
    for (; got != NULL && n < got->n && n < ADDR_MAX; n++) {
        addr[n] = got->addr[n];
        eo_addr_set_port(&addr[n], port);
    }
    eo_race_free(w->race);
    w->race = n > 0 ? eo_race_start(w->loop, addr, n, w->config.bind, KNOCK_MS,
                                    on_raced, w)
                    : NULL;
    if (w->race == NULL)
        knock_again(w);
}

/* The browse already listens for what mDNS knows of it. */
static void knock(void *ctx)
{
    struct espota_wait *w = ctx;

    eo_resolve_free(w->resolve);
    w->resolve = eo_resolve_start(
        w->loop,
        &(struct resolve_config){.name = w->config.host,
                                 .resolver = w->browse != NULL ? "system"
                                                               : NULL,
                                 .family = w->config.family,
                                 .bind = w->config.bind},
        on_resolved, w);
    if (w->resolve == NULL)
        knock_again(w);
}

/* ---- the whole ----------------------------------------------------------- */

/* Finds the device as an upload would: listens for a name that mDNS may know,
 * which may also come from DNS or the hosts file. */
static int begin(struct espota_wait *w, struct espota_error *err)
{
    const struct espota_wait_config *c = &w->config;
    char local[NAME_SPACE];
    const char *const names[] = {local};

    if (c->bind != NULL && eo_addr_check_local(c->bind, err) != 0)
        return -1;
    if (eo_name_for_mdns(c->host, local) &&
        eo_browse_new(&w->browse, w->loop,
                      &(struct browse_config){.only = c->bind,
                                              .family = c->family,
                                              .names = names,
                                              .n_names = 1,
                                              .keep_asking = true,
                                              .news = on_news,
                                              .ctx = w},
                      err) != 0 &&
        eo_name_kind(c->host) == NAME_LOCAL)
        return -1; /* a bare name may still be in DNS */
    knock(w);
    return 0;
}

static bool is_live(const void *ctx)
{
    const struct espota_wait *w = ctx;

    return !w->there && !w->over && w->sys == 0;
}

static void give_up(void *ctx, int sys)
{
    struct espota_wait *w = ctx;

    w->sys = sys;
}

static int copy(struct espota_wait *w, const struct espota_wait_config *c)
{
    w->config = *c;
    w->config.host = w->host = eo_strdup(c->host);
    w->config.bind = w->bind = eo_strdup(c->bind);
    return w->host == NULL || (c->bind != NULL && w->bind == NULL) ? -1 : 0;
}

int espota_wait_new(struct espota_wait **out, struct espota_loop *loop,
                    const struct espota_wait_config *given,
                    struct espota_error *err)
{
    struct espota_wait_config own;
    const struct espota_wait_config *c = &own;
    struct espota_wait *w;

    if (EO_GIVEN(struct espota_wait_config, timeout_ms, &own, given, err) != 0)
        return -1;
    w = eo_calloc(1, sizeof *w);
    if (w == NULL)
        return eo_fail_memory(err);
    w->loop = loop;
    w->member = (struct member){is_live, give_up, w, NULL};
    eo_loop_join(loop, &w->member);
    if (copy(w, c) != 0) {
        eo_fail_memory(err);
        goto fail;
    }
    if (c->timeout_ms != 0)
        eo_timer_start(loop, &w->deadline, c->timeout_ms, on_deadline, w);
    if (begin(w, err) != 0)
        goto fail;
    *out = w;
    return 0;
fail:
    espota_wait_free(w);
    return -1;
}

int espota_wait_result(const struct espota_wait *w, struct espota_error *err)
{
    if (w->there)
        return 0;
    if (w->sys != 0)
        return eo_fail_sys(err, ESPOTA_E_INTERNAL, w->sys,
                           "waiting for the network: %s", eo_sock_text(w->sys));
    if (!w->over)
        return eo_fail(err, ESPOTA_E_INTERRUPTED, "interrupted while waiting");
    return eo_fail_hint(err, ESPOTA_E_NOT_BACK,
                        "is it on, and on the same network?",
                        "not on the network within %g s",
                        w->config.timeout_ms / 1000.0);
}

void espota_wait_free(struct espota_wait *w)
{
    if (w == NULL)
        return;
    eo_browse_free(w->browse);
    eo_resolve_free(w->resolve);
    eo_race_free(w->race);
    eo_timer_stop(w->loop, &w->again);
    eo_timer_stop(w->loop, &w->deadline);
    eo_loop_leave(w->loop, &w->member);
    eo_free(w->host);
    eo_free(w->bind);
    eo_free(w);
}
