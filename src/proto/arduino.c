/* arduino.c -- ArduinoOTA ("espota"), the side that flashes.
 *
 * By UDP the device is invited to call back by TCP, where it gets the bare
 * image.  PHASES below is the order of things.
 */
#include "proto/arduino.h"

#include <string.h>

#include "proto/machines.h"
#include "wire/chip.h"

enum {
    TALKING = 1u << PROTO_DATAGRAM | 1u << PROTO_LISTENER,
    STREAMING = 1u << PROTO_STREAM
};

/* clang-format off */
static const struct {
    enum espota_phase phase;
    const char *doing;
    unsigned open;
} PHASES[] = {
    [PH_OPEN]    = {ESPOTA_PHASE_INVITE,  "inviting the device",               TALKING},
    [PH_INVITE]  = {ESPOTA_PHASE_INVITE,  "inviting the device",               TALKING},
    [PH_DERIVE]  = {ESPOTA_PHASE_AUTH,    "logging in",                        TALKING},
    [PH_ANSWER]  = {ESPOTA_PHASE_AUTH,    "logging in",                        TALKING},
    [PH_LEAVE]   = {ESPOTA_PHASE_AUTH,    "logging in",                        TALKING},
    [PH_CALL]    = {ESPOTA_PHASE_PREPARE, "waiting for the device to connect", TALKING},
    [PH_DATA]    = {ESPOTA_PHASE_DATA,    "writing flash",                     STREAMING},
    [PH_TEXT]    = {ESPOTA_PHASE_DATA,    "reading the device's error",        STREAMING},
    [PH_VERDICT] = {ESPOTA_PHASE_COMMIT,  "verifying",                         STREAMING},
    [PH_BYE]     = {ESPOTA_PHASE_REBOOT,  "rebooting",                         STREAMING},
    [PH_DONE]    = {ESPOTA_PHASE_REBOOT,  "done",                              0},
    [PH_FAILED]  = {ESPOTA_PHASE_REBOOT,  "failed",                            0},
};
/* clang-format on */

static enum proto_status on_opened(struct arduino *m,
                                   const struct proto_event *ev)
{
    struct text t;

    if (ev->channel == PROTO_STREAM) {
        if (m->phase >= PH_DATA)
            return m->base.status;
        m->open = STREAMING;
        return eo_arduino_called(m);
    }
    m->open |= 1u << ev->channel;
    if (ev->channel == PROTO_LISTENER) {
        m->port = ev->port;
    } else if (ev->local != NULL) {
        eo_text_init(&t, m->local, sizeof m->local);
        eo_text_add(&t, strchr(ev->local, ':') != NULL ? "[%s]" : "%s",
                    ev->local);
    }
    if (m->open != TALKING || m->phase != PH_OPEN)
        return m->base.status;
    t = eo_arduino_note(m);
    eo_text_add(&t, "the device is to call %s:%u by TCP", m->local, m->port);
    return eo_arduino_invite(m);
}

static enum proto_status step(struct proto *p, const struct proto_event *ev)
{
    struct arduino *m = (struct arduino *)p;
    const bool stream = ev->channel == PROTO_STREAM;

    if (p->status != PROTO_RUNNING)
        return p->status;
    /* An event that was still under way on a channel we have left. */
    if (ev->kind != PROTO_OPENED && ev->kind != PROTO_TIMEOUT &&
        (m->open & 1u << ev->channel) == 0)
        return p->status;
    switch (ev->kind) {
    case PROTO_OPENED:
        return on_opened(m, ev);
    case PROTO_BYTES:
        return stream ? eo_arduino_on_stream(m, ev->data, ev->len)
                      : eo_arduino_on_datagram(m, ev->data, ev->len);
    case PROTO_SENT:
        return stream ? eo_arduino_on_sent(m, ev->len)
                      : eo_arduino_on_said(m);
    case PROTO_ACKED:
        return eo_arduino_on_acked(m, ev->len);
    case PROTO_CLOSED:
        return stream ? eo_arduino_hung_up(m, ev->sys)
                      : eo_arduino_on_unreachable(m, ev->refused);
    case PROTO_TIMEOUT:
        return m->phase < PH_DATA ? eo_arduino_on_silence(m)
                                  : eo_arduino_stalled(m);
    }
    return p->status;
}

static void want(const struct proto *p, struct proto_want *w)
{
    const struct arduino *m = (const struct arduino *)p;
    const enum arduino_phase shown =
        m->phase == PH_FAILED ? m->failed_in : m->phase;

    *w = (struct proto_want){
        .open = PHASES[m->phase].open,
        .out_on = shown < PH_DATA ? PROTO_DATAGRAM : PROTO_STREAM,
        .out = m->out,
        .out_len = m->out_len,
        .out_secret = shown == PH_ANSWER,
        .out_last = m->phase == PH_DATA && m->out_len > 0 &&
                    m->sent + m->out_len == m->form->len,
        .watch_acks = m->phase == PH_DATA,
        .calls = m->calls,
        .timeout_ms = m->timeout_ms,
        .clock = m->clock,
        .phase = PHASES[shown].phase,
        .doing = PHASES[shown].doing,
        .done = m->acked,
        .total = m->form->len,
        .hello = m->said_hello ? &m->hello : NULL,
        .note = m->note,
    };
}

/* No device says whether it can inflate, so gzip is sent only on request. */
static void init(struct proto *p, const struct proto_job *job)
{
    struct arduino *m = (struct arduino *)p;

    m->job = job;
    m->form = eo_image_choose(job->image, job->how.compress, INFLATES_UNTOLD,
                              job->how.type);
    if (job->how.type != ESPOTA_TYPE_APP &&
        (job->how.compress == ESPOTA_COMPRESS_ALWAYS ||
         espota_image_info(job->image)->is_gzip))
        m->note = "the device stores a filesystem as it comes: it goes raw";
    m->lockstep = job->how.window == ESPOTA_WINDOW_LOCKSTEP || job->careful;
    m->chips = eo_chip_core(espota_image_info(job->image)->chip);
}

const struct proto_ops eo_proto_arduino = {
    .size = sizeof(struct arduino),
    .init = init,
    .step = step,
    .want = want,
};
