/* peer.c -- a scripted device on loopback, in a thread of the test. */
#include "support/peer.h"

#ifdef _WIN32
#include "os/windows.h"
#else
#include "os/posix.h"
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/await.h"
#include "support/test.h"

#include "base/hex.h"
#include "os/clock.h"
#include "wire/esphome.h"

enum { PATIENCE_MS = 10000, DRIPS_MS = 20000 };

static bool readable(os_socket fd)
{
    return await_fds(&(struct espota_fd){fd, ESPOTA_READ, 0}, 1,
                     PATIENCE_MS) > 0;
}

static bool have_connection(struct peer *p)
{
    struct addr from;

    if (p->fd >= 0)
        return true;
    if (!readable(p->listener))
        return false;
    p->fd = eo_tcp_accept(p->listener, &from);
    p->connections += p->fd >= 0;
    p->end = PEER_OPEN;
    return p->fd >= 0;
}

/* One piece, as it comes; 0 at the end of the stream. */
static ptrdiff_t some(struct peer *p, void *bytes, size_t len)
{
    ptrdiff_t n;

    if (!readable(p->fd))
        return -1;
    n = eo_recv(p->fd, bytes, len);
    if (n == 0)
        p->end = PEER_FIN;
    if (n < 0 && errno == ECONNRESET)
        p->end = PEER_RST;
    return n;
}

static bool say(struct peer *p, const void *bytes, size_t len)
{
    return eo_send(p->fd, bytes, len) == (ptrdiff_t)len;
}

static bool read_some(struct peer *p, size_t len, bool blocks)
{
    static const uint8_t CHUNK_OK = ESPHOME_CHUNK_OK;
    size_t done = 0, acked = 0;
    uint8_t in[4096];

    while (done < len) {
        const size_t left = len - done;
        const ptrdiff_t n = some(p, in, left < sizeof in ? left : sizeof in);

        if (n <= 0)
            return false;
        if (p->n_got + (size_t)n <= sizeof p->got) {
            memcpy(p->got + p->n_got, in, (size_t)n);
            p->n_got += (size_t)n;
        }
        done += (size_t)n;
        for (; blocks && (acked + ESPHOME_BLOCK <= done ||
                          (done == len && acked < len));
             acked += ESPHOME_BLOCK)
            if (!say(p, &CHUNK_OK, 1))
                return false;
    }
    return true;
}

static bool read_to_end(struct peer *p)
{
    uint8_t in[4096];
    ptrdiff_t n;

    while ((n = some(p, in, sizeof in)) > 0)
        p->n_extra += (size_t)n;
    return p->end != PEER_OPEN;
}

/* Longer than whoever waits for the end of it: it is the other side that must
 * not bear with it. */
static bool drip(struct peer *p, unsigned ms)
{
    for (size_t waited = 0; waited < DRIPS_MS; waited += ms) {
        if (!say(p, "0", 1))
            return true;
        eo_sleep_ms(ms);
    }
    return false;
}

static void hang_up(struct peer *p, bool reset)
{
    if (reset)
        eo_sock_reset_on_close(p->fd);
    eo_sock_close(p->fd);
    p->fd = -1;
}

static bool play(struct peer *p, const struct peer_line *l)
{
    const size_t number = l->arg != NULL ? strtoul(l->arg, NULL, 10) : 0;
    uint8_t bytes[512];
    size_t n;

    if (!have_connection(p))
        return false;
    switch (l->what) {
    case 'r':
        return read_some(p, number, false);
    case 'w':
        n = strlen(l->arg) / 2;
        return n <= sizeof bytes && eo_unhex(bytes, n, l->arg, 2 * n) == 0 &&
               say(p, bytes, n);
    case 'i':
    case 'I':
        return read_some(p, number, l->what == 'i');
    case 's':
        eo_sleep_ms((unsigned)number);
        return true;
    case 'd':
        return drip(p, (unsigned)number);
    case 'x':
    case 'R':
        hang_up(p, l->what == 'R');
        return true;
    case 'e':
        return read_to_end(p);
    }
    return false;
}

static void *run(void *ctx)
{
    struct peer *p = ctx;
    const struct peer_line *l = p->script;

    while (l->what != 0 && play(p, l))
        l++;
    p->all_done = l->what == 0;
    if (p->fd >= 0)
        eo_sock_close(p->fd);
    eo_sock_close(p->listener);
    return NULL;
}

static os_socket listen_at(const char *address, struct addr *out, int backlog)
{
    os_socket fd;

    assert_int_equal(eo_addr_parse(out, address), 0);
    fd = eo_tcp_listen(out, backlog);
    assert_true(fd >= 0);
    assert_int_equal(eo_sock_local(fd, out), 0);
    return fd;
}

struct peer *peer_start(const char *address, const struct peer_line *script)
{
    struct peer *p = calloc(1, sizeof *p);

    assert_non_null(p);
    p->script = script;
    p->fd = -1;
    p->listener = listen_at(address, &p->addr, 8);
    p->port = eo_addr_port(&p->addr);
    assert_int_equal(pthread_create(&p->thread, NULL, run, p), 0);
    return p;
}

bool peer_stop(struct peer *p, struct peer *out)
{
    bool all_done;

    assert_int_equal(pthread_join(p->thread, NULL), 0);
    all_done = p->all_done;
    if (out != NULL)
        *out = *p;
    free(p);
    return all_done;
}

os_socket peer_refusing(const char *address, struct addr *out)
{
    os_socket fd;

    /* Bound, so that nobody else gets it, and not listening. */
    assert_int_equal(eo_addr_parse(out, address), 0);
#ifdef _WIN32
    const struct windows_addr at = eo_windows_addr(out);
    const struct sockaddr *sa = eo_windows_sa(&at);
#else
    const struct posix_addr at = eo_posix_addr(out);
    const struct sockaddr *sa = eo_posix_sa(&at);
#endif
    fd = eo_sock_for_library(at.sa.ss_family, SOCK_STREAM, 0);
    assert_true(fd >= 0);
#ifdef _WIN32
    assert_int_equal(bind(eo_windows_handle(fd), sa, at.len), 0);
#else
    assert_int_equal(bind(fd, sa, at.len), 0);
#endif
    assert_int_equal(eo_sock_local(fd, out), 0);
    return fd;
}

os_socket peer_silent(const char *address, struct addr *out, os_socket *filler)
{
    const os_socket fd = listen_at(address, out, 0);

    /* Its queue has room for one; the others' SYNs are dropped. */
    for (int i = 0; i < 2; i++)
        filler[i] = eo_tcp_connect(out, NULL);
    return fd;
}

bool peer_have_ipv6(void)
{
    struct addr a;
    const os_socket fd = eo_addr_parse(&a, "::1") == 0 ? eo_tcp_listen(&a, 1) : -1;

    if (fd >= 0)
        eo_sock_close(fd);
    return fd >= 0;
}
