/* serve_show.c -- shows the events of a server to people and programs. */
#include "ui/serve_show.h"

#include <string.h>

#include "base/str.h"
#include "os/clock.h"
#include "ui/advice.h"
#include "ui/serve_json.h"
#include "ui/ui.h"

enum { LINE_EVERY_MS = 4000 }; /* for one delivery */

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

/* The request itself got a line.  Progress gets another every few seconds. */
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

/* ---- both ---------------------------------------------------------------- */

void eo_serve_show_start(struct serve_show *s, uint16_t port, bool tls)
{
    s->start_ms = eo_monotonic_ms();
    s->started = true;
    if (s->text != NULL)
        fprintf(s->text, "serving on port %u (%s)\n", port,
                tls ? "https" : "http");
    if (s->json != NULL)
        eo_serve_json_start(s, port, tls);
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
        eo_serve_json_event(s, &said);
}

void eo_serve_show_end(struct serve_show *s, unsigned taken, int exit)
{
    if (s->text != NULL)
        fprintf(s->text, "%u image%s taken\n", taken, taken == 1 ? "" : "s");
    if (s->json != NULL)
        eo_serve_json_end(s, taken, exit);
}
