/* line.c -- how the device's bytes are sent: at once, or as --fault says. */
#include "sim_esphome/session.h"

#include <errno.h>
#include <string.h>

/* The number of image bytes in len bytes of frames, approximately. */
static size_t in_frames(size_t len)
{
    enum {
        FULL = NOISE_HEAD + NOISE_SEALED_MAX,
        EXTRA = NOISE_HEAD + NOISE_TAG
    };
    const size_t rest = len % FULL;

    return len / FULL * NOISE_PLAIN_MAX + (rest > EXTRA ? rest - EXTRA : rest);
}

size_t eo_sim_esphome_unread(const struct esphome_session *s)
{
    const size_t n = eo_sock_unread(s->fd);

    return s->sealed ? s->opened - s->taken + in_frames(n) : n;
}

bool eo_sim_esphome_peer_gone(const struct esphome_session *s)
{
    return eo_sock_peer(s->fd) != OS_PEER_THERE;
}

bool eo_sim_esphome_peer_left(const struct esphome_session *s)
{
    return eo_sock_peer(s->fd) == OS_PEER_GONE;
}

/* Milliseconds between two bytes; 0: they are sent together. */
static unsigned spacing(const struct esphome_session *s)
{
    for (int f = FAULT_SPLIT; f <= FAULT_DRIP; f++)
        if (eo_sim_esphome_faulty(s, (enum esphome_fault)f))
            return s->config->fault[f].n;
    return 0;
}

static void send_some(struct esphome_session *s, size_t n)
{
    ptrdiff_t sent;

    if (eo_sim_esphome_unread(s) == 0)
        s->replied = true;
    sent = eo_send(s->fd, s->out, n);
    if (sent < 0 && errno == EAGAIN)
        return; /* the timer tries again */
    if (sent < 0)
        sent = (ptrdiff_t)s->n_out; /* the client is gone; a read will notice */
    s->n_out -= (size_t)sent;
    memmove(s->out, s->out + sent, s->n_out);
}

static void on_leave(void *ctx);

static void leave_in(struct esphome_session *s, unsigned ms)
{
    eo_timer_start(s->device->base.sim->loop, &s->leave, ms, on_leave, s);
}

/* Sends now.  What the socket does not take is sent later. */
static void send_now(struct esphome_session *s)
{
    const unsigned apart = spacing(s);

    if (s->n_out > 0)
        send_some(s, apart > 0 ? 1 : s->n_out);
    if (s->n_out > 0)
        leave_in(s, apart > 0 ? apart : 10);
}

static void on_leave(void *ctx)
{
    struct esphome_session *s = ctx;

    send_now(s);
    if (s->n_out == 0 && s->left != NULL)
        s->left(s);
}

static unsigned hold_ms(const struct esphome_session *s)
{
    return eo_sim_esphome_faulty(s, FAULT_LATE_ACKS) && s->state >= READ_DATA
               ? s->config->fault[FAULT_LATE_ACKS].n
               : 0;
}

void eo_sim_esphome_say_raw(struct esphome_session *s, const void *bytes,
                            size_t len)
{
    if (len > sizeof s->out - s->n_out) {
        send_some(s, s->n_out); /* the client does not read: ignore the fault */
        if (len > sizeof s->out - s->n_out)
            return; /* as old firmware does when a send fails */
    }
    memcpy(s->out + s->n_out, bytes, len);
    s->n_out += len;
    if (s->leave.running || eo_sim_esphome_faulty(s, FAULT_COALESCE))
        return; /* it is sent with the bytes before it */
    if (hold_ms(s) > 0)
        leave_in(s, hold_ms(s));
    else
        send_now(s);
}

void eo_sim_esphome_say(struct esphome_session *s, const void *bytes,
                        size_t len)
{
    const uint8_t *byte = bytes;
    uint8_t frame[NOISE_HEAD + 1 + NOISE_TAG];

    if (!s->sealed)
        eo_sim_esphome_say_raw(s, bytes, len);
    for (size_t i = 0; s->sealed && i < len; i++)
        eo_sim_esphome_say_raw(
            s, frame, eo_sim_noise_seal(&s->noise, byte + i, 1, frame));
}

void eo_sim_esphome_flush(struct esphome_session *s)
{
    if (s->n_out > 0 && !s->leave.running)
        send_now(s);
}

bool eo_sim_esphome_drained(struct esphome_session *s)
{
    eo_sim_esphome_flush(s);
    return s->n_out == 0;
}
