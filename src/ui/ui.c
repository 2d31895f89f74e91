/* ui.c -- keeps the state of each device and passes events to every front end.
 */
#include "ui/ui.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "os/clock.h"
#include "os/file.h"
#include "ui/advice.h"

/* ---- how fast it goes --------------------------------------------------- */

void eo_meter_add(struct meter *m, uint64_t now_ms, size_t done)
{
    const unsigned last = (m->n + METER_POINTS - 1) % METER_POINTS;

    if (m->n > 0 && done < m->done[last])
        *m = (struct meter){0}; /* another attempt */
    else if (m->n > 0 && now_ms - m->at_ms[last] < METER_STEP_MS)
        return;
    m->at_ms[m->n % METER_POINTS] = now_ms;
    m->done[m->n % METER_POINTS] = done;
    m->n++;
}

uint64_t eo_meter_rate(const struct meter *m, uint64_t now_ms, size_t done)
{
    const unsigned oldest = m->n > METER_POINTS ? m->n % METER_POINTS : 0;

    if (m->n == 0 || now_ms <= m->at_ms[oldest] || done < m->done[oldest])
        return 0;
    return (uint64_t)(done - m->done[oldest]) * 1000 /
           (now_ms - m->at_ms[oldest]);
}

/* ---- words -------------------------------------------------------------- */

void eo_ui_bytes(char out[UI_WORD], uint64_t bytes)
{
    if (bytes < 1000)
        snprintf(out, UI_WORD, "%u B", (unsigned)bytes);
    else if (bytes < 999950)
        snprintf(out, UI_WORD, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(out, UI_WORD, "%.2f MB", (double)bytes / 1e6);
}

void eo_ui_clock(char out[UI_WORD], uint64_t seconds)
{
    const unsigned s = seconds < 360000 ? (unsigned)seconds : 359999;

    if (s < 3600)
        snprintf(out, UI_WORD, "%u:%02u", s / 60, s % 60);
    else
        snprintf(out, UI_WORD, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
}

static void print_safe(FILE *out, const char *text)
{
    char space[1600];
    struct text t;

    eo_text_init(&t, space, sizeof space);
    eo_text_add_safe(&t, text, strlen(text));
    fputs(space, out);
}

void eo_ui_print_error(FILE *out, const char *device,
                       const struct espota_error *err)
{
    char space[ADVICE_TEXT];
    const char *hint = eo_hint(err, space);

    fputs("espota-c: ", out);
    if (device != NULL) {
        print_safe(out, device);
        fputs(": ", out);
    }
    print_safe(out, err->message);
    if (err->device[0] != '\0' && strstr(err->message, err->device) == NULL) {
        fputs(" (", out);
        print_safe(out, err->device);
        fputc(')', out);
    }
    fputc('\n', out);
    if (hint != NULL)
        fprintf(out, "hint: %s\n", hint);
    fflush(out);
}

void eo_ui_incomplete(int sys)
{
    struct espota_error err;

    if (sys == 0 || sys == EPIPE)
        return;
    eo_fail_sys(&err, ESPOTA_E_INTERNAL, sys, "the events are incomplete: %s",
                eo_file_text(sys));
    eo_ui_print_error(stderr, NULL, &err);
}

static bool is_told(const char *version)
{
    return version != NULL && version[0] != '\0';
}

void eo_ui_summary(char *out, size_t cap, const struct espota_result *r)
{
    const uint32_t data_ms = r->ms[ESPOTA_PHASE_DATA];
    char size[UI_WORD], rate[UI_WORD];
    struct text t;

    eo_text_init(&t, out, cap);
    switch (r->outcome) {
    case ESPOTA_UPDATED:
        eo_ui_bytes(size, r->bytes_image);
        eo_text_add(&t, "updated, %s%s in %u.%u s",
                    r->phase == ESPOTA_PHASE_VERIFY && !r->verified
                        ? "not verified, "
                        : "",
                    size, r->ms_total / 1000, r->ms_total / 100 % 10);
        if (data_ms > 0) {
            eo_ui_bytes(rate, (uint64_t)r->bytes_image * 1000 / data_ms);
            eo_text_add(&t, " (%s/s)", rate);
        }
        break;
    case ESPOTA_UNCHANGED:
        eo_text_add(&t, "announces the same version, nothing sent");
        break;
    case ESPOTA_SKIPPED:
        eo_text_add(&t, "%s%s",
                    r->error->category != ESPOTA_E_OK ? "skipped: " : "",
                    r->error->message[0] != '\0' ? r->error->message
                                                  : "ready, nothing sent");
        break;
    case ESPOTA_REFUSED:
    case ESPOTA_FAILED:
    case ESPOTA_UNKNOWN:
        eo_text_add(&t, "%s", espota_outcome_name(r->outcome));
        break;
    }
    if (is_told(r->old_version) && is_told(r->new_version))
        eo_text_add(&t, ", %s -> %s", r->old_version, r->new_version);
    else if (is_told(r->new_version))
        eo_text_add(&t, ", now runs %s", r->new_version);
}

void eo_ui_totals(char *out, size_t cap, const struct ui_total *total)
{
    struct text t;
    bool first = true;

    eo_text_init(&t, out, cap);
    for (int i = 0; i <= ESPOTA_SKIPPED; i++)
        if (total->counts.outcome[i] > 0) {
            eo_text_add(&t, "%s%zu %s", first ? "" : ", ",
                        total->counts.outcome[i],
                        espota_outcome_name((enum espota_outcome)i));
            first = false;
        }
    if (total->counts.not_begun > 0)
        eo_text_add(&t, " (%zu not begun)", total->counts.not_begun);
    eo_text_add(&t, " in %u.%u s", (unsigned)(total->ms / 1000),
                (unsigned)(total->ms / 100 % 10));
}

static bool went_wrong(const struct ui_device *d)
{
    return d->ended && d->standing == ESPOTA_STANDS_FAILED;
}

void eo_ui_counts(char *out, size_t cap, const struct ui_set *s)
{
    const struct espota_counts *c = &s->total.counts;
    const size_t skipped = c->n - c->succeeded - c->failed;
    unsigned running = 0, waiting = 0;
    struct text t;

    for (size_t i = 0; i < s->n_devices; i++) {
        running += s->devices[i]->started && !s->devices[i]->ended;
        waiting += !s->devices[i]->started && !s->devices[i]->ended;
    }
    eo_text_init(&t, out, cap);
    eo_text_add(&t, "%zu done, %zu failed", c->succeeded, c->failed);
    if (skipped > 0)
        eo_text_add(&t, ", %zu skipped", skipped);
    eo_text_add(&t, ", %u running, %u waiting", running, waiting);
}

void eo_ui_print_stop(FILE *out, const struct ui_set *s)
{
    struct espota_error err;

    if (s->total.counts.stopped == 0)
        return;
    eo_fail_hint(&err, ESPOTA_E_FLEET_STOPPED,
                 "fix what failed, then run it again; with --journal it "
                 "continues where it stopped",
                 "stopped: %s; %zu not begun", s->total.stopped,
                 s->total.counts.not_begun);
    eo_ui_print_error(out, NULL, &err);
}

void eo_ui_reasons(FILE *out, const struct ui_set *s)
{
    enum { NAMES_SHOWN = 8 };
    size_t count[ESPOTA_E_COUNT] = {0};

    for (size_t i = 0; i < s->n_devices; i++)
        if (went_wrong(s->devices[i]))
            count[s->devices[i]->category]++;
    for (;;) {
        int most = 0;
        size_t shown = 0;

        for (int c = 1; c < ESPOTA_E_COUNT; c++)
            if (count[c] > count[most])
                most = c;
        if (count[most] == 0)
            return;
        fprintf(out, "  %zu: %s (%s):", count[most],
                espota_category_summary((enum espota_category)most),
                espota_category_name((enum espota_category)most));
        for (size_t i = 0; i < s->n_devices && shown < NAMES_SHOWN; i++)
            if (went_wrong(s->devices[i]) &&
                s->devices[i]->category == (enum espota_category)most) {
                fputs(shown++ > 0 ? ", " : " ", out);
                print_safe(out, s->devices[i]->name);
            }
        fputs(count[most] > shown ? ", ...\n" : "\n", out);
        count[most] = 0;
    }
}

/* Used if the state machine gives no words of its own. */
static const char *const WORDS[ESPOTA_PHASE_COUNT] = {
    [ESPOTA_PHASE_QUEUED] = "waiting for its turn",
    [ESPOTA_PHASE_RESOLVE] = "looking up its address",
    [ESPOTA_PHASE_CONNECT] = "connecting",
    [ESPOTA_PHASE_INVITE] = "inviting",
    [ESPOTA_PHASE_HELLO] = "greeting",
    [ESPOTA_PHASE_AUTH] = "logging in",
    [ESPOTA_PHASE_PREPARE] = "preparing flash",
    [ESPOTA_PHASE_DATA] = "sending",
    [ESPOTA_PHASE_COMMIT] = "verifying",
    [ESPOTA_PHASE_REBOOT] = "restarting",
    [ESPOTA_PHASE_VERIFY] = "waiting for it to come back",
};

/* ---- events to every front end ------------------------------------------ */

void eo_uis_clock(struct ui_set *s)
{
    s->now_ms = eo_monotonic_ms();
    s->wall_ms = eo_wall_ms();
}

int eo_uis_status(const struct ui_set *s, const struct espota_error *err)
{
    const int status = espota_category_status(err->category);

    return err->category == ESPOTA_E_INTERRUPTED ? status + s->signal : status;
}

int eo_uis_result(const struct ui_set *s, const struct espota_result *r)
{
    return espota_counts_add(NULL, r) == ESPOTA_STANDS_SKIPPED
               ? 0
           : r->outcome == ESPOTA_UNKNOWN ? espota_result_status(r)
                                          : eo_uis_status(s, r->error);
}

bool eo_uis_is_silent(const struct ui_set *s, const struct espota_result *r)
{
    return s->n_devices > 1 &&
           espota_counts_add(NULL, r) == ESPOTA_STANDS_NOT_BEGUN;
}

static void remember_end(struct ui_set *s, struct ui_device *d,
                         const struct espota_result *r)
{
    static const char HEAD[] = "not begun: ";
    const char *why = r->error->message;

    d->ended = true;
    d->standing = espota_counts_add(&s->total.counts, r);
    d->category = r->error->category;
    if (d->standing == ESPOTA_STANDS_NOT_BEGUN && s->total.stopped[0] == '\0')
        snprintf(s->total.stopped, sizeof s->total.stopped, "%.*s",
                 (int)sizeof s->total.stopped - 1,
                 eo_starts_with(why, HEAD) ? why + strlen(HEAD) : why);
}

/* Tenths of a second are shown below ten seconds. */
static void say_delay(struct ui_device *d, uint32_t ms)
{
    const unsigned tenths = (ms + 50) / 100;

    if (tenths >= 100 || tenths % 10 == 0)
        snprintf(d->doing, sizeof d->doing, "trying again in %u s",
                 (tenths + 5) / 10);
    else
        snprintf(d->doing, sizeof d->doing, "trying again in %u.%u s",
                 tenths / 10, tenths % 10);
}

static void remember(struct ui_set *s, struct ui_device *d,
                     const struct espota_event *e)
{
    switch (e->kind) {
    case ESPOTA_EVENT_PHASE:
        d->started = true;
        d->phase = e->phase;
        d->since_ms = s->now_ms;
        snprintf(d->doing, sizeof d->doing, "%s",
                 e->doing != NULL ? e->doing : WORDS[e->phase]);
        break;
    case ESPOTA_EVENT_PROGRESS:
        if (e->done < d->done || d->data_ms == 0)
            d->data_ms = s->now_ms;
        d->done = e->done;
        d->total = e->total;
        eo_meter_add(&d->meter, s->now_ms, e->done);
        break;
    case ESPOTA_EVENT_RETRY:
        say_delay(d, e->delay_ms);
        d->since_ms = s->now_ms;
        d->done = d->total = 0;
        d->data_ms = 0;
        d->meter = (struct meter){0};
        d->shown = false;
        break;
    case ESPOTA_EVENT_END:
        remember_end(s, d, e->result);
        break;
    case ESPOTA_EVENT_WAVE:
    case ESPOTA_EVENT_HELD:
    case ESPOTA_EVENT_RESOLVED:
    case ESPOTA_EVENT_HELLO:
    case ESPOTA_EVENT_COMMIT:
    case ESPOTA_EVENT_STATE:
    case ESPOTA_EVENT_WARNING:
    case ESPOTA_EVENT_LOG:
        break;
    }
}

void eo_uis_event(void *ctx, const struct espota_event *e)
{
    struct ui_set *s = ctx;
    struct ui_device *d = e->tag;
    struct espota_event said = *e;
    char space[ADVICE_TEXT];

    said.text = eo_advised(e->advice, e->text, space);
    eo_uis_clock(s);
    if (d != NULL)
        remember(s, d, e);
    for (size_t i = 0; i < s->n; i++)
        s->at[i]->ops->event(s->at[i], d, &said);
}

void eo_uis_start(struct ui_set *s, unsigned jobs)
{
    eo_uis_clock(s);
    s->start_ms = s->now_ms;
    for (size_t i = 0; i < s->n; i++) {
        s->at[i]->set = s;
        s->at[i]->ops->start(s->at[i], jobs);
    }
}

void eo_uis_image(struct ui_set *s, const struct ui_device *d,
                  const struct espota_image_info *info)
{
    eo_uis_clock(s);
    for (size_t i = 0; i < s->n; i++)
        s->at[i]->ops->image(s->at[i], d, info);
}

void eo_uis_tick(struct ui_set *s)
{
    eo_uis_clock(s);
    for (size_t i = 0; i < s->n; i++)
        s->at[i]->ops->tick(s->at[i]);
}

void eo_uis_end(struct ui_set *s, int exit)
{
    eo_uis_clock(s);
    s->total.exit = exit;
    s->total.ms = s->now_ms - s->start_ms;
    for (size_t i = 0; i < s->n; i++)
        s->at[i]->ops->end(s->at[i], &s->total);
}

void eo_uis_free(struct ui_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->at[i]->ops->free(s->at[i]);
    s->n = 0;
}
