/* serve.c -- the server of serve.h: its listener and its catalog. */
#include "base/given.h"
#include "serve/serve_inside.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/iface.h"
#include "os/sock.h"
#include "serve/store.h"

enum {
    BACKLOG = 512,
    SEND_BUFFER = 65536, /* 500 slow devices must not use up kernel memory */
    PEM_MAX = 65536,
    SECOND = 1000
};

/* ---- making one ---------------------------------------------------------- */

static int listen_on(const struct espota_serve_config *c, uint16_t *port,
                     struct espota_error *err)
{
    static const uint8_t FAMILIES[] = {6, 4};
    struct addr local;
    os_socket fd = OS_NO_SOCKET;

    for (size_t i = 0; i < 2 && fd < 0; i++) {
        local = (struct addr){.family = FAMILIES[i]};
        if (c->bind != NULL &&
            eo_addr_local(&local, c->bind, FAMILIES[1 - i]) != 0) {
            errno = EADDRNOTAVAIL;
            continue;
        }
        eo_addr_set_port(&local, c->port);
        fd = eo_tcp_listen(&local, BACKLOG);
        if (fd < 0 && errno == EADDRINUSE)
            break;
    }
    if (fd < 0)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno,
                           "cannot listen on %s port %u: %s",
                           c->bind != NULL ? c->bind : "any address", c->port,
                           eo_sock_text(errno));
    eo_sock_send_buffer(fd, SEND_BUFFER);
    if (eo_sock_local(fd, &local) == 0)
        *port = eo_addr_port(&local);
    return fd;
}

static char *read_pem(const char *path, struct espota_error *err)
{
    char *text = eo_store_text(path, PEM_MAX);

    if (text == NULL && errno == EFBIG) /* the file's fault, not a shortage */
        eo_fail(err, ESPOTA_E_USAGE, "%s is too large to be a PEM file", path);
    else if (text == NULL)
        eo_fail_sys(err, ESPOTA_E_USAGE, errno, "cannot read %s: %s", path,
                    strerror(errno));
    return text;
}

static int set_credentials(struct espota_server *s,
                           const struct espota_serve_config *c,
                           struct espota_error *err)
{
    const size_t cap = (c->user != NULL ? strlen(c->user) : 0) +
                       (c->password != NULL ? strlen(c->password) : 0) + 2;
    struct text t;

    if (c->user == NULL && c->password == NULL)
        return 0;
    s->credentials = eo_calloc(1, cap);
    if (s->credentials == NULL)
        return eo_fail_memory(err);
    eo_text_init(&t, s->credentials, cap);
    eo_text_add(&t, "%s:%s", c->user != NULL ? c->user : "",
                c->password != NULL ? c->password : "");
    return 0;
}

static uint32_t or_else(uint32_t value, uint32_t fallback)
{
    return value != 0 ? value : fallback;
}

static int start_http(struct espota_server *s,
                      const struct espota_serve_config *c,
                      struct espota_error *err)
{
    char *cert = NULL, *key = NULL;
    int fd, rc = -1;

    if (eo_httpd_library() == NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "this build cannot serve: libmicrohttpd was left out");
    if (c->tls_cert != NULL &&
        ((cert = read_pem(c->tls_cert, err)) == NULL ||
         (key = read_pem(c->tls_key, err)) == NULL))
        goto out;
    fd = listen_on(c, &s->port, err);
    if (fd < 0)
        goto out;
    rc = eo_httpd_new(&s->http,
                      &(struct httpd_config){
                          .loop = s->loop,
                          .listener = fd,
                          .tls_cert = cert,
                          .tls_key = key,
                          .max_clients = or_else(c->max_clients, 1000),
                          .header_ms = or_else(c->header_ms, 15 * SECOND),
                          .stall_ms = or_else(c->stall_ms, 60 * SECOND),
                          .total_ms = or_else(c->total_ms, 1800 * SECOND),
                          .on_request = eo_serve_on_request,
                          .on_progress = eo_serve_on_progress,
                          .on_end = eo_serve_on_end,
                          .on_log = eo_serve_on_log,
                          .ctx = s,
                      },
                      err);
out:
    eo_free(cert);
    eo_free_secret(key);
    return rc;
}

static int check(const struct espota_serve_config *c, struct espota_error *err)
{
    if (c->n_files == 0 && c->n_rules == 0 && c->dir == NULL)
        return eo_fail_advice(err, ESPOTA_E_USAGE, ESPOTA_ADVICE_GIVE_IMAGES,
                              NULL, "there is nothing to serve");
    if ((c->tls_cert == NULL) != (c->tls_key == NULL))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "a TLS certificate and its key go together");
    return 0;
}

static bool is_live(const void *ctx)
{
    const struct espota_server *s = ctx;

    return !s->ended && (s->once == 0 || s->taken < s->once || s->busy > 0);
}

static void give_up(void *ctx, int sys)
{
    struct espota_server *s = ctx;

    (void)sys;
    s->ended = true;
}

int espota_server_new(struct espota_server **out, struct espota_loop *loop,
                      const struct espota_serve_config *given,
                      struct espota_error *err)
{
    struct espota_serve_config own;
    const struct espota_serve_config *c = &own;
    struct espota_server *s;

    if (EO_GIVEN(struct espota_serve_config, on_event_ctx, &own, given, err) !=
            0 ||
        check(c, err) != 0)
        return -1;
    s = eo_calloc(1, sizeof *s);
    if (s == NULL)
        return eo_fail_memory(err);
    s->on_event = c->on_event;
    s->ctx = c->on_event_ctx;
    s->max_repeats = c->max_repeats;
    s->once = c->once;
    s->loop = loop;
    s->member = (struct member){is_live, give_up, s, NULL};
    eo_loop_join(loop, &s->member);
    eo_raise_fd_limit();
    if (eo_catalog_new(&s->catalog, c, err) != 0 ||
        eo_catalog_preload(s->catalog, err) != 0 ||
        set_credentials(s, c, err) != 0 || start_http(s, c, err) != 0)
        goto fail;
    *out = s;
    return 0;
fail:
    espota_server_free(s);
    return -1;
}

void espota_server_free(struct espota_server *s)
{
    if (s == NULL)
        return;
    eo_httpd_free(s->http);
    eo_catalog_free(s->catalog);
    eo_loop_leave(s->loop, &s->member);
    eo_free_secret(s->credentials);
    eo_repeats_free(&s->repeats);
    eo_free(s);
}

/* ---- outside ------------------------------------------------------------- */

uint16_t espota_server_port(const struct espota_server *s)
{
    return s->port;
}

int espota_server_set_rules(struct espota_server *s,
                            const struct espota_serve_rule *rules, size_t n,
                            struct espota_error *err)
{
    return eo_catalog_set_rules(s->catalog, rules, n, err);
}

unsigned espota_server_taken(const struct espota_server *s)
{
    return s->taken;
}

unsigned espota_server_busy(const struct espota_server *s)
{
    return s->busy;
}
