/* serve_json.c -- the events of a server, for programs. */
#include "ui/serve_json.h"

#include "os/clock.h"
#include "ui/json.h"
#include "ui/ui.h"

/* "" becomes null, as NULL does. */
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

void eo_serve_json_event(struct serve_show *s,
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

void eo_serve_json_start(struct serve_show *s, uint16_t port, bool tls)
{
    json_t *o = begin(s, "serve_start", NULL);

    set_text(o, "version", ESPOTA_VERSION);
    set_number(o, "port", port);
    json_object_set_new(o, "tls", json_boolean(tls));
    finish(s, o);
}

void eo_serve_json_end(struct serve_show *s, unsigned taken, int exit)
{
    json_t *o = begin(s, "serve_end", NULL);

    json_object_set_new(o, "ok", json_boolean(exit == 0));
    set_number(o, "taken", taken);
    set_number(o, "exit", (uint64_t)exit);
    set_number(o, "ms", eo_monotonic_ms() - s->start_ms);
    finish(s, o);
    eo_ui_incomplete(s->events.broken);
}
