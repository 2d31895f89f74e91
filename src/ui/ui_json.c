/* ui_json.c -- one JSON object a line, as docs/JSON.md describes them. */
#include "ui/ui.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/advice.h"
#include "ui/json.h"

enum { PROGRESS_MS = 250 };

struct json {
    struct ui base;
    struct json_events events;
};

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *begin(struct ui *ui, const char *device, const char *event)
{
    const struct json *j = (struct json *)(void *)ui;
    const struct ui_set *s = ui->set;

    return eo_json_event(&j->events, s->wall_ms,
                         s->now_ms - s->start_ms, device, event);
}

static void emit(struct ui *ui, json_t *object)
{
    eo_json_tell(&((struct json *)(void *)ui)->events, ui->out, object);
}

static json_t *texts(const char *const *at, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, eo_json_text(at[i]));
    return list;
}

/* ---- the run ------------------------------------------------------------ */

static void start(struct ui *ui, unsigned jobs)
{
    json_t *o = begin(ui, NULL, "run_start");

    json_object_set_new(o, "version", json_string(ESPOTA_VERSION));
    json_object_set_new(o, "devices", number(ui->set->n_devices));
    json_object_set_new(o, "jobs", number(jobs));
    emit(ui, o);
}

static void image(struct ui *ui, const struct ui_device *d,
                  const struct espota_image_info *info)
{
    json_t *o = begin(ui, d->name, "image"), *warnings = json_array();
    char space[ADVICE_TEXT];

    for (size_t i = 0; i < info->n_problems; i++) {
        const struct espota_image_problem *p = &info->problems[i];

        if (p->severity != ESPOTA_NOTE)
            json_array_append_new(
                warnings, eo_json_text(eo_advised(p->advice, p->text, space)));
    }
    json_object_set_new(o, "file", eo_json_text(info->file));
    json_object_set_new(o, "bytes", number(info->bytes));
    json_object_set_new(o, "md5", eo_json_text(info->md5));
    json_object_set_new(o, "sha256", eo_json_text(info->sha256));
    json_object_set_new(o, "kind", eo_json_text(info->kind));
    json_object_set_new(o, "chip", eo_json_text(info->chip));
    json_object_set_new(o, "project", eo_json_text(info->project));
    json_object_set_new(o, "fw_version", eo_json_text(info->version));
    json_object_set_new(o, "warnings", warnings);
    emit(ui, o);
}

static void end(struct ui *ui, const struct ui_total *total)
{
    json_t *o = begin(ui, NULL, "run_end"), *counts = json_object();

    for (int i = 0; i <= ESPOTA_SKIPPED; i++)
        json_object_set_new(counts,
                            espota_outcome_name((enum espota_outcome)i),
                            number(total->counts.outcome[i]));
    json_object_set_new(counts, "not_begun", number(total->counts.not_begun));
    json_object_set_new(o, "ok", json_boolean(total->exit == 0));
    json_object_set_new(o, "counts", counts);
    json_object_set_new(o, "exit", json_integer(total->exit));
    json_object_set_new(o, "ms", number(total->ms));
    emit(ui, o);
    eo_ui_incomplete(((const struct json *)(const void *)ui)->events.broken);
}

/* ---- a device ----------------------------------------------------------- */

static void progress(struct ui *ui, struct ui_device *d,
                     const struct espota_event *e)
{
    const uint64_t now = ui->set->now_ms;
    const bool edge = e->done == 0 || e->done == e->total;
    json_t *o;

    if (now - d->shown_ms < PROGRESS_MS &&
        (!edge || (d->shown && d->shown_done == e->done)))
        return;
    d->shown_ms = now;
    d->shown_done = e->done;
    d->shown = true;
    o = begin(ui, d->name, "progress");
    json_object_set_new(o, "done", number(e->done));
    json_object_set_new(o, "total", number(e->total));
    json_object_set_new(
        o, "pct",
        number(e->total > 0 ? (uint64_t)e->done * 100 / e->total : 0));
    json_object_set_new(o, "rate_bps",
                        number(eo_meter_rate(&d->meter, now, e->done)));
    emit(ui, o);
}

static void hello(struct ui *ui, const char *name,
                  const struct espota_hello *h)
{
    json_t *o = begin(ui, name, "hello");
    size_t n = 0;

    while (n < sizeof h->features / sizeof *h->features &&
           h->features[n] != NULL)
        n++;
    json_object_set_new(o, "protocol", eo_json_text(h->protocol));
    json_object_set_new(o, "protocol_version",
                        json_integer(h->protocol_version));
    json_object_set_new(o, "features", texts(h->features, n));
    json_object_set_new(o, "auth",
                        eo_json_text(h->auth != NULL ? h->auth : "none"));
    json_object_set_new(o, "decided", eo_json_text(h->decided));
    emit(ui, o);
}

static json_t *durations(const struct espota_result *r)
{
    json_t *ms = json_object();

    for (int i = ESPOTA_PHASE_RESOLVE; i < ESPOTA_PHASE_COUNT; i++)
        json_object_set_new(ms, espota_phase_name((enum espota_phase)i),
                            number(r->ms[i]));
    json_object_set_new(ms, "total", number(r->ms_total));
    return ms;
}

static void device_end(struct ui *ui, const char *name,
                       const struct espota_result *r)
{
    const struct espota_error *err = r->error;
    const bool ok = err->category == ESPOTA_E_OK;
    char space[ADVICE_TEXT];
    json_t *o = begin(ui, name, "device_end");

    json_object_set_new(o, "ok", json_boolean(ok));
    json_object_set_new(o, "outcome",
                        eo_json_text(espota_outcome_name(r->outcome)));
    json_object_set_new(o, "not_begun",
                        json_boolean(espota_counts_add(NULL, r) ==
                                     ESPOTA_STANDS_NOT_BEGUN));
    json_object_set_new(o, "code",
                        eo_json_text(espota_category_name(err->category)));
    json_object_set_new(o, "exit", json_integer(eo_uis_result(ui->set, r)));
    json_object_set_new(o, "phase",
                        r->phase == ESPOTA_PHASE_QUEUED
                            ? json_null() /* it never began */
                            : eo_json_text(espota_phase_name(r->phase)));
    json_object_set_new(
        o, "retryable",
        json_boolean(espota_category_retryable(err->category)));
    json_object_set_new(o, "msg",
                        ok ? json_null() : eo_json_text(err->message));
    json_object_set_new(o, "hint", eo_json_text(eo_hint(err, space)));
    json_object_set_new(o, "device_error",
                        err->device[0] != '\0' ? eo_json_text(err->device)
                                               : json_null());
    json_object_set_new(o, "attempts", number(r->attempts));
    json_object_set_new(o, "bytes_image", number(r->bytes_image));
    json_object_set_new(o, "bytes_wire", number(r->bytes_wire));
    json_object_set_new(o, "ms", durations(r));
    json_object_set_new(o, "old_version", eo_json_text(r->old_version));
    json_object_set_new(o, "new_version", eo_json_text(r->new_version));
    json_object_set_new(o, "verified",
                        r->phase == ESPOTA_PHASE_VERIFY
                            ? json_boolean(r->verified)
                            : json_null());
    emit(ui, o);
}

static void wave(struct ui *ui, const struct espota_wave *w)
{
    static const char *const STATES[] = {
        [ESPOTA_WAVE_BEGIN] = "begin",
        [ESPOTA_WAVE_PASSED] = "passed",
        [ESPOTA_WAVE_STOPPED] = "stopped",
    };
    json_t *o = begin(ui, NULL, "wave");

    json_object_set_new(o, "wave", number(w->wave));
    json_object_set_new(o, "of", number(w->of));
    json_object_set_new(o, "devices", number(w->devices));
    json_object_set_new(o, "state", eo_json_text(STATES[w->state]));
    json_object_set_new(o, "succeeded", number(w->succeeded));
    json_object_set_new(o, "failed", number(w->failed));
    json_object_set_new(o, "allowed", number(w->allowed));
    json_object_set_new(o, "msg", eo_json_text(w->why));
    emit(ui, o);
}

static void event(struct ui *ui, struct ui_device *d,
                  const struct espota_event *e)
{
    const char *name = d != NULL ? d->name : NULL;
    json_t *o;

    switch (e->kind) {
    case ESPOTA_EVENT_RESOLVED:
        o = begin(ui, name, "resolve");
        json_object_set_new(o, "addresses",
                            texts(e->resolved->addresses, e->resolved->n));
        json_object_set_new(o, "how", eo_json_text(e->resolved->how));
        emit(ui, o);
        break;
    case ESPOTA_EVENT_PHASE:
        if (e->phase == ESPOTA_PHASE_QUEUED)
            break;
        o = begin(ui, name, "phase");
        json_object_set_new(o, "phase",
                            eo_json_text(espota_phase_name(e->phase)));
        json_object_set_new(o, "attempt", number(e->attempt));
        json_object_set_new(o, "doing", eo_json_text(d->doing));
        emit(ui, o);
        break;
    case ESPOTA_EVENT_HELLO:
        hello(ui, name, e->hello);
        break;
    case ESPOTA_EVENT_PROGRESS:
        if (d != NULL)
            progress(ui, d, e);
        break;
    case ESPOTA_EVENT_RETRY:
        o = begin(ui, name, "retry");
        json_object_set_new(o, "attempt", number(e->attempt));
        json_object_set_new(o, "of", number(e->attempts));
        json_object_set_new(o, "delay_ms", number(e->delay_ms));
        json_object_set_new(
            o, "because",
            eo_json_text(espota_category_name(e->error->category)));
        json_object_set_new(o, "msg", eo_json_text(e->error->message));
        emit(ui, o);
        break;
    case ESPOTA_EVENT_WARNING:
        o = begin(ui, name, "warning");
        json_object_set_new(o, "code", eo_json_text(e->code));
        json_object_set_new(o, "msg", eo_json_text(e->text));
        emit(ui, o);
        break;
    case ESPOTA_EVENT_HELD:
    case ESPOTA_EVENT_COMMIT:
    case ESPOTA_EVENT_STATE:
    case ESPOTA_EVENT_LOG: /* for people: it is on stderr */
        break;
    case ESPOTA_EVENT_END:
        device_end(ui, name, e->result);
        break;
    case ESPOTA_EVENT_WAVE:
        wave(ui, e->wave);
        break;
    }
}

static void tick(struct ui *ui)
{
    (void)ui;
}

static void json_free(struct ui *ui)
{
    if (ui->out != stdout)
        fclose(ui->out);
    eo_free(ui);
}

struct ui *eo_ui_json(FILE *out)
{
    static const struct ui_ops OPS = {start, image, event, tick, end,
                                      json_free};
    struct json *j = eo_calloc(1, sizeof *j);

    if (j == NULL)
        return NULL;
    j->base.ops = &OPS;
    j->base.out = out;
    return &j->base;
}
