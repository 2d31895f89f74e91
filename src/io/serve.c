/* serve.c -- the server of serve.h: who asked, what it was given, how it went.
 */
#include <espota/serve.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/catalog.h"
#include "io/http_serve.h"
#include "io/loop.h"
#include "io/manifest.h"
#include "io/sock.h"

enum {
    BACKLOG = 512,
    SEND_BUFFER = 65536, /* 500 slow devices must not fill the kernel */
    GIVEN_MAX = 4096,    /* devices to be remembered */
    PEM_MAX = 65536,
    SECOND = 1000
};

/* What a device took, to notice one that goes in circles. */
struct given {
    char mac[18], md5[33];
    unsigned times;
};

struct espota_server {
    struct loop *loop;
    struct catalog *catalog;
    struct http_serve *http;
    espota_serve_event_fn *on_event;
    void *ctx;
    char *credentials; /* "user:password"; NULL: everybody */
    struct given *given;
    size_t n_given;
    unsigned taken, busy;
    unsigned long requests;
    uint16_t port;
};

/* An image on its way: everything its events say. */
struct delivery {
    struct espota_server *server;
    struct pull_request request;
    char address[ADDR_TEXT];
    char path[256], reason[160], version[128];
    const char *file; /* of the image below */
    struct stored *image;
    const struct image_form *form;
    unsigned long number;
    uint64_t began;
};

/* ---- events -------------------------------------------------------------- */

static void client_of(struct espota_serve_client *out,
                      const struct pull_request *r, const char *address)
{
    *out = (struct espota_serve_client){
        .address = address,
        .family = eo_pull_family_name(r->family),
        .mac = r->mac,
        .chip_id = r->chip_id,
        .mode = r->mode,
        .version = r->version,
        .md5 = r->md5,
        .sha256 = r->sha256,
        .has_free_space = eo_pull_told(r, PULL_FREE_SPACE),
        .free_space = r->free_space,
    };
}

static void emit(struct espota_server *s, const struct espota_serve_event *ev)
{
    if (s->on_event != NULL)
        s->on_event(s->ctx, ev);
}

static void on_log(void *ctx, const char *text)
{
    emit(ctx, &(struct espota_serve_event){.kind = ESPOTA_SERVE_LOG,
                                           .reason = text});
}

static void delivery_event(const struct delivery *d,
                           struct espota_serve_event *ev)
{
    struct espota_serve_client client;

    client_of(&client, &d->request, d->address);
    ev->request = d->number;
    ev->client = &client;
    ev->path = d->path;
    ev->status = 200;
    ev->file = d->file;
    ev->version = d->version[0] != '\0' ? d->version : NULL;
    ev->image = true;
    ev->total = d->form->len;
    ev->ms = (uint32_t)(eo_loop_now(d->server->loop) - d->began);
    emit(d->server, ev);
}

static void on_progress(void *ctx, void *tag, size_t done)
{
    (void)ctx;
    delivery_event(tag, &(struct espota_serve_event){
                            .kind = ESPOTA_SERVE_PROGRESS, .done = done});
}

static void remember(struct espota_server *s, const char *mac,
                     const char *md5);

static void on_end(void *ctx, void *tag, size_t done, const char *why)
{
    struct espota_server *s = ctx;
    struct delivery *d = tag;

    s->busy--;
    if (why == NULL) {
        s->taken++;
        remember(s, d->request.mac, d->form->md5);
    }
    delivery_event(d, &(struct espota_serve_event){
                          .kind = ESPOTA_SERVE_END,
                          .done = done,
                          .complete = why == NULL,
                          .reason = why != NULL ? why : "it took the image"});
    eo_stored_put(d->image);
    eo_free(d);
}

/* ---- what they took before ----------------------------------------------- */

static struct given *find_given(struct espota_server *s, const char *mac,
                                const char *md5)
{
    for (size_t i = 0; mac[0] != '\0' && i < s->n_given; i++)
        if (strcmp(s->given[i].mac, mac) == 0 &&
            strcmp(s->given[i].md5, md5) == 0)
            return &s->given[i];
    return NULL;
}

static void remember(struct espota_server *s, const char *mac, const char *md5)
{
    struct given *g = find_given(s, mac, md5), *more;

    if (g == NULL && mac[0] != '\0' && s->n_given < GIVEN_MAX) {
        more = eo_resize(s->given, s->n_given + 1, sizeof *more);
        if (more == NULL)
            return;
        s->given = more;
        g = &more[s->n_given++];
        memset(g, 0, sizeof *g);
        memcpy(g->mac, mac, sizeof g->mac);
        memcpy(g->md5, md5, sizeof g->md5);
    }
    if (g != NULL)
        g->times++;
}

/* ---- answers ------------------------------------------------------------- */

/* As long for a right password as for a wrong one. */
static bool same_secret(const char *a, const char *b, size_t cap)
{
    const size_t la = strlen(a), lb = strlen(b);
    unsigned diff = la != lb;

    for (size_t i = 0; i < cap; i++)
        diff |= (unsigned char)a[i < la ? i : la] ^
                (unsigned char)b[i < lb ? i : lb];
    return diff == 0;
}

static bool allowed(const struct espota_server *s,
                    const struct http_request *r)
{
    char given[192] = "";
    int len;
    bool ok;

    if (s->credentials == NULL)
        return true;
    if (!eo_starts_with(r->authorization, "Basic "))
        return false;
    len = eo_unbase64((uint8_t *)given, sizeof given - 1,
                      r->authorization + strlen("Basic "));
    ok = len >= 0 && strlen(given) == (size_t)len &&
         same_secret(given, s->credentials, sizeof given);
    eo_wipe(given, sizeof given);
    return ok;
}

static void free_text(void *text)
{
    eo_free(text);
}

static void give_text(struct http_reply *reply, char *text, const char *type)
{
    reply->status = 200;
    reply->body = text;
    reply->len = strlen(text);
    reply->type = type;
    reply->release = free_text;
    reply->held = text;
}

/* What the manifest says an image's version is: the user's word, the image's
 * own, or what at least differs when the image does. */
static void give_manifest(const struct http_request *r,
                          const struct choice *ch, struct http_reply *reply,
                          struct pull_answer *a)
{
    const struct stored *s = ch->firmware;
    char path[400], *text;
    struct espota_error err;
    struct text t;

    a->status = 404;
    eo_text_init(&t, a->reason, sizeof a->reason);
    if (s->pull.chip == NULL) {
        eo_text_add(&t, "nobody knows what chip %s is for", s->file);
        return;
    }
    eo_text_init(&t, path, sizeof path);
    /* ESPHome takes a path with these letters in it for a whole URL. */
    if (strstr(ch->href, "http") != NULL)
        eo_text_add(&t, "http://%s/", r->host);
    eo_text_add(&t, "%s", ch->href);
    text = eo_manifest(
        &(struct manifest){
            .name = ch->name,
            .version = ch->version != NULL ? ch->version : s->pull.raw->md5,
            .chip = s->pull.chip,
            .path = path,
            .md5 = s->pull.raw->md5},
        &err);
    eo_text_init(&t, a->reason, sizeof a->reason);
    if (text == NULL) {
        eo_text_add(&t, "%s", err.message);
        return;
    }
    a->status = 200;
    eo_text_add(&t, "the manifest of %s", s->file);
    give_text(reply, text, "application/json");
}

static void give_md5(const struct choice *ch, struct http_reply *reply,
                     struct pull_answer *a)
{
    char *line = eo_strdup(ch->firmware->pull.raw->md5);
    struct text t;

    eo_text_init(&t, a->reason, sizeof a->reason);
    if (line == NULL) {
        a->status = 500;
        eo_text_add(&t, "out of memory");
        return;
    }
    a->status = 200;
    eo_text_add(&t, "the MD5 of %s", ch->firmware->file);
    give_text(reply, line, "text/plain");
}

static void give_image(struct espota_server *s, const struct http_request *r,
                       const struct choice *ch, const struct pull_answer *a,
                       struct http_reply *reply)
{
    struct stored *const image = ch->firmware != NULL &&
                                   a->image == &ch->firmware->pull
                               ? ch->firmware
                               : ch->filesystem;
    struct delivery *d;

    reply->md5 = a->form->md5;
    reply->version = a->version;
    reply->type = eo_ends_with(image->file, ".json")
                      ? "application/json"
                      : "application/octet-stream";
    if (!a->body) { /* HEAD, or mode "version" */
        reply->len = r->pull.head ? a->form->len : 0;
        reply->body = a->form->bytes;
        return;
    }
    d = eo_calloc(1, sizeof *d);
    if (d == NULL) {
        reply->status = 500;
        return;
    }
    d->server = s;
    d->request = r->pull;
    eo_addr_text(r->peer, true, d->address);
    memcpy(d->path, r->pull.path, sizeof d->path);
    if (a->version != NULL && strlen(a->version) < sizeof d->version)
        memcpy(d->version, a->version, strlen(a->version) + 1);
    d->image = image;
    image->refs++;
    d->file = image->file;
    d->form = a->form;
    d->number = s->requests;
    d->began = eo_loop_now(s->loop);
    s->busy++;
    reply->body = a->form->bytes;
    reply->len = a->form->len;
    reply->tag = d;
}

static void decide(struct espota_server *s, const struct http_request *r,
                   struct choice *ch, struct pull_answer *a,
                   struct http_reply *reply)
{
    struct stored *fs = ch->by_name ? ch->firmware : ch->filesystem;
    const char *version = ch->version;
    struct pull_offer offer = {
        .firmware = ch->firmware != NULL ? &ch->firmware->pull : NULL,
        .filesystem = fs != NULL ? &fs->pull : NULL,
        .version = version,
    };
    const struct given *given;

    if (ch->what != CHOICE_IMAGE && ch->firmware != NULL) {
        if (ch->what == CHOICE_MD5)
            give_md5(ch, reply, a);
        else
            give_manifest(r, ch, reply, a);
        return;
    }
    /* How often it took this one: known once it is known which one. */
    eo_pull_decide(&r->pull, &offer, a);
    given = a->form != NULL ? find_given(s, r->pull.mac, a->form->md5) : NULL;
    if (given != NULL) {
        offer.given = given->times;
        eo_pull_decide(&r->pull, &offer, a);
    }
    if (a->status == 200)
        give_image(s, r, ch, a, reply);
}

static void say_asked(struct espota_server *s, const struct http_request *r,
                      const struct choice *ch, const struct pull_answer *a,
                      bool image)
{
    struct espota_serve_client client;
    char address[ADDR_TEXT];

    eo_addr_text(r->peer, true, address);
    client_of(&client, &r->pull, address);
    emit(s, &(struct espota_serve_event){
                .kind = ESPOTA_SERVE_REQUEST,
                .request = s->requests,
                .client = &client,
                .path = r->pull.path,
                .status = a->status,
                .reason = a->reason,
                .file = ch->firmware != NULL ? ch->firmware->file : NULL,
                .version = a->version,
                .image = image,
                .total = a->form != NULL ? a->form->len : 0});
}

static void on_request(void *ctx, const struct http_request *r,
                       struct http_reply *reply)
{
    struct espota_server *s = ctx;
    struct choice ch = {.status = 0};
    struct pull_answer a = {.status = 0};
    struct text t;

    s->requests++;
    eo_text_init(&t, a.reason, sizeof a.reason);
    if (!allowed(s, r)) {
        a.status = 401;
        reply->challenge = true;
        eo_text_add(&t, "user or password is %s",
                    r->authorization[0] != '\0' ? "wrong" : "missing");
    } else if (r->pull.status != 0) {
        eo_pull_decide(&r->pull, &(struct pull_offer){.given = 0}, &a);
    } else {
        eo_catalog_choose(s->catalog, &r->pull, &ch);
        if (ch.status != 0) {
            a.status = ch.status;
            eo_text_add(&t, "%s", ch.reason);
        } else {
            decide(s, r, &ch, &a, reply);
        }
    }
    reply->status = a.status;
    say_asked(s, r, &ch, &a, reply->tag != NULL);
    eo_choice_done(&ch);
}

/* ---- making one ---------------------------------------------------------- */

static int listen_on(const struct espota_serve_config *c, uint16_t *port,
                     struct espota_error *err)
{
    static const int FAMILIES[] = {AF_INET6, AF_INET};
    const int size = SEND_BUFFER;
    struct addr local;
    int fd = -1;

    for (size_t i = 0; i < 2 && fd < 0; i++) {
        memset(&local, 0, sizeof local);
        if (c->bind != NULL) {
            if (eo_addr_local(&local, c->bind, FAMILIES[1 - i]) != 0) {
                errno = EADDRNOTAVAIL;
                continue;
            }
        } else {
            local.sa.ss_family = (sa_family_t)FAMILIES[i];
            local.len = FAMILIES[i] == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                : sizeof(struct sockaddr_in);
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
                           strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (eo_sock_local(fd, &local) == 0)
        *port = eo_addr_port(&local);
    return fd;
}

static char *read_pem(const char *path, struct espota_error *err)
{
    char *text = eo_store_text(path, PEM_MAX);

    if (text == NULL)
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
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
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

    if (eo_http_serve_library() == NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "this build cannot serve: libmicrohttpd was left out");
    if (c->tls_cert != NULL &&
        ((cert = read_pem(c->tls_cert, err)) == NULL ||
         (key = read_pem(c->tls_key, err)) == NULL))
        goto out;
    fd = listen_on(c, &s->port, err);
    if (fd < 0)
        goto out;
    rc = eo_http_serve_new(
        &s->http,
        &(struct http_serve_config){
            .loop = s->loop,
            .listener = fd,
            .tls_cert = cert,
            .tls_key = key,
            .max_clients = or_else(c->max_clients, 1000),
            .header_ms = or_else(c->header_ms, 15 * SECOND),
            .stall_ms = or_else(c->stall_ms, 60 * SECOND),
            .total_ms = or_else(c->total_ms, 1800 * SECOND),
            .on_request = on_request,
            .on_progress = on_progress,
            .on_end = on_end,
            .on_log = on_log,
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
        return eo_fail(err, ESPOTA_E_USAGE, "there is nothing to serve");
    if ((c->tls_cert == NULL) != (c->tls_key == NULL))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "a TLS certificate and its key go together");
    return 0;
}

int espota_server_new(struct espota_server **out,
                      const struct espota_serve_config *c,
                      struct espota_error *err)
{
    struct espota_server *s;

    if (check(c, err) != 0)
        return -1;
    s = eo_calloc(1, sizeof *s);
    if (s == NULL)
        return eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
    s->on_event = c->on_event;
    s->ctx = c->on_event_ctx;
    s->loop = eo_loop_new();
    if (s->loop == NULL) {
        eo_fail(err, ESPOTA_E_INTERNAL, "out of memory");
        goto fail;
    }
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
    eo_http_serve_free(s->http);
    eo_catalog_free(s->catalog);
    eo_loop_free(s->loop);
    eo_free_secret(s->credentials);
    eo_free(s->given);
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

int espota_server_run(struct espota_server *s, const volatile int *stop,
                      unsigned once)
{
    while ((stop == NULL || *stop == 0) &&
           (once == 0 || s->taken < once || s->busy > 0))
        if (eo_loop_turn(s->loop, SECOND) != 0)
            return -1;
    return 0;
}

size_t espota_server_fds(const struct espota_server *s, struct espota_fd *fds,
                         size_t cap)
{
    return eo_loop_fds(s->loop, fds, cap);
}

int espota_server_timeout(const struct espota_server *s)
{
    return eo_loop_timeout(s->loop);
}

void espota_server_process(struct espota_server *s,
                           const struct espota_fd *fds, size_t n)
{
    eo_loop_process(s->loop, fds, n);
}
