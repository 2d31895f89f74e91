/* ui_tty.c -- one bar a device, redrawn in place.
 *
 * Messages scroll by above; the devices in progress are shown below, in the
 * last lines of the screen.  A new frame is drawn over the old one: the cursor
 * moves up that many lines, each line is cleared after its text, and so is
 * everything below the frame.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/console.h"
#include "ui/ui.h"

enum {
    LINE_MAX_BYTES = 1024,
    ROWS_MAX = 200,
    REDRAW_MS = 100, /* at once for changes other than numbers */
    NARROW = 20      /* a narrower screen is drawn at this width */
};

struct tty {
    struct ui base;
    struct ui_tty_config config;
    unsigned rows;               /* of the frame on the screen */
    unsigned columns[ROWS_MAX];  /* how wide each was */
    uint64_t drawn_ms;
};

static struct tty *self(struct ui *ui)
{
    return (struct tty *)(void *)ui;
}

static void measure(struct tty *t)
{
    if (t->config.screen != NULL)
        eo_console_size(t->config.screen, &t->config.width,
                        &t->config.height);
}

/* ---- one line ----------------------------------------------------------- */

/* Adds the text, cut or padded to that many columns. */
static void add_cell(struct text *t, const char *text, unsigned columns)
{
    const size_t len = eo_ui_fit(text, columns);
    char cell[LINE_MAX_BYTES];

    snprintf(cell, sizeof cell, "%.*s", (int)len, text);
    eo_text_add(t, "%s%*s", cell, (int)(columns - eo_ui_columns(cell)), "");
}

/* Adds " 42 %  215.0 kB of 512.0 kB  84.3 kB/s  0:03 left", with a bar before
 * it: as much of both as there is room for. */
static void add_numbers(struct text *t, const struct ui_device *d,
                        uint64_t now_ms, unsigned room)
{
    const unsigned percent =
        d->total > 0 ? (unsigned)((uint64_t)d->done * 100 / d->total) : 0;
    const uint64_t rate = eo_meter_rate(&d->meter, now_ms, d->done);
    char part[4][64], done[UI_WORD], total[UI_WORD], speed[UI_WORD] = "";
    char left[UI_WORD] = "";
    unsigned n = 0, used;

    eo_ui_bytes(done, d->done);
    eo_ui_bytes(total, d->total);
    snprintf(part[n++], sizeof *part, "%3u %%", percent);
    if (rate > 0) {
        eo_ui_bytes(speed, rate);
        eo_ui_clock(left, (d->total - d->done + rate - 1) / rate);
    }
    snprintf(part[n++], sizeof *part, "  %8s of %s", done, total);
    snprintf(part[n++], sizeof *part, "  %8s%s", speed,
             rate > 0 ? "/s" : "  ");
    snprintf(part[n++], sizeof *part, "  %6s%s", left,
             rate > 0 ? " left" : "     ");
    for (used = 0; n > 1; n--) { /* the last part is dropped first */
        used = 0;
        for (unsigned i = 0; i < n; i++)
            used += (unsigned)strlen(part[i]);
        if (used + 9 <= room)
            break;
    }
    if (n == 1)
        used = (unsigned)strlen(part[0]);
    if (room >= used + 7) {
        const unsigned inner = room - used - 3 > 40 ? 40 : room - used - 3;
        const unsigned full = inner * percent / 100;

        eo_text_add(t, "[");
        for (unsigned i = 0; i < inner; i++)
            eo_text_add(t, "%c", i < full ? '=' : i == full ? '>' : ' ');
        eo_text_add(t, "] ");
    }
    for (unsigned i = 0; i < n; i++)
        eo_text_add(t, "%s", part[i]);
}

/* The line of a device, in at most that many columns. */
static void compose(struct text *t, const struct ui_device *d, uint64_t now_ms,
                    unsigned width, unsigned name_columns)
{
    char name[LINE_MAX_BYTES], words[120];
    struct text safe;
    const uint64_t seconds = (now_ms - d->since_ms) / 1000;
    unsigned room;

    eo_text_init(&safe, name, sizeof name);
    eo_text_add_safe(&safe, d->name, strlen(d->name));
    if (name_columns + 8 > width)
        name_columns = width > 16 ? width - 8 : width / 2;
    add_cell(t, name, name_columns);
    eo_text_add(t, "  ");
    room = width - name_columns - 2;
    if (d->phase == ESPOTA_PHASE_DATA && d->total > 0) {
        add_numbers(t, d, now_ms, room);
        return;
    }
    eo_text_init(&safe, words, sizeof words);
    eo_text_add_safe(&safe, d->doing, strlen(d->doing));
    if (seconds >= 2)
        eo_text_add(&safe, " %u s", (unsigned)seconds);
    eo_text_add(t, "%.*s", (int)eo_ui_fit(words, room), words);
}

/* ---- the frame ---------------------------------------------------------- */

/* Moves to the first line of the frame on the screen, even if a resized window
 * has moved it. */
static void go_home(struct tty *t)
{
    const unsigned width = t->config.width;
    unsigned up = 0;

    measure(t);
    for (unsigned i = 0; i < t->rows; i++)
        up += 1 + (t->columns[i] > 0 ? (t->columns[i] - 1) / t->config.width
                                     : 0);
    if (up > 0)
        fprintf(t->base.out, "\033[%uA", up);
    /* Terminals that rewrap lines would join lines of the old frame. */
    fputs(t->config.width != width ? "\r\033[J" : "\r", t->base.out);
}

static unsigned name_width(const struct ui_set *s)
{
    unsigned widest = 4;

    for (size_t i = 0; i < s->n_devices; i++) {
        const unsigned n = eo_ui_columns(s->devices[i]->name);

        if (!s->devices[i]->ended && n > widest)
            widest = n;
    }
    return widest;
}

/* Draws the devices in progress below the cursor. */
static void draw(struct tty *t)
{
    const struct ui_set *s = t->base.set;
    const unsigned width =
        t->config.width > NARROW ? t->config.width - 1 : NARROW - 1;
    const unsigned most = t->config.height > 2 ? t->config.height - 2 : 1;
    const unsigned names = name_width(s);

    t->rows = 0;
    for (size_t i = 0; i < s->n_devices; i++) {
        char space[LINE_MAX_BYTES];
        struct text line;

        if (!s->devices[i]->started || s->devices[i]->ended)
            continue;
        if (t->rows + 1 >= most || t->rows + 1 >= ROWS_MAX) {
            break; /* the counts below include the others */
        }
        eo_text_init(&line, space, sizeof space);
        compose(&line, s->devices[i], s->now_ms, width, names);
        t->columns[t->rows++] = eo_ui_columns(space);
        fprintf(t->base.out, "%s\033[K\n", space);
    }
    if (s->n_devices > 1) {
        char space[120];

        eo_ui_counts(space, sizeof space, s);
        space[eo_ui_fit(space, width)] = '\0';
        fprintf(t->base.out, "%s\033[K\n", space);
        t->columns[t->rows++] = eo_ui_columns(space);
    }
    fputs("\033[J", t->base.out);
    fflush(t->base.out);
    t->drawn_ms = s->now_ms;
}

static void redraw(struct tty *t, bool now)
{
    if (!now && t->base.set->now_ms - t->drawn_ms < REDRAW_MS)
        return;
    go_home(t);
    draw(t);
}

/* Prints a line that stays, above the frame. */
static void say(struct tty *t, const struct ui_device *d, const char *text,
                const char *color)
{
    const char *name = d != NULL ? d->name : "espota-c";
    char space[1600];
    struct text line;

    eo_text_init(&line, space, sizeof space);
    eo_text_add_safe(&line, name, strlen(name));
    eo_text_add(&line, ": ");
    eo_text_add_safe(&line, text, strlen(text));
    go_home(t);
    fprintf(t->base.out, "\033[J%s%s%s\n", t->config.color ? color : "", space,
            t->config.color && *color != '\0' ? "\033[0m" : "");
    draw(t);
}

/* ---- events ------------------------------------------------------------- */

static void start(struct ui *ui, unsigned jobs)
{
    (void)ui;
    (void)jobs;
}

static void image(struct ui *ui, const struct ui_device *d,
                  const struct espota_image_info *info)
{
    (void)ui;
    (void)d;
    (void)info;
}

static void ended(struct tty *t, const struct ui_device *d,
                  const struct espota_event *e)
{
    char line[440];

    if (eo_uis_is_silent(t->base.set, e->result))
        return;
    if (eo_uis_result(t->base.set, e->result) == 0) {
        eo_ui_summary(line, sizeof line, e->result);
        say(t, d, line, "\033[32m");
        return;
    }
    go_home(t);
    fputs(t->config.color ? "\033[J\033[31m" : "\033[J", t->base.out);
    eo_ui_print_error(t->base.out, e->device, e->result->error);
    fputs(t->config.color ? "\033[0m" : "", t->base.out);
    draw(t);
}

static void event(struct ui *ui, struct ui_device *d,
                  const struct espota_event *e)
{
    struct tty *t = self(ui);
    char line[500];

    switch (e->kind) {
    case ESPOTA_EVENT_PROGRESS:
        redraw(t, e->done == 0 || e->done == e->total);
        break;
    case ESPOTA_EVENT_PHASE:
        redraw(t, true);
        break;
    case ESPOTA_EVENT_RETRY:
        snprintf(line, sizeof line, "%s; %s (%u of %u)", e->error->message,
                 d->doing, e->attempt, e->attempts);
        say(t, d, line, "\033[33m");
        break;
    case ESPOTA_EVENT_WARNING:
        snprintf(line, sizeof line, "warning: %s", e->text);
        say(t, d, line, "\033[33m");
        break;
    case ESPOTA_EVENT_LOG:
        say(t, d, e->text, "");
        break;
    case ESPOTA_EVENT_END:
        ended(t, d, e);
        break;
    case ESPOTA_EVENT_HELD:
    case ESPOTA_EVENT_RESOLVED:
    case ESPOTA_EVENT_HELLO:
    case ESPOTA_EVENT_COMMIT:
    case ESPOTA_EVENT_STATE:
    case ESPOTA_EVENT_WAVE:
        break;
    }
}

static void tick(struct ui *ui)
{
    redraw(self(ui), false);
}

static void end(struct ui *ui, const struct ui_total *total)
{
    char line[200];

    if (ui->set->n_devices < 2)
        return;
    eo_ui_totals(line, sizeof line, total);
    say(self(ui), NULL, line, "");
    go_home(self(ui));
    fputs("\033[J", ui->out);
    self(ui)->rows = 0;
    eo_ui_reasons(ui->out, ui->set);
    eo_ui_print_stop(ui->out, ui->set);
    fflush(ui->out);
}

static void tty_free(struct ui *ui)
{
    fclose(ui->out);
    eo_free(ui);
}

struct ui *eo_ui_tty(const struct ui_tty_config *config)
{
    static const struct ui_ops OPS = {start, image, event, tick, end,
                                      tty_free};
    struct tty *t = eo_calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->base.ops = &OPS;
    t->base.out = config->out;
    t->config = *config;
    if (t->config.width == 0)
        t->config.width = 80;
    if (t->config.height == 0)
        t->config.height = 24;
    return &t->base;
}
