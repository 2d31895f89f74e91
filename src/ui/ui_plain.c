/* ui_plain.c -- lines for logs: one a phase and one every ten percent. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/ui.h"

struct plain {
    struct ui base;
    struct ui_plain_config config;
    bool drawing; /* the line has a bar or dots and has not ended */
    size_t dots;
};

static struct plain *self(struct ui *ui)
{
    return (struct plain *)(void *)ui;
}

/* Ends an unfinished bar, so that no text follows it on the same line. */
static void end_line(struct ui *ui)
{
    if (self(ui)->drawing)
        fputc('\n', ui->out);
    self(ui)->drawing = false;
}

static void say(struct ui *ui, const struct ui_device *d, const char *text)
{
    const char *name = d != NULL ? d->name : "espota-c";
    char space[1600];
    struct text t;

    if (self(ui)->config.quiet)
        return;
    end_line(ui);
    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, name, strlen(name));
    eo_text_add(&t, ": ");
    eo_text_add_safe(&t, text, strlen(text));
    fprintf(ui->out, "%s\n", space);
    fflush(ui->out);
}

static void start(struct ui *ui, unsigned jobs)
{
    (void)ui;
    (void)jobs;
}

/* With many devices, a log shows only how each of them ended. */
static bool is_brief(const struct ui *ui)
{
    return ui->set->n_devices > 1;
}

static void image(struct ui *ui, const struct ui_device *d,
                  const struct espota_image_info *info)
{
    char line[400], size[UI_WORD];

    if (is_brief(ui))
        return;
    eo_ui_bytes(size, info->bytes);
    snprintf(line, sizeof line, "%s, %s, %s, MD5 %s", info->file, size,
             info->what, info->md5);
    say(ui, d, line);
}

static void resolved(struct ui *ui, const struct ui_device *d,
                     const struct espota_resolved *r)
{
    char line[400];
    struct text t;

    if (strcmp(r->how, "literal") == 0)
        return;
    eo_text_init(&t, line, sizeof line);
    for (size_t i = 0; i < r->n; i++)
        eo_text_add(&t, "%s%s", i == 0 ? "is " : ", ", r->addresses[i]);
    eo_text_add(&t, " (%s)", r->how);
    say(ui, d, line);
}

static void hello(struct ui *ui, const struct ui_device *d,
                  const struct espota_hello *h)
{
    char line[200], version[16] = "";

    if (h->protocol_version > 0)
        snprintf(version, sizeof version, " %d", h->protocol_version);
    snprintf(line, sizeof line, "speaks %s%s, login: %s", h->protocol, version,
             h->auth != NULL ? h->auth : "none");
    say(ui, d, line);
}

/* "42 %, 215.0 kB of 512.0 kB, 84.3 kB/s" */
static void progress(struct ui *ui, struct ui_device *d)
{
    const unsigned tenth =
        d->total > 0 ? (unsigned)((uint64_t)d->done * 10 / d->total) : 0;
    const uint64_t rate =
        eo_meter_rate(&d->meter, ui->set->now_ms, d->done);
    char line[200], done[UI_WORD], total[UI_WORD], speed[UI_WORD];
    struct text t;

    if (d->done == 0)
        d->shown_tenth = 0;
    if (tenth <= d->shown_tenth)
        return;
    d->shown_tenth = tenth;
    eo_ui_bytes(done, d->done);
    eo_ui_bytes(total, d->total);
    eo_ui_bytes(speed, rate);
    eo_text_init(&t, line, sizeof line);
    eo_text_add(&t, "%u %%, %s of %s", 10 * tenth, done, total);
    if (rate > 0)
        eo_text_add(&t, ", %s/s", speed);
    say(ui, d, line);
}

/* Drawn as espota.py does it, for programs that read it through a pipe. */
static void bar(struct ui *ui, struct ui_device *d)
{
    enum { COLUMNS = 60 };
    static const char FULL[COLUMNS + 1] =
        "============================================================";
    const unsigned percent =
        d->total > 0 ? (unsigned)((uint64_t)d->done * 100 / d->total) : 0;

    if (d->done == 0)
        d->shown_tenth = 0; /* counts percents here */
    if (percent <= d->shown_tenth && d->done != 0)
        return;
    d->shown_tenth = percent;
    fprintf(ui->out, "\rUploading: [%-*.*s] %u%% %s", COLUMNS,
            (int)(percent * COLUMNS / 100), FULL, percent,
            percent == 100 ? "Done...\r\n" : "");
    fflush(ui->out);
    self(ui)->drawing = percent < 100;
}

/* What espota.py shows without -r: a dot for each chunk of an ESP8266. */
static void dots(struct ui *ui, const struct ui_device *d)
{
    enum { CHUNK = 1460 };
    struct plain *p = self(ui);
    const size_t n = (d->done + CHUNK - 1) / CHUNK;

    if (d->done == 0)
        p->dots = 0;
    if (!p->drawing)
        fputs("Uploading", ui->out);
    p->drawing = true;
    for (; p->dots < n; p->dots++)
        fputc('.', ui->out);
    if (d->done == d->total)
        end_line(ui);
    fflush(ui->out);
}

static void ended(struct ui *ui, const struct ui_device *d,
                  const struct espota_event *e)
{
    const struct espota_result *r = e->result;
    const struct espota_error *err = r->error;
    const bool color = self(ui)->config.color;

    if (eo_uis_is_silent(ui->set, r))
        return;
    if (eo_uis_result(ui->set, r) == 0) {
        char line[440];

        eo_ui_summary(line, sizeof line, r);
        say(ui, d, line);
        return;
    }
    end_line(ui);
    if (color)
        fputs("\033[31m", ui->out);
    eo_ui_print_error(ui->out, e->device, err);
    if (color) {
        fputs("\033[0m", ui->out);
        fflush(ui->out);
    }
}

static void event(struct ui *ui, struct ui_device *d,
                  const struct espota_event *e)
{
    char line[500];

    if (is_brief(ui) && (e->kind == ESPOTA_EVENT_RESOLVED ||
                         e->kind == ESPOTA_EVENT_PHASE ||
                         e->kind == ESPOTA_EVENT_HELLO ||
                         e->kind == ESPOTA_EVENT_PROGRESS))
        return;
    switch (e->kind) {
    case ESPOTA_EVENT_RESOLVED:
        resolved(ui, d, e->resolved);
        break;
    case ESPOTA_EVENT_PHASE:
        if (e->phase != ESPOTA_PHASE_QUEUED)
            say(ui, d, d->doing);
        break;
    case ESPOTA_EVENT_HELLO:
        hello(ui, d, e->hello);
        break;
    case ESPOTA_EVENT_PROGRESS:
        if (self(ui)->config.bar)
            bar(ui, d);
        else if (self(ui)->config.dots)
            dots(ui, d);
        else
            progress(ui, d);
        break;
    case ESPOTA_EVENT_RETRY:
        snprintf(line, sizeof line, "%s; %s (%u of %u)", e->error->message,
                 d->doing, e->attempt, e->attempts);
        say(ui, d, line);
        break;
    case ESPOTA_EVENT_WARNING:
        snprintf(line, sizeof line, "warning: %s", e->text);
        say(ui, d, line);
        break;
    case ESPOTA_EVENT_LOG:
        say(ui, d, e->text);
        break;
    case ESPOTA_EVENT_END:
        ended(ui, d, e);
        break;
    case ESPOTA_EVENT_HELD:
    case ESPOTA_EVENT_COMMIT:
    case ESPOTA_EVENT_STATE:
    case ESPOTA_EVENT_WAVE:
        break;
    }
}

static void tick(struct ui *ui)
{
    (void)ui;
}

static void end(struct ui *ui, const struct ui_total *total)
{
    char line[200];

    if (ui->set->n_devices < 2)
        return;
    eo_ui_totals(line, sizeof line, total);
    say(ui, NULL, line);
    if (!self(ui)->config.quiet)
        eo_ui_reasons(ui->out, ui->set);
    eo_ui_print_stop(ui->out, ui->set);
}

static void plain_free(struct ui *ui)
{
    eo_free(ui);
}

struct ui *eo_ui_plain(const struct ui_plain_config *config)
{
    static const struct ui_ops OPS = {start, image, event, tick, end,
                                      plain_free};
    struct plain *p = eo_calloc(1, sizeof *p);

    if (p == NULL)
        return NULL;
    p->base.ops = &OPS;
    p->base.out = config->out;
    p->config = *config;
    return &p->base;
}
