/* answer.c -- who asked, what they are given, and how that went. */
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "os/sock.h"
#include "serve/manifest.h"
#include "serve/serve_inside.h"

/* An image being sent: everything its events report. */
struct delivery {
    struct espota_server *server;
    struct pull_request request;
    struct addr peer;
    char address[ADDR_TEXT];
    char version[128];
    struct stored *image;
    const struct image_form *form;
    size_t first, len; /* of the form */
    int status;
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
    ev.path = d->request.path;
    ev.status = d->status;
    ev.file = d->image->file;
    ev.version = d->version[0] != '\0' ? d->version : NULL;
    ev.image = true;
    ev.total = d->len;
    ev.offset = d->first;
    ev.size = d->form->len;
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
    /* A client that asks for parts has everything after the last part. */
    if (why == NULL && d->first + d->len == d->form->len) {
        s->taken++;
        eo_repeats_add(&s->repeats, &d->peer, &d->request, d->form->md5);
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

/* Takes as long for a right password as for a wrong one. */
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
    static const char SCHEME[] = "Basic "; /* in any case of letters */
    const char *token = r->authorization + strlen(SCHEME);
    char given[192] = "";
    int len;
    bool ok;

    if (s->credentials == NULL)
        return true;
    if (!eo_starts_with_nocase(r->authorization, SCHEME))
        return false;
    len = eo_unbase64((uint8_t *)given, sizeof given - 1,
                      token + strspn(token, " "));
    ok = len >= 0 && strlen(given) == (size_t)len &&
         same_secret(given, s->credentials, sizeof given);
    eo_wipe(given, sizeof given);
    return ok;
}

static void free_text(void *text)
{
    eo_free(text);
}

static void give_text(struct http_reply *reply, struct pull_answer *a,
                      char *text, const char *type)
{
    a->status = 200;
    reply->body = text;
    reply->len = strlen(text);
    reply->type = type;
    reply->release = free_text;
    reply->held = text;
}

/* The version in the manifest: the user's, else the image's own, else the MD5,
 * which at least differs when the image does.  A device takes any version that
 * it does not run for an update, so the image's own version is better. */
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

    if (s->pull.chip == NULL) {
        eo_pull_refuse(a, 404, "the chip of %s is unknown", s->file);
        return;
    }
    eo_text_init(&t, path, sizeof path);
    /* ESPHome takes a path that contains "http" for a whole URL. */
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
    if (text == NULL) {
        eo_pull_refuse(a, err.category == ESPOTA_E_INTERNAL ? 503 : 404, "%s",
                       err.message);
        return;
    }
    eo_text_init(&t, a->reason, sizeof a->reason);
    eo_text_add(&t, "the manifest of %s", s->file);
    give_text(reply, a, text, "application/json");
}

static void give_md5(const struct choice *ch, struct http_reply *reply,
                     struct pull_answer *a)
{
    char *line = eo_strdup(ch->firmware->pull.raw->md5);
    struct text t;

    if (line == NULL) {
        eo_pull_refuse(a, 503, "out of memory");
        return;
    }
    eo_text_init(&t, a->reason, sizeof a->reason);
    eo_text_add(&t, "the MD5 of %s", ch->firmware->file);
    give_text(reply, a, line, "text/plain");
}

static struct delivery *deliver(struct espota_server *s,
                                const struct http_request *r,
                                struct stored *image,
                                const struct pull_answer *a)
{
    struct delivery *d = eo_calloc(1, sizeof *d);

    if (d == NULL)
        return NULL;
    d->server = s;
    d->request = r->pull;
    d->peer = *r->peer;
    eo_addr_text(r->peer, true, d->address);
    if (a->version != NULL && strlen(a->version) < sizeof d->version)
        memcpy(d->version, a->version, strlen(a->version) + 1);
    d->image = image;
    image->refs++;
    d->form = a->form;
    d->first = a->first;
    d->len = a->len;
    d->status = a->status;
    d->number = s->requests;
    d->began = eo_loop_now(s->loop);
    s->busy++;
    return d;
}

/* Gives the answer that was decided on, unless there is no memory for it. */
static void give_image(struct espota_server *s, const struct http_request *r,
                       struct stored *image, struct pull_answer *a,
                       struct http_reply *reply)
{
    if (a->body) {
        reply->tag = deliver(s, r, image, a);
        if (reply->tag == NULL) {
            eo_pull_refuse(a, 503, "out of memory");
            return;
        }
    }
    if (a->form == NULL)
        return;
    reply->md5 = a->form->md5;
    reply->version = a->version;
    reply->type = eo_ends_with(image->file, ".json")
                      ? "application/json"
                      : "application/octet-stream";
    reply->body = a->form->bytes + a->first;
    reply->len = a->len;
    reply->first = a->first;
    reply->total = a->form->len;
}

/* The file that the answer is about; NULL: none. */
static struct stored *decided(const struct choice *ch,
                              const struct pull_answer *a)
{
    if (ch->what != CHOICE_IMAGE)
        return ch->firmware;
    if (ch->firmware != NULL && a->image == &ch->firmware->pull)
        return ch->firmware;
    return ch->filesystem != NULL && a->image == &ch->filesystem->pull
               ? ch->filesystem
               : NULL;
}

static void decide(struct espota_server *s, const struct http_request *r,
                   const struct choice *ch, struct pull_answer *a)
{
    const struct stored *fs = ch->by_name ? ch->firmware : ch->filesystem;
    struct pull_offer offer = {
        .firmware = ch->firmware != NULL ? &ch->firmware->pull : NULL,
        .filesystem = fs != NULL ? &fs->pull : NULL,
        .version = ch->version,
        .enough = s->max_repeats,
    };

    /* How often the device took an image is known only after a first decision
     * has chosen the image. */
    eo_pull_decide(&r->pull, &offer, a);
    if (a->form != NULL)
        offer.given =
            eo_repeats_count(&s->repeats, r->peer, &r->pull, a->form->md5);
    if (offer.given > 0)
        eo_pull_decide(&r->pull, &offer, a);
}

static void answer(struct espota_server *s, const struct http_request *r,
                   const struct choice *ch, struct pull_answer *a,
                   struct http_reply *reply)
{
    struct stored *image;

    if (ch->what == CHOICE_MD5 && ch->firmware != NULL) {
        give_md5(ch, reply, a);
        return;
    }
    if (ch->what == CHOICE_MANIFEST && ch->firmware != NULL) {
        give_manifest(r, ch, reply, a);
        return;
    }
    decide(s, r, ch, a);
    image = decided(ch, a);
    if (image != NULL)
        give_image(s, r, image, a, reply);
}

static void say_asked(struct espota_server *s, const struct http_request *r,
                      const struct choice *ch, const struct pull_answer *a,
                      bool image)
{
    const struct stored *file = decided(ch, a);
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
                .advice = a->advice,
                .file = file != NULL ? file->file : NULL,
                .version = a->version,
                .image = image,
                .total = a->len,
                .offset = a->first,
                .size = a->form != NULL ? a->form->len : 0});
}

int eo_serve_on_request(void *ctx, const struct http_request *r,
                        struct http_reply *reply)
{
    struct espota_server *s = ctx;
    struct choice ch = {.what = CHOICE_IMAGE};
    struct pull_answer a = {.status = 0};

    s->requests++;
    if (!allowed(s, r))
        eo_pull_refuse(&a, 401, "user or password is %s",
                       r->authorization[0] != '\0' ? "wrong" : "missing");
    else if (r->pull.status != 0)
        eo_pull_refuse(&a, r->pull.status, "%s", r->pull.reason);
    else
        eo_catalog_choose(s->catalog, &r->pull, &ch, &a);
    if (a.status == 0)
        answer(s, r, &ch, &a, reply);
    say_asked(s, r, &ch, &a, reply->tag != NULL);
    eo_choice_done(&ch);
    return a.status;
}
