/* httpd_conn.c -- connections to the server: their deadlines, and what they
 * took.
 *
 * libmicrohttpd's own timeouts count from the last byte, so a client that sends
 * or takes one byte now and then could stay for ever.  Deadlines are therefore
 * kept here.  A connection that misses one is shut down without telling
 * libmicrohttpd, which takes it for the peer's doing.
 */
#include "serve/httpd.h"

#include <errno.h>

#include "base/mem.h"
#include "serve/httpd_inside.h"

enum {
    LOOK_EVERY_MS = 250, /* for progress and deadlines */
    LINGER_EVERY_MS = 20, /* for bodies that wait for the last confirmation */
    FAREWELL_MS = 2000, /* for a peer that has everything to close or reset */
    STUCK_MS = 10000 /* without progress: may lose its place to others */
};

/* ---- deadlines and progress ---------------------------------------------- */

static void cut(struct conn *c, const char *why)
{
    if (c->cut != NULL)
        return;
    c->cut = why;
    c->server->n_conns--;
    eo_sock_shut(c->fd);
}

static bool owes_request(const struct conn *c)
{
    return c->exchange == NULL || !c->exchange->answered;
}

/* The connection that has owed a request for longest, or else the one whose
 * answer has stood still for longest.  NULL: all may keep their places.  The
 * newest are first in the list, so the last of equals is the oldest. */
static struct conn *least_worthy(const struct httpd *s,
                                 const struct conn *newcomer)
{
    const uint64_t now = eo_loop_now(s->c.loop);
    struct conn *owing = NULL, *stuck = NULL;

    for (struct conn *c = s->conns; c != NULL; c = c->next) {
        if (c == newcomer || c->cut != NULL)
            continue;
        if (owes_request(c)) {
            if (owing == NULL || c->since <= owing->since)
                owing = c;
        } else if (now - c->exchange->moved_at > STUCK_MS &&
                   (stuck == NULL ||
                    c->exchange->moved_at <= stuck->exchange->moved_at)) {
            stuck = c;
        }
    }
    return owing != NULL ? owing : stuck;
}

/* Places are few, and holding one costs a client nothing.  Some are kept free,
 * so that a device that sends its request at once is served however many
 * clients do not. */
static void make_room(struct httpd *s, const struct conn *newcomer,
                      unsigned free_places)
{
    struct conn *c;

    while (s->n_conns + free_places > s->c.max_clients &&
           (c = least_worthy(s, newcomer)) != NULL)
        cut(c, "others needed its place");
}

bool eo_serve_crowded(const struct httpd *s)
{
    return s->n_conns >= s->c.max_clients - s->c.max_clients / 8;
}

/* NULL: it still has time. */
static const char *too_late(const struct httpd *s, const struct exchange *x,
                            uint64_t now)
{
    return now - x->moved_at > s->c.stall_ms  ? "it stopped reading"
           : now - x->began > s->c.total_ms ? "it was too slow"
                                            : NULL;
}

static void look_at_answer(struct httpd *s, struct conn *c, uint64_t now)
{
    struct exchange *x = c->exchange;
    const long unacked = eo_tcp_unacked(c->fd);
    const size_t waiting = unacked > 0 ? (size_t)unacked : 0;
    const size_t taken = waiting < x->given ? x->given - waiting : 0;

    if (taken > x->taken) {
        x->taken = taken;
        x->moved_at = now;
        if (x->reply.tag != NULL)
            s->c.on_progress(s->c.ctx, x->reply.tag, taken);
    }
    if (too_late(s, x, now) != NULL)
        cut(c, too_late(s, x, now));
}

static void look(void *ctx)
{
    struct httpd *s = ctx;
    const uint64_t now = eo_loop_now(s->c.loop);

    for (struct conn *c = s->conns; c != NULL; c = c->next) {
        if (!owes_request(c))
            look_at_answer(s, c, now);
        else if (now - c->since > s->c.header_ms)
            cut(c, "its request did not come");
    }
    /* At its limit the server does not see new clients, and some may be
     * waiting. */
    if (s->n_conns >= s->c.max_clients)
        make_room(s, NULL, s->c.max_clients / 16);
    if (s->conns != NULL)
        eo_timer_start(s->c.loop, &s->look, LOOK_EVERY_MS, look, s);
}

/* ---- the last bytes ------------------------------------------------------ */

/* How the peer ends the connection when it has the whole answer.  Its system
 * may have received an image that it did not want: closing with bytes unread
 * resets the connection.  A peer that only falls silent, like a device that
 * restarts, has taken the image. */
enum farewell { STILL_THERE, CLOSED, RESET };

static enum farewell farewell_of(os_socket fd)
{
    char bytes[256]; /* unwanted data: more requests, the end of TLS */
    ptrdiff_t n;

    for (int i = 0; i < 16; i++) {
        n = eo_recv(fd, bytes, sizeof bytes);
        if (n == 0)
            return CLOSED;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? STILL_THERE
                                                           : RESET;
    }
    return STILL_THERE;
}

static void look_at_last(struct httpd *s, struct exchange *x, size_t unacked)
{
    if (unacked >= x->reply.len - x->taken)
        return;
    x->taken = x->reply.len - unacked;
    x->moved_at = eo_loop_now(s->c.loop);
    s->c.on_progress(s->c.ctx, x->reply.tag, x->taken);
}

static const char *linger_over(struct httpd *s, struct exchange *x, bool *over)
{
    const uint64_t now = eo_loop_now(s->c.loop);
    const long unacked = eo_tcp_unacked(x->fd);
    const bool has_all = unacked <= 1; /* the end of the stream counts as one */
    const enum farewell farewell = farewell_of(x->fd);
    const char *late;

    *over = true;
    if (farewell == RESET)
        return has_all ? "it closed the connection and left some of it unread"
                       : "it closed the connection";
    if (has_all) {
        look_at_last(s, x, 0);
        *over = farewell == CLOSED || now - x->moved_at > FAREWELL_MS;
        return NULL;
    }
    look_at_last(s, x, (size_t)unacked);
    late = too_late(s, x, now);
    *over = late != NULL;
    return late;
}

static void end_lingering(struct httpd *s, struct exchange *x, const char *why)
{
    s->c.on_end(s->c.ctx, x->reply.tag, why == NULL ? x->reply.len : x->taken,
                why);
    eo_sock_close(x->fd);
    eo_free(x);
}

static void wait_for_last(void *ctx)
{
    struct httpd *s = ctx;
    struct exchange **at = &s->lingering;

    while (*at != NULL) {
        struct exchange *x = *at;
        bool over;
        const char *why = linger_over(s, x, &over);

        if (!over) {
            at = &x->next;
            continue;
        }
        *at = x->next;
        end_lingering(s, x, why);
    }
    if (s->lingering != NULL)
        eo_timer_start(s->c.loop, &s->wait, LINGER_EVERY_MS, wait_for_last, s);
}

bool eo_serve_linger(struct httpd *s, struct exchange *x)
{
    x->fd = eo_sock_twin(x->conn->fd);
    if (x->fd < 0)
        return false;
    x->conn = NULL;
    x->next = s->lingering;
    s->lingering = x;
    if (!s->wait.running)
        eo_timer_start(s->c.loop, &s->wait, LINGER_EVERY_MS, wait_for_last, s);
    return true;
}

void eo_serve_end_lingering(struct httpd *s)
{
    while (s->lingering != NULL) {
        struct exchange *x = s->lingering;

        s->lingering = x->next;
        end_lingering(s, x,
                      eo_tcp_unacked(x->fd) <= 1 && farewell_of(x->fd) != RESET
                          ? NULL
                          : "the server ended");
    }
}

/* ---- a connection -------------------------------------------------------- */

void eo_serve_connection(void *ctx, struct MHD_Connection *connection,
                         void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    struct httpd *s = ctx;
    struct conn *c = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        s->n_came++;
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(
            connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        c = eo_calloc(1, sizeof *c);
        *socket_context = c;
        if (c == NULL) { /* with epoll its requests are refused */
            if (s->epoll == NULL)
                eo_sock_shut((os_socket)info->connect_fd);
            return;
        }
        *c = (struct conn){.server = s,
                           .next = s->conns,
                           .link = &s->conns,
                           .fd = (os_socket)info->connect_fd,
                           .since = eo_loop_now(s->c.loop)};
        if (c->next != NULL)
            c->next->link = &c->next;
        s->conns = c;
        s->n_conns++;
        make_room(s, c, 1);
        if (!s->look.running)
            eo_timer_start(s->c.loop, &s->look, LOOK_EVERY_MS, look, s);
        return;
    }
    s->left = true;
    if (c == NULL)
        return;
    if (c->cut == NULL)
        s->n_conns--;
    else if (!c->asked)
        s->c.on_log(s->c.ctx, c->cut);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    eo_watch_free(c->watch);
    eo_free(c);
    *socket_context = NULL;
}
