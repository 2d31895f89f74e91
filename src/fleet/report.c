/* report.c -- what a job reports: its events, its phases and their times. */
#include "fleet/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

enum { PROGRESS_EVERY_MS = 100, HEX_LINE = 32, ADDR_SHOWN = 16 };

void eo_report_begin(struct report *r)
{
    r->began = r->phase_since = eo_loop_now(r->loop);
    r->doing = "waiting";
}

void eo_report_emit(const struct report *r, struct espota_event *ev)
{
    if (r->on_event == NULL)
        return;
    ev->job = r->job;
    ev->tag = r->tag;
    ev->device = r->device;
    ev->phase = r->phase;
    ev->doing = r->doing;
    ev->attempt = r->attempt + (ev->kind == ESPOTA_EVENT_RETRY);
    ev->attempts = r->attempts;
    r->on_event(r->on_event_ctx, ev);
}

void eo_report_log(const struct report *r, enum espota_log_level level,
                   const char *fmt, ...)
{
    char line[256];
    va_list ap;

    if (r->log_level < level)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    eo_report_emit(r, &(struct espota_event){.kind = ESPOTA_EVENT_LOG,
                                             .level = level,
                                             .text = line});
}

void eo_report_end(struct report *r)
{
    const uint64_t now = eo_loop_now(r->loop);

    r->ms[r->phase] += (uint32_t)(now - r->phase_since);
    r->phase_since = now;
}

void eo_report_phase(struct report *r, enum espota_phase phase,
                     const char *doing)
{
    const bool other = phase != r->phase;

    if (!other && doing == r->doing)
        return;
    if (other)
        eo_report_end(r);
    r->phase = phase;
    r->doing = doing;
    if (other)
        eo_report_emit(r, &(struct espota_event){.kind = ESPOTA_EVENT_PHASE});
    else
        eo_report_log(r, ESPOTA_LOG_STEP, "%s", doing);
}

void eo_report_words(struct report *r, const char *doing)
{
    r->doing = doing;
    eo_report_emit(r, &(struct espota_event){.kind = ESPOTA_EVENT_PHASE});
}

void eo_report_new_attempt(struct report *r)
{
    r->attempt++;
    r->progress_at = 0;
    r->said_total = false;
}

void eo_report_progress(struct report *r, size_t done, size_t total)
{
    const uint64_t now = eo_loop_now(r->loop);
    const bool first = r->progress_at == 0;
    const bool last = done == total;

    if (r->said_total ||
        (!first && !last && now - r->progress_at < PROGRESS_EVERY_MS))
        return;
    if (first && done > 0)
        eo_report_emit(r, &(struct espota_event){
                              .kind = ESPOTA_EVENT_PROGRESS, .total = total});
    r->said_total = last;
    r->progress_at = now;
    eo_report_emit(r, &(struct espota_event){.kind = ESPOTA_EVENT_PROGRESS,
                                             .done = done,
                                             .total = total});
}

void eo_report_resolved(const struct report *r, const struct resolved *got)
{
    char text[ADDR_SHOWN][ADDR_TEXT];
    const char *at[ADDR_SHOWN];
    const size_t n = got->n < ADDR_SHOWN ? got->n : ADDR_SHOWN;

    for (size_t i = 0; i < n; i++) {
        eo_addr_text(&got->addr[i], false, text[i]);
        at[i] = text[i];
    }
    eo_report_emit(
        r, &(struct espota_event){
               .kind = ESPOTA_EVENT_RESOLVED,
               .resolved = &(struct espota_resolved){got->how, at, n}});
}

void eo_report_bytes(const struct report *r, bool out, const uint8_t *bytes,
                     size_t len)
{
    char line[3 * HEX_LINE + 1];
    struct text t;

    eo_text_init(&t, line, sizeof line);
    for (size_t i = 0; i < len && i < HEX_LINE; i++)
        eo_text_add(&t, "%02x ", bytes[i]);
    eo_report_log(r, ESPOTA_LOG_BYTES, "%s %s%s(%zu bytes)",
                  out ? "->" : "<-", line, len > HEX_LINE ? "... " : "", len);
}
