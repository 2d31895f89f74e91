/* serve_answer.c -- who asked, what it is given, and how that went. */
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/manifest.h"
#include "io/serve_inside.h"
#include "io/sock.h"

enum { GIVEN_MAX = 4096 /* devices to be remembered */ };

/* An image on its way: everything its events say. */
struct delivery {
    struct espota_server *server;
    struct pull_request request;
    char address[ADDR_TEXT];
    char path[256], reason[160], version[128];
    const char *file; /* of the image below */
    struct stored *image;
    bool filesystem;
    const struct image_form *form;
    unsigned long number;
    uint64_t began;
};

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

/* Whoever takes another image of the kind goes in no circle. */
static void forget_others(struct espota_server *s, const struct given *taken)
{
    for (size_t i = 0; i < s->n_given; i++)
        if (&s->given[i] != taken &&
            s->given[i].filesystem == taken->filesystem &&
            strcmp(s->given[i].mac, taken->mac) == 0)
            s->given[i].times = 0;
}

static void remember(struct espota_server *s, const char *mac, const char *md5,
                     bool filesystem)
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
        g->filesystem = filesystem;
    }
    if (g == NULL)
        return;
    g->times++;
    forget_others(s, g);
}

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

void eo_serve_on_log(void *ctx, const char *text)
{
    emit(ctx, &(struct espota_serve_event){.kind = ESPOTA_SERVE_LOG,
                                           .reason = text});
}

static void delivery_event(const struct delivery *d,
                           const struct espota_serve_event *what)
{
    struct espota_serve_client client;
    struct espota_serve_event ev = *what;

    client_of(&client, &d->request, d->address);
    ev.request = d->number;
    ev.client = &client;
    ev.path = d->path;
    ev.status = 200;
    ev.file = d->file;
    ev.version = d->version[0] != '\0' ? d->version : NULL;
    ev.image = true;
    ev.total = d->form->len;
    ev.ms = (uint32_t)(eo_loop_now(d->server->loop) - d->began);
    emit(d->server, &ev);
}

void eo_serve_on_progress(void *ctx, void *tag, size_t done)
{
    (void)ctx;
    delivery_event(tag, &(struct espota_serve_event){
                            .kind = ESPOTA_SERVE_PROGRESS, .done = done});
}

void eo_serve_on_end(void *ctx, void *tag, size_t done, const char *why)
{
    struct espota_server *s = ctx;
    struct delivery *d = tag;

    s->busy--;
    if (why == NULL) {
        s->taken++;
        remember(s, d->request.mac, d->form->md5, d->filesystem);
    }
    delivery_event(d, &(struct espota_serve_event){
                          .kind = ESPOTA_SERVE_END,
                          .done = done,
                          .complete = why == NULL,
                          .reason = why != NULL ? why : "it took the image"});
    eo_stored_put(d->image);
    eo_free(d);
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
 * own, or what at least differs when the image does.  A device takes whatever
 * it does not run for an update, so that the second spares it the last. */
static const char *version_of(const struct choice *ch)
{
    const struct stored *s = ch->firmware;

    if (ch->version != NULL)
        return ch->version;
    return s->info->version != NULL ? s->info->version : s->pull.raw->md5;
}

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
            .version = version_of(ch),
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
                       struct stored *image, bool filesystem,
                       const struct pull_answer *a, struct http_reply *reply)
{
    const struct image_form *const form = a->form;
    struct delivery *d;

    reply->md5 = form->md5;
    reply->version = a->version;
    reply->type = eo_ends_with(image->file, ".json")
                      ? "application/json"
                      : "application/octet-stream";
    if (!a->body) { /* HEAD, or mode "version" */
        reply->len = r->pull.head ? form->len : 0;
        reply->body = form->bytes;
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
    d->filesystem = filesystem;
    image->refs++;
    d->file = image->file;
    d->form = form;
    d->number = s->requests;
    d->began = eo_loop_now(s->loop);
    s->busy++;
    reply->body = form->bytes;
    reply->len = form->len;
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
        .enough = s->max_repeats,
    };
    const struct given *given;
    struct stored *image;

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
    image = ch->firmware != NULL && a->image == &ch->firmware->pull
                ? ch->firmware
                : ch->filesystem;
    if (a->status == 200 && image != NULL && a->form != NULL)
        give_image(s, r, image, image != ch->firmware, a, reply);
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

void eo_serve_on_request(void *ctx, const struct http_request *r,
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
