/* serve_show.c -- what a server does, for people and for programs. */
#include "ui/serve_show.h"

#include <string.h>

#include "base/str.h"
#include "os/clock.h"
#include "ui/advice.h"
#include "ui/ui.h"

enum { LINE_EVERY_MS = 4000 }; /* about one delivery */

/* ---- for people ---------------------------------------------------------- */

static void add(struct text *t, const char *before, const char *foreign)
{
    if (foreign == NULL || *foreign == '\0')
        return;
    eo_text_add(t, "%s", before);
    eo_text_add_safe(t, foreign, strlen(foreign));
}

/* "192.0.2.7:51234 ESP8266 AA:BB:CC:DD:EE:FF". */
static void who(struct text *t, const struct espota_serve_client *c)
{
    add(t, "", c->address);
    add(t, " ", c->family);
    add(t, " ", c->mac[0] != '\0' ? c->mac : c->chip_id);
}

static void asked(struct text *t, const struct espota_serve_event *ev)
{
    char bytes[UI_WORD];

    who(t, ev->client);
    if (ev->client->version[0] == '\0')
        add(t, " runs ", ev->client->md5);
    else
        add(t, " runs ", ev->client->version);
    add(t, " asks for ", ev->path);
    add(t, ", mode ", ev->client->mode);
    eo_text_add(t, ": %d", ev->status);
    if (ev->image) {
        eo_ui_bytes(bytes, ev->total);
        add(t, " ", ev->file);
        add(t, " ", ev->version);
        eo_text_add(t, ", %s", bytes);
        if (ev->total < ev->size) {
            eo_ui_bytes(bytes, ev->size);
            eo_text_add(t, " of %s", bytes);
        }
    }
    add(t, " -- ", ev->reason);
}

static void went(struct text *t, const struct espota_serve_event *ev)
{
    char bytes[UI_WORD];

    who(t, ev->client);
    add(t, " ", ev->path);
    if (ev->kind == ESPOTA_SERVE_PROGRESS) {
        eo_text_add(t, ": %u %%",
                    (unsigned)(ev->done * 100 / (ev->total + (ev->total == 0))));
        return;
    }
    eo_ui_bytes(bytes, ev->done);
    eo_text_add(t, ": %s after %s in %u.%u s",
                ev->complete ? "complete" : "broken off", bytes,
                ev->ms / 1000, ev->ms % 1000 / 100);
    if (!ev->complete)
        add(t, " -- ", ev->reason);
}

/* The request was a line, and from there on one every few seconds is. */
static bool worth_a_line(struct serve_show *s,
                         const struct espota_serve_event *ev)
{
    struct shown_delivery *last = &s->shown[ev->request % SHOWN_DELIVERIES];

    if (last->request != ev->request)
        *last = (struct shown_delivery){
            ev->request, ev->ms < LINE_EVERY_MS ? 0 : ev->ms};
    if (ev->ms - last->ms < LINE_EVERY_MS)
        return false;
    last->ms = ev->ms;
    return true;
}

static void show_text(struct serve_show *s,
                      const struct espota_serve_event *ev)
{
    char line[600];
    struct text t;

    eo_text_init(&t, line, sizeof line);
    switch (ev->kind) {
    case ESPOTA_SERVE_REQUEST:
        asked(&t, ev);
        break;
    case ESPOTA_SERVE_PROGRESS:
        if (!worth_a_line(s, ev))
            return;
        went(&t, ev);
        break;
    case ESPOTA_SERVE_END:
        went(&t, ev);
        break;
    case ESPOTA_SERVE_LOG:
        if (!s->verbose)
            return;
        add(&t, "", ev->reason);
        break;
    }
    fprintf(s->text, "%s\n", line);
}

/* ---- for programs -------------------------------------------------------- */

#ifdef EO_WITH_JSON

/* "" is null, too. */
static void set_text(json_t *o, const char *key, const char *value)
{
    json_object_set_new(
        o, key,
        eo_json_text(value != NULL && *value != '\0' ? value : NULL));
}

static void set_number(json_t *o, const char *key, uint64_t n)
{
    json_object_set_new(o, key, json_integer((json_int_t)n));
}

static json_t *begin(struct serve_show *s, const char *event,
                     const char *device)
{
    return eo_json_event(&s->events, eo_wall_ms(),
                         eo_monotonic_ms() - s->start_ms, device,
                         event);
}

static void finish(struct serve_show *s, json_t *o)
{
    eo_json_tell(&s->events, s->json, o);
}

static void set_client(json_t *o, const struct espota_serve_client *c)
{
    set_text(o, "address", c->address);
    set_text(o, "family", c->family);
    set_text(o, "mac", c->mac);
    set_text(o, "chip_id", c->chip_id);
    set_text(o, "mode", c->mode);
    set_text(o, "runs_version", c->version);
    set_text(o, "runs_md5", c->md5);
    set_text(o, "runs_sha256", c->sha256);
    json_object_set_new(o, "free_space",
                        c->has_free_space
                            ? json_integer((json_int_t)c->free_space)
                            : json_null());
}

static void show_json(struct serve_show *s,
                      const struct espota_serve_event *ev)
{
    static const char *const EVENTS[] = {
        [ESPOTA_SERVE_REQUEST] = "request",
        [ESPOTA_SERVE_PROGRESS] = "progress",
        [ESPOTA_SERVE_END] = "request_end",
        [ESPOTA_SERVE_LOG] = "warning",
    };
    const struct espota_serve_client *c = ev->client;
    json_t *o = begin(s, EVENTS[ev->kind],
                      c == NULL            ? NULL
                      : c->mac[0] != '\0' ? c->mac
                                           : c->address);

    if (ev->kind == ESPOTA_SERVE_LOG || c == NULL) {
        set_text(o, "code", "connection");
        set_text(o, "msg", ev->reason);
        finish(s, o);
        return;
    }
    set_number(o, "request", ev->request);
    if (ev->kind == ESPOTA_SERVE_PROGRESS) {
        set_number(o, "done", ev->done);
        set_number(o, "total", ev->total);
        set_number(o, "pct", ev->total > 0 ? ev->done * 100 / ev->total : 100);
        finish(s, o);
        return;
    }
    set_client(o, c);
    set_text(o, "path", ev->path);
    set_number(o, "status", (uint64_t)ev->status);
    set_text(o, "msg", ev->reason);
    set_text(o, "file", ev->file);
    set_text(o, "version", ev->version);
    set_number(o, "total", ev->total);
    set_number(o, "offset", ev->offset);
    set_number(o, "size", ev->size);
    if (ev->kind == ESPOTA_SERVE_END) {
        json_object_set_new(o, "ok", json_boolean(ev->complete));
        set_number(o, "done", ev->done);
        set_number(o, "ms", ev->ms);
    }
    finish(s, o);
}

static void json_start(struct serve_show *s, uint16_t port, bool tls)
{
    json_t *o = begin(s, "serve_start", NULL);

    set_text(o, "version", ESPOTA_VERSION);
    set_number(o, "port", port);
    json_object_set_new(o, "tls", json_boolean(tls));
    finish(s, o);
}

static void json_end(struct serve_show *s, unsigned taken, int exit)
{
    json_t *o = begin(s, "serve_end", NULL);

    json_object_set_new(o, "ok", json_boolean(exit == 0));
    set_number(o, "taken", taken);
    set_number(o, "exit", (uint64_t)exit);
    set_number(o, "ms", eo_monotonic_ms() - s->start_ms);
    finish(s, o);
    eo_ui_incomplete(s->events.broken);
}

#else

static void show_json(struct serve_show *s,
                      const struct espota_serve_event *ev)
{
    (void)s;
    (void)ev;
}

static void json_start(struct serve_show *s, uint16_t port, bool tls)
{
    (void)s;
    (void)port;
    (void)tls;
}

static void json_end(struct serve_show *s, unsigned taken, int exit)
{
    (void)s;
    (void)taken;
    (void)exit;
}

#endif

/* ---- both ---------------------------------------------------------------- */

void eo_serve_show_start(struct serve_show *s, uint16_t port, bool tls)
{
    s->start_ms = eo_monotonic_ms();
    s->started = true;
    if (s->text != NULL)
        fprintf(s->text, "serving on port %u (%s)\n", port,
                tls ? "https" : "http");
    if (s->json != NULL)
        json_start(s, port, tls);
}

void eo_serve_show_event(void *ctx, const struct espota_serve_event *ev)
{
    struct serve_show *s = ctx;
    struct espota_serve_event said = *ev;
    char space[ADVICE_TEXT];

    said.reason = eo_advised(ev->advice, ev->reason, space);
    if (s->text != NULL)
        show_text(s, &said);
    if (s->json != NULL && s->started)
        show_json(s, &said);
}

void eo_serve_show_end(struct serve_show *s, unsigned taken, int exit)
{
    if (s->text != NULL)
        fprintf(s->text, "%u image%s taken\n", taken, taken == 1 ? "" : "s");
    if (s->json != NULL)
        json_end(s, taken, exit);
}
