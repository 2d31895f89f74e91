/* report.c -- the report about one client, as JSON. */
#include <stdio.h>
#include <string.h>

#include "sim_esphome/session.h"

static const char *const OUTCOMES[] = {
    [OUTCOME_UPDATED] = "updated", [OUTCOME_REFUSED] = "refused",
    [OUTCOME_LOST] = "lost",       [OUTCOME_TIMEOUT] = "timeout",
    [OUTCOME_FAULT] = "fault",     [OUTCOME_STOPPED] = "stopped",
};

static const char *const AUTHS[] = {
    [AUTH_BY_AGE] = NULL,
    [AUTH_NONE] = "none",
    [AUTH_MD5] = "md5",
    [AUTH_SHA256] = "sha256",
    [AUTH_NOISE] = "noise",
};

static const char *const VIOLATIONS[N_VIOLATIONS] = {
#define X(name, word) word,
    ESPHOME_VIOLATIONS(X)
#undef X
};

void eo_sim_esphome_violation(struct esphome_session *s,
                              enum esphome_violation v)
{
    s->violation[v]++;
}

unsigned eo_sim_esphome_violations(const struct esphome_session *s)
{
    unsigned n = 0;

    for (int i = 0; i < N_VIOLATIONS; i++)
        n += s->violation[i];
    return n;
}

/* Adds "0x85", or null for -1. */
static void add_code(struct report *r, const char *key, int code)
{
    char text[8];

    snprintf(text, sizeof text, "0x%02x", (unsigned)code & 0xff);
    eo_sim_report_text(r, key, code >= 0 ? text : NULL);
}

static void add_text(struct report *r, const char *key, const char *text)
{
    eo_sim_report_text(r, key, text[0] != '\0' ? text : NULL);
}

static void add_greeting(struct report *r, const struct esphome_session *s)
{
    eo_sim_report_number(r, "protocol_version", s->config->version);
    eo_sim_report_number(r, "client_features", s->features);
    add_code(r, "reply", s->reply != 0 ? s->reply : -1);
    eo_sim_report_number(r, "server_flags", s->server_flags);
    eo_sim_report_text(r, "auth", AUTHS[s->auth]);
    if (s->extended)
        eo_sim_report_number(r, "ota_type", s->type);
    else
        eo_sim_report_null(r, "ota_type");
}

static void add_image(struct report *r, const struct esphome_session *s)
{
    char wire[DIGEST_HEX_MAX] = "";

    if (s->flash.wire != NULL && eo_sim_flash_md5(&s->flash, wire) != 0)
        wire[0] = '\0';
    eo_sim_report_number(r, "size", s->size);
    eo_sim_report_number(r, "received", s->total);
    add_text(r, "md5_announced", s->md5);
    add_text(r, "md5_received", wire);
    eo_sim_report_flag(r, "gzip", s->stored.gzip);
    eo_sim_report_number(r, "stored", s->stored.size);
    add_text(r, "md5_stored", s->stored.md5);
    eo_sim_report_number(r, "acks", s->acks);
    eo_sim_report_number(r, "max_ahead", s->max_ahead);
    eo_sim_report_number(r, "reads_before_data", s->reads);
    eo_sim_report_number(r, "round_trips_before_data", s->flights);
}

static void add_violations(struct report *r, const struct esphome_session *s)
{
    eo_sim_report_number(r, "n_violations", eo_sim_esphome_violations(s));
    eo_sim_report_enter(r, "violations");
    for (int i = 0; i < N_VIOLATIONS; i++)
        if (s->violation[i] > 0)
            eo_sim_report_number(r, VIOLATIONS[i], s->violation[i]);
    eo_sim_report_leave(r);
}

/* Adds the time from each mark to the next one that was reached.  The marks
 * are in order. */
static void add_times(struct report *r, const struct esphome_session *s)
{
    static const char *const KEYS[] = {"handshake", "prepare", "data",
                                       "commit"};
    const uint64_t now = eo_loop_now(s->device->base.sim->loop);
    const uint64_t mark[] = {s->began_ms, s->ready_ms, s->prepared_ms,
                             s->received_ms, now};

    eo_sim_report_enter(r, "ms");
    for (int i = 0; i < 4; i++) {
        const uint64_t end = mark[i + 1] != 0 ? mark[i + 1] : now;

        eo_sim_report_number(r, KEYS[i], mark[i] != 0 ? end - mark[i] : 0);
    }
    eo_sim_report_number(r, "total", now - s->began_ms);
    eo_sim_report_leave(r);
}

struct report *eo_sim_esphome_report(const struct esphome_session *s)
{
    struct report *r = eo_sim_report_new("session", &s->device->base);
    char peer[ADDR_TEXT];

    eo_addr_text(&s->peer, true, peer);
    eo_sim_report_number(r, "session", s->device->base.sessions);
    eo_sim_report_text(r, "peer", peer);
    eo_sim_report_text(r, "outcome", OUTCOMES[s->outcome]);
    eo_sim_report_text(r, "step", EO_SIM_ESPHOME_SCRIPT.steps[s->step]);
    add_code(r, "code", s->code);
    add_greeting(r, s);
    add_image(r, s);
    add_violations(r, s);
    add_times(r, s);
    return r;
}
