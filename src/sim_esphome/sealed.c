/* sealed.c -- a simulated ESPHome device that encrypts: the key
 * exchange, and reading frames. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/random.h"
#include "sim_esphome/session.h"

static bool fault(const struct esphome_session *s, enum esphome_fault f)
{
    return s->faulty && s->config->fault[f].on;
}

/* ---- the key exchange ---------------------------------------------------- */

static bool reject(struct esphome_session *s, const char *reason)
{
    uint8_t frame[NOISE_HEAD + NOISE_HANDSHAKE_MAX] = {NOISE_MARK};
    const size_t len = strlen(reason);

    eo_put_be16(frame + 1, (uint16_t)(1 + len));
    frame[NOISE_HEAD] = NOISE_REJECT;
    memcpy(frame + NOISE_HEAD + 1, reason, len);
    eo_sim_esphome_say_raw(s, frame, NOISE_HEAD + 1 + len);
    eo_sim_esphome_finish(s, OUTCOME_REFUSED, -1);
    return false;
}

bool eo_sim_esphome_key_agreed(struct esphome_session *s)
{
    static const uint8_t HEAD[NOISE_HEAD + 1] = {NOISE_MARK, 0,
                                                 1 + NOISE_MESSAGE,
                                                 NOISE_ACCEPT};
    uint8_t spoken[SIM_NOISE_SPOKEN] = {
        [5] = ESPHOME_OK, [6] = (uint8_t)s->config->version,
        [7] = s->features, [8] = ESPHOME_FEATURE_FLAGS, [9] = s->server_flags};
    uint8_t own[NOISE_KEY], psk[NOISE_KEY], answer[KEY_FRAME];
    uint8_t *const message = answer + sizeof HEAD;

    memcpy(spoken, EO_ESPHOME_MAGIC, ESPHOME_MAGIC_LEN);
    memcpy(psk, s->config->key.bytes, sizeof psk);
    memcpy(answer, HEAD, sizeof HEAD);
    psk[0] ^= fault(s, FAULT_WRONG_KEY);
    spoken[9] ^= fault(s, FAULT_TAMPERED) ? ESPHOME_TAKES_GZIP : 0;
    if (memcmp(s->in, HEAD, sizeof HEAD) != 0 || fault(s, FAULT_KEY_ERROR) ||
        eo_random(own, sizeof own) != 0)
        return reject(s, NOISE_REASON_ERROR);
    if (eo_sim_noise_greet(&s->noise, psk, spoken, own, s->in + sizeof HEAD,
                           message) != 0)
        return reject(s, NOISE_REASON_MAC);
    if (fault(s, FAULT_IMPOSTOR))
        message[NOISE_KEY] ^= 0x01;
    if (fault(s, FAULT_ZERO_SHARE))
        memset(message, 0, NOISE_KEY);
    eo_sim_esphome_say_raw(s, answer, sizeof answer);
    s->sealed = true;
    return true;
}

/* ---- frames -------------------------------------------------------------- */

/* A control unit fills its frame; the image comes in frames that end no later
 * than it does. */
static bool takes_frame(struct esphome_session *s, size_t sealed)
{
    const size_t left = s->size - s->total;
    const bool fits =
        s->state == READ_DATA
            ? sealed > NOISE_TAG && sealed <= NOISE_SEALED_MAX &&
                  sealed - NOISE_TAG <= left
            : sealed == s->need + NOISE_TAG && s->have == 0;

    if (!fits)
        eo_sim_esphome_violation(s, VIOLATION_FRAME_ODD);
    return fits;
}

/* A bit of it was lost on the way, where --fault says. */
static bool damaged(const struct esphome_session *s)
{
    static const enum esphome_step STEP[] = {
        [READ_CNONCE] = STEP_RESPONSE, [READ_RESPONSE] = STEP_RESPONSE,
        [READ_TYPE] = STEP_PREPARE,    [READ_SIZE] = STEP_PREPARE,
        [READ_MD5] = STEP_MD5,         [READ_DATA] = STEP_DATA,
        [READ_GOODBYE] = STEP_GOODBYE,
    };
    const struct esphome_where *w = &s->config->fault[FAULT_DAMAGED].where;
    const size_t at = w->bytes != 0 ? w->bytes : (s->size + 1) / 2;

    return fault(s, FAULT_DAMAGED) && w->step == STEP[s->state] &&
           (w->step != STEP_DATA || s->total >= at);
}

/* Reads on in the frame; true: it is whole.  Else errno, or 0 for the end. */
static bool read_frame(struct esphome_session *s)
{
    size_t need = NOISE_HEAD;

    for (;;) {
        ptrdiff_t n;

        if (s->frame_have >= NOISE_HEAD) {
            const size_t sealed = eo_be16(s->frame + 1);

            if (s->frame[0] != NOISE_MARK || !takes_frame(s, sealed)) {
                errno = EBADMSG;
                return false;
            }
            need = NOISE_HEAD + sealed;
            if (s->frame_have == need)
                return true;
        }
        n = eo_recv(s->fd, s->frame + s->frame_have, need - s->frame_have);
        if (n <= 0) {
            errno = n < 0 ? errno : 0;
            return false;
        }
        s->frame_have += (size_t)n;
    }
}

ptrdiff_t eo_sim_esphome_recv_sealed(struct esphome_session *s, uint8_t *to,
                                   size_t len)
{
    uint8_t *const payload = s->frame + NOISE_HEAD;
    size_t n;

    if (s->taken == s->opened) {
        int opened;

        if (!read_frame(s))
            return errno != 0 ? -1 : 0;
        if (damaged(s))
            payload[0] ^= 0x01;
        opened = eo_sim_noise_open(&s->noise, payload,
                                   s->frame_have - NOISE_HEAD);
        s->frame_have = 0;
        if (opened < 0) {
            eo_sim_esphome_violation(s, VIOLATION_FRAME_DAMAGED);
            errno = EBADMSG;
            return -1;
        }
        s->opened = (size_t)opened;
        s->taken = 0;
    }
    n = s->opened - s->taken;
    if (n > len)
        n = len;
    memcpy(to, payload + s->taken, n);
    s->taken += n;
    return (ptrdiff_t)n;
}

size_t eo_sim_esphome_in_frames(size_t len)
{
    enum { FULL = NOISE_HEAD + NOISE_SEALED_MAX, EXTRA = NOISE_HEAD + NOISE_TAG };
    const size_t rest = len % FULL;

    return len / FULL * NOISE_PLAIN_MAX + (rest > EXTRA ? rest - EXTRA : rest);
}
