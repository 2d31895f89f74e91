/* esphome.c -- ESPHome's native OTA protocol, client side: what walks through
 * the conversation of esphome_phases.c, and what becomes of refusals, silence
 * and broken connections on the way.
 */
#include "base/buf.h"
#include "proto/esphome_inside.h"
#include "proto/esphome_policy.h"
#include "proto/esphome_verdict.h"
#include "proto/machines.h"
#include "wire/chip.h"

enum { GOODBYE_MS = 2000 /* for the device to close first */ };

/* ---- moving on ----------------------------------------------------------- */

static const struct esphome_step *here(const struct esphome *m)
{
    return &EO_ESPHOME_STEPS[m->phase];
}

static enum proto_status enter(struct esphome *m, enum esphome_phase next)
{
    m->clock++;
    if (next == PH_FAILED) {
        if (m->base.committed)
            eo_esphome_too_late(&m->base.error);
        return m->base.status = PROTO_FAILED;
    }
    m->phase = next;
    m->got = 0;
    m->need = next == PH_NONCE ? 2 * eo_digest_size(m->auth)
                               : EO_ESPHOME_STEPS[next].need;
    if (EO_ESPHOME_STEPS[next].say != NULL)
        EO_ESPHOME_STEPS[next].say(m);
    if (next == PH_DONE)
        m->base.status = PROTO_DONE;
    return m->base.status;
}

/* ev: what happened to the connection, or NULL. */
static enum proto_status lost(struct esphome *m, const char *what,
                              const struct proto_event *ev)
{
    eo_esphome_lost(
        &m->base.error,
        &(struct esphome_loss){
            .what = what,
            .doing = here(m)->doing,
            .sys = ev != NULL ? ev->sys : 0,
            .committed = m->base.committed,
            .confirmed = eo_proto_confirmed(&m->base),
            .unheard = m->phase == PH_HELLO && m->got == 0,
            .silent = ev != NULL && ev->kind == PROTO_TIMEOUT,
            .taking = m->line.acked > 0,
            .hasty = m->phase < PH_DATA && !m->extended &&
                     eo_esphome_may_be_hasty(m->job),
            .rtt_ms = ev != NULL ? ev->rtt_ms : 0,
        });
    return m->base.status = PROTO_FAILED;
}

/* ---- what happened ------------------------------------------------------- */

/* After its final answer, further bytes are ignored. */
static bool talking(const struct esphome *m)
{
    return m->base.status == PROTO_RUNNING && m->phase != PH_BYE;
}

/* No device answers a message before it has all of it.  But the data has no
 * end before the last block, and the greeting is answered before our features,
 * which follow it in the same segment or the next. */
static bool is_interrupted(const struct esphome *m)
{
    const size_t may_follow =
        m->phase == PH_DATA ? SIZE_MAX : m->phase == PH_HELLO ? 1 : 0;

    return m->line.out_len > may_follow;
}

static void refused(struct esphome *m, uint8_t code)
{
    const bool clear = m->job->key == NULL;

    eo_esphome_refused(
        &m->base.error, code,
        &(struct esphome_moment){
            .doing = here(m)->doing,
            .chip = espota_image_info(m->job->image)->chip,
            .in_data = m->phase >= PH_DATA,
            .missing = m->phase >= PH_DATA && m->phase <= PH_RECEIVED &&
                       m->line.acked < m->form->len,
            .key_would_do = clear && (m->flags & ESPHOME_TAKES_NOISE) != 0,
            .none_given = m->phase == PH_PROOF && m->job->password == NULL,
        });
}

static void on_byte(struct esphome *m, uint8_t byte)
{
    /* A refusal may come at any moment, even while we are sending; no answer
     * contains such a byte.  After another first byte it is garbage. */
    if (byte >= ESPHOME_FIRST_ERROR && !(m->phase == PH_HELLO && m->got > 0)) {
        refused(m, byte);
        enter(m, PH_FAILED);
        return;
    }
    if (byte == ESPHOME_OK && m->phase >= PH_SIZE) {
        eo_esphome_gave_up(&m->base.error, byte, here(m)->doing);
        enter(m, PH_FAILED);
        return;
    }
    if (is_interrupted(m)) {
        eo_esphome_unexpected(&m->base.error, here(m)->doing, byte);
        enter(m, PH_FAILED);
        return;
    }
    m->reply[m->got++] = byte;
    if (m->got == m->need)
        enter(m, here(m)->on_reply(m));
}

static void on_frame(struct esphome *m, struct reader *in)
{
    struct noise_text text;

    switch (eo_noise_read(&m->line.noise, in, &text, &m->base.error)) {
    case NOISE_MORE:
        break;
    case NOISE_READY:
        enter(m, PH_ADMITTED);
        break;
    case NOISE_TEXT:
        for (size_t i = 0; i < text.len && talking(m); i++)
            on_byte(m, text.bytes[i]);
        break;
    case NOISE_FAILED:
        if (m->base.committed)
            lost(m, "an answer of the device was changed on its way", NULL);
        m->base.status = PROTO_FAILED;
        break;
    }
}

static enum proto_status on_bytes(struct esphome *m, const uint8_t *p, size_t n)
{
    struct reader in = eo_reader(p, n);

    while (eo_left(&in) > 0 && talking(m)) {
        if (m->line.sealed)
            on_frame(m, &in);
        else
            on_byte(m, eo_take_u8(&in));
    }
    return m->base.status;
}

static enum proto_status on_sent(struct esphome *m, size_t n)
{
    struct esphome_line *l = &m->line;

    eo_line_sent(l, n);
    if (m->phase != PH_DATA)
        return m->base.status;
    m->clock++;
    if (l->offset == m->form->len)
        m->base.committed = true;
    else if (l->out_len == 0)
        EO_ESPHOME_STEPS[PH_DATA].say(m);
    if (m->base.committed &&
        m->hello.protocol_version == ESPHOME_VERSION_1)
        enter(m, PH_RECEIVED);
    return m->base.status;
}

/* The progress of version 1 is what the peer's TCP confirms. */
static enum proto_status on_acked(struct esphome *m, size_t total)
{
    if (m->hello.protocol_version != ESPHOME_VERSION_1 || m->phase < PH_DATA ||
        !eo_line_acked(&m->line, m->form, total))
        return m->base.status;
    m->clock++;
    if (m->phase == PH_DATA)
        EO_ESPHOME_STEPS[PH_DATA].say(m);
    return m->base.status;
}

static enum proto_status on_event(struct esphome *m,
                                  const struct proto_event *ev)
{
    switch (ev->kind) {
    case PROTO_OPENED:
        return enter(m, PH_HELLO);
    case PROTO_BYTES:
        return on_bytes(m, ev->data, ev->len);
    case PROTO_SENT:
        return on_sent(m, ev->len);
    case PROTO_ACKED:
        return on_acked(m, ev->len);
    case PROTO_CLOSED:
        if (m->phase == PH_BYE) /* it is rebooting already: fine */
            return enter(m, PH_DONE);
        return lost(m,
                    ev->sys == 0 ? "the device closed the connection"
                                 : "the connection broke",
                    ev);
    case PROTO_TIMEOUT:
        if (m->phase == PH_BYE) /* it has the image; we said goodbye */
            return enter(m, PH_DONE);
        return lost(m, "the device fell silent", ev);
    }
    return m->base.status;
}

static enum proto_status step(struct proto *p, const struct proto_event *ev)
{
    struct esphome *m = (struct esphome *)p;

    if (p->status == PROTO_RUNNING)
        on_event(m, ev);
    if (p->status == PROTO_RUNNING && m->line.failed) {
        eo_fail(&p->error, ESPOTA_E_INTERNAL,
                "the crypto library refuses to encrypt");
        enter(m, PH_FAILED);
    }
    return p->status;
}

/* ---- what should happen next --------------------------------------------- */

static uint32_t patience(const struct esphome *m)
{
    if (m->phase == PH_BYE)
        return GOODBYE_MS;
    return here(m)->slow ? m->job->stall_ms : m->job->answer_ms;
}

static void want(const struct proto *p, struct proto_want *w)
{
    const struct esphome *m = (const struct esphome *)p;
    const bool running = p->status == PROTO_RUNNING;

    *w = (struct proto_want){
        .open = running ? 1u << PROTO_STREAM : 0,
        .out_on = PROTO_STREAM,
        .out = m->line.out,
        .out_len = running ? m->line.out_len : 0,
        .out_secret = m->phase == PH_PROOF,
        .out_last = m->phase == PH_DATA && eo_line_last(&m->line, m->form),
        .half_close = m->phase == PH_BYE,
        .watch_acks = m->hello.protocol_version == ESPHOME_VERSION_1 &&
                      m->phase >= PH_DATA,
        .timeout_ms = patience(m),
        .clock = m->clock,
        .phase = here(m)->phase,
        .doing = here(m)->doing,
        .done = m->phase > PH_DATA ? m->form->len : m->line.acked,
        .total = m->form->len,
        .hello = m->said_hello ? &m->hello : NULL,
        .note = m->note,
        .cleartext = m->phase >= PH_SIZE ? m->cleartext : NULL,
        .password_sent = m->proved,
    };
}

static void init(struct proto *p, const struct proto_job *job)
{
    struct esphome *m = (struct esphome *)p;

    m->job = job;
    m->form = eo_image_raw(job->image);
}

const struct proto_ops eo_proto_esphome = {
    .size = sizeof(struct esphome),
    .init = init,
    .step = step,
    .want = want,
};
